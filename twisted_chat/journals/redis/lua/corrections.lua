-- Deleting and correcting messages: a former text stays in no stream.
--
-- A stream only marks an entry that is deleted: its bytes stay until no entry is left in
-- its node.  So all entries of the node are deleted, and all that follow, and added again
-- under their ids.  Only the script that appends has this part.

local MAX_REWRITTEN = 1000   -- batches of chat:live that are added again, at most
local MAX_VALUES = 1000      -- arguments of one command
local PAGE = 50              -- batches of chat:live that are read at once

local function info_of(key)
  local fields, info = {}, redis.call('XINFO', 'STREAM', key)
  for index = 1, #info, 2 do fields[info[index]] = info[index + 1] end
  return fields
end

local function nodes_of(key) return info_of(key)['radix-tree-keys'] end

-- The id of an event in its streams; nil if its position is not valid.
local function id_at(position)
  local ms, number = string.match(position, '^(%d+)%-(%d+)$')
  if not ms or #ms ~= 13 or #number ~= 15 then return nil end
  return stream_id(tonumber(ms), tonumber(number))
end

local function entry_at(key, id)
  return redis.call('XRANGE', key, id, id, 'COUNT', 1)[1]
end

-- Replace the JSON of entries of a stream.
--
-- changes: the new JSON by id; false to delete the entry.
local function rewrite(key, changes)
  local from
  for id in pairs(changes) do
    if not from or is_before(id, from) then from = id end
  end
  if not from then return end
  local info = info_of(key)
  local trimmed = info['entries-added'] - info['length']
  local rest = redis.call('XRANGE', key, from, '+')
  local ids = {}
  for index, entry in ipairs(rest) do ids[index] = entry[1] end
  for index = 1, #ids, MAX_VALUES do
    redis.call('XDEL', key, unpack(ids, index, math.min(#ids, index + MAX_VALUES - 1)))
  end
  -- What precedes them in the same node; that of a whole node more does no harm.
  local nodes, earlier = nodes_of(key), {}
  while nodes_of(key) == nodes do
    local entry = redis.call('XREVRANGE', key, '+', '-', 'COUNT', 1)[1]
    if not entry then break end
    redis.call('XDEL', key, entry[1])
    earlier[#earlier + 1] = entry
  end
  local last = redis.call('XREVRANGE', key, '+', '-', 'COUNT', 1)[1]
  redis.call('XSETID', key, last and last[1] or '0-0',
    'ENTRIESADDED', info['length'], 'MAXDELETEDID', '0-0')
  local function add(entry)
    local json = changes[entry[1]]
    if json == nil then json = entry[2][2] end
    if json then redis.call('XADD', key, entry[1], 'e', json) end
  end
  for index = #earlier, 1, -1 do add(earlier[index]) end
  for _, entry in ipairs(rest) do add(entry) end
  -- As if the entries that are gone had never been added: see is_complete in since.lua.
  redis.call('XSETID', key, info['last-generated-id'],
    'ENTRIESADDED', redis.call('XLEN', key) + trimmed)
end

-- The ids of the events by which a message was corrected.
local function corrections_of(room, position, id)
  local found = {}
  for _, entry in ipairs(redis.call('XRANGE', 'chat:topic:' .. room, id, '+')) do
    local parts = cjson.decode(entry[2][2])
    if parts[1] == 'Edited' and parts[5] == position then
      found[#found + 1] = entry[1]
    end
  end
  return found
end

-- The id of the oldest batch of chat:live that may be added again: that of an event, or
-- of one after it.  Nothing is read beyond it.
local function oldest_rewritten(id)
  local found, last, size = nil, '+', 0
  while size < MAX_REWRITTEN do
    local page = redis.call('XREVRANGE', 'chat:live', last, '-', 'COUNT', PAGE)
    if #page == 0 then break end
    found, size = page[#page][1], size + #page
    if not is_before(id, found) then break end
    last = '(' .. found
  end
  return found
end

-- Change events in the batches of chat:live.
--
-- changes: by id, called with the parts of the event, returns its new parts.
local function change_live(changes)
  local first
  for id in pairs(changes) do
    if not first or is_before(id, first) then first = id end
  end
  -- Older ones go soon, since so many batches came after them.
  local oldest = first and oldest_rewritten(first)
  if not oldest then return end
  local batches, replaced = {}, {}
  for id, change in pairs(changes) do
    local entry = redis.call('XRANGE', 'chat:live', id, '+', 'COUNT', 1)[1]
    if entry and not is_before(entry[1], oldest) then
      local events = batches[entry[1]] or cjson.decode(entry[2][2])
      batches[entry[1]] = events
      local _, last = parse_id(entry[1])
      local _, number = parse_id(id)
      local index = #events - (last - number)
      if events[index] then
        events[index] = change(events[index])
        replaced[entry[1]] = true
      end
    end
  end
  local rewritten = {}
  for id in pairs(replaced) do rewritten[id] = cjson.encode(batches[id]) end
  rewrite('chat:live', rewritten)
end

-- In place of an event, for servers that have not announced it yet.
local function without_text(parts) return {'Removed', parts[2]} end

-- Change messages of a room, and their corrections.
--
-- positions: separated by spaces.  change: called with the parts of a message, returns
-- the new ones; nil to delete them.
local function change_messages(room, positions, change)
  local key, messages, live = 'chat:room:' .. room, {}, {}
  for position in string.gmatch(positions, '%S+') do
    local id = id_at(position)
    local entry = id and entry_at(key, id)
    if entry then
      messages[id] = change and cjson.encode(change(cjson.decode(entry[2][2]), 'edited'))
      if not change then messages[id] = false end
      live[id] = change or without_text
      for _, other in ipairs(corrections_of(room, position, id)) do
        live[other] = without_text
      end
    end
  end
  rewrite(key, messages)
  change_live(live)
end

corrections.delete = function(event)
  change_messages(event.subject, event.value)
end

corrections.edit = function(event)
  change_messages(event.subject, event.value, function(parts, key)
    parts[2] = key or parts[2]
    parts[5] = event.extra
    -- The value that it came from has the former text.
    if parts[1] == 'Said' then parts[7] = parts[6] and cjson.null end
    if parts[1] == 'Acted' then parts[9] = parts[9] and cjson.null end
    return parts
  end)
end

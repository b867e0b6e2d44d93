-- Deleting and correcting messages: a former text stays in no stream.
--
-- A stream only marks an entry that is deleted: its bytes stay until no entry is left in
-- its node.  So all entries of the node are deleted, and all that follow, and added again
-- under their ids.  If too many follow a message, erase.lua does it later.
-- Only the scripts that append and erase have this part.

local MAX_AT_ONCE = 200      -- messages that are added again at most
local MAX_REWRITTEN = 1000   -- events after one in chat:live that are added again, at most
local MAX_VALUES = 1000      -- arguments of one command

local function info_of(key)
  local fields, info = {}, redis.call('XINFO', 'STREAM', key)
  for index = 1, #info, 2 do fields[info[index]] = info[index + 1] end
  return fields
end

-- Restore what a stream says of itself: the last id it had, and how many were added.
local function restore_info(key, info, added)
  redis.call('XSETID', key, info['last-generated-id'], 'ENTRIESADDED', added)
end

local function last_id(key)
  local last = redis.call('XREVRANGE', key, '+', '-', 'COUNT', 1)[1]
  return last and last[1]
end

local function nodes_of(key) return info_of(key)['radix-tree-keys'] end

-- The id of an event in its streams; nil if its position is not valid.
local function id_at(position)
  local ms, number = string.match(position, '^(%d+)%-(%d+)$')
  if not ms or #ms ~= 13 or #number ~= 15 then return nil end
  return stream_id(tonumber(ms), tonumber(number))
end

-- The first of the ids that are the keys of a table; nil if there are none.
local function first_of(changes)
  local first
  for id in pairs(changes) do
    if not first or is_before(id, first) then first = id end
  end
  return first
end

-- Replace the JSON of entries of a stream.
--
-- changes: the new JSON by id; false to delete the entry.
local function rewrite(key, changes)
  local from = first_of(changes)
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
  redis.call('XSETID', key, last_id(key) or '0-0',
    'ENTRIESADDED', info['length'], 'MAXDELETEDID', '0-0')
  local function add(entry)
    local json = changes[entry[1]]
    if json == nil then json = entry[2][2] end
    if json then redis.call('XADD', key, entry[1], 'e', json) end
  end
  for index = #earlier, 1, -1 do add(earlier[index]) end
  for _, entry in ipairs(rest) do add(entry) end
  -- As if the entries that are gone had never been added: see is_complete in since.lua.
  restore_info(key, info, redis.call('XLEN', key) + trimmed)
end

-- What was copied of a room is out of date if it has a message that is changed.
local function discard_copy(room, from)
  local copy = 'chat:copy:' .. room
  local last = last_id(copy)
  if last and not is_before(last, from) then redis.call('UNLINK', copy) end
end

-- Change messages of a room for all who read it, and leave the rest to erase.lua.
local function change_first(room, key, messages)
  local info, count = info_of(key), 0
  for id, json in pairs(messages) do
    if json then
      redis.call('HSET', 'chat:edited:' .. room, id, json)
    else
      redis.call('XDEL', key, id)
      count = count + 1
    end
  end
  restore_info(key, info, info['entries-added'] - count)
  redis.call('HSET', 'chat:erasing', room, '1')
end

-- Whether more entries follow than are added again at once.
local function is_long(key, from)
  local found = redis.call('XRANGE', key, from, '+', 'COUNT', MAX_AT_ONCE + 1)
  return #found > MAX_AT_ONCE
end

-- The ids of the events by which messages of a room were corrected, by position of those.
--
-- id: that of the first of these messages.
local function corrections_since(room, id)
  local found = {}
  for _, entry in ipairs(redis.call('XRANGE', 'chat:topic:' .. room, id, '+')) do
    local parts = cjson.decode(entry[2][2])
    if parts[1] == 'Edited' then
      local position = parts[5]
      found[position] = found[position] or {}
      table.insert(found[position], entry[1])
    end
  end
  return found
end

-- Change events in the batches of chat:live.
--
-- changes: by id, called with the parts of the event, returns its new parts.
local function change_live(changes)
  local newest = tonumber(redis.call('HGET', 'chat:meta', 'number'))
  local batches, replaced = {}, {}
  for id, change in pairs(changes) do
    local _, number = parse_id(id)
    -- Older ones go soon, since so many came after them.
    local is_new = newest - number < MAX_REWRITTEN
    local entry = is_new and redis.call('XRANGE', 'chat:live', id, '+', 'COUNT', 1)[1]
    if entry then
      local events = batches[entry[1]] or cjson.decode(entry[2][2])
      batches[entry[1]] = events
      local _, last = parse_id(entry[1])
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
  local key, messages, ids, live = 'chat:room:' .. room, {}, {}, {}
  for position in string.gmatch(positions, '%S+') do
    local id = id_at(position)
    local entry = id and read_messages('XRANGE', room, id, id, 1)[1]
    if entry then
      messages[id] = change and cjson.encode(change(cjson.decode(entry[2][2]), 'edited'))
      if not change then messages[id] = false end
      ids[position], live[id] = id, change or without_text
    end
  end
  local from = first_of(messages)
  if not from then return end
  local edits = corrections_since(room, from)
  for position in pairs(ids) do
    for _, id in ipairs(edits[position] or {}) do live[id] = without_text end
  end
  discard_copy(room, from)
  for id in pairs(messages) do redis.call('HDEL', 'chat:edited:' .. room, id) end
  if is_long(key, from) then
    change_first(room, key, messages)
  else
    rewrite(key, messages)
  end
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

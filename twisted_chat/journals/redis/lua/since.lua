-- Read the events after a position from the indexes of rooms and clients.
--
-- Arguments: MS NUMBER LIMIT BYTES, how many clients, CLIENT... ROOM...
-- Returns: ID JSON of each event, not in order; or 'INCOMPLETE' if some are no longer
-- kept, if there are more than LIMIT or their JSON has more than BYTES, or if the
-- position is not of this database.
local ms, number = tonumber(ARGV[1]), tonumber(ARGV[2])
local limit, bytes = tonumber(ARGV[3]), tonumber(ARGV[4])
local clients = tonumber(ARGV[5])
local after = '(' .. ARGV[1] .. '-' .. ARGV[2]
local meta = redis.call('HMGET', 'chat:meta', 'born', 'floor', 'ms', 'number')
if not meta[1] or ms < tonumber(meta[1]) or ms < tonumber(meta[2] or 0) then
  return 'INCOMPLETE'
end
if ms < now_ms() - RESUME_SECONDS * 1000 then return 'INCOMPLETE' end
if ms > tonumber(meta[3])
    or (ms == tonumber(meta[3]) and number > tonumber(meta[4])) then
  return 'INCOMPLETE'
end

local found = {}

-- Whether no event after the position was trimmed from a stream.
local function is_complete(key)
  local info = redis.call('XINFO', 'STREAM', key)
  local fields = {}
  for index = 1, #info, 2 do fields[info[index]] = info[index + 1] end
  if fields['entries-added'] <= fields['length'] then return true end
  local first = fields['first-entry']
  if not first then return false end
  local first_ms, first_number = string.match(first[1], '^(%d+)-(%d+)$')
  first_ms, first_number = tonumber(first_ms), tonumber(first_number)
  return first_ms < ms or (first_ms == ms and first_number <= number)
end

-- A correction with the text that its message has now; empty if that is gone.
local function with_text(room, json)
  if string.sub(json, 1, 9) ~= '["Edited"' then return json end
  local parts = cjson.decode(json)
  local at_ms, at_number = string.match(parts[5], '^(%d+)%-(%d+)$')
  local entry
  if at_ms then
    local id = stream_id(tonumber(at_ms), tonumber(at_number))
    entry = read_messages('XRANGE', room, id, id, 1)[1]
  end
  parts[6] = entry and cjson.decode(entry[2][2])[5] or ''
  return cjson.encode(parts)
end

-- Read the stream of a room or a client; false if the result is incomplete.
local function read(prefix, name)
  local key, entries = prefix .. name, nil
  if redis.call('EXISTS', key) == 0 then return true end
  if not is_complete(key) then return false end
  if prefix == 'chat:room:' then
    entries = read_messages('XRANGE', name, after, '+', limit + 1)
  else
    entries = redis.call('XRANGE', key, after, '+', 'COUNT', limit + 1)
  end
  for _, entry in ipairs(entries) do
    local json = entry[2][2]
    if prefix == 'chat:topic:' then json = with_text(name, json) end
    found[#found + 1] = entry[1]
    found[#found + 1] = json
    bytes = bytes - #json
  end
  return #found <= 2 * limit and bytes >= 0
end

for index = 6, #ARGV do
  local name = ARGV[index]
  if index < 6 + clients then
    if not read('chat:whispers:', name) then return 'INCOMPLETE' end
  elseif not read('chat:room:', name) or not read('chat:topic:', name) then
    return 'INCOMPLETE'
  end
end
return found

-- What was kept after an event: MS NUMBER LIMIT, how many WHO, WHO... ROOM...
--
-- ID and JSON of each, not in order; or 'PARTLY', if something is not kept any
-- more or it is too much.
local ms, limit, clients = tonumber(ARGV[1]), tonumber(ARGV[3]), tonumber(ARGV[4])
local after = '(' .. ARGV[1] .. '-' .. ARGV[2]
local meta = redis.call('HMGET', 'chat:meta', 'born', 'floor', 'ms', 'number')
if not meta[1] or ms < tonumber(meta[1]) or ms < tonumber(meta[2] or 0) then
  return 'PARTLY'
end
if ms < now() - RESUME * 1000 then return 'PARTLY' end
if ms > tonumber(meta[3])
    or (ms == tonumber(meta[3]) and tonumber(ARGV[2]) > tonumber(meta[4])) then
  return 'PARTLY'
end

local found = {}

local function take(key)
  if redis.call('EXISTS', key) == 0 then return true end
  local info = redis.call('XINFO', 'STREAM', key)
  local about = {}
  for index = 1, #info, 2 do about[info[index]] = info[index + 1] end
  if about['entries-added'] > about['length'] then
    -- Something was trimmed: all that is missing must be older.
    local first = about['first-entry']
    local first_ms, first_number
    if first then
      first_ms, first_number = string.match(first[1], '^(%d+)-(%d+)$')
      first_ms, first_number = tonumber(first_ms), tonumber(first_number)
    end
    if not first or first_ms > ms
        or (first_ms == ms and first_number > tonumber(ARGV[2])) then
      return false
    end
  end
  for _, entry in ipairs(redis.call('XRANGE', key, after, '+', 'COUNT', limit + 1)) do
    found[#found + 1] = entry[1]
    found[#found + 1] = entry[2][2]
  end
  return #found <= 2 * limit
end

for index = 5, #ARGV do
  local name = ARGV[index]
  if index < 5 + clients then
    if not take('chat:whispers:' .. name) then return 'PARTLY' end
  elseif not take('chat:room:' .. name) or not take('chat:topic:' .. name) then
    return 'PARTLY'
  end
end
return found

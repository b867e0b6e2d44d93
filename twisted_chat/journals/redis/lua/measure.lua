-- Measure what is kept for some rooms or clients.
--
-- Arguments: KIND, which is 'rooms' or 'clients'; CURSOR, as in ZSCAN: 0 to begin.
-- Returns: the time; CURSOR, which is 0 at the end; then of each room or client: NAME
-- BYTES ENTRIES FIRST LAST.  FIRST and LAST are the ms of its oldest and newest entry.
local reply = redis.call('ZSCAN', 'chat:' .. ARGV[1], ARGV[2], 'COUNT', 50)
local found = {now_ms(), reply[1]}
for index = 1, #reply[2], 2 do
  local name = reply[2][index]
  local bytes, entries, first = 0, 0, nil
  for _, prefix in ipairs(INDEXES[ARGV[1]]) do
    local key = prefix .. name
    local oldest = redis.call('XRANGE', key, '-', '+', 'COUNT', 1)[1]
    if oldest then
      bytes = bytes + redis.call('MEMORY', 'USAGE', key)
      entries = entries + redis.call('XLEN', key)
      local ms = tonumber(string.match(oldest[1], '^%d+'))
      first = math.min(first or ms, ms)
    end
  end
  for _, value in ipairs({name, bytes, entries, first or 0,
      string.format('%.0f', reply[2][index + 1])}) do
    found[#found + 1] = value
  end
end
return found

-- Delete what is older than a time of some rooms or clients.
--
-- Arguments: SERVER LEASE FLOOR KIND, then NAME NUMBER of each.  LEASE is in
-- milliseconds, FLOOR is the ms before which entries are deleted, KIND is 'rooms' or
-- 'clients', NUMBER is about how many entries are deleted at most.
-- Returns: how many entries were deleted; 'BUSY' if another server trims.
if not lease_task('chat:trimming', ARGV[1], ARGV[2]) then return 'BUSY' end
local floor, kind = ARGV[3], ARGV[4]
local known = tonumber(redis.call('HGET', 'chat:meta', 'floor') or 0)
if tonumber(floor) > known then redis.call('HSET', 'chat:meta', 'floor', floor) end
local deleted = 0
for index = 5, #ARGV, 2 do
  local name, number = ARGV[index], tonumber(ARGV[index + 1])
  local exists = false
  for _, prefix in ipairs(INDEXES[kind]) do
    local key = prefix .. name
    if redis.call('EXISTS', key) == 1 then
      -- Whole nodes of the stream first; then what is left of one.
      local now = redis.call('XTRIM', key, 'MINID', '~', floor, 'LIMIT', number)
      if now == 0 then now = redis.call('XTRIM', key, 'MINID', '=', floor) end
      deleted = deleted + now
      if redis.call('XLEN', key) > 0 then exists = true else redis.call('DEL', key) end
    end
  end
  if not exists then redis.call('ZREM', 'chat:' .. kind, name) end
end
return deleted

-- Do a portion of erasing what was deleted or replaced in a room, as its bytes stay in the
-- stream.
--
-- The messages are copied to another stream, which takes the place of the first one when
-- it has all of them.  The copy says itself how far it is, so any server can go on with
-- it; see discard_copy in corrections.lua for what happens to it meanwhile.
--
-- Arguments: SERVER LEASE ROOM LIMIT.  LEASE is in milliseconds, LIMIT is how many
-- messages are copied at most.
-- Returns: 1 if there is more to do, otherwise 0; 'BUSY' if another server does it.
local room, limit = ARGV[3], tonumber(ARGV[4])
local key, copy = 'chat:room:' .. room, 'chat:copy:' .. room
if redis.call('HEXISTS', 'chat:erasing', room) == 0 then return 0 end
if not lease_task('chat:eraser', ARGV[1], ARGV[2]) then return 'BUSY' end
local last = last_id(copy)
local portion = read_messages('XRANGE', room, last and '(' .. last or '-', '+', limit)
for _, entry in ipairs(portion) do redis.call('XADD', copy, entry[1], 'e', entry[2][2]) end
if #portion == limit then return 1 end
local first = redis.call('XRANGE', key, '-', '+', 'COUNT', 1)[1]
if first then
  -- Some may have been trimmed since they were copied.
  redis.call('XTRIM', copy, 'MINID', '=', first[1])
  if redis.call('XLEN', copy) ~= redis.call('XLEN', key) then
    -- A server of an earlier version has deleted some.
    redis.call('UNLINK', copy)
    return 1
  end
  local info = info_of(key)
  restore_info(copy, info, info['entries-added'])
  redis.call('UNLINK', key)
  redis.call('RENAME', copy, key)
else
  -- Of a stream without messages no bytes are left.
  redis.call('UNLINK', copy)
end
redis.call('UNLINK', 'chat:edited:' .. room)
redis.call('HDEL', 'chat:erasing', room)
return 0

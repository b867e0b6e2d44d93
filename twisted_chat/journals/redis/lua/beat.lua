-- SERVER is still there, for LEASE milliseconds more.  It has been so without a
-- break from SINCE, and last at LAST (by our clock): if that is long enough and
-- recent, those whose lease has run out are dead.  After we were away ourselves,
-- or stopped, nobody is declared dead before all had time to come back.
--
-- The time, 1 if this server is known, how many were dead, how many left with them.
local server, lease = ARGV[1], tonumber(ARGV[2])
local since, last = tonumber(ARGV[3]), tonumber(ARGV[4])
local time = now()
if redis.call('HEXISTS', 'chat:servers', server) == 0 then return {time, 0, 0, 0} end
redis.call('SET', 'chat:lease:' .. server, '1', 'PX', lease)
local dead, left = 0, 0
if since > 0 and time - last < lease / 2 and time - since > lease then
  for _, other in ipairs(redis.call('HKEYS', 'chat:servers')) do
    if redis.call('EXISTS', 'chat:lease:' .. other) == 0 then
      left = left + bury(other)
      dead = dead + 1
    end
  end
end
return {time, 1, dead, left}

-- Renew the lease of a server, and remove servers whose lease has expired.
--
-- Arguments: SERVER LEASE SINCE LAST.  LEASE is in milliseconds.  The server has sent
-- heartbeats without a gap since SINCE, the last one at LAST, by the clock of Redis.
-- Others are removed only if that is long enough and recent: after Redis was stopped or
-- unreachable, all servers have time to come back before any is removed.
-- Returns: the time; 1 if the server is registered; how many servers were removed; how
-- many members quit with them; how many other servers take no part in the check of
-- rights, or -1 if that was not looked up.
local server, lease = ARGV[1], tonumber(ARGV[2])
local since, last = tonumber(ARGV[3]), tonumber(ARGV[4])
local time = now_ms()
if redis.call('HEXISTS', 'chat:servers', server) == 0 then return {time, 0, 0, 0, -1} end
redis.call('SET', 'chat:lease:' .. server, LEASED, 'PX', lease)
local expired, members, earlier = 0, 0, -1
if since > 0 and time - last < lease / 2 and time - since > lease then
  earlier = 0
  for _, other in ipairs(redis.call('HKEYS', 'chat:servers')) do
    local leased = redis.call('GET', 'chat:lease:' .. other)
    if not leased then
      members = members + expire_server(other)
      expired = expired + 1
    elseif leased ~= LEASED then
      earlier = earlier + 1
    end
  end
end
return {time, 1, expired, members, earlier}

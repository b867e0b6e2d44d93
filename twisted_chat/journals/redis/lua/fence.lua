-- Which batch of SERVER was stored last; none up to BATCH will be from now on.
local server, batch = ARGV[1], tonumber(ARGV[2])
local last = redis.call('HGET', 'chat:servers', server)
if not last then
  return tonumber(redis.call('GET', 'chat:batch:' .. server) or 0)
end
last = tonumber(last)
if batch > last then redis.call('HSET', 'chat:servers', server, batch) end
return last

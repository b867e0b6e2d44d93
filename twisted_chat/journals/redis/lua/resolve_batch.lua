-- Find out whether a batch in doubt was stored, and make sure that it will not be later.
--
-- Arguments: SERVER BATCH.
-- Returns: the number of the last batch of the server that was stored; no batch up to
-- BATCH will be stored from now on.
local server, batch = ARGV[1], tonumber(ARGV[2])
local last = redis.call('HGET', 'chat:servers', server)
if not last then
  return tonumber(redis.call('GET', 'chat:batch:' .. server) or 0)
end
last = tonumber(last)
if batch > last then redis.call('HSET', 'chat:servers', server, batch) end
return last

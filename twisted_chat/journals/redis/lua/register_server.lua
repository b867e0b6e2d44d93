-- Register a server, or renew its lease.
--
-- Arguments: SERVER LEASE BATCH.  LEASE is in milliseconds; BATCH is the number of the
-- last batch that the server has sent.
-- Returns: the format of the database, and 1 if the server was not registered.
local server, lease, batch = ARGV[1], ARGV[2], ARGV[3]
ensure_created()
local format = tonumber(redis.call('HGET', 'chat:meta', 'format') or 1)
if format ~= 1 then return {format, 0} end
local is_new = redis.call('HSETNX', 'chat:servers', server, batch)
redis.call('SET', 'chat:lease:' .. server, LEASED, 'PX', lease)
return {1, is_new}

-- SERVER is there, for LEASE milliseconds; BATCH is the last that it has sent.
-- The format of what is kept, and 1 if it was not known.
local server, lease, batch = ARGV[1], ARGV[2], ARGV[3]
born()
local format = tonumber(redis.call('HGET', 'chat:meta', 'format') or 1)
if format ~= 1 then return {format, 0} end
local new = redis.call('HSETNX', 'chat:servers', server, batch)
redis.call('SET', 'chat:lease:' .. server, '1', 'PX', lease)
return {1, new}

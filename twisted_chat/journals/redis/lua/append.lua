-- Store one batch of a server: SERVER BATCH KEEP, then five of each event:
-- WHAT A B C JSON.
--
-- Without an event it tells whether anything could be stored now.
--
-- A batch is stored once: its number must be higher than that of the last one.
local server, batch = ARGV[1], tonumber(ARGV[2])
local last = redis.call('HGET', 'chat:servers', server)
if not last then return 'LOST' end
if batch <= tonumber(last) then return 'OLD' end
redis.call('HSET', 'chat:servers', server, batch)
local events = {}
for index = 4, #ARGV, 5 do
  happen(server, {unpack(ARGV, index, index + 4)}, events)
end
return publish(events, ARGV[3])

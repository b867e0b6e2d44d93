-- Store one batch of a server.
--
-- Arguments: SERVER BATCH KEEP, then for each event OPERATION SUBJECT VALUE EXTRA CLIENT
-- CHANGES JSON.
-- KEEP is how many messages of each room stay; 0 for all.  CLIENT has to be on this
-- server; empty if that does not matter.
-- Returns: the id of the batch, empty if nothing was stored, and the indexes of events
-- that were not, as their clients are not on this server any more; 'EXPIRED' if
-- the server is not registered; 'STALE' if the number of the batch is not higher than
-- that of the server's last one, since a batch is stored once.  A batch without events
-- only checks that storing is possible.
local server, batch, keep = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local last = redis.call('HGET', 'chat:servers', server)
if not last then return 'EXPIRED' end
if batch <= tonumber(last) then return 'STALE' end
redis.call('HSET', 'chat:servers', server, batch)
local events, refused = {}, {}
for index = 4, #ARGV, 7 do
  local event = {operation = ARGV[index], subject = ARGV[index + 1],
    value = ARGV[index + 2], extra = ARGV[index + 3], client = ARGV[index + 4],
    changes = ARGV[index + 5], json = ARGV[index + 6]}
  if not apply_event(server, event, events) then
    refused[#refused + 1] = string.format('%.0f', (index - 4) / 7)
  end
end
return {publish(events, keep), refused}

-- Store one batch of a server.
--
-- Arguments: SERVER BATCH KEEP SEEN, then for each event OPERATION SUBJECT VALUE EXTRA
-- CLIENT CHANGES SCOPE SCOPES JSON.
-- KEEP is how many messages of each room stay; 0 for all.  SEEN is the id of the last
-- event that the server had announced when it checked those in the batch.  CLIENT has to
-- be on this server; empty if that does not matter.  SCOPE is what the event changes
-- rights in, SCOPES those that it depends on; see rechecks.lua.
-- Returns: an id, the indexes of outdated events, and those of events that were not
-- stored, as their clients are not on this server any more.  If any is outdated, nothing
-- is stored, and the id is that of the last change of rights; otherwise it is that of the
-- batch, empty if nothing was stored.  Or 'EXPIRED' if the server is not registered;
-- 'STALE' if the number of the batch is not higher than that of the server's last one,
-- since a batch is stored once.  A batch without events only checks that storing is
-- possible.
local server, batch, keep, seen = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4]
local last = redis.call('HGET', 'chat:servers', server)
if not last then return 'EXPIRED' end
if batch <= tonumber(last) then return 'STALE' end
local received = {}
for index = 5, #ARGV, 9 do
  received[#received + 1] = {operation = ARGV[index], subject = ARGV[index + 1],
    value = ARGV[index + 2], extra = ARGV[index + 3], client = ARGV[index + 4],
    changes = ARGV[index + 5], scope = ARGV[index + 6], scopes = ARGV[index + 7],
    json = ARGV[index + 8]}
end
local outdated, changed = find_outdated(received, seen)
if #outdated > 0 then return {changed, outdated, {}} end
redis.call('HSET', 'chat:servers', server, batch)
local events, elsewhere = {}, {}
for index, event in ipairs(received) do
  if not apply_event(server, event, events) then elsewhere[#elsewhere + 1] = index - 1 end
end
local id = publish(events, keep)
note_changes(events, id)
return {id, {}, elsewhere}

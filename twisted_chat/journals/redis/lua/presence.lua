-- Read all clients with their members, and the number of the event after which this is
-- their presence.
--
-- Returns: MS NUMBER, then SERVER CLIENT JSON of each client.  JSON is that of the member,
-- see common.lua; that of an account has its id as "id".
local meta = redis.call('HMGET', 'chat:meta', 'ms', 'number')
local found = {meta[1] or '0', meta[2] or '0'}
for _, server in ipairs(redis.call('HKEYS', 'chat:servers')) do
  local members = redis.call('HGETALL', 'chat:people:' .. server)
  for index = 1, #members, 2 do
    local member, id = load_member(server, members[index])
    if member then
      member.id = id
      found[#found + 1] = server
      found[#found + 1] = members[index]
      found[#found + 1] = cjson.encode(member)
    end
  end
end
return found

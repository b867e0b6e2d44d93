-- Read all members, and the number of the event after which this is their presence.
--
-- Returns: MS NUMBER, then SERVER CLIENT JSON of each member.
local meta = redis.call('HMGET', 'chat:meta', 'ms', 'number')
local found = {meta[1] or '0', meta[2] or '0'}
for _, server in ipairs(redis.call('HKEYS', 'chat:servers')) do
  local members = redis.call('HGETALL', 'chat:people:' .. server)
  for index = 1, #members, 2 do
    found[#found + 1] = server
    found[#found + 1] = members[index]
    found[#found + 1] = members[index + 1]
  end
end
return found

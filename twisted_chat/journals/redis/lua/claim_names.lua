-- Claim the keys of names for a member: all of them or none.
--
-- Arguments: SERVER MEMBER FORMER KEY...  FORMER is another owner, who loses the keys;
-- empty if there is none.
-- Returns: 'OK', 'TAKEN', or 'EXPIRED' if the server is not registered.
local server, member, former = ARGV[1], ARGV[2], ARGV[3]
if redis.call('HEXISTS', 'chat:servers', server) == 0 then return 'EXPIRED' end
local owners = {}
for index = 4, #ARGV do
  local owner = redis.call('HGET', 'chat:names', ARGV[index])
  local holder = owner and string.match(owner, ' (.*)$')
  if holder and holder ~= member and (former == '' or holder ~= former) then
    return 'TAKEN'
  end
  owners[index] = owner
end
for index = 4, #ARGV do
  local key = ARGV[index]
  if owners[index] then
    redis.call('HDEL', 'chat:names:' .. string.match(owners[index], '^[^ ]*'), key)
  end
  redis.call('HSET', 'chat:names', key, server .. ' ' .. member)
  redis.call('HSET', 'chat:names:' .. server, key, member)
end
return 'OK'

-- Take names for a client: SERVER WHO KEY...; all of them or none.
local server, who = ARGV[1], ARGV[2]
if redis.call('HEXISTS', 'chat:servers', server) == 0 then return 'LOST' end
local owners = {}
for index = 3, #ARGV do
  local owner = redis.call('HGET', 'chat:names', ARGV[index])
  if owner and string.match(owner, ' (.*)$') ~= who then return 'TAKEN' end
  owners[index] = owner
end
for index = 3, #ARGV do
  local key = ARGV[index]
  if owners[index] then
    redis.call('HDEL', 'chat:names:' .. string.match(owners[index], '^[^ ]*'), key)
  end
  redis.call('HSET', 'chat:names', key, server .. ' ' .. who)
  redis.call('HSET', 'chat:names:' .. server, key, who)
end
return 'OK'

-- Claim the keys of names for a client: all of them or none.
--
-- Arguments: SERVER CLIENT KEY...
-- Returns: 'OK', 'TAKEN', or 'EXPIRED' if the server is not registered.
local server, client = ARGV[1], ARGV[2]
if redis.call('HEXISTS', 'chat:servers', server) == 0 then return 'EXPIRED' end
local owners = {}
for index = 3, #ARGV do
  local owner = redis.call('HGET', 'chat:names', ARGV[index])
  if owner and string.match(owner, ' (.*)$') ~= client then return 'TAKEN' end
  owners[index] = owner
end
for index = 3, #ARGV do
  local key = ARGV[index]
  if owners[index] then
    redis.call('HDEL', 'chat:names:' .. string.match(owners[index], '^[^ ]*'), key)
  end
  redis.call('HSET', 'chat:names', key, server .. ' ' .. client)
  redis.call('HSET', 'chat:names:' .. server, key, client)
end
return 'OK'

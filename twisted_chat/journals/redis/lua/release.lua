-- Let go of names: SERVER WHO KEY...; of those that are this client's, here.
local server, who = ARGV[1], ARGV[2]
local owner = server .. ' ' .. who
for index = 3, #ARGV do
  if redis.call('HGET', 'chat:names', ARGV[index]) == owner then
    redis.call('HDEL', 'chat:names', ARGV[index])
    redis.call('HDEL', 'chat:names:' .. server, ARGV[index])
  end
end
return 'OK'

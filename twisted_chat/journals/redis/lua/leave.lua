-- SERVER ends, and whoever is still there leaves with it.
local left = bury(ARGV[1])
redis.call('DEL', 'chat:batch:' .. ARGV[1])
return left

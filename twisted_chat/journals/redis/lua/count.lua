-- Count the messages of a room after a position.
--
-- Arguments: ROOM ID MOST.
-- Returns: how many there are; at most MOST.
local found = redis.call('XRANGE', 'chat:room:' .. ARGV[1], '(' .. ARGV[2], '+',
  'COUNT', ARGV[3])
return #found

-- Drop the topics of rooms that nobody was in for a while, and the oldest over the limit.
--
-- Arguments: SERVER LEASE KEEP AGE LOBBY ROOM...  LEASE and AGE are in milliseconds,
-- KEEP is how many topics are kept, AGE is for how long; 0 to drop none for its age.
-- The topic of LOBBY stays.  Someone is in each ROOM now.
-- Returns: how many topics were dropped in this portion; 'BUSY' if another server trims.
if not lease_task('chat:trimming', ARGV[1], ARGV[2]) then return 'BUSY' end
local keep, age, lobby = tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5]
local time = now_ms()
if redis.call('ZCARD', 'chat:topics:used') < redis.call('HLEN', 'chat:topics') then
  -- Servers of version 0.1 do not note when a topic was used.
  for _, room in ipairs(redis.call('HKEYS', 'chat:topics')) do
    redis.call('ZADD', 'chat:topics:used', 'NX', time, room)
  end
end
for index = 6, #ARGV do use_topic(ARGV[index], time) end
use_topic(lobby, time)
local dropped = 0

local function drop(rooms)
  for _, room in ipairs(rooms) do
    drop_topic(room)
    redis.call('DEL', 'chat:topic:' .. room)
    dropped = dropped + 1
  end
end

if age > 0 then
  drop(redis.call('ZRANGEBYSCORE', 'chat:topics:used', '-inf',
    string.format('(%.0f', time - age), 'LIMIT', 0, 100))
end
local excess = redis.call('ZCARD', 'chat:topics:used') - keep
if excess > 0 then
  drop(redis.call('ZRANGE', 'chat:topics:used', 0, math.min(excess, 100) - 1))
end
return dropped

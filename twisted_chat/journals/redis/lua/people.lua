-- Who is where, and after which event that is true: MS NUMBER BORN, then SERVER WHO
-- JSON of each.
local meta = redis.call('HMGET', 'chat:meta', 'ms', 'number', 'born')
local found = {meta[1] or '0', meta[2] or '0', meta[3] or '0'}
for _, server in ipairs(redis.call('HKEYS', 'chat:servers')) do
  local people = redis.call('HGETALL', 'chat:people:' .. server)
  for index = 1, #people, 2 do
    found[#found + 1] = server
    found[#found + 1] = people[index]
    found[#found + 1] = people[index + 1]
  end
end
return found

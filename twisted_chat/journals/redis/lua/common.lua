-- What all the scripts share: the keys, the numbering, and what an event changes.
--
--   chat:meta          hash: ms and number of the last event, born, floor, format
--   chat:live          stream: one entry a batch, a JSON array of its events; its id
--                      is that of the last event in it; trimmed by age
--   chat:room:ROOM     stream: what was said in a room, the last --keep of it
--   chat:topics        hash: ROOM -> topic
--   chat:topic:ROOM    stream: how the topic was set, for those who resume
--   chat:whispers:WHO  stream: private messages from and to a client, likewise
--   chat:rooms         sorted set: ROOM -> ms of the last that was kept of it
--   chat:servers       hash: SERVER -> number of the last batch it stored
--   chat:lease:SERVER  lives for some seconds unless its server renews it
--   chat:batch:SERVER  the same number, of a server that was declared dead
--   chat:people:SERVER hash: WHO -> JSON of nick, rooms (with spaces between), away
--   chat:where         hash: WHO -> SERVER
--   chat:names         hash: KEY -> SERVER and WHO
--   chat:names:SERVER  hash: KEY -> WHO

local SLACK = 10 * 60 * 1000   -- how long the conversation stays readable
local RESUME = 24 * 60 * 60    -- seconds in which a client may resume
local WHISPERS = 500           -- private messages kept of each client
local TOPICS = 100             -- topics kept of each room for those who resume
local ROOMS = 10000            -- rooms of which anything is kept

local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function id(ms, number)
  return string.format('%.0f-%.0f', ms, number)
end

local function born()
  if redis.call('EXISTS', 'chat:meta') == 0 then
    local ms = now()
    redis.call('HSET', 'chat:meta', 'ms', ms, 'number', 0, 'born', ms, 'format', 1)
  end
end

-- A room that was not used for the longest goes when there are too many.
local function keep_room(room, ms)
  if redis.call('ZADD', 'chat:rooms', ms, room) == 1
      and redis.call('ZCARD', 'chat:rooms') > ROOMS then
    local oldest = redis.call('ZPOPMIN', 'chat:rooms')
    redis.call('DEL', 'chat:room:' .. oldest[1], 'chat:topic:' .. oldest[1])
    redis.call('HDEL', 'chat:topics', oldest[1])
    redis.call('HSET', 'chat:meta', 'floor', oldest[2])
  end
end

local function keep_for_a_while(key, most, at, data)
  redis.call('XADD', key, 'MAXLEN', most, at, 'e', data)
  redis.call('EXPIRE', key, RESUME)
end

local function keep(event, at, ms, most)
  local what = event[1]
  if what == 'room' then
    redis.call('XADD', 'chat:room:' .. event[2], 'MAXLEN', most, at, 'e', event[5])
    keep_room(event[2], ms)
  elseif what == 'topic' then
    if event[3] == '' then
      redis.call('HDEL', 'chat:topics', event[2])
    else
      redis.call('HSET', 'chat:topics', event[2], event[3])
    end
    keep_for_a_while('chat:topic:' .. event[2], TOPICS, at, event[5])
    keep_room(event[2], ms)
  elseif what == 'direct' then
    keep_for_a_while('chat:whispers:' .. event[2], WHISPERS, at, event[5])
    if event[3] ~= event[2] then
      keep_for_a_while('chat:whispers:' .. event[3], WHISPERS, at, event[5])
    end
  end
end

-- Give each event its number, keep it, and make the batch part of the conversation.
local function publish(events, most)
  if #events == 0 then return '' end
  born()
  local last = redis.call('HMGET', 'chat:meta', 'ms', 'number')
  local ms = math.max(now(), tonumber(last[1]))
  local number = tonumber(last[2])
  local data = {}
  for index, event in ipairs(events) do
    data[index] = event[5]
    if event[1] ~= '' then keep(event, id(ms, number + index), ms, most) end
  end
  number = number + #events
  local at = id(ms, number)
  redis.call('HSET', 'chat:meta', 'ms', ms, 'number', number)
  redis.call('XADD', 'chat:live', 'MINID', '~', string.format('%.0f', ms - SLACK), at,
    'e', '[' .. table.concat(data, ',') .. ']')
  return at
end

local function gone(who, nick, key)
  return {'quit', who, '', '', cjson.encode({'Gone', key, nick, who})}
end

local function person_of(server, who)
  local found = redis.call('HGET', 'chat:people:' .. server, who)
  return found and cjson.decode(found)
end

local function put(server, who, person)
  redis.call('HSET', 'chat:people:' .. server, who, cjson.encode(person))
  redis.call('HSET', 'chat:where', who, server)
end

local function forget(server, who)
  redis.call('HDEL', 'chat:people:' .. server, who)
  redis.call('HDEL', 'chat:where', who)
end

-- Names, with spaces between, are free, as far as they are this client's.
local function free(server, who, names)
  for key in string.gmatch(names, '%S+') do
    if redis.call('HGET', 'chat:names', key) == server .. ' ' .. who then
      redis.call('HDEL', 'chat:names', key)
      redis.call('HDEL', 'chat:names:' .. server, key)
    end
  end
end

local function with_room(rooms, room)
  if rooms == '' then return room end
  if string.find(' ' .. rooms .. ' ', ' ' .. room .. ' ', 1, true) then return rooms end
  return rooms .. ' ' .. room
end

local function without_room(rooms, room)
  local left = {}
  for one in string.gmatch(rooms, '%S+') do
    if one ~= room then left[#left + 1] = one end
  end
  return table.concat(left, ' ')
end

-- Bring who is where up to an event; add to events what everyone is to hear of it.
local function happen(server, event, events)
  local what, who = event[1], event[2]
  if what == 'room' or what == 'topic' or what == 'direct' or what == '' then
    events[#events + 1] = event
    return
  end
  local at = redis.call('HGET', 'chat:where', who)
  if at and at ~= server then
    -- The client has moved to another server: what this one had still to say of it
    -- is out of date, unless it is coming back.
    if what ~= 'join' then return end
    local person = person_of(at, who)
    if person then
      events[#events + 1] = gone(who, person.nick, 'moved')
    end
    forget(at, who)
    at = false
  end
  events[#events + 1] = event
  if what == 'quit' or what == 'rename' then free(server, who, event[4]) end
  if what == 'quit' then
    if at then forget(server, who) end
    return
  end
  local person = at and person_of(server, who)
  if what == 'join' then
    person = person or {rooms = '', away = ''}
    person.nick = event[4]
    person.rooms = with_room(person.rooms, event[3])
  elseif not person then
    return
  elseif what == 'leave' then
    person.rooms = without_room(person.rooms, event[3])
  elseif what == 'rename' then
    person.nick = event[3]
  elseif what == 'away' then
    person.away = event[3]
  end
  put(server, who, person)
end

-- Everyone of a server leaves, and their names are free.
local function bury(server)
  local events = {}
  local people = redis.call('HGETALL', 'chat:people:' .. server)
  for index = 1, #people, 2 do
    local who, person = people[index], cjson.decode(people[index + 1])
    events[#events + 1] = gone(who, person.nick, 'dead')
    redis.call('HDEL', 'chat:where', who)
  end
  local names = redis.call('HGETALL', 'chat:names:' .. server)
  for index = 1, #names, 2 do
    local owner = server .. ' ' .. names[index + 1]
    if redis.call('HGET', 'chat:names', names[index]) == owner then
      redis.call('HDEL', 'chat:names', names[index])
    end
  end
  local batch = redis.call('HGET', 'chat:servers', server)
  if batch then
    redis.call('SET', 'chat:batch:' .. server, batch, 'EX', RESUME)
  end
  redis.call('HDEL', 'chat:servers', server)
  redis.call('DEL', 'chat:lease:' .. server, 'chat:people:' .. server,
    'chat:names:' .. server)
  publish(events, 0)
  return #events
end

-- Shared by all scripts: the keys, the numbering of events, and the indexes.
--
-- Keys and hash fields are stored data, so they keep their names, also those that are
-- not the terms used elsewhere: "born" is the time of creation, "people" are members,
-- "whispers" are direct messages.
--
--   chat:meta             hash: ms and number of the last event, born, format;
--                         floor: indexes are complete only after this ms; changed: the
--                         id of the last batch that changed rights, and forgotten: of
--                         the last one of which chat:changes may say nothing
--   chat:changes          hash: SCOPE -> id of the last batch that changed rights in it
--   chat:live             stream: one entry per batch, a JSON array of its events; its
--                         id is that of the last event in it; trimmed by age
--   chat:room:ROOM        stream: the messages of a room, the last --keep of them
--   chat:erasing          hash: ROOM -> 1, whose stream still has former texts in memory
--   chat:eraser           the server that erases them; expires
--   chat:edited:ROOM      hash: ID -> JSON of messages of such a room that have another text
--                         by now than in its stream
--   chat:copy:ROOM        stream: the messages of such a room, as far as they are copied
--   chat:topics           hash: ROOM -> topic
--   chat:topics:set       hash: ROOM -> ms and nickname, separated by a space: who set its
--                         topic, and when; unless an earlier version did
--   chat:topics:used      sorted set: ROOM -> ms when someone was last in a room that
--                         has a topic
--   chat:topic:ROOM       stream: the topics of a room and the corrections of its
--                         messages, for clients that resume
--   chat:events:ROOM      stream: what its members were shown besides messages, topics and
--                         corrections, with the id of an account in place of a client
--   chat:whispers:MEMBER  stream: direct messages from and to a member, likewise; those
--                         of accounts do not expire
--   chat:rooms            sorted set: ROOM -> ms of the last event indexed for it
--   chat:clients          sorted set: MEMBER -> ms of its last direct message
--   chat:trimming         the server that trims; expires
--   chat:attempts:DIGEST  the ms of the last failed logins for a name; expires
--   chat:servers          hash: SERVER -> number of the last batch it stored
--   chat:lease:SERVER     expires unless its server renews it; LEASED, or 1 if that is
--                         of an earlier version, which knows of no rights
--   chat:batch:SERVER     the number of the last batch, of a server that has expired
--   chat:people:SERVER    hash: CLIENT -> JSON of a guest: nick, rooms (separated by
--                         spaces), away; of a client of an account: member, an ID
--   chat:members          hash: ID -> JSON of the member of an account that is present:
--                         as of a guest, with account and clients (separated by spaces)
--   chat:where            hash: CLIENT -> SERVER
--   chat:gone:CLIENT      exists while a server that it was connected to before may still
--                         send what it took from it
--   chat:nick:CLIENT      the last nickname of a client that has left, for when it resumes;
--                         CLIENT is a digest of its session
--   chat:names            hash: KEY -> SERVER and MEMBER, separated by a space; SERVER
--                         has a client of MEMBER, which is the ID of an account or the
--                         CLIENT of a guest
--   chat:names:SERVER     hash: KEY -> MEMBER
--   chat:values:AREA      hash: SUBJECT -> what is kept under the key AREA/SUBJECT, such
--                         as an account

local LIVE_MS = 10 * 60 * 1000       -- how long a batch stays in chat:live
local RESUME_SECONDS = 24 * 60 * 60  -- how long a client may resume
local LEASED = '2'                   -- the lease of a server that knows of rights
local ENDS = 'ends'                  -- the value of a departure that ends the session
local MAX_DIRECT = 500               -- direct messages kept per member
local MAX_TOPICS = 500               -- topics and corrections kept per room
local MAX_EVENTS = 500               -- other events kept per room

-- The streams that are trimmed, by the sorted set that names their rooms or clients.
local INDEXES = {rooms = {'chat:room:', 'chat:topic:', 'chat:events:'},
  clients = {'chat:whispers:'}}

local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function stream_id(ms, number)
  return string.format('%.0f-%.0f', ms, number)
end

local function parse_id(id)
  local ms, number = string.match(id, '^(%d+)%-(%d+)$')
  return tonumber(ms), tonumber(number)
end

local function is_before(one, other)
  local ms, number = parse_id(one)
  local other_ms, other_number = parse_id(other)
  return ms < other_ms or (ms == other_ms and number < other_number)
end

local function ensure_created()
  if redis.call('EXISTS', 'chat:meta') == 0 then
    local created_at = now_ms()
    redis.call('HSET', 'chat:meta',
      'ms', created_at, 'number', 0, 'born', created_at, 'format', 1)
  end
end

-- Read messages of a room, as they are now.
--
-- command, first, last: of XRANGE or XREVRANGE.
local function read_messages(command, room, first, last, count)
  local found = redis.call(command, 'chat:room:' .. room, first, last, 'COUNT', count)
  local edited = 'chat:edited:' .. room
  if redis.call('EXISTS', edited) == 1 then
    for _, entry in ipairs(found) do
      entry[2][2] = redis.call('HGET', edited, entry[1]) or entry[2][2]
    end
  end
  return found
end

-- Values: what is kept besides events.

local function place(key)
  local area, subject = string.match(key, '^([^/]*)/?(.*)$')
  return 'chat:values:' .. area, subject
end

-- The value of a key; false if there is none.
local function get_value(key)
  return redis.call('HGET', place(key))
end

-- Set the value of a key; false removes it.
local function set_value(key, value)
  local hash, subject = place(key)
  if value then
    redis.call('HSET', hash, subject, value)
  else
    redis.call('HDEL', hash, subject)
  end
end

-- Indexes: where events are found again.  An event is a table of an operation, its
-- three arguments (subject, value, extra), the values that change with it (JSON of KEY:
-- value, or false) and its JSON; and, once presence is brought up to it, of what rooms are
-- shown of it: pairs of a room and JSON.

-- Note that someone is in a room; without effect if the room has no topic.
local function use_topic(room, ms)
  redis.call('ZADD', 'chat:topics:used', 'XX', ms, room)
end

local function drop_topic(room)
  redis.call('HDEL', 'chat:topics', room)
  redis.call('HDEL', 'chat:topics:set', room)
  redis.call('ZREM', 'chat:topics:used', room)
end

local function set_topic(room, text, nick, ms)
  if text == '' then return drop_topic(room) end
  redis.call('HSET', 'chat:topics', room, text)
  redis.call('HSET', 'chat:topics:set', room, string.format('%.0f %s', ms, nick))
  redis.call('ZADD', 'chat:topics:used', ms, room)
end

local function add_expiring(key, max, id, json)
  redis.call('XADD', key, 'MAXLEN', max, id, 'e', json)
  redis.call('EXPIRE', key, RESUME_SECONDS)
end

-- Whether a member id is that of an account.
local function is_account(member)
  return string.sub(member, 1, 1) == '@'
end

local function add_direct(member, id, ms, json)
  local key = 'chat:whispers:' .. member
  if is_account(member) then
    -- It may log in at any time later.
    redis.call('XADD', key, 'MAXLEN', MAX_DIRECT, id, 'e', json)
  else
    add_expiring(key, MAX_DIRECT, id, json)
  end
  redis.call('ZADD', 'chat:clients', ms, member)
end

-- Only one server at a time does what a key is for, such as trimming, for as long as the
-- lease that this call renews.
local function lease_task(key, server, lease)
  local holder = redis.call('GET', key)
  if holder and holder ~= server then return false end
  redis.call('SET', key, server, 'PX', lease)
  return true
end

-- What corrections.lua does for each of its operations, before the event is indexed.
local corrections = {}

-- Add a correction to its index; its text is in the message.
local function add_correction(event, id, ms)
  local parts = cjson.decode(event.json)
  if event.operation == 'edit' then parts[6] = '' end
  add_expiring('chat:topic:' .. event.subject, MAX_TOPICS, id, cjson.encode(parts))
  redis.call('ZADD', 'chat:rooms', ms, event.subject)
end

local function index_event(event, id, ms, keep)
  for _, each in ipairs(event.shown or {}) do
    add_expiring('chat:events:' .. each[1], MAX_EVENTS, id, each[2])
    -- A room where nobody has said anything is not listed, as nothing would remove it.
    redis.call('ZADD', 'chat:rooms', 'XX', ms, each[1])
  end
  if event.changes and event.changes ~= '' then
    for key, value in pairs(cjson.decode(event.changes)) do set_value(key, value) end
  end
  local subject, value = event.subject, event.value
  if event.operation == 'room' then
    if keep > 0 then
      redis.call('XADD', 'chat:room:' .. subject, 'MAXLEN', keep, id, 'e', event.json)
    else
      redis.call('XADD', 'chat:room:' .. subject, id, 'e', event.json)
    end
    redis.call('ZADD', 'chat:rooms', ms, subject)
  elseif event.operation == 'topic' then
    set_topic(subject, value, event.extra, ms)
    add_expiring('chat:topic:' .. subject, MAX_TOPICS, id, event.json)
    redis.call('ZADD', 'chat:rooms', ms, subject)
  elseif event.operation == 'close' then
    drop_topic(subject)
  elseif event.operation == 'direct' then
    add_direct(subject, id, ms, event.json)
    if value ~= subject and value ~= '' then
      add_direct(value, id, ms, event.json)
    end
  elseif event.operation == 'join' then
    use_topic(value, ms)
  elseif corrections[event.operation] then
    corrections[event.operation](event)
    add_correction(event, id, ms)
  end
end

-- Of corrections of one message in one batch the last one counts: the others have texts
-- that it does not have any more.
local function drop_superseded(events, index, parts)
  local event = events[index]
  local positions = ' ' .. event.value .. ' '
  for before = 1, index - 1 do
    local other = events[before]
    if other.operation == 'edit' and other.subject == event.subject
        and string.find(positions, ' ' .. other.value .. ' ', 1, true) then
      parts[before] = cjson.encode({'Removed', cjson.decode(other.json)[2]})
    end
  end
end

-- Number and index the events, and append them to chat:live as one batch.  Of each
-- room the last keep messages stay; all if that is 0.
-- Returns the id of the batch; the empty string if there are no events.
local function publish(events, keep)
  if #events == 0 then return '' end
  ensure_created()
  local last = redis.call('HMGET', 'chat:meta', 'ms', 'number')
  local ms = math.max(now_ms(), tonumber(last[1]))
  local number = tonumber(last[2])
  local parts = {}
  for index, event in ipairs(events) do
    parts[index] = event.json
    if event.operation == 'delete' or event.operation == 'edit' then
      drop_superseded(events, index, parts)
    end
    index_event(event, stream_id(ms, number + index), ms, keep)
  end
  number = number + #events
  local id = stream_id(ms, number)
  redis.call('HSET', 'chat:meta', 'ms', ms, 'number', number)
  redis.call('XADD', 'chat:live', 'MINID', '~', string.format('%.0f', ms - LIVE_MS), id,
    'e', '[' .. table.concat(parts, ',') .. ']')
  return id
end

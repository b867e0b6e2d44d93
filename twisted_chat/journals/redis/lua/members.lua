-- Shared by all scripts: the members on all servers, and their nicknames.
--
-- A member is a guest with one client, or an account with clients on any servers.  It is
-- present while any of them is.

local function add_word(words, word)
  if word == '' then return words end
  if words == '' then return word end
  if string.find(' ' .. words .. ' ', ' ' .. word .. ' ', 1, true) then return words end
  return words .. ' ' .. word
end

local function remove_word(words, word)
  local kept = {}
  for each in string.gmatch(words, '%S+') do
    if each ~= word then kept[#kept + 1] = each end
  end
  return table.concat(kept, ' ')
end

-- The member of an account; nothing if it is not present.
local function load_account(id)
  local json = redis.call('HGET', 'chat:members', id)
  return json and cjson.decode(json)
end

-- The member of a client on a server, and the id of the member; nothing if the client is
-- not there.
local function load_member(server, client)
  local json = redis.call('HGET', 'chat:people:' .. server, client)
  if not json then return nil end
  local found = cjson.decode(json)
  if not found.member then return found, client end
  return load_account(found.member), found.member
end

local function save_account(id, member)
  redis.call('HSET', 'chat:members', id, cjson.encode(member))
end

local function save_member(server, client, id, member)
  local entry = member
  if member.account then
    save_account(id, member)
    entry = {member = id}
  end
  redis.call('HSET', 'chat:people:' .. server, client, cjson.encode(entry))
  redis.call('HSET', 'chat:where', client, server)
end

-- Keep the nickname of a client that leaves, for when it resumes.
local function keep_nickname(client, member)
  redis.call('SET', 'chat:nick:' .. client, member.nick, 'EX', RESUME_SECONDS)
end

local function quit_event(client, nick, key)
  return {operation = 'quit', subject = client, value = '', extra = '',
    json = cjson.encode({'Gone', key, nick, client})}
end

-- What rooms are shown.

-- The JSON of an event with the id of a member in place of a client of it.
local function as_member(json, client, id)
  if not id or id == client then return json end
  local parts = cjson.decode(json)
  for index = 3, #parts do
    if parts[index] == client then parts[index] = id end
  end
  return cjson.encode(parts)
end

-- Note that rooms, separated by spaces, are shown the JSON of an event.
local function show_in(event, rooms, json)
  event.shown = event.shown or {}
  for room in string.gmatch(rooms, '%S+') do
    event.shown[#event.shown + 1] = {room, json}
  end
end

-- Nicknames.

local function delete_name(server, key)
  redis.call('HDEL', 'chat:names', key)
  redis.call('HDEL', 'chat:names:' .. server, key)
end

-- Release one key of a name, if this member on this server owns it.
local function release_name(server, id, key)
  if redis.call('HGET', 'chat:names', key) == server .. ' ' .. id then
    delete_name(server, key)
  end
end

-- The same on whichever server: an account that is present needs the key no longer.
local function release_former_name(server, id, key)
  if is_account(id) then
    local owner = redis.call('HGET', 'chat:names', key)
    if owner then
      local holder, member = string.match(owner, '^(%S+) (.*)$')
      if member == id then delete_name(holder, key) end
    end
  else
    release_name(server, id, key)
  end
end

-- A server with a client of an account, if possible this one.
local function server_of(server, member)
  local found = nil
  for client in string.gmatch(member.clients, '%S+') do
    local at = redis.call('HGET', 'chat:where', client)
    if at == server then return at end
    found = found or at
  end
  return found
end

-- An account may have no client on this server any more: another one, which has some,
-- owns this key for it.
local function pass_on_name(server, id, member, key)
  local other = server_of(server, member)
  if other and other ~= server
      and redis.call('HGET', 'chat:names', key) == server .. ' ' .. id then
    delete_name(server, key)
    redis.call('HSET', 'chat:names', key, other .. ' ' .. id)
    redis.call('HSET', 'chat:names:' .. other, key, id)
  end
end

-- A member loses a client, and with the last one is gone.
-- Returns: whether it is.
local function take_client(server, client, id, member)
  redis.call('HDEL', 'chat:people:' .. server, client)
  redis.call('HDEL', 'chat:where', client)
  redis.call('SET', 'chat:gone:' .. client, '1', 'PX', LIVE_MS)
  if not member or not member.account then return true end
  member.clients = remove_word(member.clients, client)
  if member.clients == '' then
    redis.call('HDEL', 'chat:members', id)
    return true
  end
  save_account(id, member)
  return false
end

-- Events.  Each function brings presence up to one kind of event.

-- Arguments: CLIENT ROOM, and NICK or, of an account, NICK ID ACCOUNT; ROOM is empty if it
-- joins none.  Appends to events the departure of a client that comes from another server
-- or belongs to another member.
local function join(server, event, events)
  local client, room = event.subject, event.value
  local nick, id, account = string.match(event.extra, '^(%S+) (%S+) (%S+)$')
  if not id then nick, id = event.extra, client end
  local at = redis.call('HGET', 'chat:where', client)
  local member = nil
  if at then
    local former, former_id = load_member(at, client)
    if former and former_id == id and (account or at == server) then
      member = former
      if at ~= server then redis.call('HDEL', 'chat:people:' .. at, client) end
    else
      local moved = nil
      if former and at ~= server then
        moved = quit_event(client, former.nick, 'moved')
        events[#events + 1] = moved
      end
      if take_client(at, client, former_id, former) and moved then
        show_in(moved, former.rooms, as_member(moved.json, client, former_id))
      end
    end
  end
  if account then
    member = member or load_account(id)
      or {nick = nick, rooms = '', away = '', account = account, clients = ''}
    member.clients = add_word(member.clients, client)
  else
    member = member or {rooms = '', away = ''}
    member.nick = nick
  end
  local rooms = add_word(member.rooms, room)
  if rooms ~= member.rooms then
    show_in(event, room, as_member(event.json, client, id))
  end
  member.rooms = rooms
  save_member(server, client, id, member)
end

-- Arguments: CLIENT ENDS KEY...
local function quit(server, event)
  local client = event.subject
  local member, id = load_member(server, client)
  if event.value == ENDS then
    redis.call('DEL', 'chat:nick:' .. client)
  elseif member then
    keep_nickname(client, member)
  end
  id = id or client
  local is_gone = take_client(server, client, id, member)
  if is_gone and member then
    show_in(event, member.rooms, as_member(event.json, client, id))
  end
  for key in string.gmatch(event.extra, '%S+') do
    if is_gone then
      release_name(server, id, key)
    else
      pass_on_name(server, id, member, key)
    end
  end
end

-- Note that the rooms of a member are shown that it has another nickname.
local function show_renamed(event, rooms, old, new, id)
  if old ~= new then
    show_in(event, rooms, cjson.encode({'Renamed', '', old, new, id}))
  end
end

-- Arguments: CLIENT ID, and NICK ACCOUNT KEY...
local function login(server, event)
  local client, id = event.subject, event.value
  local guest, guest_id = load_member(server, client)
  if not guest or guest.account then return end
  local nick, account, keys = string.match(event.extra, '^(%S+) (%S+) ?(.*)$')
  local member = load_account(id)
  if member then
    show_in(event, guest.rooms, cjson.encode({'Gone', '', guest.nick, client}))
  else
    member = {nick = nick, rooms = guest.rooms, away = guest.away, account = account,
      clients = ''}
    show_renamed(event, guest.rooms, guest.nick, nick, id)
  end
  member.clients = add_word(member.clients, client)
  save_member(server, client, id, member)
  for key in string.gmatch(keys, '%S+') do release_name(server, guest_id, key) end
end

-- Arguments: CLIENT NICK KEY...
local function logout(server, event)
  local client = event.subject
  local member, id = load_member(server, client)
  if not member or not member.account then return end
  local is_gone = take_client(server, client, id, member)
  local guest = {nick = event.value, rooms = member.rooms,
    away = is_gone and member.away or ''}
  if is_gone then
    show_renamed(event, guest.rooms, member.nick, guest.nick, client)
  else
    for room in string.gmatch(guest.rooms, '%S+') do
      show_in(event, room, cjson.encode({'Joined', '', room, guest.nick, client}))
    end
  end
  save_member(server, client, client, guest)
  for key in string.gmatch(event.extra, '%S+') do
    if is_gone then
      release_name(server, id, key)
    else
      pass_on_name(server, id, member, key)
    end
  end
end

-- Arguments: CLIENT VALUE KEY...
local function change(server, event)
  local member, id = load_member(server, event.subject)
  local operation, value = event.operation, event.value
  for key in string.gmatch(event.extra, '%S+') do
    release_former_name(server, id or event.subject, key)
  end
  if not member then return end
  if operation == 'leave' then
    local rooms = remove_word(member.rooms, value)
    if rooms ~= member.rooms then
      show_in(event, value, as_member(event.json, event.subject, id))
    end
    member.rooms = rooms
  elseif operation == 'switch' then
    local others = remove_word(member.rooms, value)
    if others ~= member.rooms then member.rooms = add_word(others, value) end
  elseif operation == 'rename' then
    show_renamed(event, member.rooms, member.nick, value, id)
    member.nick = value
  elseif operation == 'away' then
    member.away = value
  end
  save_member(server, event.subject, id, member)
end

-- Note that a room is shown what was changed in it.  EXTRA of the event is CLIENT JSON.
local function show_in_room(server, event, room)
  local client, json = string.match(event.extra, '^(%S*) (.*)$')
  if not json then return end
  local _, id = load_member(server, client)
  show_in(event, room, as_member(json, client, id))
end

-- Arguments: ROOM, and CLIENT JSON.
local function show(server, event)
  show_in_room(server, event, event.subject)
end

-- Take a member out of a room, on whichever servers it is.  Arguments: ID ROOM, and
-- CLIENT JSON of what the room is shown.
local function remove(server, event)
  local id, room = event.subject, event.value
  show_in_room(server, event, room)
  local at, member = nil, nil
  if is_account(id) then
    member = load_account(id)
  else
    at = redis.call('HGET', 'chat:where', id)
    -- A guest may have logged in since.
    if at then member, id = load_member(at, id) end
  end
  if not member then return end
  member.rooms = remove_word(member.rooms, room)
  if member.account then
    save_account(id, member)
  else
    save_member(at, id, id, member)
  end
end

local APPLY = {join = join, quit = quit, login = login, logout = logout,
  leave = change, switch = change, rename = change, away = change, remove = remove,
  show = show}

-- Whether a client is connected to another server by now, or has been and is gone.
local function is_elsewhere(server, client)
  if client == '' then return false end
  local at = redis.call('HGET', 'chat:where', client)
  if at then return at ~= server end
  return redis.call('EXISTS', 'chat:gone:' .. client) == 1
end

-- Bring presence up to an event, and append to events what is to be published of it.
-- Returns: false if nothing is, as its client is not on this server any more.
local function apply_event(server, event, events)
  if event.operation ~= 'join' and is_elsewhere(server, event.client) then
    return false
  end
  local apply = APPLY[event.operation]
  if apply then apply(server, event, events) end
  events[#events + 1] = event
  return true
end

-- Remove a server: all its clients quit; the names of members that are gone are free.
local function expire_server(server)
  local events = {}
  local clients = redis.call('HGETALL', 'chat:people:' .. server)
  for index = 1, #clients, 2 do
    local client = clients[index]
    local member, id = load_member(server, client)
    local event = nil
    if member then
      event = quit_event(client, member.nick, 'expired')
      events[#events + 1] = event
      keep_nickname(client, member)
    end
    if take_client(server, client, id, member) and event then
      show_in(event, member.rooms, as_member(event.json, client, id))
    end
  end
  local names = redis.call('HGETALL', 'chat:names:' .. server)
  for index = 1, #names, 2 do
    local key, id = names[index], names[index + 1]
    local member = is_account(id) and load_account(id)
    if member then
      pass_on_name(server, id, member, key)
    else
      release_name(server, id, key)
    end
  end
  local batch = redis.call('HGET', 'chat:servers', server)
  if batch then
    redis.call('SET', 'chat:batch:' .. server, batch, 'EX', RESUME_SECONDS)
  end
  redis.call('HDEL', 'chat:servers', server)
  redis.call('DEL', 'chat:lease:' .. server, 'chat:people:' .. server,
    'chat:names:' .. server)
  publish(events, 0)
  return #events
end

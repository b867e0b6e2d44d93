-- Rechecks: which events depend on a change of rights that their server had not announced.
--
-- Rights are changed in a scope, see core/submission.py.  A batch is compared with the last
-- change in each scope.  Only the script that appends has this part.

local MAX_SCOPES = 1000           -- changes that are kept; with one more all are forgotten
local ANYWHERE = '/anywhere'      -- the scope of those that depend on every change

-- Find the events that depend on a change after an id.
--
-- Returns: their indexes, from 0 on, and the id of the last change.
local function find_outdated(events, seen)
  local found = {}
  local meta = redis.call('HMGET', 'chat:meta', 'changed', 'forgotten')
  local last, forgotten = meta[1], meta[2]
  if not last or not is_before(seen, last) then return found, last end
  local is_unknown = forgotten and is_before(seen, forgotten)
  local changed = {}
  local function is_changed(scope)
    if is_unknown or scope == ANYWHERE then return true end
    if changed[scope] == nil then
      local id = redis.call('HGET', 'chat:changes', scope)
      changed[scope] = id and is_before(seen, id) or false
    end
    return changed[scope]
  end
  for index, event in ipairs(events) do
    for scope in string.gmatch(event.scopes, '%S+') do
      if is_changed(scope) then
        found[#found + 1] = index - 1
        break
      end
    end
  end
  return found, last
end

-- Note what the events of a batch have changed.
local function note_changes(events, id)
  local any = false
  for _, event in ipairs(events) do
    if event.scope and event.scope ~= '' then
      redis.call('HSET', 'chat:changes', event.scope, id)
      any = true
    end
  end
  if not any then return end
  redis.call('HSET', 'chat:meta', 'changed', id)
  if redis.call('HLEN', 'chat:changes') > MAX_SCOPES then
    redis.call('DEL', 'chat:changes')
    redis.call('HSET', 'chat:meta', 'forgotten', id)
  end
end

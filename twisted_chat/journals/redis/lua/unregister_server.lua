-- Remove a server that stops; its remaining members quit.
--
-- Arguments: SERVER.  Returns: how many members quit.
local members = expire_server(ARGV[1])
redis.call('DEL', 'chat:batch:' .. ARGV[1])
if redis.call('HLEN', 'chat:servers') == 0 then
  -- Nobody follows it any more, and what it has is in the indexes, if it is kept.
  redis.call('DEL', 'chat:live')
end
return members

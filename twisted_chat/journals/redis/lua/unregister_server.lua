-- Remove a server that stops; its remaining members quit.
--
-- Arguments: SERVER.  Returns: how many members quit.
local members = expire_server(ARGV[1])
redis.call('DEL', 'chat:batch:' .. ARGV[1])
return members

-- Release the keys of names that a member owns on this server; those of an account that
-- is present, on any.
--
-- Arguments: SERVER MEMBER KEY...
local server, member = ARGV[1], ARGV[2]
local release = release_name
if redis.call('HEXISTS', 'chat:members', member) == 1 then release = release_former_name end
for index = 3, #ARGV do release(server, member, ARGV[index]) end
return 'OK'

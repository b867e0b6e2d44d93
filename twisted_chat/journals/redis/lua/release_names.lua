-- Release the keys of names that a client owns on this server.
--
-- Arguments: SERVER CLIENT KEY...
local server, client = ARGV[1], ARGV[2]
for index = 3, #ARGV do release_name(server, client, ARGV[index]) end
return 'OK'

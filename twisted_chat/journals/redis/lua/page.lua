-- Read messages of a room.
--
-- Arguments: COMMAND ROOM START END COUNT, as of XRANGE or XREVRANGE.
-- Returns: what that command does.
return read_messages(ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5])

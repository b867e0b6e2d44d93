-- Change values, if others are as expected.
--
-- Arguments: how many are expected, then KEY STATE VALUE of each of these and of each
-- change.  STATE is 'present', or 'absent' where there is to be no such key.
-- Returns: 1, or 0 if nothing was changed.
local changes_from = 2 + 3 * tonumber(ARGV[1])
for index = 2, changes_from - 1, 3 do
  local expected = ARGV[index + 1] == 'present' and ARGV[index + 2]
  if get_value(ARGV[index]) ~= expected then return 0 end
end
for index = changes_from, #ARGV, 3 do
  set_value(ARGV[index], ARGV[index + 1] == 'present' and ARGV[index + 2])
end
return 1

-- Read values.
--
-- Arguments: KEY...
-- Returns: the value of each key; nil where there is none.
local found = {}
for index, key in ipairs(ARGV) do found[index] = get_value(key) end
return found

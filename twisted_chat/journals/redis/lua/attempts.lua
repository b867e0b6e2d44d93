-- Read the attempts of a subject, and perhaps count one more.
--
-- Arguments: SUBJECT MOST MS.  Of the subject the last MOST are kept, until MS after the
-- last one; if MOST is 0, none is counted.
-- Returns: how many ms ago each was, the oldest first.
local key, most = 'chat:attempts:' .. ARGV[1], tonumber(ARGV[2])
local now, times, texts = now_ms(), {}, {}
for time in string.gmatch(redis.call('GET', key) or '', '%d+') do
  times[#times + 1] = tonumber(time)
end
if most > 0 then
  times[#times + 1] = now
  if #times > most then table.remove(times, 1) end
  for index, time in ipairs(times) do texts[index] = string.format('%.0f', time) end
  redis.call('SET', key, table.concat(texts, ' '), 'PX', ARGV[3])
end
for index, time in ipairs(times) do times[index] = now - time end
return times

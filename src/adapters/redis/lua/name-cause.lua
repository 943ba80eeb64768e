--[[
Gives a cause of entries the number that entries hold: the same text the same number.

KEYS  1 causes of the list    ARGV  1 the cause as text
Reply its number
]]
local causes, text = KEYS[1], ARGV[1]
local number = redis.call('HGET', causes, 'n:' .. text)
if number then return tonumber(number) end
local new = redis.call('HINCRBY', causes, 'last', 1)
redis.call('HSET', causes, 'n:' .. text, new, 't:' .. new, text)
return new

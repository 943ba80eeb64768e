--[[
Writes what one campaign holds and wants of what all share, unless somebody wrote since it was decided.

KEYS  1 shared room
ARGV  1 version expected   2 campaign   3 its holding (JSON), '' for none
Reply 1 | 0 (not as it was read)
]]
local roomKey = KEYS[1]
local expected, campaign, holding = unpack(ARGV)
if (redis.call('HGET', roomKey, '~') or '0') ~= expected then return 0 end
if holding == '' then redis.call('HDEL', roomKey, campaign) else redis.call('HSET', roomKey, campaign, holding) end
redis.call('HINCRBY', roomKey, '~', 1)
return 1

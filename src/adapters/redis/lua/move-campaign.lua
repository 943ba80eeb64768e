--[[
Moves a campaign to another state if nobody changed it since it was read, and records who asked.

KEYS  1 campaign  2 trail
ARGV  1 version expected  2 new state  3 reason  4 reason for people  5 trail entry (JSON)
Reply 1 moved | 0 it is no longer as read
]]
local campaignKey, trailKey = unpack(KEYS)
local version, state, reason, reasonText, entry = unpack(ARGV)
if redis.call('HGET', campaignKey, 'version') ~= version then return 0 end
redis.call('HSET', campaignKey, 'state', state, 'reason', reason, 'reasonText', reasonText)
redis.call('HINCRBY', campaignKey, 'version', 1)
redis.call('RPUSH', trailKey, entry)
return 1

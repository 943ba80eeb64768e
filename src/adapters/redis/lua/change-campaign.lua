--[[
Gives a campaign other settings if nobody changed it since it was read, and records who asked.

KEYS  1 campaign  2 zones  3 trail
ARGV  1 version expected  2 'pages/open imports' expected, '' for any  3 settings (canonical JSON)
      4 the campaign's own time zone  5 trail entry (JSON)
Reply 1 changed | 0 it is no longer as read

With the pages and open imports as they were read, no list has brought callees in between, nor begun to be read.
]]
local campaignKey, zonesKey, trailKey = unpack(KEYS)
local version, lists, settings, zone, entry = unpack(ARGV)
local held = redis.call('HMGET', campaignKey, 'version', 'pagesTotal', 'importsOpen')
if held[1] ~= version then return 0 end
if lists ~= '' and held[2] .. '/' .. held[3] ~= lists then return 0 end
redis.call('HSET', campaignKey, 'settings', settings)
redis.call('HINCRBY', campaignKey, 'version', 1)
-- The first zone is the campaign's own. It becomes another one only where there is no callee that means it.
redis.call('LSET', zonesKey, 0, zone)
redis.call('RPUSH', trailKey, entry)
return 1

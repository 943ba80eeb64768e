--[[
Creates a campaign unless its id is taken.

KEYS  1 campaign  2 zones  3 trail
ARGV  1 settings (canonical JSON)  2 now, epoch ms  3 the campaign's own time zone
Reply 'created' | 'same' (taken by equal settings) | 'different'
]]
local campaignKey, zonesKey, trailKey = unpack(KEYS)
local settings, now, zone = unpack(ARGV)
local held = redis.call('HGET', campaignKey, 'settings')
if held then return held == settings and 'same' or 'different' end
redis.call('HSET', campaignKey, 'settings', settings, 'state', 'draft', 'reason', 'created', 'reasonText', 'not started yet',
  'createdAt', now, 'pagesTotal', 0, 'batchNext', 1, 'importsOpen', 0, 'version', 1, 'index', '')
redis.call('RPUSH', zonesKey, zone)
redis.call('RPUSH', trailKey, cjson.encode({ at = tonumber(now), by = 'ringmaster', to = 'draft', reason = 'created' }))
return 'created'

--[[
Ends an import once. A running campaign whose callees are all final, and that has no other import open, completes.

KEYS  1 import  2 campaign  3 counts  4 trail
ARGV  1 'done' or 'failed'  2 reason, or ''  3 now, epoch ms
Reply 1 closed | 0 it was closed already
]]
local importKey, campaignKey, countsKey, trailKey = unpack(KEYS)
local state, reason, now = unpack(ARGV)
local held = redis.call('HGET', importKey, 'state')
if not held or held == 'done' or held == 'failed' then return 0 end
redis.call('HSET', importKey, 'state', state, 'reason', reason, 'closedAt', now)
local open = redis.call('HINCRBY', campaignKey, 'importsOpen', -1)
local running = redis.call('HGET', campaignKey, 'state') == 'running'
local counts = redis.call('HMGET', countsKey, 'unfinished', 'accepted')
if running and open == 0 and tonumber(counts[1] or '0') == 0 and tonumber(counts[2] or '0') > 0 then
  redis.call('HSET', campaignKey, 'state', 'completed', 'reason', 'all_final', 'reasonText', 'every callee is final')
  redis.call('HINCRBY', campaignKey, 'version', 1)
  redis.call('RPUSH', trailKey, cjson.encode({ at = tonumber(now), by = 'ringmaster', from = 'running', to = 'completed', reason = 'all_final' }))
end
return 1

--[[
Registers an import, and counts it among the campaign's open imports. One that failed is opened again: it goes on
behind the last row it took, since its failure may have lain outside the file, or in how it was read: a new wish
replaces the old one.

KEYS  1 import  2 campaign  3 imports
ARGV  1 import id  2 wish, or ''  3... field, value pairs of the record
Reply 1 opened, or opened again | 0 an import with this id is under way or done
]]
local importKey, campaignKey, importsKey = unpack(KEYS)
local wish = ARGV[2]
local held = redis.call('HGET', importKey, 'state')
if held and held ~= 'failed' then return 0 end
if held then
  redis.call('HSET', importKey, 'state', 'waiting', 'reason', '', 'closedAt', 0)
else
  redis.call('HSET', importKey, unpack(ARGV, 3))
  redis.call('SADD', importsKey, ARGV[1])
end
if wish ~= '' then redis.call('HSET', importKey, 'wish', wish) end
redis.call('HINCRBY', campaignKey, 'importsOpen', 1)
return 1

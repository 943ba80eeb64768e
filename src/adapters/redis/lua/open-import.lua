--[[
Registers an import once and counts it among the campaign's open imports.

KEYS  1 import  2 campaign  3 imports
ARGV  1 import id  2... field, value pairs of the record
Reply 1 opened | 0 an import with this id exists
]]
local importKey, campaignKey, importsKey = unpack(KEYS)
if redis.call('EXISTS', importKey) == 1 then return 0 end
redis.call('HSET', importKey, unpack(ARGV, 2))
redis.call('SADD', importsKey, ARGV[1])
redis.call('HINCRBY', campaignKey, 'importsOpen', 1)
return 1

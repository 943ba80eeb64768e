--[[
Gives the index of a time zone in the campaign's list, adding the zone when it is new.

One script, because the index is one byte of a callee's record: two importers that each found room for one more
zone would otherwise add a 257th, and its callees would be called by the clock of the first.

KEYS  1 zones
ARGV  1 time zone  2 zones at most
Reply index, from 0 | -1 the list is full
]]
local zonesKey = KEYS[1]
local zone, zonesMax = unpack(ARGV)
local held = redis.call('LPOS', zonesKey, zone)
if held then return held end
if redis.call('LLEN', zonesKey) >= tonumber(zonesMax) then return -1 end
return redis.call('RPUSH', zonesKey, zone) - 1

--[[
Looks numbers up in one part of a suppression list. Reads the version first, so that whatever is added afterwards
gives another one.

KEYS  1 part
ARGV  1 key base of the part    2 fingerprint of the key that made the fields    3 numbers: "field place field place ..."
Reply {'key'} another key made the fields that the part has
      | {'found', version, "index value index value ..."}: the places among the numbers, from 0, of those found
]]
local part = KEYS[1]
local base, key, numbers = unpack(ARGV)

local held = redis.call('HMGET', part, 'key', 'buckets', 'version', 'entries')
if not held[1] then return { 'found', 0, '' } end
if held[1] ~= key and held[4] ~= '0' then return { 'key' } end
local buckets = tonumber(held[2])
local half = 1
while half * 2 <= buckets do half = half * 2 end

local found, index = {}, 0
for field, place in string.gmatch(numbers, '(%S+) (%S+)') do
  place = tonumber(place)
  local bucket = place % (half * 2)
  if bucket >= buckets then bucket = place % half end
  local value = redis.call('HGET', base .. bucket, field)
  if value then found[#found + 1] = index .. ' ' .. value end
  index = index + 1
end
return { 'found', tonumber(held[3] or '0'), table.concat(found, ' ') }

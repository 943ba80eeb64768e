--[[
Takes entries out of some buckets of one part of a suppression list: one named entry, those that have expired, or
all of them. Buckets are not joined again: a list that shrank keeps its few bytes for each, and may grow again.

KEYS  1 part
ARGV  1 key base of the part      2 fingerprint of the key that made the fields, '' where any will do
      3 'field', 'expired', 'all'
      4 field, 'expired': now in epoch seconds, 'all': ''
      5 place of the field, else the first bucket     6 buckets to look through; the first one follows the last
Reply {'key'} another key made the fields that the part has | {'dropped', entries dropped, the bucket to go on with}
]]
local part = KEYS[1]
local base, key, what, which, first, count = unpack(ARGV)
first, count = tonumber(first), tonumber(count)

local held = redis.call('HMGET', part, 'key', 'buckets', 'expiring', 'entries')
if not held[1] then return { 'dropped', 0, 0 } end
if key ~= '' and held[1] ~= key and held[4] ~= '0' then return { 'key' } end
local buckets = tonumber(held[2])

local function expiryOf(value)
  local text = string.match(value, '^%d+:(%w+)')
  return text and tonumber(text, 36)
end

local dropped, expiring = 0, 0
local function drop(bucket, field, value)
  redis.call('HDEL', bucket, field)
  dropped = dropped + 1
  if expiryOf(value) then expiring = expiring + 1 end
end

local next = 0
if what == 'field' then
  local half = 1
  while half * 2 <= buckets do half = half * 2 end
  local number = first % (half * 2)
  if number >= buckets then number = first % half end
  local bucket = base .. number
  local value = redis.call('HGET', bucket, which)
  if value then drop(bucket, which, value) end
elseif what == 'all' or tonumber(held[3] or '0') > 0 then
  local now = tonumber(which)
  for step = 0, math.min(count, buckets) - 1 do
    local bucket = base .. ((first + step) % buckets)
    local entries = redis.call('HGETALL', bucket)
    for i = 1, #entries, 2 do
      local expiry = expiryOf(entries[i + 1])
      if what == 'all' or (expiry and expiry <= now) then drop(bucket, entries[i], entries[i + 1]) end
    end
  end
  next = (first + count) % buckets
end
if dropped > 0 then
  -- Not -expiring: Lua's negative zero is no integer to Redis.
  redis.call('HINCRBY', part, 'entries', 0 - dropped)
  redis.call('HINCRBY', part, 'expiring', 0 - expiring)
end
return { 'dropped', dropped, next }

--[[
Adds entries to one part of a suppression list, all or nothing. An entry that is there already stays; of two
expiries the longer one stands. One that has expired is replaced and counts as added.

The part grows by linear hashing: with every so many entries one bucket is split into itself and a new one, so that
buckets stay small hashes (listpacks), no call ever moves the whole part, and a look-up reads one bucket.
The version grows with every call that changed anything, in the same move: who looks up after this finds the entries.

KEYS  1 part (hash: key, buckets, entries, expiring, version)
ARGV  1 key base of the part    2 fingerprint of the key that made the fields    3 now, epoch seconds
      4 entries per bucket      5 entries: "field place value field place value ..."
Places: an integer made from the field, see suppression-place.ts. Values: "cause", "cause:expiry" or "cause:expiry:added"; times are epoch seconds in base 36, no expiry is ''.
Reply {'key'} another key made the fields that the part has | {'added', added, known}
]]
local part = KEYS[1]
local base, key, now, bucketEntries, given = unpack(ARGV)
now, bucketEntries = tonumber(now), tonumber(bucketEntries)

local held = redis.call('HMGET', part, 'key', 'buckets', 'entries', 'expiring')
if held[1] and held[1] ~= key and held[3] ~= '0' then return { 'key' } end
local buckets, entries, expiring = tonumber(held[2] or '1'), tonumber(held[3] or '0'), tonumber(held[4] or '0')
local half = 1
while half * 2 <= buckets do half = half * 2 end

-- The same as placeOf in suppression-place.ts, without the part: exact, since no product reaches 2^53.
local function placeOf(field)
  local hash = 0
  for i = 1, #field do hash = (hash * 65599 + string.byte(field, i)) % 2147483647 end
  return math.floor(hash / 8)
end

local function bucketOf(place)
  local bucket = place % (half * 2)
  if bucket >= buckets then bucket = place % half end
  return bucket
end

local function expiryOf(value)
  local text = string.match(value, '^%d+:(%w+)')
  return text and tonumber(text, 36)
end

local function split()
  local new = buckets
  local from = base .. (new - half)
  buckets = buckets + 1
  if buckets >= half * 2 then half = half * 2 end
  local pairsOf, moved, gone = redis.call('HGETALL', from), {}, {}
  for i = 1, #pairsOf, 2 do
    if bucketOf(placeOf(pairsOf[i])) == new then
      moved[#moved + 1], moved[#moved + 2] = pairsOf[i], pairsOf[i + 1]
      gone[#gone + 1] = pairsOf[i]
    end
  end
  if #gone > 0 then
    redis.call('HSET', base .. new, unpack(moved))
    redis.call('HDEL', from, unpack(gone))
  end
end

local added, known, changed = 0, 0, 0
for field, place, value in string.gmatch(given, '(%S+) (%S+) (%S+)') do
  local bucket = base .. bucketOf(tonumber(place))
  local old = redis.call('HGET', bucket, field)
  local expiry, oldExpiry = expiryOf(value), old and expiryOf(old)
  local over = oldExpiry and oldExpiry <= now
  if old and not over then known = known + 1 else added = added + 1 end
  if not old or over or (oldExpiry and (not expiry or expiry > oldExpiry)) then
    redis.call('HSET', bucket, field, value)
    changed = changed + 1
    if oldExpiry then expiring = expiring - 1 end
    if expiry then expiring = expiring + 1 end
  end
  if not old then
    entries = entries + 1
    if entries > buckets * bucketEntries then split() end
  end
end
redis.call('HSET', part, 'key', key, 'buckets', buckets, 'entries', entries, 'expiring', expiring)
if changed > 0 then redis.call('HINCRBY', part, 'version', 1) end
return { 'added', added, known }

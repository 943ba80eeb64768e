--[[
Ends reservations in one part of the call ledger and writes the dials that happened. What is done already is left as
it is, so that the same may be told again: where no reservation is left to end, a dial is written only if it is new.

The dials of a day lie in a row of small strings, one record behind the other: the number's field, then when and by
which attempt. A bucket is told by the first four digits of a field. The row grows by linear hashing, one bucket split at a
time, as in add-suppressed.lua. A day dies as a whole, some time after its last dial.

KEYS  1 reservations of the part (hash field -> ids, one behind the other)
ARGV  1 key base of the part    2 records per bucket of a day    3 seconds for which a day is kept
      4 dials: "field id day record ..."
Of each dial: field of the number; the reservation that ends, or '-'; day and record of the dial without the field, or
'-' twice.
Reply {'settled', reservations ended, dials written}
]]
local reservations = KEYS[1]
local base, bucketRecords, kept, dials = unpack(ARGV)
bucketRecords = tonumber(bucketRecords)
local ID, RECORD = 8, 14
local byte, char, find, sub = string.byte, string.char, string.find, string.sub

local function positionOf(list, item, width)
  local at = find(list, item, 1, true)
  while at and at % width ~= 1 do at = find(list, item, at + 1, true) end
  return at
end

local function dayOf(name)
  local held = redis.call('HMGET', base .. 'd' .. name, 'buckets', 'records')
  local buckets, half = tonumber(held[1] or '1'), 1
  while half * 2 <= buckets do half = half * 2 end
  return { base = base .. 'd' .. name .. ':', buckets = buckets, half = half, records = tonumber(held[2] or '0'), written = 0 }
end

-- A bucket's key, written so since Lua is slow to make a text of a number.
local function keyOf(day, bucket)
  local low, middle = bucket % 64, bucket % 4096
  return day.base .. char(48 + (bucket - middle) / 4096, 48 + (middle - low) / 64, 48 + low)
end

-- The bucket of the field that stands in a text at a place.
local function bucketOf(day, text, at)
  local a, b, c, d = byte(text, at, at + 3)
  local bucket = (((a * 131 + b) * 131 + c) * 131 + d) % (day.half * 2)
  return bucket >= day.buckets and bucket - day.half or bucket
end

local function split(day)
  local new = day.buckets
  local oldKey, newKey = keyOf(day, new - day.half), keyOf(day, new)
  day.buckets = new + 1
  if day.buckets >= day.half * 2 then day.half = day.half * 2 end
  local held, stays, moves = redis.call('GET', oldKey) or '', {}, {}
  for at = 1, #held, RECORD do
    local to = bucketOf(day, held, at) == new and moves or stays
    to[#to + 1] = sub(held, at, at + RECORD - 1)
  end
  if #moves == 0 then return end
  redis.call('SET', newKey, table.concat(moves), 'EX', kept)
  if #stays == 0 then redis.call('DEL', oldKey) else redis.call('SET', oldKey, table.concat(stays), 'KEEPTTL') end
end

local asked, given = {}, {}
for field, id, name, record in string.gmatch(dials, '(%S+) (%S+) (%S+) (%S+)') do
  asked[#asked + 1], given[#given + 1] = field, { field, id, name, record }
end

-- Reservations first: what becomes of each field's ids.
local left, ended = {}, 0
local held = redis.call('HMGET', reservations, unpack(asked))
for i, dial in ipairs(given) do
  local field, ids = dial[1], held[i]
  ids = left[field] or ids
  local at = ids and positionOf(ids, dial[2], ID)
  if at then
    left[field] = sub(ids, 1, at - 1) .. sub(ids, at + ID)
    ended, dial.isNew = ended + 1, true
  end
end
local gone, writes = {}, {}
for field, ids in pairs(left) do
  if ids == '' then gone[#gone + 1] = field else writes[#writes + 1], writes[#writes + 2] = field, ids end
end
if #gone > 0 then redis.call('HDEL', reservations, unpack(gone)) end
if #writes > 0 then redis.call('HSET', reservations, unpack(writes)) end

local days, written = {}, 0
for _, dial in ipairs(given) do
  local name = dial[3]
  if name ~= '-' then
    days[name] = days[name] or dayOf(name)
    local day, record = days[name], dial[1] .. dial[4]
    local key = keyOf(day, bucketOf(day, record, 1))
    if dial.isNew or not positionOf(redis.call('GET', key) or '', record, RECORD) then
      if redis.call('APPEND', key, record) == RECORD then redis.call('EXPIRE', key, kept) end
      day.written, written = day.written + 1, written + 1
    end
  end
end
for name, day in pairs(days) do
  if day.written > 0 then
    day.records = day.records + day.written
    while day.records > day.buckets * bucketRecords do split(day) end
    redis.call('HSET', base .. 'd' .. name, 'buckets', day.buckets, 'records', day.records)
    redis.call('EXPIRE', base .. 'd' .. name, kept)
  end
end
return { 'settled', ended, written }

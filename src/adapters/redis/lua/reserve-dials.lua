--[[
Reserves dials in one part of the call ledger: for every number of which the part still holds what was read. All that
is asked of Redis is asked for all numbers at once.

KEYS  1 reservations of the part (hash field -> ids, one behind the other)
ARGV  1 key base of the part    2 days, the newest first: "20780 20779 ..."    3 id to be added for a number of which
      nothing is known    4 fields of the numbers, one behind the other
      5... of each number that is known to have something: its place in the list, from 1; the ids and the dials that are
      expected; the ids to be written
Dials of a number: what its records have behind the field, one behind the other; of each of the days, with ',' behind
it; '' for none at all. Days and buckets: see settle-dials.lua.
Reply {'reserved', index, ids, dials, index, ids, dials, ...}: of those numbers that are not as expected, and are left
as they are, what the part holds
]]
local reservations = KEYS[1]
local base, days, id, given = unpack(ARGV)
local FIELD, RECORD, EXPECTED_FROM = 9, 14, 5
local byte, char, find, sub = string.byte, string.char, string.find, string.sub

local fields, places = {}, {}
for at = 1, #given, FIELD do
  local a, b, c, d = byte(given, at, at + 3)
  fields[#fields + 1] = sub(given, at, at + FIELD - 1)
  places[#fields] = ((a * 131 + b) * 131 + c) * 131 + d
end

local function bucketsOf(day)
  local buckets = tonumber(redis.call('HGET', base .. 'd' .. day, 'buckets') or '0')
  if buckets == 0 then return {} end
  local half = 1
  while half * 2 <= buckets do half = half * 2 end
  local keys, prefix, all = {}, base .. 'd' .. day .. ':', half * 2
  for i = 1, #places do
    local bucket = places[i] % all
    if bucket >= buckets then bucket = bucket - half end
    local low, middle = bucket % 64, bucket % 4096
    keys[i] = prefix .. char(48 + (bucket - middle) / 4096, 48 + (middle - low) / 64, 48 + low)
  end
  return redis.call('MGET', unpack(keys))
end

local function dialsIn(bucket, field)
  local found, at = '', find(bucket, field, 1, true)
  while at do
    local isRecord = at % RECORD == 1
    if isRecord then found = found .. sub(bucket, at + FIELD, at + RECORD - 1) end
    at = find(bucket, field, at + (isRecord and RECORD or 1), true)
  end
  return found
end

local dials, before = {}, ''
for day in string.gmatch(days, '%S+') do
  for i, bucket in ipairs(bucketsOf(day)) do
    local found = bucket and dialsIn(bucket, fields[i]) or ''
    if found ~= '' then dials[i] = (dials[i] or before) .. found end
  end
  before = before .. ','
  for i, found in pairs(dials) do dials[i] = found .. ',' end
end

local expected, nothing = {}, { '', '', id }
for i = EXPECTED_FROM, #ARGV, 4 do expected[tonumber(ARGV[i])] = { ARGV[i + 1], ARGV[i + 2], ARGV[i + 3] } end

local reply, writes = { 'reserved' }, {}
local held = redis.call('HMGET', reservations, unpack(fields))
for i, field in ipairs(fields) do
  local ids, found, expect = held[i] or '', dials[i] or '', expected[i] or nothing
  if ids == expect[1] and found == expect[2] then
    if ids ~= expect[3] then writes[#writes + 1], writes[#writes + 2] = field, expect[3] end
  else
    local at = #reply
    reply[at + 1], reply[at + 2], reply[at + 3] = tostring(i), ids, found
  end
end
if #writes > 0 then redis.call('HSET', reservations, unpack(writes)) end
return reply

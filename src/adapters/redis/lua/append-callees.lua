--[[
Stores one step of an import: one page of candidates, the rows that were not taken, and the checkpoint the
step reaches, all or nothing. A candidate whose number the campaign already has becomes an empty slot (state
byte 0) that keeps the ref of the callee it repeats; all others become callees as given. Callees appended to a
completed campaign make it run again.

KEYS  1 campaign  2 counts  3 import  4 rejections of the import
ARGV  1 key base    2 rows done before    3 rows done after
      4 duplicates, 5 suppressed, 6 rejected: rows outside the page    7 block of those rows, or ''
      8 page rows (deflated), or '' for no page    9 records, 16 bytes each    10 slots per page
      11 seconds per due bucket    12 now, epoch ms
     13 number index as read, 14 as it should become ("1024 8192": buckets of each generation)    15 numbers by slot, separated by blanks
     16 of the duplicates outside the page, those that changed a callee
     17 when the first row of the page ends, in seconds, or '' where none does
Reply {'stale'} | {'stored', accepted, duplicates found here, page or -1, slots of those duplicates separated by blanks}
]]
local campaignKey, countsKey, importKey, rejectionsKey = unpack(KEYS)
local base, rowsBefore, rowsAfter, duplicates, suppressed, rejected, rejections,
  pageRows, records, pageSlots, bucketSeconds, now, indexRead, indexGrown, numbers, updated, firstEnd = unpack(ARGV)
local RECORD = 16

local held = redis.call('HMGET', importKey, 'rows', 'state')
if held[1] ~= rowsBefore or held[2] == 'done' or held[2] == 'failed' then return { 'stale' } end

local accepted, repeated, page, repeatedSlots = 0, 0, -1, {}
if pageRows ~= '' then
  -- Another importer may have grown the index since it was read: then its growth stands.
  local index = redis.call('HGET', campaignKey, 'index')
  if index == indexRead and indexGrown ~= indexRead then
    index = indexGrown
    redis.call('HSET', campaignKey, 'index', index)
  end
  local buckets = {}
  for count in string.gmatch(index, '%S+') do buckets[#buckets + 1] = tonumber(count) end
  local newest = #buckets
  page = tonumber(redis.call('HINCRBY', campaignKey, 'pagesTotal', 1)) - 1
  local first, originals = page * tonumber(pageSlots), {}
  -- This loop runs once per row of every list. Numbers are made text by format, twice as fast as by Lua itself; of refs,
  -- which count up, all but the last digit is made text once for ten of them.
  local call, sub, format = redis.call, string.sub, string.format
  local prefix, modulus = base .. 'x:' .. newest .. ':', buckets[newest]
  local digits, tens = { [0] = '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' }, ''
  local slot = -1
  for number in string.gmatch(numbers, '%d+') do
    slot = slot + 1
    local ref = first + slot
    local digit = ref % 10
    if ref >= 10 and (digit == 0 or slot == 0) then tens = format('%d', (ref - digit) / 10) end
    local original
    for generation = 1, newest - 1 do
      original = original or call('HGET', base .. 'x:' .. generation .. ':' .. number % buckets[generation], number)
    end
    if not original then
      local key = format('%s%d', prefix, number % modulus)
      if call('HSETNX', key, number, tens .. digits[digit]) == 0 then original = call('HGET', key, number) end
    end
    if original then
      repeated = repeated + 1
      repeatedSlots[repeated], originals[repeated] = slot, original
    end
  end
  local slots = slot + 1
  accepted = slots - repeated

  local states, due, bucketOf = records, {}, {}
  if repeated > 0 then
    local pieces, from = {}, 0
    for i, empty in ipairs(repeatedSlots) do
      pieces[i] = sub(records, from * RECORD + 1, empty * RECORD) .. string.rep('\0', 12) .. struct.pack('<I4', tonumber(originals[i]))
      from = empty + 1
    end
    states = table.concat(pieces) .. sub(records, from * RECORD + 1)
  end
  local function await(record, callees)
    local bucket = bucketOf[record]
    if not bucket then
      local lane, priority = string.byte(record, 6), string.byte(record, 8) % 8
      if priority > 0 then lane = lane .. '.' .. priority end
      bucket = lane .. ' ' .. math.floor(struct.unpack('<I4', record, 9) / bucketSeconds)
      bucketOf[record] = bucket
    end
    due[bucket] = (due[bucket] or 0) + callees
  end
  local one = sub(records, 1, RECORD)
  if records == string.rep(one, slots) then
    -- As in most pages all rows are alike.
    if accepted > 0 then await(one, accepted) end
  else
    for at = 1, #states, RECORD do
      local record = sub(states, at, at + RECORD - 1)
      if string.byte(record) > 0 then await(record, 1) end
    end
  end
  redis.call('SET', base .. 'r:' .. page, pageRows)
  redis.call('SET', base .. 's:' .. page, states)
  for laneAndBucket, count in pairs(due) do
    local lane, bucket = string.match(laneAndBucket, '(%S+) (%S+)')
    redis.call('HINCRBY', base .. 'd:' .. lane .. ':' .. bucket, page, count)
    redis.call('ZADD', base .. 'dz:' .. lane, bucket, bucket)
  end
  if firstEnd ~= '' then redis.call('ZADD', base .. 'rt', firstEnd, page) end
  redis.call('HSETNX', importKey, 'firstPage', page)
  redis.call('HSET', importKey, 'lastPage', page)
end

if rejections ~= '' then redis.call('RPUSH', rejectionsKey, rejections) end
if accepted > 0 then
  redis.call('HINCRBY', countsKey, 's:initial', accepted)
  redis.call('HINCRBY', countsKey, 'accepted', accepted)
  redis.call('HINCRBY', countsKey, 'unfinished', accepted)
  if redis.call('HGET', campaignKey, 'state') == 'completed' then
    redis.call('HSET', campaignKey, 'state', 'running', 'reason', 'list_appended', 'reasonText', 'callees were appended after it had completed')
    redis.call('HINCRBY', campaignKey, 'version', 1)
    redis.call('RPUSH', base .. 't', cjson.encode({ at = tonumber(now), by = 'ringmaster', from = 'completed', to = 'running', reason = 'list_appended' }))
  end
end
redis.call('HSET', importKey, 'rows', rowsAfter, 'state', 'reading')
redis.call('HINCRBY', importKey, 'accepted', accepted)
redis.call('HINCRBY', importKey, 'duplicate', duplicates + repeated)
if updated ~= '0' then redis.call('HINCRBY', importKey, 'updated', updated) end
redis.call('HINCRBY', importKey, 'suppressed', suppressed)
redis.call('HINCRBY', importKey, 'rejected', rejected)
return { 'stored', accepted, repeated, page, table.concat(repeatedSlots, ' ') }

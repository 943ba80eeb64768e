--[[
Applies one decided change of a campaign, or nothing of it.

It compares everything the change was decided on (campaign state, batch version, the whole state record of
each callee), and writes only if all of it is as expected: records, history, counts, due and missed indexes,
batch. The deltas of counts and indexes come from the caller; they are exact because the records they were
computed from are compared here. It decides nothing but one thing that is a count: the change that leaves no
unfinished callee, while no import is open, completes a running campaign.

KEYS  1 campaign  2 counts  3 missed  4 open batches  5 batch  6 batch callees   (5, 6: the counts key where no batch)
ARGV  1 key base of the campaign      2 campaign state demanded, or ''
      3 batch id, or ''               4 batch version expected, '' for a new batch
      5 new batch version             6 batch record (JSON)
      7 score among open batches, '' to leave the list       8 'keep', 'set' or 'drop' the list of callees
      9 list of callees               10 runs of records (below)
      11 count deltas "field delta ..."     12 due deltas "zone bucket page delta ..."
      13 missed deltas "page delta ..."     14 now, epoch ms
      15 tally deltas "field delta ..."
      16... history: page, block, page, block ...
Runs: page u32, first slot u16, slots u16, the records expected (16 bytes each), the records to write.
Reply {'done'} | {'stale', what differs}
]]
local campaignKey, countsKey, missedKey, openKey, batchKey, batchCalleesKey = unpack(KEYS)
local base, demanded, batchId, batchVersion, batchVersionNew, batchRecord, batchScore, calleesDo, calleesList,
  runs, countDeltas, dueDeltas, missedDeltas, now, tallyDeltas = unpack(ARGV, 1, 15)
local RECORD, HISTORY_FROM = 16, 16

if demanded ~= '' and redis.call('HGET', campaignKey, 'state') ~= demanded then return { 'stale', 'campaign' } end

if batchId ~= '' then
  local stored = redis.call('HGET', batchKey, 'version') or ''
  if stored ~= batchVersion then return { 'stale', 'batch' } end
end

local writes, at, length = {}, 1, #runs
while at <= length do
  local page, slot, slots = struct.unpack('<I4I2I2', runs, at)
  local size = slots * RECORD
  local key, offset = base .. 's:' .. page, slot * RECORD
  local held = redis.call('GETRANGE', key, offset, offset + size - 1)
  if held ~= string.sub(runs, at + 8, at + 7 + size) then return { 'stale', 'callee' } end
  writes[#writes + 1] = { key, offset, string.sub(runs, at + 8 + size, at + 7 + 2 * size) }
  at = at + 8 + 2 * size
end

for _, write in ipairs(writes) do redis.call('SETRANGE', write[1], write[2], write[3]) end
for i = HISTORY_FROM, #ARGV, 2 do redis.call('RPUSH', base .. 'h:' .. ARGV[i], ARGV[i + 1]) end

for field, delta in string.gmatch(countDeltas, '(%S+) (%S+)') do redis.call('HINCRBY', countsKey, field, delta) end

for field, delta in string.gmatch(tallyDeltas, '(%S+) (%S+)') do
  redis.call('HINCRBY', base .. (string.sub(field, 1, 2) == 'r:' and 'rc' or 'st'), field, delta)
end

for page, delta in string.gmatch(missedDeltas, '(%S+) (%S+)') do
  if redis.call('HINCRBY', missedKey, page, delta) == 0 then redis.call('HDEL', missedKey, page) end
end

for zone, bucket, page, delta in string.gmatch(dueDeltas, '(%S+) (%S+) (%S+) (%S+)') do
  local key = base .. 'd:' .. zone .. ':' .. bucket
  if redis.call('HINCRBY', key, page, delta) == 0 then redis.call('HDEL', key, page) end
  if redis.call('EXISTS', key) == 1 then
    redis.call('ZADD', base .. 'dz:' .. zone, bucket, bucket)
  else
    redis.call('ZREM', base .. 'dz:' .. zone, bucket)
  end
end

if batchId ~= '' then
  redis.call('HSET', batchKey, 'version', batchVersionNew, 'record', batchRecord)
  if batchVersion == '' and tonumber(redis.call('HGET', campaignKey, 'batchNext') or '0') <= tonumber(batchId) then
    redis.call('HSET', campaignKey, 'batchNext', batchId + 1)
  end
  if batchScore == '' then redis.call('ZREM', openKey, batchId) else redis.call('ZADD', openKey, batchScore, batchId) end
  if calleesDo == 'set' then redis.call('SET', batchCalleesKey, calleesList) end
  if calleesDo == 'drop' then redis.call('DEL', batchCalleesKey) end
end

local facts = redis.call('HMGET', campaignKey, 'state', 'importsOpen')
if facts[1] == 'running' and tonumber(facts[2] or '0') == 0 and #writes > 0 then
  local counts = redis.call('HMGET', countsKey, 'unfinished', 'accepted')
  if tonumber(counts[1] or '0') == 0 and tonumber(counts[2] or '0') > 0 then
    redis.call('HSET', campaignKey, 'state', 'completed', 'reason', 'all_final', 'reasonText', 'every callee is final')
    redis.call('HINCRBY', campaignKey, 'version', 1)
    redis.call('RPUSH', base .. 't', cjson.encode({ at = tonumber(now), by = 'ringmaster', from = 'running', to = 'completed', reason = 'all_final' }))
  end
end
return { 'done' }

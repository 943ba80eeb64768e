--[[
Gives callees of one page other attributes, or does nothing: the page's rows must be those that were read, and so must
be the state record of each callee changed. Rows are read when a batch is submitted, after its callees were moved;
since a callee in a batch has another record, its batch sees all of the old or all of the new.

KEYS  1 rows of the page  2 states of the page
ARGV  1 key base of the campaign    2 SHA-1 of the rows as read    3 new rows (deflated)
      4 records: slot u16, the record expected and the record to write (16 bytes each)
      5 due deltas "lane bucket page delta ..."
      6 page    7 when the first of these callees ends, in seconds, or '' where none does
Reply 'done' | 'stale'
]]
local rowsKey, statesKey = unpack(KEYS)
local base, rowsRead, rows, records, dueDeltas, changedPage, firstEnd = unpack(ARGV)
local RECORD = 16

if redis.sha1hex(redis.call('GET', rowsKey) or '') ~= rowsRead then return 'stale' end
local writes = {}
for at = 1, #records, 2 + 2 * RECORD do
  local offset = struct.unpack('<I2', records, at) * RECORD
  local expected = string.sub(records, at + 2, at + 1 + RECORD)
  if redis.call('GETRANGE', statesKey, offset, offset + RECORD - 1) ~= expected then return 'stale' end
  writes[#writes + 1] = { offset, string.sub(records, at + 2 + RECORD, at + 1 + 2 * RECORD) }
end

for _, write in ipairs(writes) do redis.call('SETRANGE', statesKey, write[1], write[2]) end
redis.call('SET', rowsKey, rows)
if firstEnd ~= '' then redis.call('ZADD', base .. 'rt', 'LT', firstEnd, changedPage) end
for lane, bucket, page, delta in string.gmatch(dueDeltas, '(%S+) (%S+) (%S+) (%S+)') do
  local key = base .. 'd:' .. lane .. ':' .. bucket
  if redis.call('HINCRBY', key, page, delta) == 0 then redis.call('HDEL', key, page) end
  if redis.call('EXISTS', key) == 1 then
    redis.call('ZADD', base .. 'dz:' .. lane, bucket, bucket)
  else
    redis.call('ZREM', base .. 'dz:' .. lane, bucket)
  end
end
return 'done'

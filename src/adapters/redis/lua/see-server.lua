--[[
Tells which server holds a campaign now, and whether the provider's tasks were compared with the campaign since it began
to. A server that was restarted, or took over, has another run id; since when it is known of is remembered.

KEYS  1 server facts of the campaign
ARGV  1 now, epoch ms    2 the life of the data where that is known, which then stands for the run id; else ''
Reply {run id, '1' compared | '0', known of since (epoch ms)}. Where a server keeps its run id to itself: {'', '1', '0'}
]]
local serverKey = KEYS[1]
local now, run = ARGV[1], ARGV[2]
if run == '' then
  local info = redis.pcall('INFO', 'server')
  run = type(info) == 'string' and string.match(info, 'run_id:(%w+)')
end
if not run then return { '', '1', '0' } end

local held = redis.call('HMGET', serverKey, 'compared', 'seen', 'since')
if held[1] == run then return { run, '1', '0' } end
if held[2] == run then return { run, '0', held[3] } end
redis.call('HSET', serverKey, 'seen', run, 'since', now)
return { run, '0', now }

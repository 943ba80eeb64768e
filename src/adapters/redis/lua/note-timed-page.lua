--[[
Remembers when a page is looked at again for callees whose time is over, or that it need not be any more; nothing where
the rows of the page are not those that were read, since a change of rows may have set another end.

KEYS  1 rows of the page  2 pages with callees whose time ends
ARGV  1 page    2 SHA-1 of the rows as read    3 when to look again, in seconds, or '' for never
Reply 'done' | 'stale'
]]
local rowsKey, timedKey = unpack(KEYS)
local page, rowsRead, lookAt = unpack(ARGV)

if redis.sha1hex(redis.call('GET', rowsKey) or '') ~= rowsRead then return 'stale' end
if lookAt == '' then redis.call('ZREM', timedKey, page) else redis.call('ZADD', timedKey, lookAt, page) end
return 'done'

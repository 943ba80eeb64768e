import { z } from 'zod';
import { PUSH_ASIDE_MAX, PUSH_SEEN_KEPT, PUSHED_SESSIONS_KEPT } from '../../core/limits.ts';
import type { PushedCall, PushInbox } from '../../ports/push-inbox.ts';
import { campaignKeys, pushKeys } from './keys.ts';
import type { RedisClient } from './scripts.ts';

/** A call kept aside, as it is stored. JSON has no NaN: a call without a number has null. */
const Aside = z.object({
  sessionId: z.string(),
  callee: z.number().nullable(),
  uui: z.string(),
  at: z.number(),
});

/** The push inbox on Redis. Nothing in it outlives its bound, since nothing in it is needed. */
export function createPushInbox(client: RedisClient, options: { readonly prefix: string }): PushInbox {
  const { prefix } = options;
  const keys = pushKeys(prefix);
  return {
    seen: async (pushId) => (await client.exists(keys.seen(pushId))) === 1,
    async markSeen(pushId) {
      await client.set(keys.seen(pushId), '1', 'PX', PUSH_SEEN_KEPT);
    },
    async countEnded(campaignId, batchId, sessionId) {
      const key = campaignKeys(prefix, campaignId).pushedSessions(batchId);
      await client.sadd(key, sessionId);
      await client.pexpire(key, PUSHED_SESSIONS_KEPT);
      return client.scard(key);
    },
    async keepAside(call, now) {
      const { sessionId, uui } = call;
      const callee = Number.isNaN(call.callee) ? null : call.callee;
      await client.hset(keys.aside, sessionId, JSON.stringify({ sessionId, callee, uui, at: now }));
      await client.zadd(keys.asideOrder, 'NX', now, sessionId);
      const over = (await client.zcard(keys.asideOrder)) - PUSH_ASIDE_MAX;
      if (over <= 0) return;
      const oldest = await client.zrange(keys.asideOrder, 0, String(over - 1));
      await drop(client, keys, oldest);
    },
    async aside(max) {
      const sessionIds = await client.zrange(keys.asideOrder, 0, String(max - 1));
      if (sessionIds.length === 0) return [];
      const texts = await client.hmget(keys.aside, ...sessionIds);
      // One that is in the order only was cut off while it was kept, or dropped by somebody else meanwhile.
      const lost = sessionIds.filter((_, index) => texts[index] === null);
      if (lost.length > 0) await drop(client, keys, lost);
      return texts.flatMap((text) => (text === null ? [] : [asideOf(text)]));
    },
    dropAside: (sessionId) => drop(client, keys, [sessionId]),
  };
}

function asideOf(text: string): { readonly call: PushedCall; readonly at: number } {
  const { sessionId, callee, uui, at } = Aside.parse(JSON.parse(text));
  return { call: { sessionId, callee: callee ?? Number.NaN, uui }, at };
}

async function drop(
  client: RedisClient,
  keys: ReturnType<typeof pushKeys>,
  sessionIds: readonly string[],
): Promise<void> {
  await client.zrem(keys.asideOrder, ...sessionIds);
  await client.hdel(keys.aside, ...sessionIds);
}

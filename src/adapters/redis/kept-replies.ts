import { createHash } from 'node:crypto';
import { z } from 'zod';
import { KEPT_REPLY_CLAIM, KEPT_REPLY_LIFE } from '../../core/limits.ts';
import type { KeptReplies, ReplyClaim } from '../../ports/kept-replies.ts';
import { faceKeys } from './keys.ts';
import type { RedisClient } from './scripts.ts';

const Held = z.object({
  fingerprint: z.string(),
  reply: z
    .object({ status: z.number(), headers: z.record(z.string(), z.string()), body: z.string() })
    .optional(),
});

/** Kept replies as strings that expire; a claim without a reply expires soon, since its process may have died. */
export function createRedisKeptReplies(
  client: RedisClient,
  options: { readonly prefix: string },
): KeptReplies {
  const keys = faceKeys(options.prefix);
  const keyOf = (scope: string): string => keys.keptReply(createHash('sha256').update(scope).digest('hex'));
  const claim = async (scope: string, fingerprint: string): Promise<ReplyClaim> => {
    const key = keyOf(scope);
    const mine = await client.set(key, JSON.stringify({ fingerprint }), 'PX', KEPT_REPLY_CLAIM, 'NX');
    if (mine === 'OK') return { state: 'new' };
    const text = await client.get(key);
    // It expired in between: nobody holds it any more.
    if (text === null) return claim(scope, fingerprint);
    const held = Held.parse(JSON.parse(text));
    if (held.fingerprint !== fingerprint) return { state: 'other' };
    return held.reply === undefined ? { state: 'running' } : { state: 'done', reply: held.reply };
  };
  return {
    claim,
    async keep(scope, fingerprint, reply) {
      await client.set(keyOf(scope), JSON.stringify({ fingerprint, reply }), 'PX', KEPT_REPLY_LIFE);
    },
    async drop(scope) {
      await client.del(keyOf(scope));
    },
  };
}

import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Sessions } from '../../ports/sessions.ts';
import { faceKeys } from './keys.ts';
import type { RedisClient } from './scripts.ts';

const StoredSession = z.object({ keyId: z.string(), csrf: z.string(), beganAt: z.number() });

const TOKEN = /^[A-Za-z0-9_-]{43}$/;

/** Sessions as strings that expire. Their names are hashes of the tokens: whoever reads Redis cannot sign in with them. */
export function createRedisSessions(client: RedisClient, options: { readonly prefix: string }): Sessions {
  const keys = faceKeys(options.prefix);
  const keyOf = (token: string): string => keys.session(createHash('sha256').update(token).digest('hex'));
  return {
    async begin(keyId, now, lifeMs) {
      const token = randomBytes(32).toString('base64url');
      const session = { keyId, csrf: randomBytes(24).toString('base64url'), beganAt: now };
      await client.set(keyOf(token), JSON.stringify(session), 'PX', lifeMs);
      return { token, session };
    },
    async find(token) {
      if (!TOKEN.test(token)) return undefined;
      const held = await client.get(keyOf(token));
      return held === null ? undefined : StoredSession.parse(JSON.parse(held));
    },
    async end(token) {
      if (TOKEN.test(token)) await client.del(keyOf(token));
    },
  };
}

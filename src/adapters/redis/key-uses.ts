import type { KeyUses } from '../../ports/api-keys.ts';
import { faceKeys } from './keys.ts';
import type { RedisClient } from './scripts.ts';

/** When keys were used last, as one hash: there are few keys. */
export function createRedisKeyUses(client: RedisClient, options: { readonly prefix: string }): KeyUses {
  const { keyUses } = faceKeys(options.prefix);
  return {
    async note(keyId, at) {
      await client.hset(keyUses, keyId, at);
    },
    async latest() {
      const held = Object.entries(await client.hgetall(keyUses));
      return new Map(held.map(([keyId, at]) => [keyId, Number(at)]));
    },
  };
}

import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { createKeyFile } from '../../src/adapters/key-file.ts';
import { createRedisKeyUses } from '../../src/adapters/redis/key-uses.ts';
import { createRedisTrail } from '../../src/adapters/redis/trail.ts';

/** API keys in a folder of the test's own, and what is kept of their use. */
export function keyParts(redis: Redis, prefix: string, dir: string) {
  return {
    apiKeys: createKeyFile(join(dir, 'api-keys.json')),
    keyUses: createRedisKeyUses(redis, { prefix }),
    trail: createRedisTrail(redis, { prefix }),
  };
}

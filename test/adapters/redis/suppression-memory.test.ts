import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRedisSuppression } from '../../../src/adapters/redis/suppression.ts';
import { PAGE_SLOTS, SUPPRESSION_NUMBERS_PER_SCRIPT, SUPPRESSION_SHARDS } from '../../../src/core/limits.ts';
import { DAY } from '../../../src/core/time.ts';
import type { Suppression } from '../../../src/ports/suppression.ts';
import { startTestRedis, type TestRedis } from '../../support/redis-server.ts';

const ENTRIES = 200_000;
const FEW = 40_000;
const NOW = Date.parse('2026-11-23T02:00:00Z');
const CAUSE = { reason: 'asked us', by: 'mei', source: 'optouts.csv', now: NOW };
const KEY = 'a key that is long enough for a test';
/** Of which the number itself takes 10 in a listpack, its digest 14, and an expiry 8 more. */
const BYTES_MAX = 20;

let server: TestRedis;
let redis: Redis;
beforeAll(async () => {
  server = await startTestRedis();
  redis = new Redis(server.url);
});
afterAll(async () => {
  await redis.quit();
  await server.stop();
});

async function usedBytes(): Promise<number> {
  return Number(/^used_memory:(\d+)/m.exec(await redis.info('memory'))?.[1]);
}

/** Numbers of one country in no order, each once: a multiplier without a factor in common with the modulus. */
const number = (index: number): string => String(8_613_000_000_000 + ((index * 7_919_531) % 999_999_937));

async function load(lists: Suppression, expiresAt: number | undefined, count: number): Promise<number> {
  await lists.add('global', [{ number: '1', expiresAt: undefined }], CAUSE);
  const before = await usedBytes();
  for (let from = 0; from < count; from += 4_000) {
    const some = Array.from({ length: 4_000 }, (_, at) => ({ number: number(from + at), expiresAt }));
    expect(await lists.add('global', some, CAUSE)).toEqual({ added: 4_000, known: 0 });
  }
  return ((await usedBytes()) - before) / count;
}

/** How often the server was asked for a script, by name of the command. */
async function scriptCalls(): Promise<number> {
  const stats = await redis.info('commandstats');
  return Number(/^cmdstat_evalsha:calls=(\d+)/m.exec(stats)?.[1] ?? 0);
}

describe('a list of many numbers', () => {
  it.each([
    ['as they are', ENTRIES, undefined, undefined, BYTES_MAX],
    ['as digests', FEW, KEY, undefined, BYTES_MAX + 4],
    ['as they are, each with an expiry', FEW, undefined, NOW + 30 * DAY, BYTES_MAX + 10],
  ])(
    'takes little memory for each (numbers %s, %i of them), in hashes that stay listpacks',
    async (_what, count, key, expiry, max) => {
      await redis.flushall();
      const bytes = await load(createRedisSuppression(redis, { prefix: 'm', key }), expiry, count);
      expect(bytes).toBeLessThan(max);
      expect(bytes).toBeGreaterThan(10);
      const buckets = await redis.keys('{m:~g:3}:[0-9]*');
      const encodings = await Promise.all(buckets.map((name) => redis.object('ENCODING', name)));
      expect(encodings.map(String).filter((name) => name !== 'listpack' && name !== 'ziplist')).toEqual([]);
      const sizes = await Promise.all(buckets.map((name) => redis.hlen(name)));
      expect(Math.max(...sizes)).toBeLessThan(129);
    },
  );

  it('is asked about a page of callees with as many scripts as it has parts', async () => {
    await redis.flushall();
    const lists = createRedisSuppression(redis, { prefix: 'm' });
    await load(lists, undefined, FEW);
    const page = Array.from({ length: PAGE_SLOTS }, (_, at) => number(FEW - PAGE_SLOTS / 2 + at));
    const before = await scriptCalls();
    expect((await lists.find(['global'], page, NOW)).entries.size).toBe(PAGE_SLOTS / 2);
    expect(PAGE_SLOTS / SUPPRESSION_SHARDS).toBeLessThanOrEqual(SUPPRESSION_NUMBERS_PER_SCRIPT / 2);
    expect((await scriptCalls()) - before).toBe(SUPPRESSION_SHARDS);
  });
});

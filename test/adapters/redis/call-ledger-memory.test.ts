import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRedisCallLedger } from '../../../src/adapters/redis/call-ledger.ts';
import { LEDGER_SHARDS, PLATFORM_CAPS } from '../../../src/core/limits.ts';
import { DAY, MINUTE, SECOND } from '../../../src/core/time.ts';
import type { CallLedger } from '../../../src/ports/call-ledger.ts';
import { startTestRedis, type TestRedis } from '../../support/redis-server.ts';

const T = Date.parse('2026-11-23T02:00:00Z');
const MANY = 120_000;
const STEP = 2_000;
const BYTES_MAX = 40;
const PLATFORM = { rolling: PLATFORM_CAPS };

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
beforeEach(async () => {
  await redis.flushall();
});

/** All that the server holds but the buffers of its connections, which grow and shrink with what was last said. */
async function usedBytes(): Promise<number> {
  const facts = await redis.info('memory');
  const fact = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(facts)?.[1]);
  return fact('used_memory') - fact('mem_clients_normal');
}

/** Numbers of one country in no order, each once. */
const number = (index: number): number => 8_613_000_000_000 + ((index * 7_919_531) % 999_999_937);
const numbers = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, at) => number(from + at));

async function reserve(ledger: CallLedger, from: number, count: number, at = T) {
  const callees = numbers(from, count).map((one, index) => ({
    ref: from + index,
    number: one,
    lastBatch: 0,
  }));
  const order = { campaignId: 'spring', batchId: Math.floor(from / STEP) + 1, caps: PLATFORM, callees };
  return ledger.reserve(order, at, at + 30 * MINUTE);
}

/** Has `count` numbers dialled once, batch by batch, all on one day. */
async function dialOnce(ledger: CallLedger, count: number, first = 0): Promise<void> {
  for (let from = first; from < first + count; from += STEP) {
    const { id } = await reserve(ledger, from, STEP);
    const dials = numbers(from, STEP).map((one, at) => {
      const dialledAt = [T + ((from + at) % 30_000) * SECOND];
      return { number: one, id, attempt: `spring.${from + at}.1`, dialledAt };
    });
    await ledger.settle(dials);
    await ledger.close(id);
  }
}

async function scriptCalls(): Promise<number> {
  const stats = await redis.info('commandstats');
  return Number(/^cmdstat_evalsha:calls=(\d+)/m.exec(stats)?.[1] ?? 0);
}

describe('a ledger of many numbers', () => {
  it.each([
    ['few numbers', 6_000, undefined],
    ['many numbers', MANY, undefined],
    ['numbers as digests', 20_000, 'a key that is long enough for a test'],
  ])('takes little memory for each that was dialled (%s)', async (_what, count, key) => {
    const ledger = createRedisCallLedger(redis, { prefix: 'm', key });
    // Scripts, buffers and the like are there before anything is measured.
    await dialOnce(ledger, STEP);
    const before = await usedBytes();
    await dialOnce(ledger, count, STEP);
    const bytes = ((await usedBytes()) - before) / count;
    expect(bytes).toBeLessThan(BYTES_MAX);
    expect(bytes).toBeGreaterThan(14);
    const buckets = (await redis.keys('*:d*:*')).filter((name) => /:d\d+:...$/.test(name));
    const sizes = await Promise.all(buckets.map((name) => redis.strlen(name)));
    // A look-up reads one of these.
    expect(Math.max(...sizes)).toBeLessThan(2_000);
    expect(await redis.keys('{m:~dials:?}:o')).toEqual([]);
    expect(await redis.keys('{m:~dials}:c*')).toEqual([]);
  });

  it('is asked about a batch with as many scripts as it has parts, however many numbers it holds', async () => {
    const ledger = createRedisCallLedger(redis, { prefix: 'm' });
    await dialOnce(ledger, 20_000);
    const before = await scriptCalls();
    const { verdicts } = await reserve(ledger, 20_000, 500);
    expect(verdicts.every((verdict) => verdict.allowed)).toBe(true);
    expect((await scriptCalls()) - before).toBe(LEDGER_SHARDS);
  });

  it('forgets a day some time after the longest period, and nothing of it before', async () => {
    const ledger = createRedisCallLedger(redis, { prefix: 'm' });
    await dialOnce(ledger, STEP);
    const lives = await Promise.all(
      (await redis.keys('*:d*')).filter((name) => /:d\d+/.test(name)).map((name) => redis.ttl(name)),
    );
    expect(lives.length).toBeGreaterThan(LEDGER_SHARDS);
    expect(Math.min(...lives) * SECOND).toBeGreaterThan(32 * DAY);
    expect(Math.max(...lives) * SECOND).toBeLessThan(34 * DAY);
  });
});

import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { createClient, type RequestEvent } from '../../../src/adapters/tencent/client.ts';
import {
  createQuota,
  type QuotaAnswer,
  type QuotaRedis,
  spacingFor,
} from '../../../src/adapters/tencent/quota.ts';
import {
  REQUEST_ARRIVAL_JITTER,
  REQUESTS_PER_SECOND,
  REQUESTS_RESERVED_FOR_DOUBT,
} from '../../../src/core/limits.ts';
import { CREDENTIALS, SDK_APP_ID, startSimulator } from '../../support/simulator.ts';

const clients: Redis[] = [];
function connect(): Redis {
  const redis = new Redis(inject('redisUrl'), { maxRetriesPerRequest: 1 });
  clients.push(redis);
  return redis;
}
let first: Redis;
let second: Redis;
beforeAll(async () => {
  first = connect();
  second = connect();
  await Promise.all([first.ping(), second.ping()]);
});
afterAll(() => {
  for (const redis of clients) redis.disconnect();
});

const prefix = () => `t-${randomUUID()}:`;
const ask = (forDoubt = false, waitMax = 20_000) => ({
  action: 'DescribeAutoCalloutTask',
  requestsPerSecond: REQUESTS_PER_SECOND,
  forDoubt,
  waitMax,
});

/** The most grants in any second, wherever it begins. */
function busiestSecond(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  let most = 0;
  for (const [index, start] of sorted.entries()) {
    const inside = sorted.slice(index).filter((time) => time <= start + 1_000).length;
    most = Math.max(most, inside);
  }
  return most;
}

describe('the shared request quota', () => {
  test('two processes on one Redis never exceed the quota in any sliding second, and use most of it', async () => {
    const at = prefix();
    const quotas = [first, second].map((redis) => createQuota({ redis, prefix: at, secretId: 'AKID1' }));
    const grants: { time: number; doubt: boolean }[] = [];
    const began = performance.now();
    const asked = quotas.flatMap((quota) =>
      Array.from({ length: 30 }, async (_, index) => {
        const forDoubt = index % 3 === 0;
        expect(await quota.acquire(ask(forDoubt))).toBe('granted');
        grants.push({ time: performance.now(), doubt: forDoubt });
      }),
    );
    await Promise.all(asked);
    const seconds = (performance.now() - began) / 1_000;
    expect(busiestSecond(grants.map((grant) => grant.time))).toBeLessThanOrEqual(REQUESTS_PER_SECOND);
    expect(
      busiestSecond(grants.filter((grant) => !grant.doubt).map((grant) => grant.time)),
    ).toBeLessThanOrEqual(REQUESTS_PER_SECOND - REQUESTS_RESERVED_FOR_DOUBT);
    expect(grants).toHaveLength(60);
    expect(grants.length / seconds).toBeGreaterThan(REQUESTS_PER_SECOND * 0.6);
  });

  test('ordinary requests at their limit do not make a look-up of doubt wait its turn behind them', async () => {
    const quota = createQuota({ redis: first, prefix: prefix(), secretId: 'AKID1' });
    const granted: string[] = [];
    const ordinary = Array.from({ length: 20 }, async () => {
      expect(await quota.acquire(ask())).toBe('granted');
      granted.push('ordinary');
    });
    const doubt = quota.acquire(ask(true)).then((answer) => {
      granted.push('doubt');
      return answer;
    });
    await Promise.all([...ordinary, doubt]);
    expect(granted.indexOf('doubt')).toBeLessThan(15);
    expect(granted).toHaveLength(21);
  });

  test('the spacing keeps its promise for every quota, with arrivals late by the allowed jitter', () => {
    for (let quota = 1; quota <= 100; quota += 1) {
      const inOneSecond = Math.floor((1_000 + REQUEST_ARRIVAL_JITTER) / spacingFor(quota)) + 1;
      expect(inOneSecond, `quota ${quota}`).toBeLessThanOrEqual(quota);
    }
  });

  test('actions and accounts do not wait for each other', async () => {
    const at = prefix();
    const one = createQuota({ redis: first, prefix: at, secretId: 'AKID1' });
    const other = createQuota({ redis: second, prefix: at, secretId: 'AKID2' });
    // With one request per second, a shared slot would not come free within the wait.
    const slow = { ...ask(false, 900), requestsPerSecond: 1 };
    const answers = await Promise.all([
      one.acquire(slow),
      other.acquire(slow),
      one.acquire({ ...slow, action: 'DescribeTelCdr' }),
    ]);
    expect(answers).toEqual(['granted', 'granted', 'granted']);
    expect(await one.acquire({ ...slow, waitMax: 20 })).toBe('quota_wait');
  });

  test('a request whose time would pass while waiting is refused, and those behind it are not held up', async () => {
    const quota = createQuota({ redis: first, prefix: prefix(), secretId: 'AKID1' });
    const answers: Promise<QuotaAnswer>[] = [];
    for (let index = 0; index < 20; index += 1) answers.push(quota.acquire(ask(false, 400)));
    const patient = quota.acquire(ask(false, 5_000));
    const settled = await Promise.all(answers);
    expect(settled[0]).toBe('granted');
    expect(settled.at(-1)).toBe('quota_wait');
    expect(await patient).toBe('granted');
  });

  test('no account id and nothing else but a hash is in the key name', async () => {
    const at = prefix();
    await createQuota({ redis: first, prefix: at, secretId: 'AKIDsecret' }).acquire(ask());
    const keys = await first.keys(`${at}*`);
    expect(keys).toHaveLength(1);
    expect(keys[0]).toMatch(/quota:[0-9a-f]{16}:DescribeAutoCalloutTask$/);
    expect(await first.pttl(keys[0] ?? '')).toBeGreaterThan(0);
  });

  test('another limiter on the same client keeps its own script, and we keep ours', async () => {
    const quota = createQuota({ redis: first, prefix: prefix(), secretId: 'AKID1' });
    const theirs = new RateLimiterRedis({ storeClient: first, keyPrefix: prefix(), points: 3, duration: 5 });
    const slow = { ...ask(false, 900), requestsPerSecond: 1 };
    expect(await quota.acquire(slow)).toBe('granted');
    expect((await theirs.consume('x')).remainingPoints).toBe(2);
    expect((await theirs.consume('x')).remainingPoints).toBe(1);
    expect(await quota.acquire({ ...slow, waitMax: 20 })).toBe('quota_wait');
  });

  test('a clock of Redis that was set back does not close the quota', async () => {
    const at = prefix();
    const quota = createQuota({ redis: first, prefix: at, secretId: 'AKID1' });
    await quota.acquire(ask());
    const [key = ''] = await first.keys(`${at}*`);
    const ahead = String(Date.now() + 3_600_000);
    await first.hset(key, { any: ahead, ordinary: ahead });
    expect(await quota.acquire(ask(false, 5_000))).toBe('granted');
  });
});

test('two processes that share a quota never meet the rate limit of a provider that counts strictly', async () => {
  const simulator = await startSimulator({ scenario: { requestsPerSecond: REQUESTS_PER_SECOND } });
  const at = prefix();
  const codes: string[] = [];
  const log = { debug: () => codes.push('ok'), warn: (fields: RequestEvent) => codes.push(fields.code) };
  const providers = [first, second].map((redis) => {
    const quota = createQuota({ redis, prefix: at, secretId: CREDENTIALS.secretId });
    return createClient({ endpoint: simulator.url, ...CREDENTIALS, quota, log });
  });
  try {
    const params = { SdkAppId: SDK_APP_ID, PageSize: 10, PageNumber: 0 };
    const results = await Promise.all(
      providers.flatMap((to) =>
        Array.from({ length: 20 }, () => to.request('DescribeAutoCalloutTasks', params)),
      ),
    );
    expect(results.filter((result) => result.ok)).toHaveLength(40);
    expect(codes).toEqual(new Array(40).fill('ok'));
  } finally {
    for (const to of providers) to.close();
    await simulator.close();
  }
});

describe('Redis away', () => {
  test('never lets a request pass', async () => {
    const redis = connect();
    await redis.ping();
    redis.disconnect();
    const quota = createQuota({ redis, prefix: prefix(), secretId: 'AKID1' });
    expect(await quota.acquire(ask(true, 500))).toBe('quota_unavailable');
  });

  test('a Redis that does not answer ends the wait in time, and the next request is asked for anew', async () => {
    let answers = false;
    const redis: QuotaRedis = {
      status: 'ready',
      eval: (script, keys, ...args) => (answers ? first.eval(script, keys, ...args) : new Promise(() => {})),
    };
    const quota = createQuota({ redis, prefix: prefix(), secretId: 'AKID1' });
    const [one, two] = await Promise.all([quota.acquire(ask(false, 50)), quota.acquire(ask(false, 80))]);
    expect([one, two]).toEqual(['quota_wait', 'quota_wait']);
    answers = true;
    expect(await quota.acquire(ask(false, 5_000))).toBe('granted');
  });
});

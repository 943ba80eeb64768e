import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { createRedisCallLedger } from '../../../src/adapters/redis/call-ledger.ts';
import { createRng } from '../../../src/adapters/simulator/rng.ts';
import type { CapRules } from '../../../src/core/caps.ts';
import { LEDGER_NUMBERS_PER_SCRIPT } from '../../../src/core/limits.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../src/core/time.ts';
import type { CallLedger } from '../../../src/ports/call-ledger.ts';
import { CommandGate } from '../../support/gated-redis.ts';
import { freshPrefix } from '../../support/store.ts';

const T = Date.parse('2026-11-23T02:00:00Z');
const LEASE = T + 30 * MINUTE;
const MEI = 8_613_800_000_001;
const LI = 8_613_800_000_002;
const GAP: CapRules = { rolling: [], minGap: HOUR };
const WEEKLY: CapRules = { rolling: [{ calls: 1, per: 7 * DAY }] };
const NONE: CapRules = { rolling: [] };

let redis: Redis;
let prefix: string;
let ledger: CallLedger;
beforeEach(() => {
  redis = new Redis(inject('redisUrl'));
  prefix = freshPrefix();
  ledger = createRedisCallLedger(redis, { prefix });
});
afterEach(async () => {
  const names = await redis.keys(`*${prefix}*`);
  if (names.length > 0) await redis.unlink(...names);
  await redis.quit();
});

interface Ask {
  readonly campaignId?: string;
  readonly batchId?: number;
  readonly caps?: CapRules;
  readonly numbers?: readonly number[];
  readonly lastBatch?: number;
  readonly at?: number;
  readonly id?: string;
  readonly by?: CallLedger;
}

function reserve({
  campaignId = 'spring',
  batchId = 1,
  caps = GAP,
  numbers = [MEI],
  lastBatch = 0,
  ...rest
}: Ask = {}) {
  const { at = T, by = ledger } = rest;
  const callees = numbers.map((number) => ({ ref: number % 1_000, number, lastBatch }));
  return by.reserve({ campaignId, batchId, caps, callees }, at, at + (LEASE - T));
}

const allowed = async (ask: Ask = {}): Promise<boolean[]> =>
  (await reserve(ask)).verdicts.map((verdict) => verdict.allowed);

function dialled(id: string | undefined, at: number, number = MEI, attempt = 'spring.1.1') {
  return ledger.settle([{ number, id, attempt, dialledAt: [at] }]);
}

/** All that the ledger holds, but how long it is kept. */
async function contents(): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (const name of (await redis.keys(`*${prefix}*`)).sort()) {
    const type = await redis.type(name);
    found[name] =
      type === 'hash'
        ? await redis.hgetall(name)
        : type === 'zset'
          ? await redis.zrange(name, '0', '-1')
          : await redis.get(name);
  }
  return found;
}

describe('a dial that is reserved', () => {
  it('counts for every other campaign until it is settled, and then from when it rang', async () => {
    const { id, verdicts } = await reserve();
    expect(verdicts).toEqual([{ allowed: true }]);
    const second = await reserve({ campaignId: 'summer' });
    expect(second.verdicts).toEqual([{ allowed: false, freeAt: LEASE, cap: 'gap of 1h' }]);
    await dialled(id, T + 10 * MINUTE);
    const freeAt = T + 70 * MINUTE + SECOND;
    const later = { campaignId: 'summer', at: T + 20 * MINUTE };
    expect((await reserve(later)).verdicts).toEqual([{ allowed: false, freeAt, cap: 'gap of 1h' }]);
    expect(await allowed({ campaignId: 'summer', at: freeAt })).toEqual([true]);
  });

  it('and given back leaves nothing behind', async () => {
    await ledger.check();
    const { id } = await reserve({ numbers: [MEI, LI] });
    await ledger.settle([MEI, LI].map((number) => ({ number, id, attempt: '', dialledAt: [] })));
    await ledger.close(id);
    expect(Object.keys(await contents())).toEqual([`{${prefix}:~dials}:k`]);
    expect(await allowed({ campaignId: 'summer' })).toEqual([true]);
  });

  it('is judged number by number, in the order given', async () => {
    await reserve({ numbers: [LI] });
    expect(await allowed({ campaignId: 'summer', numbers: [MEI, LI, MEI + 7] })).toEqual([true, false, true]);
  });

  it('is settled once, however often that is told', async () => {
    const { id } = await reserve();
    await dialled(id, T + MINUTE);
    const once = await contents();
    await dialled(id, T + MINUTE);
    expect(await contents()).toEqual(once);
  });

  it('by a task that nobody knew of counts too, each session once', async () => {
    for (const session of ['s-1', 's-2', 's-1']) await dialled(undefined, T - MINUTE, MEI, session);
    const thrice = { rolling: [{ calls: 3, per: HOUR }] };
    expect(await allowed({ caps: thrice })).toEqual([true]);
    expect(await allowed({ campaignId: 'summer', caps: thrice })).toEqual([false]);
  });

  it('holds for all of a large batch', async () => {
    const numbers = Array.from({ length: 20 * LEDGER_NUMBERS_PER_SCRIPT }, (_, at) => MEI + at);
    expect(new Set(await allowed({ numbers }))).toEqual(new Set([true]));
    expect(new Set(await allowed({ campaignId: 'summer', numbers }))).toEqual(new Set([false]));
  });
});

describe('two tries to claim one callee', () => {
  it('do not stand in each other’s way, and each gives back what is its own', async () => {
    const first = await reserve();
    const second = await reserve({ batchId: 2 });
    expect([first.verdicts, second.verdicts]).toEqual([[{ allowed: true }], [{ allowed: true }]]);
    await ledger.settle([{ number: MEI, id: first.id, attempt: '', dialledAt: [] }]);
    expect(await ledger.held(second.id, [MEI, LI])).toEqual([true, false]);
    expect(await allowed({ campaignId: 'summer' })).toEqual([false]);
  });

  it('are two dials once the earlier one was claimed', async () => {
    await reserve({ batchId: 4 });
    expect(await allowed({ batchId: 5, lastBatch: 4 })).toEqual([false]);
  });

  it('of one batch, the later one to see whether the earlier stands, are one dial', async () => {
    const { id } = await reserve({ batchId: 4 });
    const again = await reserve({ batchId: 4, lastBatch: 3, at: T + MINUTE });
    expect(again.verdicts).toEqual([{ allowed: true }]);
    await ledger.settle([{ number: MEI, id, attempt: '', dialledAt: [] }]);
    expect([await ledger.held(id, [MEI]), await ledger.held(again.id, [MEI])]).toEqual([[false], [true]]);
    // A task that landed late dialled it meanwhile.
    await dialled(undefined, T + 2 * MINUTE);
    expect(await allowed({ batchId: 4, lastBatch: 3, at: T + 3 * MINUTE })).toEqual([false]);
  });
});

describe('what is known of a number', () => {
  it('reaches as far back as the caps of whoever has reserved it, not only as our own', async () => {
    await dialled(undefined, T - 5 * DAY);
    const twice = { rolling: [{ calls: 2, per: 7 * DAY }] };
    expect(await allowed({ campaignId: 'weekly', caps: twice })).toEqual([true]);
    // That campaign's second call of the week is the last it may be part of.
    expect(await allowed({ campaignId: 'summer', caps: NONE })).toEqual([false]);
    expect(await allowed({ campaignId: 'summer', caps: NONE, numbers: [LI] })).toEqual([true]);
  });

  it('is found in whichever day of the period it was', async () => {
    for (const age of [0, 1, 2, 3, 4, 5, 6]) {
      const number = MEI + age;
      await dialled(undefined, T - age * DAY, number);
      const freeAt = T - age * DAY + SECOND + 7 * DAY;
      const { verdicts } = await reserve({ caps: WEEKLY, numbers: [number] });
      expect(verdicts).toEqual([{ allowed: false, freeAt, cap: '1 per 7d' }]);
    }
  });

  it('may have been written by a clock ahead of ours', async () => {
    const midnight = Date.parse('2026-11-24T00:00:00Z');
    await dialled(undefined, midnight + 2 * SECOND);
    expect(await allowed({ at: midnight - SECOND })).toEqual([false]);
  });
});

describe('reservations of a claim', () => {
  it('are overdue once their lease is over, until they are renewed or closed', async () => {
    const { id } = await reserve({ numbers: [MEI, LI], batchId: 7 });
    expect(await ledger.overdue(LEASE, 10)).toEqual([]);
    const claim = { id, campaignId: 'spring', batchId: 7, refs: [1, 2], leaseUntil: LEASE };
    expect(await ledger.overdue(LEASE + 1, 10)).toEqual([claim]);
    // A process that never saw it knows as much.
    expect(await createRedisCallLedger(redis, { prefix }).overdue(LEASE + 1, 10)).toEqual([claim]);
    await ledger.renew(id, LEASE + HOUR);
    expect(await ledger.overdue(LEASE + 1, 10)).toEqual([]);
    await ledger.close(id);
    expect(await ledger.overdue(LEASE + DAY, 10)).toEqual([]);
    await ledger.renew(id, LEASE);
    expect(await ledger.overdue(LEASE + DAY, 10)).toEqual([]);
  });

  it('come the oldest first, a few at a time', async () => {
    const ids: string[] = [];
    for (const at of [3, 1, 2]) ids[at] = (await reserve({ campaignId: `c${at}`, at: T + at })).id;
    const found = await ledger.overdue(T + DAY, 2);
    expect(found.map(({ id }) => id)).toEqual([ids[1], ids[2]]);
  });

  it('that were closed count no more, wherever one of them was left', async () => {
    const { id } = await reserve();
    await ledger.close(id);
    expect(await allowed({ campaignId: 'summer' })).toEqual([true]);
  });

  it('of a process that died before it reserved anything are forgotten', async () => {
    await redis.zadd(`{${prefix}:~dials}:c`, T, 'zzzzzzzz');
    expect(await ledger.overdue(T + DAY, 10)).toEqual([]);
    expect(await redis.zcard(`{${prefix}:~dials}:c`)).toBe(0);
  });
});

describe('with a key', () => {
  const keyed = (key: string) => createRedisCallLedger(redis, { prefix, key });

  it('numbers are in no key and no value, and found all the same', async () => {
    const mine = keyed('a key that is long enough for a test');
    const { id } = await reserve({ by: mine });
    await mine.settle([{ number: MEI, id, attempt: 'spring.1.1', dialledAt: [T] }]);
    await reserve({ by: mine, numbers: [LI] });
    expect(await allowed({ by: mine, campaignId: 'summer', at: T + MINUTE })).toEqual([false]);
    const plain = createRedisCallLedger(redis, { prefix: freshPrefix() });
    await reserve({ by: plain });
    expect(JSON.stringify(await contents())).not.toMatch(/13800000/);
  });

  it('a process with another one, or with none, is refused', async () => {
    await keyed('a key that is long enough for a test').check();
    await reserve({ by: keyed('a key that is long enough for a test') });
    const other = keyed('another key that is long enough');
    const refused = expect.objectContaining({ code: 'settings_invalid' });
    for (const one of [other, ledger]) {
      await expect(one.check()).rejects.toEqual(refused);
      await expect(reserve({ by: one })).rejects.toEqual(refused);
      await expect(one.settle([{ number: MEI, id: undefined, attempt: '', dialledAt: [T] }])).rejects.toEqual(
        refused,
      );
      await expect(one.held('zzzzzzzz', [MEI])).rejects.toEqual(refused);
    }
  });
});

describe('processes that reserve one number at the same moment', () => {
  it.each([1, 2, 3, 4, 5])('get no more than the caps allow between them (seed %i)', async (seed) => {
    const gate = new CommandGate(createRng('gate', seed));
    const won: string[] = [];
    const caps = { rolling: [{ calls: 3, per: DAY }] };
    const work = Array.from({ length: 8 }, async (_, at) => {
      const by = createRedisCallLedger(gate.through(redis), { prefix });
      const [first] = await allowed({ by, campaignId: `c${at}`, caps });
      if (first) won.push(`c${at}`);
    });
    await gate.run(work);
    expect(won.length).toBe(3);
  });
});

it('many who want the same numbers at once all get their answer, and nobody counts twice or not at all', async () => {
  const numbers = Array.from({ length: 30 }, (_, at) => MEI + at);
  const caps: CapRules = { rolling: [{ calls: 15, per: DAY }] };
  const campaigns = Array.from({ length: 24 }, (_, at) => `campaign-${at}`);
  const all = await Promise.all(campaigns.map((campaignId) => allowed({ campaignId, numbers, caps })));
  for (const at of numbers.keys()) expect(all.filter((verdicts) => verdicts[at]).length).toBe(15);
}, 60_000);

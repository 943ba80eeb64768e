import { afterEach, describe, expect, inject, it } from 'vitest';
import { ledgerKeys } from '../../../src/adapters/redis/keys.ts';
import { createRng } from '../../../src/adapters/simulator/rng.ts';
import { DIAL_LEASE, LEDGER_SHARDS } from '../../../src/core/limits.ts';
import { DAY, HOUR, type Instant, MINUTE, SECOND } from '../../../src/core/time.ts';
import { calleeDocument, calleeLine } from '../../../src/faces/documents.ts';
import { runAudit } from '../../../src/pipelines/audit.ts';
import { dispatchCampaign } from '../../../src/pipelines/dispatch.ts';
import { pollCampaign } from '../../../src/pipelines/poll.ts';
import { submitBatch } from '../../../src/pipelines/submission.ts';
import { sweep } from '../../../src/pipelines/sweep.ts';
import { seededNumber } from '../../support/seeded-campaign.ts';
import {
  createWorld,
  isOver,
  moveTo,
  requestsOf,
  runTo,
  runUntil,
  runWake,
  startCampaign,
  startProcess,
  storyOf,
  WORLD_SETTINGS,
  type World,
} from '../../support/world.ts';

const CREATE = 'CreateAutoCalloutTask';
const MEI = seededNumber(1);
/** Seldom, since hours pass. */
const SWEEPS = { sweepEvery: 10 * MINUTE };
let world: World;
afterEach(() => world.close());

function capped(caps: unknown, more: object = {}) {
  return { ...WORLD_SETTINGS, caps, ...more };
}

/** When each number was really dialled, in order. */
function dialsByNumber(of = world): Map<string, Instant[]> {
  const found = new Map<string, Instant[]>();
  for (const { number, at, declined } of of.simulator.ledger()) {
    if (!declined) found.set(number, [...(found.get(number) ?? []), at]);
  }
  return found;
}

/** True where nobody may be dialled any more because of a reservation. */
async function hasReservations(): Promise<boolean> {
  const keys = ledgerKeys(world.prefix);
  const open = await Promise.all(
    [...Array(LEDGER_SHARDS).keys()].map((shard) => world.redis.hlen(`${keys.shard(shard)}o`)),
  );
  return open.some((count) => count > 0) || (await world.redis.zcard(keys.claims)) > 0;
}

async function bothOver(): Promise<boolean> {
  return (await isOver(world, 'spring')) && (await isOver(world, 'summer'));
}

describe('campaigns that share numbers', () => {
  it.each([1, 2])(
    'never dial anybody above a cap, whoever dispatches (seed %i)',
    async (seed) => {
      world = await createWorld(inject('redisUrl'), {
        seed,
        scenario: { outcomes: { notAnswer: 4, busy: 2, ok: 1 }, channelsPerCaller: 3 },
      });
      const processes = [startProcess(world), startProcess(world)] as const;
      const retry = { attemptsMax: 4, otherwise: { after: ['10m', '50m', '3h'] } };
      const twice = { preset: 'none', perDay: 2, rolling: { calls: 3, per: '36h' } };
      await startCampaign(world, 'spring', 10, capped(twice, { retry }));
      await startCampaign(world, 'summer', 16, capped({ preset: 'none', minGap: '2h' }, { retry }));
      const rng = createRng('turns', seed);
      let sweepAt = 0;
      for (let step = 0; step < 6_000 && !(await bothOver()); step += 1) {
        const now = world.clock.now();
        const wakes = [world.queue.take(now), world.queue.take(now)];
        if (wakes[0] !== undefined) {
          // Two processes at once, on whatever is due.
          const turns = rng.chance(0.5) ? processes : [processes[1], processes[0]];
          await Promise.all(wakes.map((wake, at) => wake && runWake((turns[at] ?? processes[0]).deps, wake)));
        } else if (now >= sweepAt) {
          sweepAt = now + 20 * MINUTE;
          await sweep(processes[0].deps);
        } else world.clock.advanceTo(Math.min(world.queue.nextAt ?? sweepAt, sweepAt));
      }
      for (const process of processes) process.stop();
      expect(await bothOver()).toBe(true);
      const day = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' });
      let shared = 0;
      for (const [, dials] of dialsByNumber()) {
        shared += dials.length > 2 ? 1 : 0;
        for (const [index, at] of dials.entries()) {
          const { taskName = '' } = world.simulator.ledger().find((entry) => entry.at === at) ?? {};
          const earlier = dials.slice(0, index);
          if (taskName.startsWith('summer'))
            expect(at - (earlier.at(-1) ?? 0)).toBeGreaterThanOrEqual(2 * HOUR);
          else {
            expect(earlier.filter((one) => day.format(one) === day.format(at)).length).toBeLessThan(2);
            expect(earlier.filter((one) => at - one < 36 * HOUR).length).toBeLessThan(3);
          }
        }
      }
      expect(shared).toBeGreaterThan(3);
      expect(await hasReservations()).toBe(false);
      for (const id of ['spring', 'summer'])
        expect((await runAudit({ store: world.store }, id)).violations).toEqual([]);
      const attempts =
        (await world.store.counts('spring')).attempts + (await world.store.counts('summer')).attempts;
      expect(attempts).toBe(world.simulator.summary().dials);
    },
    90_000,
  );
});

describe('a callee whom a cap keeps back', () => {
  /** Both campaigns run; spring has dialled, and summer must wait for six hours. */
  async function waitingWorld(more: object = {}) {
    world = await createWorld(inject('redisUrl'), { scenario: { outcomes: { ok: 1 } } });
    const process = startProcess(world);
    await startCampaign(world, 'spring', 3, capped({ preset: 'none' }));
    await runUntil(world, process, () => isOver(world, 'spring'), SWEEPS);
    await startCampaign(world, 'summer', 3, capped({ preset: 'none', minGap: '6h' }, more));
    const [dialledAt = 0] = dialsByNumber().get(MEI) ?? [];
    return { process, freeAt: Math.floor(dialledAt / SECOND) * SECOND + SECOND + 6 * HOUR };
  }

  it('waits until the cap allows, with that as its reason, and is called then', async () => {
    const { process, freeAt } = await waitingWorld();
    await runTo(world, process, freeAt - MINUTE, SWEEPS);
    const ref = (await world.store.findCallee('summer', Number(MEI))) ?? -1;
    const [record] = await world.store.records('summer', [ref]);
    expect(record).toMatchObject({ state: 'initial', reason: 'capped', due: freeAt, attempts: 0 });
    const story = await storyOf(world, 'summer', MEI);
    expect(story).toMatchObject([
      { from: 'initial', to: 'initial', reason: 'capped', due: freeAt, facts: { cap: 'gap of 6h' } },
    ]);
    const [row] = await world.store.rows('summer', [ref]);
    if (record === undefined || row === undefined) throw new Error('no callee');
    const shown = calleeDocument(calleeLine('summer', ref, record, row), record, row, story);
    const until = new Date(freeAt).toISOString();
    expect(shown).toMatchObject({
      reason: 'capped',
      nextAttemptAt: until,
      history: [{ reason: 'capped', facts: { cap: 'gap of 6h' }, nextAttemptAt: until }],
    });
    await runUntil(world, process, () => isOver(world, 'summer'), SWEEPS);
    process.stop();
    const [first = 0, second = 0] = dialsByNumber().get(MEI) ?? [];
    expect(second - first).toBeGreaterThanOrEqual(6 * HOUR);
    expect(second - first).toBeLessThan(6 * HOUR + 10 * MINUTE);
    expect((await runAudit({ store: world.store }, 'summer')).violations).toEqual([]);
  });

  it('does not spin: nobody looks at it, and nothing is asked of the provider, before', async () => {
    const { process, freeAt } = await waitingWorld();
    await runTo(world, process, world.clock.now() + MINUTE, SWEEPS);
    const before = { creates: requestsOf(world, CREATE), at: world.clock.now() };
    let wakes = 0;
    while (world.clock.now() < freeAt - 10 * MINUTE) {
      const wake = world.queue.take(world.clock.now());
      if (wake === undefined)
        world.clock.advanceTo(Math.min(world.queue.nextAt ?? freeAt, freeAt - 10 * MINUTE));
      else {
        wakes += 1;
        await runWake(process.deps, wake);
      }
    }
    process.stop();
    expect(wakes).toBeLessThan(10);
    expect(requestsOf(world, CREATE)).toBe(before.creates);
    expect((await storyOf(world, 'summer', MEI)).length).toBe(1);
  });

  it('waits on in a window of its campaign', async () => {
    const windows = [{ days: ['tue', 'wed'], from: '09:00', to: '12:00' }];
    const { process } = await waitingWorld({ windows, startAt: undefined });
    const tuesday = Date.parse('2026-11-24T09:00:00+08:00');
    world.clock.advanceTo(tuesday);
    // Called by the other campaign a moment before.
    const number = Number(MEI);
    await world.ledger.settle([{ number, id: undefined, attempt: 'x', dialledAt: [tuesday - SECOND] }]);
    await runTo(world, process, tuesday + MINUTE, SWEEPS);
    process.stop();
    const [line] = await storyOf(world, 'summer', MEI);
    expect(line).toMatchObject({ reason: 'capped', due: Date.parse('2026-11-25T09:00:00+08:00') });
  });

  it('ends where no time is left to wait for', async () => {
    const endAt = '2026-11-23T14:00:00+08:00';
    const { process, freeAt } = await waitingWorld({ endAt });
    expect(freeAt).toBeGreaterThan(Date.parse(endAt));
    await runTo(world, process, world.clock.now() + MINUTE, SWEEPS);
    process.stop();
    const story = await storyOf(world, 'summer', MEI);
    expect(story).toMatchObject([{ to: 'expired', reason: 'no_window_left', facts: { cap: 'gap of 6h' } }]);
    expect((await world.store.campaign('summer'))?.state).toBe('completed');
  });

  it('is kept back alone: the others of its batch are called at once', async () => {
    world = await createWorld(inject('redisUrl'), { scenario: { outcomes: { ok: 1 } } });
    const process = startProcess(world);
    const now = world.clock.now();
    const number = Number(MEI);
    await world.ledger.settle([{ number, id: undefined, attempt: 'x', dialledAt: [now - MINUTE] }]);
    await startCampaign(world, 'spring', 20, capped({ preset: 'none', minGap: '1d' }));
    await runTo(world, process, now + HOUR, SWEEPS);
    process.stop();
    expect([dialsByNumber().size, dialsByNumber().has(MEI)]).toEqual([19, false]);
    expect((await world.store.openBatches('spring')).length).toBe(0);
  });
});

describe('attempts of a callee', () => {
  it('end with its lifetime, though the retry policy would allow more', async () => {
    world = await createWorld(inject('redisUrl'), { scenario: { outcomes: { notAnswer: 1 } } });
    const process = startProcess(world);
    await startCampaign(world, 'spring', 4, capped({ preset: 'none', lifetime: 2 }));
    await runUntil(world, process, () => isOver(world, 'spring'), SWEEPS);
    process.stop();
    expect(world.simulator.summary()).toMatchObject({ dials: 8, numbers: 4 });
    expect((await storyOf(world, 'spring', MEI)).at(-1)).toMatchObject({
      to: 'unanswered',
      reason: 'attempts_exhausted',
    });
  });

  it("keep to the provider's caps where the file says nothing", async () => {
    world = await createWorld(inject('redisUrl'), { scenario: { outcomes: { notAnswer: 1 } } });
    const process = startProcess(world);
    const retry = { attemptsMax: 7, otherwise: { after: ['1m'] } };
    await startCampaign(world, 'spring', 3, { ...WORLD_SETTINGS, retry });
    await runUntil(world, process, () => isOver(world, 'spring'), SWEEPS);
    process.stop();
    for (const [, dials] of dialsByNumber()) {
      expect(dials.length).toBe(7);
      for (const at of dials) {
        const before = dials.filter((one) => one < at);
        expect(before.filter((one) => at - one < DAY).length).toBeLessThan(5);
        expect(before.filter((one) => at - one < 5 * MINUTE).length).toBeLessThan(3);
      }
    }
  });

  it('that the provider declined were no dials', async () => {
    world = await createWorld(inject('redisUrl'), { scenario: { rules: { hours: [20, 21] } } });
    const process = startProcess(world);
    await startCampaign(world, 'spring', 3, capped({ preset: 'none', minGap: '1d' }));
    await runTo(world, process, world.clock.now() + 30 * MINUTE, SWEEPS);
    process.stop();
    const summary = world.simulator.summary();
    expect([summary.dials, summary.declined > 3]).toEqual([0, true]);
  });
});

describe('reservations', () => {
  it('are given back when a batch is released, and its callees are free for others at once', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: {
        faults: [{ kind: 'refuse', code: 'RequestLimitExceeded', action: CREATE, probability: 1 }],
      },
    });
    const process = startProcess(world);
    await startCampaign(world, 'spring', 5, capped({ preset: 'none', minGap: '1d' }));
    await dispatchCampaign(process.deps, 'spring');
    expect(await hasReservations()).toBe(true);
    await moveTo(world, 'spring', 'paused');
    await dispatchCampaign(process.deps, 'spring');
    process.stop();
    expect(await hasReservations()).toBe(false);
    expect((await world.store.counts('spring')).states).toMatchObject({ initial: 5, batched: 0 });
  });

  it('are given back when the claim comes to nothing', async () => {
    world = await createWorld(inject('redisUrl'));
    const { store } = world;
    const process = startProcess(world);
    await startCampaign(world, 'spring', 5, capped({ preset: 'none', minGap: '1d' }));
    const paused: typeof store = Object.create(store, {
      apply: {
        value: async (id: string, change: Parameters<typeof store.apply>[1]) => {
          if (change.name === 'claim_batch') await moveTo(world, id, 'paused');
          return store.apply(id, change);
        },
      },
    });
    await dispatchCampaign({ ...process.deps, store: paused }, 'spring');
    process.stop();
    expect((await store.counts('spring')).states).toMatchObject({ initial: 5, batched: 0 });
    expect(await hasReservations()).toBe(false);
  });

  it('of a process that died before its claim are settled by the sweep, and keep others waiting until then only', async () => {
    world = await createWorld(inject('redisUrl'), { scenario: { outcomes: { ok: 1 } } });
    const process = startProcess(world);
    const now = world.clock.now();
    await startCampaign(world, 'spring', 3, capped({ preset: 'none', minGap: '1d' }));
    await moveTo(world, 'spring', 'paused');
    const callees = [1, 2, 3].map((row) => ({
      ref: row - 1,
      number: Number(seededNumber(row)),
      lastBatch: 0,
    }));
    const order = { campaignId: 'spring', batchId: 1, caps: { rolling: [], minGap: DAY }, callees };
    await world.ledger.reserve(order, now, now + DIAL_LEASE);
    await startCampaign(world, 'summer', 3, capped({ preset: 'none' }));
    await runTo(world, process, now + DIAL_LEASE - MINUTE, SWEEPS);
    expect(world.simulator.summary().dials).toBe(0);
    expect(await storyOf(world, 'summer', MEI)).toMatchObject([
      { reason: 'capped', due: now + DIAL_LEASE, facts: { cap: 'a call reserved by another campaign' } },
    ]);
    await runUntil(world, process, () => isOver(world, 'summer'), SWEEPS);
    process.stop();
    expect(world.simulator.summary().dials).toBe(3);
    expect(await hasReservations()).toBe(false);
  });

  it('of a store that lost them keep nobody else from being settled', async () => {
    world = await createWorld(inject('redisUrl'));
    const events: unknown[] = [];
    const log = { debug() {}, info() {}, warn() {}, error: (fields: object) => events.push(fields) };
    const process = startProcess(world, { log });
    const now = world.clock.now();
    await startCampaign(world, 'spring', 2, capped({ preset: 'none' }));
    await moveTo(world, 'spring', 'paused');
    const caps = { rolling: [], minGap: DAY };
    for (const [campaignId, ref] of [
      ['forgotten', 0],
      ['spring', 99_999],
      ['spring', 1],
    ] as const) {
      const callees = [{ ref, number: Number(seededNumber(ref + 1)), lastBatch: 0 }];
      await world.ledger.reserve({ campaignId, batchId: 1, caps, callees }, now, now + DIAL_LEASE);
    }
    world.clock.advance(DIAL_LEASE + MINUTE);
    await sweep(process.deps);
    process.stop();
    expect(events).toMatchObject([{ event: 'dials_unsettled', campaignId: 'spring', batchId: 1 }]);
    const left = await world.ledger.overdue(world.clock.now() + DAY, 10);
    expect(left.map(({ refs }) => refs)).toEqual([[99_999]]);
  });

  it('of calls whose outcome nobody told the ledger are settled by the sweep, with when they rang', async () => {
    world = await createWorld(inject('redisUrl'), { scenario: { outcomes: { notAnswer: 1, ok: 1 } } });
    const process = startProcess(world);
    const mute = {
      ...process.deps,
      ledger: {
        ...ledgerOf(process.deps.ledger),
        settle: async () => undefined,
        close: async () => undefined,
      },
    };
    const silent = { deps: mute, stop: process.stop };
    await startCampaign(world, 'spring', 6, capped({ preset: 'none' }, { retry: { attemptsMax: 1 } }));
    await runUntil(world, silent, () => isOver(world, 'spring'), SWEEPS);
    expect(await hasReservations()).toBe(true);
    world.clock.advance(DIAL_LEASE + MINUTE);
    await sweep(process.deps);
    process.stop();
    expect(await hasReservations()).toBe(false);
    const callees = [1, 2, 3, 4, 5, 6].map((row) => ({
      ref: row,
      number: Number(seededNumber(row)),
      lastBatch: 0,
    }));
    const order = { campaignId: 'summer', batchId: 1, caps: { rolling: [], minGap: DAY }, callees };
    const { verdicts } = await world.ledger.reserve(order, world.clock.now(), world.clock.now() + DIAL_LEASE);
    const rang = callees.map(({ number }) => dialsByNumber().get(String(number))?.[0] ?? 0);
    expect(verdicts).toEqual(
      rang.map((at) => ({
        allowed: false,
        freeAt: Math.floor(at / SECOND) * SECOND + SECOND + DAY,
        cap: 'gap of 1d',
      })),
    );
  });

  it('of a batch that waited are looked at once more before it is submitted, and a dial meanwhile holds it back', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: { faults: [{ kind: 'refuse', code: 'RequestLimitExceeded', action: CREATE, calls: [1] }] },
    });
    const process = startProcess(world);
    await startCampaign(world, 'spring', 4, capped({ preset: 'none', minGap: '1d' }));
    await dispatchCampaign(process.deps, 'spring');
    expect((await world.store.batch('spring', 1))?.state).toBe('planned');
    world.clock.advance(MINUTE);
    const dialledAt = [world.clock.now()];
    await world.ledger.settle([{ number: Number(MEI), id: undefined, attempt: 's-1', dialledAt }]);
    await submitBatch(process.deps, 'spring', 1);
    expect((await world.store.batch('spring', 1))?.state).toBe('released');
    expect(await hasReservations()).toBe(false);
    expect((await storyOf(world, 'spring', MEI)).at(-1)).toMatchObject({
      to: 'initial',
      reason: 'capped',
      facts: { cap: 'gap of 1d' },
    });
    await runTo(world, process, world.clock.now() + HOUR, SWEEPS);
    process.stop();
    expect([dialsByNumber().size, dialsByNumber().has(MEI)]).toEqual([3, false]);
  });

  it('of a batch that waited and may leave are kept once', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: { faults: [{ kind: 'refuse', code: 'RequestLimitExceeded', action: CREATE, calls: [1] }] },
    });
    const process = startProcess(world);
    await startCampaign(world, 'spring', 4, capped({ preset: 'none', minGap: '1d' }));
    await dispatchCampaign(process.deps, 'spring');
    const first = (await world.store.batch('spring', 1))?.dials;
    world.clock.advance(MINUTE);
    await submitBatch(process.deps, 'spring', 1);
    const batch = await world.store.batch('spring', 1);
    expect(batch?.state).toBe('active');
    expect(batch?.dials).not.toBe(first);
    expect(await world.redis.zrange(ledgerKeys(world.prefix).claims, '0', '-1')).toEqual([batch?.dials]);
    await runUntil(world, process, () => isOver(world, 'spring'), SWEEPS);
    process.stop();
    expect(await hasReservations()).toBe(false);
  });

  it('of calls that go on for long are renewed', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: { outcomes: { ok: 1 }, channelsPerCaller: 1, talkSeconds: [600, 600] },
    });
    const process = startProcess(world);
    const now = world.clock.now();
    await startCampaign(world, 'spring', 12, capped({ preset: 'none' }));
    await runTo(world, process, now + DIAL_LEASE + 25 * MINUTE, SWEEPS);
    expect(await hasReservations()).toBe(true);
    expect(await world.ledger.overdue(world.clock.now(), 10)).toEqual([]);
    await runUntil(world, process, () => isOver(world, 'spring'), SWEEPS);
    process.stop();
    expect(await hasReservations()).toBe(false);
  });
});

/** A ledger as plain functions, so that a test may put others in the place of some. */
function ledgerOf(ledger: World['ledger']): World['ledger'] {
  return {
    check: () => ledger.check(),
    reserve: (...args) => ledger.reserve(...args),
    settle: (...args) => ledger.settle(...args),
    held: (...args) => ledger.held(...args),
    overdue: (...args) => ledger.overdue(...args),
    renew: (...args) => ledger.renew(...args),
    close: (...args) => ledger.close(...args),
  };
}

describe('a claim whose reply is lost', () => {
  it('keeps its reservations: the store is asked again and finds it done', async () => {
    world = await createWorld(inject('redisUrl'));
    const real = startProcess(world);
    const { store } = real.deps;
    // As the client does when the connection breaks before the reply: the same command once more.
    const apply: typeof store.apply = async (id, change) => {
      const first = await store.apply(id, change);
      return change.name === 'claim_batch' ? store.apply(id, change) : first;
    };
    await startCampaign(world, 'spring', 3);
    await dispatchCampaign({ ...real.deps, store: { ...store, apply } }, 'spring');
    real.stop();
    const batch = await world.store.batch('spring', 1);
    expect(batch?.state).toBe('active');
    const { numbers } = await world.store.batchCallees('spring', 1);
    expect(await world.ledger.held(batch?.dials ?? '', numbers)).toEqual([true, true, true]);
  });
});

describe('a process that dies before it has told a dial', () => {
  it('leaves it to the sweep, also where another one reads the task to its end', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: { outcomes: { ok: 1 }, channelsPerCaller: 1 },
    });
    const process = startProcess(world);
    await startCampaign(world, 'spring', 3);
    await dispatchCampaign(process.deps, 'spring');
    const { ledger } = process.deps;
    const dying = {
      ...ledger,
      settle: () => Promise.reject(new Error('dead')),
      held: ledger.held.bind(ledger),
    };
    const calling = async () => (await world.store.counts('spring')).states.calling;
    for (let turn = 0; turn < 50 && (await calling()) === 3; turn += 1) {
      world.clock.advance(5 * SECOND);
      await pollCampaign({ ...process.deps, ledger: dying }, 'spring').catch(() => {});
    }
    expect(await calling()).toBeGreaterThan(0);
    const { dials = '' } = (await world.store.batch('spring', 1)) ?? {};
    const { numbers } = await world.store.batchCallees('spring', 1);
    expect(await world.ledger.held(dials, numbers)).toEqual([true, true, true]);
    for (let turn = 0; turn < 50 && (await calling()) > 0; turn += 1) {
      world.clock.advance(20 * SECOND);
      await pollCampaign(process.deps, 'spring');
    }
    world.clock.advance(SECOND);
    await sweep(process.deps);
    process.stop();
    expect(await world.ledger.held(dials, numbers)).toEqual([false, false, false]);
    expect(await hasReservations()).toBe(false);
    const now = world.clock.now();
    const { verdicts } = await world.ledger.reserve(
      {
        ...{ campaignId: 'summer', batchId: 1, caps: { rolling: [{ calls: 1, per: DAY }] } },
        callees: numbers.map((number, ref) => ({ ref, number, lastBatch: 0 })),
      },
      now,
      now + HOUR,
    );
    expect(verdicts.map(({ allowed }) => allowed)).toEqual([false, false, false]);
  });
});

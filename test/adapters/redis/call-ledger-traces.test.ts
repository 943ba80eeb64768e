import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { createRedisCallLedger } from '../../../src/adapters/redis/call-ledger.ts';
import { createRng, type Rng } from '../../../src/adapters/simulator/rng.ts';
import { CampaignSettings } from '../../../src/core/campaign.ts';
import { capRules } from '../../../src/core/caps.ts';
import { DIAL_LEASE } from '../../../src/core/limits.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../src/core/time.ts';
import type { CallLedger, DialOutcome } from '../../../src/ports/call-ledger.ts';
import { CommandGate } from '../../support/gated-redis.ts';
import { freshPrefix } from '../../support/store.ts';

const T = Date.parse('2026-11-23T02:00:00Z');
const ZONE = 'America/New_York';
/** What a process may take from its reservation to its next step. Less than a lease, with some to spare. */
const FRESH = DIAL_LEASE / 2;
const NUMBERS = [8_613_800_000_001, 8_613_800_000_002, 8_613_800_000_003];
const PROCESSES = 4;
const ACTIONS = 60;
/** Each campaign of a trace has one of these. The last one calls whom it likes, and the others must not suffer. */
const CAPS = [
  { preset: 'none', perDay: 2 },
  { preset: 'none', rolling: { calls: 3, per: '6h' } },
  { preset: 'none', minGap: '40m', perDay: 4 },
  { rolling: { calls: 4, per: '12h' } },
  {
    preset: 'none',
    rolling: [
      { calls: 2, per: '1h' },
      { calls: 5, per: '3d' },
    ],
  },
  { preset: 'none' },
].map((caps) => CampaignSettings.parse({ name: 'T', callers: ['008602150000001'], ivrId: 7, caps }).caps);

/** One callee of one campaign, as the store would have it. */
interface Callee {
  readonly number: number;
  /** Its latest batch, which holds it while `held`; the provider has it and may dial it while `calling`. */
  batch: number;
  held: boolean;
  calling: boolean;
  /** What its story tells of each batch: when it was dialled, and that it is over. */
  readonly told: Map<number, number[]>;
}

interface Campaign {
  readonly id: string;
  readonly caps: (typeof CAPS)[number];
  batchNext: number;
  /** Batch -> what its dials are reserved under. */
  readonly won: Map<number, string>;
  readonly callees: readonly Callee[];
}

interface Dial {
  readonly campaign: Campaign;
  readonly number: number;
  readonly at: number;
}

interface Trace {
  readonly rng: Rng;
  readonly campaigns: readonly Campaign[];
  readonly dials: Dial[];
  now: number;
  crashes: number;
  refused: number;
  undone: number;
}

const attempt = (campaign: Campaign, ref: number, batch: number): string => `${campaign.id}.${ref}.${batch}`;

/** Reserves and claims some waiting callees, as a dispatcher does, and dies between its steps now and then. */
async function claim(trace: Trace, ledger: CallLedger): Promise<void> {
  const { rng, campaigns } = trace;
  const campaign = campaigns[rng.int(0, campaigns.length - 1)];
  if (campaign === undefined) return;
  const batch = campaign.batchNext;
  const read = [...campaign.callees.entries()].filter(([, one]) => !one.held && rng.chance(0.7));
  const batches = read.map(([, one]) => one.batch);
  if (read.length === 0) return;
  const at = trace.now;
  const callees = read.map(([ref, { number, batch: lastBatch }]) => ({ ref, number, lastBatch }));
  const order = { campaignId: campaign.id, batchId: batch, caps: capRules(campaign.caps, ZONE, at), callees };
  const { id, verdicts } = await ledger.reserve(order, at, at + DIAL_LEASE);
  trace.refused += verdicts.filter((verdict) => !verdict.allowed).length;
  if (rng.chance(0.1)) {
    trace.crashes += 1;
    return;
  }
  const reserved = read.filter((_, index) => verdicts[index]?.allowed);
  const isStale =
    campaign.batchNext !== batch ||
    reserved.some(
      ([, one]) => one.calling || one.batch !== batches[read.findIndex(([, other]) => other === one)],
    );
  if (isStale || reserved.length === 0) {
    await ledger.settle(reserved.map(([, { number }]) => ({ number, id, attempt: '', dialledAt: [] })));
    await ledger.close(id);
    return;
  }
  campaign.batchNext += 1;
  campaign.won.set(batch, id);
  for (const [, one] of reserved) Object.assign(one, { batch, held: true });
  for (let since = at; trace.now - since >= FRESH; ) {
    since = trace.now;
    if (!(await standsStill(trace, ledger, campaign, batch))) return;
  }
  for (const [, one] of reserved) one.calling = true;
}

/** The last look before the submission of a batch that was claimed some time ago: it is undone where a cap stands in the way. */
async function standsStill(
  trace: Trace,
  ledger: CallLedger,
  campaign: Campaign,
  batch: number,
): Promise<boolean> {
  const mine = [...campaign.callees.entries()].filter(([, one]) => one.held && one.batch === batch);
  const callees = mine.map(([ref, { number }]) => ({ ref, number, lastBatch: batch - 1 }));
  const at = trace.now;
  const order = { campaignId: campaign.id, batchId: batch, caps: capRules(campaign.caps, ZONE, at), callees };
  const { id, verdicts } = await ledger.reserve(order, at, at + DIAL_LEASE);
  const giveBack = async (spare: string): Promise<void> => {
    await ledger.settle(mine.map(([, { number }]) => ({ number, id: spare, attempt: '', dialledAt: [] })));
    await ledger.close(spare);
  };
  const isStanding = verdicts.every((verdict) => verdict.allowed);
  const first = campaign.won.get(batch) ?? '';
  if (isStanding) campaign.won.set(batch, id);
  else {
    trace.undone += 1;
    for (const [, one] of mine) {
      one.held = false;
      one.told.set(batch, []);
    }
    await giveBack(id);
  }
  if (trace.rng.chance(0.8)) await giveBack(first);
  return isStanding;
}

/** The provider dials a callee that is calling, or gives it up; its record is read, and told to the ledger, or not. */
async function call(trace: Trace, ledger: CallLedger): Promise<void> {
  const { rng } = trace;
  const calling = trace.campaigns.flatMap((campaign) =>
    [...campaign.callees.entries()]
      .filter(([, one]) => one.calling)
      .map(([ref, one]) => ({ campaign, ref, one })),
  );
  const chosen = calling[rng.int(0, Math.max(calling.length - 1, 0))];
  if (chosen === undefined) return;
  const { campaign, ref, one } = chosen;
  const { batch, number } = one;
  const dialledAt: number[] = [];
  if (rng.chance(0.8)) {
    trace.dials.push({ campaign, number, at: trace.now });
    dialledAt.push(Math.floor(trace.now / SECOND) * SECOND);
  }
  one.calling = false;
  one.held = false;
  one.told.set(batch, dialledAt);
  if (rng.chance(0.15)) {
    trace.crashes += 1;
    return;
  }
  const id = campaign.won.get(batch);
  await ledger.settle([{ number, id, attempt: attempt(campaign, ref, batch), dialledAt }]);
}

/** Settles what crashes left, from what the callees' stories tell. */
async function sweep(trace: Trace, ledger: CallLedger): Promise<void> {
  for (const { id, campaignId, batchId, refs } of await ledger.overdue(trace.now, 3)) {
    const campaign = trace.campaigns.find((one) => one.id === campaignId);
    if (campaign === undefined) throw new Error('a claim of nobody');
    const isWon = campaign.won.get(batchId) === id;
    let isGoing = false;
    const outcomes = refs.flatMap((ref): DialOutcome[] => {
      const one = campaign.callees[ref];
      if (one === undefined) return [];
      if (isWon && one.held && one.batch === batchId) {
        isGoing = true;
        return [];
      }
      const dialledAt = isWon ? (one.told.get(batchId) ?? []) : [];
      return [{ number: one.number, id, attempt: attempt(campaign, ref, batchId), dialledAt }];
    });
    const held = await ledger.held(
      id,
      outcomes.map(({ number }) => number),
    );
    await ledger.settle(outcomes.filter((_, at) => held[at]));
    if (isGoing) await ledger.renew(id, trace.now + DIAL_LEASE);
    else await ledger.close(id);
  }
}

/** Dials that were one too many for the campaign that made them, by the plain meaning of its caps. */
function breaches(dials: readonly Dial[]): string[] {
  const day = new Intl.DateTimeFormat('en-CA', { timeZone: ZONE });
  return dials.flatMap((dial, index) => {
    const { perDay, rolling, minGap, preset } = dial.campaign.caps;
    const earlier = dials.slice(0, index).filter(({ number }) => number === dial.number);
    const within = (per: number): number => earlier.filter(({ at }) => dial.at - at < per).length;
    const platform =
      preset === 'platform'
        ? [
            { calls: 5, per: DAY },
            { calls: 3, per: 5 * MINUTE },
          ]
        : [];
    const sameDay = earlier.filter(({ at }) => day.format(at) === day.format(dial.at)).length;
    return [
      ...[...rolling, ...platform]
        .filter(({ calls, per }) => within(per) >= calls)
        .map(({ calls }) => `${calls} in a period`),
      ...(perDay !== undefined && sameDay >= perDay ? [`${perDay} per day`] : []),
      ...(minGap !== undefined && within(minGap) > 0 ? ['gap'] : []),
    ];
  });
}

let redis: Redis;
let prefix: string;
beforeEach(() => {
  redis = new Redis(inject('redisUrl'));
  prefix = freshPrefix();
});
afterEach(async () => {
  const names = await redis.keys(`*${prefix}*`);
  if (names.length > 0) await redis.unlink(...names);
  await redis.quit();
});

function newTrace(seed: number): Trace {
  const rng = createRng('caps', seed);
  const campaigns = Array.from({ length: rng.int(2, 4) }, (_, at): Campaign => {
    const caps = CAPS[rng.int(0, CAPS.length - 1)];
    if (caps === undefined) throw new Error('no caps');
    const callees = NUMBERS.map((number) => ({
      number,
      batch: 0,
      held: false,
      calling: false,
      told: new Map(),
    }));
    return { id: `c${at}`, caps, batchNext: 1, won: new Map(), callees };
  });
  return { rng, campaigns, dials: [], now: T, crashes: 0, refused: 0, undone: 0 };
}

async function play(trace: Trace): Promise<CallLedger> {
  const gate = new CommandGate(createRng('gate', trace.rng.int(0, 1_000_000)));
  const work = async (ledger: CallLedger): Promise<void> => {
    for (let action = 0; action < ACTIONS; action += 1) {
      trace.now += trace.rng.int(0, 5) * MINUTE + trace.rng.int(0, 999);
      if (trace.rng.chance(0.05)) trace.now += trace.rng.int(0, 8) * HOUR;
      const next = [claim, call, call, sweep][trace.rng.int(0, 3)] ?? call;
      await next(trace, ledger);
    }
  };
  const ledgers = Array.from({ length: PROCESSES }, () =>
    createRedisCallLedger(gate.through(redis), { prefix }),
  );
  await gate.run(ledgers.map(work));
  return createRedisCallLedger(redis, { prefix });
}

describe('campaigns and processes that call the same people', () => {
  const seeds = Array.from({ length: 24 }, (_, at) => at + 1);
  const totals = { dials: 0, crashes: 0, refused: 0 };

  it.each(seeds)('never call anybody more often than any of them may (seed %i)', async (seed) => {
    const trace = newTrace(seed);
    const ledger = await play(trace);
    expect(breaches(trace.dials)).toEqual([]);
    totals.dials += trace.dials.length;
    totals.crashes += trace.crashes;
    totals.refused += trace.refused;
    // Once every call is over, nothing is left that only a crash could have left.
    for (const { callees } of trace.campaigns) for (const one of callees) one.held = false;
    for (let turn = 0; turn < 60; turn += 1) {
      trace.now += DAY;
      await sweep(trace, ledger);
    }
    const callees = NUMBERS.map((number, ref) => ({ ref, number, lastBatch: 0 }));
    const caps = { rolling: [], minGap: HOUR };
    const last = { campaignId: 'last', batchId: 1, caps, callees };
    const { id, verdicts } = await ledger.reserve(last, trace.now, trace.now + DIAL_LEASE);
    expect(verdicts).toEqual(NUMBERS.map(() => ({ allowed: true })));
    await ledger.close(id);
    expect(await ledger.overdue(trace.now + DAY, 10)).toEqual([]);
  });

  it('met caps and crashes often enough to mean something', () => {
    expect(totals.dials).toBeGreaterThan(250);
    expect(totals.crashes).toBeGreaterThan(100);
    expect(totals.refused).toBeGreaterThan(500);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { present } from '../../../src/core/assert.ts';
import {
  CALLEE_STATES,
  type CalleeEvent,
  type CalleeMove,
  type CalleeRecord,
  type CalleeRef,
  type CalleeStory,
  calleeStates,
  isCallable,
  isFinalCallee,
  moveCallee,
} from '../../../src/core/callee.ts';
import { DISPOSITION_NAMES } from '../../../src/core/disposition.ts';
import { DUE_BUCKET, PAGE_SLOTS } from '../../../src/core/limits.ts';
import { REASONS } from '../../../src/core/reasons.ts';
import {
  draftWithImport,
  numbersFrom,
  type OpenStore,
  openStore,
  stepOf,
} from '../../support/redis-store.ts';
import { SEEDED_AT as AT } from '../../support/seeded-campaign.ts';

const PAGES = 3;
const PER_PAGE = 80;
const ZONES = 3;

/** One change: which callees, and dice for what happens to each. */
interface Throw {
  readonly from: number;
  readonly count: number;
  readonly stride: number;
  readonly dice: readonly number[];
  /** Which of the moves is decided on an outdated record, if any. */
  readonly stale: number | undefined;
}

const throws: fc.Arbitrary<Throw> = fc.record({
  from: fc.nat(),
  count: fc.integer({ min: 1, max: 60 }),
  stride: fc.integer({ min: 1, max: 3 }),
  dice: fc.array(fc.nat(), { minLength: 5, maxLength: 5 }),
  stale: fc.option(fc.nat(), { freq: 3, nil: undefined }),
});

/** A campaign in memory: what the store should hold. */
class Model {
  readonly records = new Map<CalleeRef, CalleeRecord>();
  readonly stories = new Map<CalleeRef, CalleeStory[]>();
  readonly outdated = new Map<CalleeRef, CalleeRecord>();

  apply(moves: readonly CalleeMove[]): void {
    for (const { ref, before, after, story } of moves) {
      this.outdated.set(ref, before);
      this.records.set(ref, { ...after, due: Math.ceil(after.due / 1_000) * 1_000 });
      if (story !== undefined) this.stories.set(ref, [...(this.stories.get(ref) ?? []), story]);
    }
  }

  waiting(zone: number): { ref: CalleeRef; record: CalleeRecord }[] {
    return [...this.records]
      .map(([ref, record]) => ({ ref, record }))
      .filter(({ record }) => record.zone === zone && isCallable(record.state))
      .sort((a, b) => bucketOf(a.record) - bucketOf(b.record) || a.ref - b.ref);
  }

  tally<T>(keyOf: (record: CalleeRecord, ref: CalleeRef) => T | undefined): Map<T, number> {
    const counts = new Map<T, number>();
    for (const [ref, record] of this.records) {
      const key = keyOf(record, ref);
      if (key !== undefined) counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return counts;
  }
}

function bucketOf({ due }: CalleeRecord): number {
  return Math.floor(due / DUE_BUCKET);
}

/** A legal move of one callee, chosen by dice; undefined where it is final. */
function randomMove(ref: CalleeRef, record: CalleeRecord, dice: readonly number[]): CalleeMove | undefined {
  const die = (at: number) => present(dice[at % dice.length], 'die') + ref * 7 + at;
  const events = Object.keys(calleeStates[record.state].moves) as CalleeEvent[];
  const event = events[die(0) % events.length];
  if (event === undefined) return undefined;
  const targets = present(calleeStates[record.state].moves[event], 'targets');
  const due = die(1) % 4 === 0 ? 0 : AT + (die(2) % 400_000);
  return moveCallee(ref, record, event, {
    now: AT,
    reason: present(REASONS[die(3) % REASONS.length], 'reason')[0],
    to: present(targets[die(4) % targets.length], 'target'),
    change: {
      due,
      attempts: Math.min(record.attempts + (die(2) % 2), 255),
      disposition: die(3) % 3 === 0 ? undefined : DISPOSITION_NAMES[die(3) % DISPOSITION_NAMES.length],
      batch: die(1) % 50,
    },
    ...(die(0) % 5 === 0 && { calls: [{ sessionId: `s${ref}`, endStatus: die(1) % 300 }] }),
  });
}

async function begin(open: OpenStore): Promise<Model> {
  const { id } = await draftWithImport(open.store, 'spring');
  for (let zone = 1; zone < ZONES; zone += 1) await open.store.zoneIndex('spring', `Test/Zone${zone}`);
  const model = new Model();
  for (let page = 0; page < PAGES; page += 1) {
    const numbers = numbersFrom(page * PER_PAGE, PER_PAGE);
    const zones = numbers.map((_, at) => (at + page) % ZONES);
    await open.store.storeImportStep(id, stepOf(id, page * PER_PAGE, numbers, { zones }));
  }
  const refs = Array.from({ length: PAGES * PER_PAGE }, (_, at) => refOf(at));
  for (const [at, record] of (await open.store.records('spring', refs)).entries())
    model.records.set(refOf(at), present(record, 'new callee'));
  return model;
}

function refOf(at: number): CalleeRef {
  return Math.floor(at / PER_PAGE) * PAGE_SLOTS + (at % PER_PAGE);
}

async function play(open: OpenStore, model: Model, round: Throw): Promise<void> {
  const total = PAGES * PER_PAGE;
  const places = new Set(
    Array.from({ length: round.count }, (_, at) => (round.from + at * round.stride) % total),
  );
  const moves = [...places].flatMap((place) => {
    const ref = refOf(place);
    return randomMove(ref, present(model.records.get(ref), 'record'), round.dice) ?? [];
  });
  const spoilt = round.stale === undefined ? undefined : moves[round.stale % Math.max(moves.length, 1)];
  const old = spoilt && model.outdated.get(spoilt.ref);
  const sent = moves.map((move) => (move === spoilt && old !== undefined ? { ...move, before: old } : move));
  const result = await open.store.apply('spring', { name: 'model', now: AT, moves: sent });
  expect(result).toBe(old === undefined ? 'done' : 'stale');
  if (result === 'done') model.apply(moves);
}

async function compare(open: OpenStore, model: Model, dice: readonly number[]): Promise<void> {
  const { counts, dueIndex, missedIndex } = await open.store.auditFacts('spring');
  const states = model.tally((record) => record.state);
  expect(counts.states).toEqual(
    Object.fromEntries(CALLEE_STATES.map((state) => [state, states.get(state) ?? 0])),
  );
  expect(counts.dispositions).toEqual(Object.fromEntries(model.tally((record) => record.disposition)));
  expect(counts.attempts).toBe([...model.records.values()].reduce((sum, { attempts }) => sum + attempts, 0));
  expect(counts.unfinished).toBe(
    [...model.records.values()].filter(({ state }) => !isFinalCallee(state)).length,
  );
  const due = model.tally((record, ref) =>
    isCallable(record.state)
      ? `${record.zone} ${bucketOf(record)} ${Math.floor(ref / PAGE_SLOTS)}`
      : undefined,
  );
  const held = dueIndex.map(
    ({ zone, bucket, page, callees }) => [`${zone} ${bucket} ${page}`, callees] as const,
  );
  expect(new Map(held)).toEqual(due);
  const missed = model.tally((record, ref) =>
    record.state === 'missed' ? Math.floor(ref / PAGE_SLOTS) : undefined,
  );
  expect(new Map(missedIndex.map(({ page, callees }) => [page, callees]))).toEqual(missed);
  expect(await open.store.records('spring', [...model.records.keys()])).toEqual([...model.records.values()]);
  for (let zone = 0; zone < ZONES; zone += 1)
    await compareZone(open, model, zone, AT + ((dice[0] ?? 0) % 500_000));
}

async function compareZone(open: OpenStore, model: Model, zone: number, now: number): Promise<void> {
  const waiting = model.waiting(zone);
  const due = waiting.filter(({ record }) => record.due <= now);
  for (const max of [1, 7, 1_000])
    expect(await open.store.dueCallees('spring', zone, now, max)).toEqual(due.slice(0, max));
  const first = waiting.length === 0 ? undefined : Math.min(...waiting.map(({ record }) => record.due));
  expect(await open.store.nextDueAt('spring', zone)).toBe(first);
}

describe('the store', () => {
  it('agrees with a plain model of records, counts, indexes and stories after any moves, stale ones among them', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(throws, { minLength: 15, maxLength: 25 }), async (rounds) => {
        const open = openStore();
        try {
          const model = await begin(open);
          for (const round of rounds) {
            await play(open, model, round);
            await compare(open, model, round.dice);
          }
          for (let page = 0; page < PAGES; page += 1) {
            const stories = await open.store.pageStories('spring', page);
            const expected = [...model.stories].filter(([ref]) => Math.floor(ref / PAGE_SLOTS) === page);
            expect(stories).toEqual(new Map(expected.map(([ref, lines]) => [ref % PAGE_SLOTS, lines])));
          }
        } finally {
          await open.close();
        }
      }),
      { numRuns: 12, endOnFailure: true },
    );
  });
});

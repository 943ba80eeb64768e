import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dueBucketOf } from '../../../src/adapters/redis/due.ts';
import { present } from '../../../src/core/assert.ts';
import { type CalleeRef, moveCallee } from '../../../src/core/callee.ts';
import { DUE_BUCKET, PAGE_SLOTS } from '../../../src/core/limits.ts';
import {
  draftWithImport,
  numbersFrom,
  type OpenStore,
  openStore,
  stepOf,
} from '../../support/redis-store.ts';
import { SEEDED_AT as AT } from '../../support/seeded-campaign.ts';

let open: OpenStore;
const P1 = PAGE_SLOTS;
const P2 = 2 * PAGE_SLOTS;

/** Three pages of ten callees; those at odd slots live in zone 1. */
beforeEach(async () => {
  open = openStore();
  const { id } = await draftWithImport(open.store, 'spring');
  await open.store.zoneIndex('spring', 'Asia/Tokyo');
  const zones = Array.from({ length: 10 }, (_, slot) => slot % 2);
  for (let page = 0; page < 3; page += 1)
    await open.store.storeImportStep(id, stepOf(id, page * 10, numbersFrom(page * 10, 10), { zones }));
});
afterEach(() => open.close());

/** Lets these callees wait for a retry, each at its time. */
async function waitUntil(times: readonly (readonly [CalleeRef, number])[]): Promise<void> {
  for (const [event, to] of [
    ['claim', 'batched'],
    ['release', 'pending_retry'],
  ] as const) {
    const records = await open.store.records(
      'spring',
      times.map(([ref]) => ref),
    );
    const moves = times.map(([ref, due], at) =>
      moveCallee(ref, present(records[at], 'callee'), event, {
        now: AT,
        reason: 'claimed',
        to,
        change: { due },
      }),
    );
    expect(await open.store.apply('spring', { name: event, now: AT, moves })).toBe('done');
  }
}

/** Ends all callees but these, so that only they wait. */
async function endAllBut(kept: readonly CalleeRef[]): Promise<void> {
  const { callees } = await open.store.calleesIn('spring', ['initial', 'pending_retry'], 0, 1_000);
  const moves = callees
    .filter(({ ref }) => !kept.includes(ref))
    .map(({ ref, record }) => moveCallee(ref, record, 'expire', { now: AT, reason: 'campaign_ended' }));
  expect(await open.store.apply('spring', { name: 'expire', now: AT, moves })).toBe('done');
}

async function due(zone: number, now: number, max = 100): Promise<CalleeRef[]> {
  return (await open.store.dueCallees('spring', zone, now, max)).map(({ ref }) => ref);
}

describe('due callees', () => {
  it('come in page order, of their zone only, with their records', async () => {
    const even = [0, 2, 4, 6, 8];
    expect(await due(0, AT)).toEqual([
      ...even,
      ...even.map((slot) => P1 + slot),
      ...even.map((slot) => P2 + slot),
    ]);
    expect((await due(1, AT)).slice(0, 3)).toEqual([1, 3, 5]);
    expect(await due(2, AT)).toEqual([]);
    const [first] = await open.store.dueCallees('spring', 0, AT, 1);
    expect(first).toEqual({ ref: 0, record: (await open.store.records('spring', [0]))[0] });
  });

  it('are at most as many as asked for, also across pages', async () => {
    expect(await due(0, AT, 0)).toEqual([]);
    expect(await due(0, AT, 3)).toEqual([0, 2, 4]);
    expect(await due(0, AT, 5)).toEqual([0, 2, 4, 6, 8]);
    expect(await due(0, AT, 6)).toEqual([0, 2, 4, 6, 8, P1]);
  });

  it('are due to the second, not to the bucket', async () => {
    const minute = Math.ceil(AT / DUE_BUCKET) * DUE_BUCKET;
    const times = [
      [0, minute],
      [2, minute + 20_000],
      [P1, minute + 20_000],
      [4, minute + DUE_BUCKET - 1],
      [6, minute + DUE_BUCKET],
    ] as const;
    await waitUntil(times);
    await endAllBut(times.map(([ref]) => ref));
    expect(await due(0, minute - 1)).toEqual([]);
    expect(await due(0, minute)).toEqual([0]);
    expect(await due(0, minute + 19_999)).toEqual([0]);
    expect(await due(0, minute + 20_000)).toEqual([0, 2, P1]);
    expect(await due(0, minute + DUE_BUCKET - 1_000)).toEqual([0, 2, P1]);
    expect(await due(0, minute + DUE_BUCKET)).toEqual([0, 2, P1, 4, 6]);
  });

  it('come earliest bucket first, also from a later page', async () => {
    await waitUntil([
      [P2, AT - 3 * DUE_BUCKET],
      [0, AT - DUE_BUCKET],
      [P1, AT - 2 * DUE_BUCKET],
    ]);
    await endAllBut([P2, 0, P1, 2]);
    expect(await due(0, AT)).toEqual([2, P2, P1, 0]);
    expect(await due(0, AT, 2)).toEqual([2, P2]);
  });
});

describe('the next due time', () => {
  it('is 0 while somebody may be called at once', async () => {
    await waitUntil([[0, AT + 5_000]]);
    expect(await open.store.nextDueAt('spring', 0)).toBe(0);
  });

  it('is exact for the earliest who waits, per zone, whatever page holds them', async () => {
    const minute = Math.ceil(AT / DUE_BUCKET) * DUE_BUCKET;
    const times = [
      [0, minute + 50_000],
      [P2, minute + 7_001],
      [1, minute + 9 * DUE_BUCKET + 1_000],
    ] as const;
    await waitUntil(times);
    await endAllBut(times.map(([ref]) => ref));
    expect(await open.store.nextDueAt('spring', 0)).toBe(minute + 8_000);
    expect(await open.store.nextDueAt('spring', 1)).toBe(minute + 9 * DUE_BUCKET + 1_000);
    await endAllBut([1]);
    expect(await open.store.nextDueAt('spring', 0)).toBeUndefined();
  });
});

describe('due buckets', () => {
  it('count callees over all zones and pages, earliest first, without those due at once', async () => {
    const minute = Math.ceil(AT / DUE_BUCKET) * DUE_BUCKET;
    await waitUntil([
      [0, minute + 1_000],
      [1, minute + 2_000],
      [P1 + 1, minute + 59_000],
      [P2, minute + 2 * DUE_BUCKET],
      [2, minute - DUE_BUCKET],
    ]);
    expect(await open.store.dueBuckets('spring')).toEqual([
      { bucket: minute - DUE_BUCKET, callees: 1 },
      { bucket: minute, callees: 3 },
      { bucket: minute + 2 * DUE_BUCKET, callees: 1 },
    ]);
  });

  it('put a time into the bucket of its second, rounded up', () => {
    expect(dueBucketOf(0)).toBe(0);
    expect(dueBucketOf(1)).toBe(0);
    expect(dueBucketOf(DUE_BUCKET - 1_000)).toBe(0);
    expect(dueBucketOf(DUE_BUCKET - 999)).toBe(1);
    expect(dueBucketOf(DUE_BUCKET)).toBe(1);
  });
});

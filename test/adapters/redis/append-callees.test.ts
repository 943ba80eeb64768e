import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { present } from '../../../src/core/assert.ts';
import type { Rejection } from '../../../src/core/import.ts';
import { INDEX_BUCKET_CALLEES, PAGE_SLOTS } from '../../../src/core/limits.ts';
import type { ImportStep } from '../../../src/ports/store.ts';
import {
  draftWithImport,
  newImport,
  numbersFrom,
  type OpenStore,
  openStore,
  rejectionOf,
  setState,
  stepOf,
} from '../../support/redis-store.ts';
import { SEEDED_AT } from '../../support/seeded-campaign.ts';

let open: OpenStore;
beforeEach(async () => {
  open = openStore();
  await draftWithImport(open.store, 'spring');
});
afterEach(() => open.close());

const A = 'spring-i000000000001';
const B = 'spring-i000000000002';

async function collect(importId: string): Promise<Rejection[]> {
  const found: Rejection[] = [];
  for await (const rejection of open.store.rejections(importId)) found.push(rejection);
  return found;
}

/** Sends one step and expects it to be stored. */
async function put(importId: string, step: ImportStep): Promise<{ accepted: number; duplicate: number }> {
  const result = await open.store.storeImportStep(importId, step);
  if (!result.stored) throw new Error('the step was refused');
  return { accepted: result.accepted, duplicate: result.duplicate };
}

async function index(): Promise<number[]> {
  return (await open.client.hget(open.keys('spring').campaign, 'index'))?.split(' ').map(Number) ?? [];
}

describe('a step of an import', () => {
  it('stores callees with row, number, time zone and place, counted and due at once', async () => {
    await open.store.zoneIndex('spring', 'Asia/Tokyo');
    const numbers = numbersFrom(0, 5);
    expect(await put(A, stepOf(A, 0, numbers, { zones: [0, 1, 1, 0, 0] }))).toEqual({
      accepted: 5,
      duplicate: 0,
    });
    const record = {
      state: 'initial',
      reason: 'imported',
      disposition: undefined,
      attempts: 0,
      returns: 0,
      due: 0,
      batch: 0,
      version: 0,
    };
    expect(await open.store.records('spring', [0, 1, 2, 3, 4, 5])).toEqual([
      ...[0, 1, 1, 0, 0].map((zone) => ({ ...record, zone })),
      undefined,
    ]);
    expect(await open.store.rows('spring', [4, 0])).toEqual([
      { importId: A, row: 5, number: Number(numbers[4]), uui: 'u4', variables: { name: 'Name 4' } },
      { importId: A, row: 1, number: Number(numbers[0]), uui: 'u0', variables: { name: 'Name 0' } },
    ]);
    const { counts, dueIndex, missedIndex } = await open.store.auditFacts('spring');
    expect(counts).toMatchObject({ accepted: 5, unfinished: 5, attempts: 0, dispositions: {} });
    expect(counts.states.initial).toBe(5);
    expect(missedIndex).toEqual([]);
    expect(dueIndex).toEqual([
      { zone: 0, bucket: 0, page: 0, callees: 3 },
      { zone: 1, bucket: 0, page: 0, callees: 2 },
    ]);
    expect(await open.store.nextDueAt('spring', 0)).toBe(0);
    expect(await open.store.nextDueAt('spring', 2)).toBeUndefined();
    expect(await open.store.findNumbers('spring', [...numbers, '8613900000000'])).toEqual([
      0,
      1,
      2,
      3,
      4,
      undefined,
    ]);
    expect(await open.store.findCallee('spring', Number(numbers[3]))).toBe(3);
  });

  it('reaches its checkpoint and accounts for every row', async () => {
    const rejections = [
      rejectionOf(4),
      rejectionOf(5, 'duplicate'),
      rejectionOf(6, 'suppressed'),
      rejectionOf(7),
    ];
    await put(A, stepOf(A, 0, numbersFrom(0, 3), { rejections }));
    await put(A, stepOf(A, 7, [], { rejections: [rejectionOf(8)] }));
    expect(await open.store.importRecord(A)).toMatchObject({
      state: 'reading',
      rows: 8,
      accepted: 3,
      duplicate: 1,
      suppressed: 1,
      rejected: 3,
    });
    expect(await collect(A)).toEqual([...rejections, rejectionOf(8)]);
    expect((await open.store.campaign('spring'))?.pagesTotal).toBe(1);
  });

  it('that does not account for its rows, or is too large, is refused before anything is sent', async () => {
    const step = stepOf(A, 0, numbersFrom(0, 3));
    await expect(open.store.storeImportStep(A, { ...step, rowsAfter: 4 })).rejects.toThrow('accounts for 3');
    await expect(open.store.storeImportStep(A, stepOf(A, 0, numbersFrom(0, PAGE_SLOTS + 1)))).rejects.toThrow(
      '1024',
    );
  });

  it.each<[string, () => Promise<unknown>, number]>([
    ['already stored', () => put(A, stepOf(A, 0, numbersFrom(0, 3))), 0],
    ['ahead of what is stored', async () => undefined, 3],
    ['of a closed import', () => open.store.closeImport(A, { state: 'done', reason: '', now: SEEDED_AT }), 0],
    [
      'of a failed import',
      () => open.store.closeImport(A, { state: 'failed', reason: '', now: SEEDED_AT }),
      0,
    ],
  ])('that is %s is stale, and writes nothing', async (_name, before, rowsBefore) => {
    await before();
    const dump = await open.dump();
    const step = stepOf(A, rowsBefore, numbersFrom(10, 3), { rejections: [rejectionOf(9)] });
    expect(await open.store.storeImportStep(A, step)).toEqual({ stored: false });
    expect(await open.dump()).toEqual(dump);
  });

  it('of an import that does not exist is stale', async () => {
    expect(await open.store.storeImportStep(B, stepOf(B, 0, numbersFrom(0, 3)))).toEqual({ stored: false });
    expect((await open.store.campaign('spring'))?.pagesTotal).toBe(0);
  });

  it('is stored once when two importers of one list send it at the same time', async () => {
    const step = stepOf(A, 0, numbersFrom(0, 500));
    const results = await Promise.all([1, 2, 3, 4].map(() => open.store.storeImportStep(A, step)));
    expect(results.filter((result) => result.stored)).toEqual([
      { stored: true, accepted: 500, duplicate: 0 },
    ]);
    expect(await open.store.counts('spring')).toMatchObject({ accepted: 500, unfinished: 500 });
    expect((await open.store.campaign('spring'))?.pagesTotal).toBe(1);
  });

  it('makes a running campaign of a completed one only', async () => {
    await setState(open.store, 'spring', 'cancelled');
    await put(A, stepOf(A, 0, numbersFrom(0, 3)));
    expect((await open.store.campaign('spring'))?.state).toBe('cancelled');
  });
});

describe('a number that the campaign has', () => {
  it('becomes an empty slot, whether the page, another page or another import had it first', async () => {
    const [n0, n1, n2, n3, n4] = numbersFrom(0, 5).map((number) => number);
    const of = (numbers: (string | undefined)[]) => numbers.map((number) => present(number, 'number'));
    expect(await put(A, stepOf(A, 0, of([n0, n1, n0])))).toEqual({ accepted: 2, duplicate: 1 });
    expect(await put(A, stepOf(A, 3, of([n1, n2])))).toEqual({ accepted: 1, duplicate: 1 });
    await open.store.openImport(newImport('spring', 2));
    expect(await put(B, stepOf(B, 0, of([n3, n2, n4, n4])))).toEqual({ accepted: 2, duplicate: 2 });
    const first = PAGE_SLOTS;
    const second = 2 * PAGE_SLOTS;
    expect(await open.store.findNumbers('spring', of([n0, n1, n2, n3, n4]))).toEqual([
      0,
      1,
      first + 1,
      second,
      second + 2,
    ]);
    expect(
      (await open.store.records('spring', [2, first, second + 1, second + 3])).every((r) => r === undefined),
    ).toBe(true);
    expect(await open.store.counts('spring')).toMatchObject({ accepted: 5, unfinished: 5 });
    expect(await open.store.importRecord(A)).toMatchObject({ rows: 5, accepted: 3, duplicate: 2 });
    expect(await open.store.importRecord(B)).toMatchObject({ rows: 4, accepted: 2, duplicate: 2 });
    expect((await collect(A)).map(({ kind, row, message }) => [kind, row, message])).toEqual([
      ['duplicate', 3, 'the same number as row 1'],
      ['duplicate', 4, 'the same number as row 2'],
    ]);
    expect((await collect(B)).map(({ row, message }) => [row, message])).toEqual([
      [2, `the same number as row 5 of ${A}`],
      [4, 'the same number as row 3'],
    ]);
    const due = await open.store.dueCallees('spring', 0, SEEDED_AT, 100);
    expect(due.map(({ ref }) => ref)).toEqual([0, 1, first + 1, second, second + 2]);
  });

  it.each([
    ['one zone', [0, 0, 0, 0, 0, 0]],
    ['several zones', [0, 1, 1, 0, 1, 0]],
  ])('leaves its neighbours in their places in a page of %s', async (_, zones) => {
    await open.store.zoneIndex('spring', 'Asia/Tokyo');
    const numbers = numbersFrom(0, 6);
    const known = [0, 2, 3, 5];
    await put(
      A,
      stepOf(
        A,
        0,
        known.map((at) => present(numbers[at], 'number')),
      ),
    );
    expect(await put(A, stepOf(A, 4, numbers, { zones }))).toEqual({ accepted: 2, duplicate: 4 });
    const records = await open.store.records(
      'spring',
      numbers.map((_number, slot) => PAGE_SLOTS + slot),
    );
    expect(records.map((record) => record?.zone)).toEqual(
      zones.map((zone, slot) => (known.includes(slot) ? undefined : zone)),
    );
    const { dueIndex } = await open.store.auditFacts('spring');
    const callees = (zone: number): number => [1, 4].filter((slot) => zones[slot] === zone).length;
    expect(dueIndex.filter(({ page }) => page === 1)).toEqual(
      [0, 1].flatMap((zone) =>
        callees(zone) > 0 ? [{ zone, bucket: 0, page: 1, callees: callees(zone) }] : [],
      ),
    );
    expect((await collect(A)).map(({ row, message }) => [row, message])).toEqual(
      known.map((at, place) => [5 + at, `the same number as row ${place + 1}`]),
    );
  });

  it('is listed in file order among the rows refused before storing', async () => {
    const [n0 = '', n1 = ''] = numbersFrom(0, 2);
    await put(A, stepOf(A, 0, [n0, n1, n0], { rejections: [rejectionOf(4), rejectionOf(5)] }));
    await open.store.openImport(newImport('spring', 2));
    await put(B, stepOf(B, 0, numbersFrom(50, 10)));
    await put(A, stepOf(A, 5, [n0, ...numbersFrom(10, 2), n1], { rejections: [rejectionOf(10)] }));
    await put(A, stepOf(A, 10, [], { rejections: [rejectionOf(11)] }));
    await put(A, stepOf(A, 11, [n1]));
    expect((await collect(A)).map(({ row }) => row)).toEqual([3, 4, 5, 6, 9, 10, 11, 12]);
  });

  it('leaves a page without any callee when all of it was repeated', async () => {
    await put(A, stepOf(A, 0, numbersFrom(0, 4)));
    expect(await put(A, stepOf(A, 4, numbersFrom(0, 4)))).toEqual({ accepted: 0, duplicate: 4 });
    const pages: number[] = [];
    for await (const page of open.store.pages('spring'))
      pages.push(page.records.filter((r) => r !== undefined).length);
    expect(pages).toEqual([4, 0]);
    expect((await open.store.auditFacts('spring')).dueIndex).toEqual([
      { zone: 0, bucket: 0, page: 0, callees: 4 },
    ]);
  });
});

describe('the number index', () => {
  it('grows by generations, and knows every number of all of them', async () => {
    for (let page = 0; page < 8; page += 1) {
      const result = await put(A, stepOf(A, page * PAGE_SLOTS, numbersFrom(page * PAGE_SLOTS, PAGE_SLOTS)));
      expect(result).toEqual({ accepted: PAGE_SLOTS, duplicate: 0 });
    }
    expect((await index()).length).toBeGreaterThanOrEqual(3);
    const numbers = numbersFrom(0, 8 * PAGE_SLOTS);
    expect(await open.store.findNumbers('spring', numbers)).toEqual(numbers.map((_, ref) => ref));
    await open.store.openImport(newImport('spring', 2));
    for (let page = 0; page < 8; page += 1) {
      const again = numbersFrom(page * PAGE_SLOTS + 7, PAGE_SLOTS);
      const fresh = page === 7 ? 7 : 0;
      const result = await put(B, stepOf(B, page * PAGE_SLOTS, again));
      expect(result).toEqual({ accepted: fresh, duplicate: PAGE_SLOTS - fresh });
    }
  });

  it('is sized for a list by its bytes, so that one list seldom needs more than one generation', async () => {
    await open.store.openImport(newImport('spring', 3, 60 * 100_000));
    const large = 'spring-i000000000003';
    await put(large, stepOf(large, 0, numbersFrom(0, 10)));
    const [buckets = 0] = await index();
    expect(buckets * INDEX_BUCKET_CALLEES).toBeGreaterThanOrEqual(100_000);
    expect(buckets * INDEX_BUCKET_CALLEES).toBeLessThanOrEqual(140_000);
  });

  it('spreads numbers in round steps over its buckets', async () => {
    const numbers = Array.from({ length: PAGE_SLOTS }, (_, at) => String(8_613_800_000_000 + at * 1_000));
    await put(A, stepOf(A, 0, numbers));
    const [buckets = 0] = await index();
    const sizes = await Promise.all(
      Array.from({ length: buckets }, (_, bucket) => open.client.hlen(open.keys('spring').index(1, bucket))),
    );
    expect(sizes.reduce((sum, size) => sum + size)).toBe(PAGE_SLOTS);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(64);
  });

  it('takes each number once while four importers of overlapping lists race and grow it', async () => {
    const ids = [1, 2, 3, 4].map((n) => newImport('spring', n, n * 100_000).id);
    for (const n of [2, 3, 4]) await open.store.openImport(newImport('spring', n, n * 100_000));
    const run = async (importId: string, offset: number) => {
      for (let step = 0; step < 6; step += 1)
        await put(importId, stepOf(importId, step * 700, numbersFrom(offset + step * 700, 700)));
    };
    await Promise.all(ids.map((id, at) => run(id, at * 1_000)));
    const distinct = 3 * 1_000 + 6 * 700;
    expect(await open.store.counts('spring')).toMatchObject({ accepted: distinct, unfinished: distinct });
    const imports = await open.store.imports('spring');
    expect(imports.map(({ rows, accepted, duplicate }) => rows - accepted - duplicate)).toEqual([0, 0, 0, 0]);
    expect(imports.reduce((sum, { accepted }) => sum + accepted, 0)).toBe(distinct);
    const numbers = numbersFrom(0, distinct);
    const refs = (await open.store.findNumbers('spring', numbers)).map((ref) => present(ref, 'callee'));
    expect(new Set(refs).size).toBe(distinct);
    const rows = await open.store.rows('spring', refs);
    expect(rows.map((row) => String(row.number))).toEqual(numbers);
    expect((await open.store.records('spring', refs)).every((record) => record?.state === 'initial')).toBe(
      true,
    );
    const due = (await open.store.auditFacts('spring')).dueIndex;
    expect(due.reduce((sum, { callees }) => sum + callees, 0)).toBe(distinct);
  });
});

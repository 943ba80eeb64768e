import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { present } from '../../../src/core/assert.ts';
import { moveCallee } from '../../../src/core/callee.ts';
import { PAGE_SLOTS } from '../../../src/core/limits.ts';
import type { PageReading, RowChange } from '../../../src/ports/store.ts';
import { type OpenStore, openStore } from '../../support/redis-store.ts';
import { SEEDED_AT, seedCampaign } from '../../support/seeded-campaign.ts';

let open: OpenStore;
beforeEach(async () => {
  open = openStore();
  await seedCampaign(open.store, 'spring', PAGE_SLOTS + 3);
});
afterEach(() => open.close());

const BY = { importId: 'spring-i000000000009', row: 4 };

/** The slots of a page with another name, in another time zone where one is given. */
function renamed(reading: PageReading, slots: readonly number[], zone?: number): RowChange[] {
  return slots.map((slot) => {
    const before = present(reading.records[slot], 'record');
    const row = present(reading.rows[slot], 'row');
    return {
      ...{ slot, before, after: { ...before, zone: zone ?? before.zone, version: before.version + 1 } },
      row: { ...row, variables: { name: `New ${slot}` }, updatedBy: BY },
    };
  });
}

async function names(refs: readonly number[]): Promise<(string | undefined)[]> {
  return (await open.store.rows('spring', refs)).map((row) => row.variables.name);
}

describe('other attributes for callees of a page', () => {
  it('reach them and nobody else', async () => {
    const others = await open.store.rows('spring', [0, 2, PAGE_SLOTS]);
    const reading = await open.store.pageReading('spring', 0);
    expect(await open.store.replaceRows('spring', reading, renamed(reading, [1, 700]))).toBe('done');
    expect(await names([1, 700])).toEqual(['New 1', 'New 700']);
    expect(await open.store.rows('spring', [0, 2, PAGE_SLOTS])).toEqual(others);
    expect((await open.store.rows('spring', [1]))[0]).toMatchObject({ row: 2, updatedBy: BY });
    expect((await open.store.records('spring', [0, 1])).map((record) => record?.version)).toEqual([0, 1]);
    expect(await open.store.counts('spring')).toMatchObject({ accepted: PAGE_SLOTS + 3 });
  });

  it('move them in the index of what is due when their time zone changes', async () => {
    const tokyo = await open.store.zoneIndex('spring', 'Asia/Tokyo');
    const reading = await open.store.pageReading('spring', 1);
    expect(await open.store.replaceRows('spring', reading, renamed(reading, [0, 2], tokyo))).toBe('done');
    const { dueIndex } = await open.store.auditFacts('spring');
    expect(dueIndex).toEqual([
      { zone: 0, bucket: 0, page: 0, callees: PAGE_SLOTS },
      { zone: 0, bucket: 0, page: 1, callees: 1 },
      { zone: tokyo, bucket: 0, page: 1, callees: 2 },
    ]);
    const due = await open.store.dueCallees('spring', tokyo, SEEDED_AT, 10);
    expect(due.map(({ ref }) => ref)).toEqual([PAGE_SLOTS, PAGE_SLOTS + 2]);
    const again = await open.store.pageReading('spring', 1);
    expect(await open.store.replaceRows('spring', again, renamed(again, [1], tokyo))).toBe('done');
    expect(
      (await open.store.auditFacts('spring')).dueIndex.map(({ zone, callees }) => [zone, callees]),
    ).toEqual([
      [0, PAGE_SLOTS],
      [tokyo, 3],
    ]);
  });

  it.each<[string, () => Promise<unknown>]>([
    [
      'one of them is in a batch by now',
      async () => {
        const [record] = await open.store.records('spring', [700]);
        const details = { now: SEEDED_AT, reason: 'claimed', change: { batch: 1 } } as const;
        const moves = [moveCallee(700, present(record, 'record'), 'claim', details)];
        return open.store.apply('spring', { name: 'claim', now: SEEDED_AT, moves });
      },
    ],
    [
      'somebody else changed other rows of the page',
      async () => {
        const reading = await open.store.pageReading('spring', 0);
        return open.store.replaceRows('spring', reading, renamed(reading, [5]));
      },
    ],
  ])('are refused as a whole when %s', async (_name, before) => {
    const reading = await open.store.pageReading('spring', 0);
    expect(await before()).toBe('done');
    const dump = await open.dump();
    expect(await open.store.replaceRows('spring', reading, renamed(reading, [1, 700]))).toBe('stale');
    expect(await open.dump()).toEqual(dump);
  });

  it('are not hindered by a move of a callee that stays as it is', async () => {
    const reading = await open.store.pageReading('spring', 0);
    const [record] = await open.store.records('spring', [3]);
    const moves = [
      moveCallee(3, present(record, 'record'), 'claim', {
        now: SEEDED_AT,
        reason: 'claimed',
        change: { batch: 1 },
      }),
    ];
    expect(await open.store.apply('spring', { name: 'claim', now: SEEDED_AT, moves })).toBe('done');
    expect(await open.store.replaceRows('spring', reading, renamed(reading, [1]))).toBe('done');
    expect((await open.store.records('spring', [3]))[0]?.state).toBe('batched');
  });

  it('sent twice, since the first reply was lost, are stored once', async () => {
    const reading = await open.store.pageReading('spring', 0);
    const changes = renamed(reading, [1]);
    expect(await open.store.replaceRows('spring', reading, changes)).toBe('done');
    const dump = await open.dump();
    expect(await open.store.replaceRows('spring', reading, changes)).toBe('stale');
    expect(await open.dump()).toEqual(dump);
  });

  it('of many writers at once all arrive, each after reading again', async () => {
    await Promise.all(
      Array.from({ length: 6 }, async (_, writer) => {
        for (;;) {
          const reading = await open.store.pageReading('spring', 0);
          const slots = [writer, writer + 100];
          if ((await open.store.replaceRows('spring', reading, renamed(reading, slots))) === 'done') return;
        }
      }),
    );
    const refs = Array.from({ length: 6 }, (_, writer) => [writer, writer + 100]).flat();
    expect(await names(refs)).toEqual(refs.map((ref) => `New ${ref}`));
  });
});

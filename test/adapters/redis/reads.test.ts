import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRedisStore } from '../../../src/adapters/redis/store.ts';
import { moveBatch } from '../../../src/core/batch.ts';
import { type CalleeRef, moveCallee } from '../../../src/core/callee.ts';
import { PAGE_SLOTS } from '../../../src/core/limits.ts';
import { newBatch, type OpenStore, openStore } from '../../support/redis-store.ts';
import { SEEDED_AT as AT, callSeeded, seedCampaign, seededNumber } from '../../support/seeded-campaign.ts';

let open: OpenStore;
const CALLEES = 2_500;
beforeEach(async () => {
  open = openStore();
  await seedCampaign(open.store, 'spring', CALLEES);
});
afterEach(() => open.close());

describe('reading', () => {
  it('gives rows in the order asked for, also twice and across pages', async () => {
    const refs = [2_100, 3, PAGE_SLOTS, 3, 0];
    const rows = await open.store.rows('spring', refs);
    expect(rows.map(({ row, number, uui }) => [row, number, uui])).toEqual(
      refs.map((ref) => [ref + 1, Number(seededNumber(ref + 1)), `order-${ref + 1}`]),
    );
    expect(await open.store.rows('spring', [])).toEqual([]);
    await expect(open.store.rows('spring', [CALLEES])).rejects.toThrow(`row of callee ${CALLEES}`);
    await expect(open.store.rows('spring', [9 * PAGE_SLOTS])).rejects.toThrow('page 9');
  });

  it('gives every page once, in order', async () => {
    const sizes: number[][] = [];
    for await (const { page, records, rows } of open.store.pages('spring'))
      sizes.push([page, records.length, rows.length]);
    expect(sizes).toEqual([
      [0, 1_024, 1_024],
      [1, 1_024, 1_024],
      [2, 452, 452],
    ]);
  });

  it('walks all callees of some states from page to page, each once', async () => {
    await callSeeded(open.store, 'spring', 1_200, 5);
    const walk = async (states: Parameters<typeof open.store.calleesIn>[1], max: number) => {
      const found: CalleeRef[] = [];
      for (let from: number | undefined = 0; from !== undefined; ) {
        const part = await open.store.calleesIn('spring', states, from, max);
        found.push(...part.callees.map(({ ref }) => ref));
        from = part.next;
      }
      return found;
    };
    const all = Array.from({ length: CALLEES }, (_, ref) => ref);
    const missed = all.filter((ref) => ref < 1_200 && (ref + 1) % 5 === 0);
    for (const max of [1, 300, 10_000]) {
      expect(await walk(['missed'], max)).toEqual(missed);
      expect(await walk(['missed', 'answered', 'initial'], max)).toEqual(all);
      expect(await walk(['expired'], max)).toEqual([]);
    }
  });

  it('finds the callees that wait for the retry policy, at most as many as asked for', async () => {
    await callSeeded(open.store, 'spring', 1_200, 5);
    const found = await open.store.missedCallees('spring', 1_000);
    expect(found.map(({ ref }) => ref)).toEqual(Array.from({ length: 240 }, (_, at) => at * 5 + 4));
    expect(await open.store.missedCallees('spring', 7)).toEqual(found.slice(0, 7));
    expect(await open.store.missedCallees('spring', 220)).toEqual(found.slice(0, 220));
  });

  it('never gives a batch as open that ended while the open ones were read', async () => {
    const batch = newBatch(1, 1);
    const [due] = await open.store.dueCallees('spring', 0, AT, 1);
    if (due === undefined) throw new Error('nobody is due');
    const claim = moveCallee(due.ref, due.record, 'claim', {
      now: AT,
      reason: 'claimed',
      change: { batch: 1 },
    });
    const made = { before: undefined, after: batch, callees: { refs: [due.ref], numbers: [1] } };
    await open.store.apply('spring', { name: 'claim', now: AT, moves: [claim], batch: made });
    const release = moveCallee(due.ref, claim.after, 'release', {
      now: AT,
      reason: 'rules_closed',
      to: 'initial',
    });
    const released = { before: batch, after: moveBatch(batch, 'release', { calleesOpen: 0 }) };
    const meanwhile = new Proxy(open.client, {
      get(target, name) {
        const member = Reflect.get(target, name);
        if (name !== 'zrange') return member;
        return async (...args: unknown[]) => {
          const reply = await Reflect.apply(member, target, args);
          await open.store.apply('spring', { name: 'release', now: AT, moves: [release], batch: released });
          return reply;
        };
      },
    });
    expect(await createRedisStore(meanwhile, { prefix: open.prefix }).openBatches('spring')).toEqual([]);
  });

  it('knows nothing of what is not there, and does not fail', async () => {
    const { store } = open;
    expect(await store.campaign('autumn')).toBeUndefined();
    expect(await store.counts('autumn')).toMatchObject({ accepted: 0, unfinished: 0, dispositions: {} });
    expect(await store.trail('autumn')).toEqual([]);
    expect(await store.batch('autumn', 1)).toBeUndefined();
    expect(await store.openBatches('autumn')).toEqual([]);
    expect(await store.records('autumn', [0])).toEqual([undefined]);
    expect(await store.story('autumn', 0)).toEqual([]);
    expect(await store.findCallee('autumn', 8_613_800_000_001)).toBeUndefined();
    expect(await store.dueCallees('autumn', 0, AT, 10)).toEqual([]);
    expect(await store.dueBuckets('autumn')).toEqual([]);
    expect(await store.missedCallees('autumn', 10)).toEqual([]);
    expect(await store.calleesIn('autumn', ['initial'], 0, 10)).toEqual({ callees: [], next: undefined });
  });

  it('remembers orphans by task, the latest note of each', async () => {
    const orphan = { taskId: 5, name: 'spring.1.1', at: AT, settled: false };
    await open.store.noteOrphan('spring', orphan);
    await open.store.noteOrphan('spring', { ...orphan, settled: true });
    await open.store.noteOrphan('spring', { ...orphan, taskId: 6 });
    const held = await open.store.orphans('spring');
    expect(held.sort((a, b) => a.taskId - b.taskId)).toEqual([
      { ...orphan, settled: true },
      { ...orphan, taskId: 6 },
    ]);
  });
});

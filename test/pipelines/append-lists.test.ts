import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { createSpool } from '../../src/adapters/spool.ts';
import type { ImportMode } from '../../src/core/import.ts';
import { addImport } from '../../src/pipelines/add-import.ts';
import { ingestImport } from '../../src/pipelines/ingest.ts';
import type { Store } from '../../src/ports/store.ts';
import { type ImportSite, mobile, openImportSite, rowsByNumber } from '../support/import-site.ts';
import { SEEDED_AT } from '../support/seeded-campaign.ts';
import {
  createWorld,
  expectHonest,
  isOver,
  keepOrders,
  moveTo,
  recordsByNumber,
  runUntil,
  type SentOrder,
  startProcess,
  WORLD_SETTINGS,
  type World,
  type WorldProcess,
} from '../support/world.ts';

let world: World;
let site: ImportSite;
let process: WorldProcess;
let orders: SentOrder[];
beforeEach(async () => {
  world = await createWorld(inject('redisUrl'));
  site = await openImportSite(world.prefix);
  orders = [];
  process = startProcess(world, { wrap: keepOrders(orders, () => world.clock.now()) });
  await world.store.createCampaign('spring', WORLD_SETTINGS, SEEDED_AT);
});
afterEach(async () => {
  process.stop();
  await site.close();
  await world.close();
});

const list = (from: number, to: number, name: string): string =>
  `phone,uui,name\n${Array.from({ length: to - from }, (_, at) => `${mobile(from + at)},${name} ${from + at},${name}\n`).join('')}`;

/** What an operator and the role `ingest` do: adds the file, reads it, wakes the dispatcher. */
async function add(content: string, mode: ImportMode = 'add') {
  const source = { fileName: 'list.csv', content: Readable.from([Buffer.from(content)]), mode };
  const { store, queue, clock } = world;
  const added = await addImport({ store, queue, clock, spool: createSpool(site.folder) }, 'spring', source);
  if (added.outcome === 'exists') return added;
  const { record } = await ingestImport({ ...site.deps, clock }, added.record.id);
  await queue.wake({ queue: 'dispatch', campaignId: 'spring', priority: 3 });
  return { ...added, record };
}

const toEnd = (): Promise<void> => runUntil(world, process, () => isOver(world, 'spring'));

/** What was sent with each call, by number, in order. */
function sent(): Map<number, { uui: string; name: string | undefined }[]> {
  const calls = new Map<number, { uui: string; name: string | undefined }[]>();
  for (const { order } of orders) {
    for (const { number, uui, variables } of order.callees) {
      calls.set(number, [...(calls.get(number) ?? []), { uui, name: variables.name }]);
    }
  }
  return calls;
}

describe('another list for the same campaign', () => {
  it('is called too when it comes while the campaign runs, and when the campaign had completed', async () => {
    await add(list(0, 30, 'first'));
    await moveTo(world, 'spring', 'running');
    await runUntil(world, process, async () => orders.length >= 1);
    const second = await add(list(20, 45, 'second'));
    expect(second.record).toMatchObject({ state: 'done', rows: 25, accepted: 15, duplicate: 10 });
    await toEnd();
    expect((await world.store.campaign('spring'))?.state).toBe('completed');
    const third = await add(list(40, 50, 'third'));
    expect(third.record).toMatchObject({ rows: 10, accepted: 5, duplicate: 5 });
    expect(await world.store.campaign('spring')).toMatchObject({
      state: 'running',
      reason: 'list_appended',
    });
    await toEnd();
    expect((await world.store.campaign('spring'))?.state).toBe('completed');
    expect(await world.store.counts('spring')).toMatchObject({ accepted: 50, unfinished: 0 });
    expect(sent().size).toBe(50);
    await expectHonest(world, 'spring');
  });

  it('of the very same bytes does nothing and says so, whatever became of the campaign', async () => {
    const first = await add(list(0, 10, 'first'));
    expect(await add(list(0, 10, 'first'))).toEqual({ outcome: 'exists', record: first.record });
    await moveTo(world, 'spring', 'running');
    await toEnd();
    const before = await world.store.campaign('spring');
    expect(await add(list(0, 10, 'first'))).toEqual({ outcome: 'exists', record: first.record });
    expect(await world.store.campaign('spring')).toEqual(before);
    await expectHonest(world, 'spring');
  });
});

describe('an update while the campaign runs', () => {
  /** Every call was made with the attributes that its callee has in the end, all of one list. */
  async function expectWhole(): Promise<Map<string, number>> {
    const rows = await rowsByNumber(world.store, 'spring');
    const calls = new Map<string, number>();
    for (const [number, made] of sent()) {
      const stored = String(rows.get(number)?.variables.name);
      for (const { uui, name } of made) {
        expect(name).toBe(stored);
        expect(uui).toMatch(new RegExp(`^${stored} `));
      }
      calls.set(stored, (calls.get(stored) ?? 0) + 1);
    }
    return calls;
  }

  it('reaches the callees that wait, never those in a call, and accounts for both', async () => {
    await add(list(0, 120, 'old'));
    await moveTo(world, 'spring', 'running');
    await runUntil(world, process, async () => orders.length >= 1);
    const records = await recordsByNumber(world, 'spring');
    const waiting = [...records.values()].filter(({ state }) => state === 'initial').length;
    expect([waiting > 0, waiting < 120]).toEqual([true, true]);
    const { record } = await add(list(0, 120, 'new'), 'update');
    expect(record).toMatchObject({ rows: 120, accepted: 0, duplicate: 120, updated: waiting });
    const late = (await site.rejections(record.id)).filter(({ code }) => code === 'already_called');
    expect(late).toHaveLength(120 - waiting);
    await toEnd();
    expect(Object.fromEntries(await expectWhole())).toEqual({ old: 120 - waiting, new: waiting });
    await expectHonest(world, 'spring');
  });

  it('that comes while a batch is being submitted leaves the callees of that batch as they are', async () => {
    await add(list(0, 120, 'old'));
    await moveTo(world, 'spring', 'running');
    let updated: Promise<unknown> | undefined;
    const store: Store = {
      ...world.store,
      // Rows are read between the claim and the request: the worst moment for them to change.
      rows: async (id, refs) => {
        const { states } = await world.store.counts(id);
        if (states.batched > 0) updated ??= add(list(0, 120, 'new'), 'update');
        await updated;
        return world.store.rows(id, refs);
      },
    };
    process = { ...process, deps: { ...process.deps, store } };
    await toEnd();
    const calls = await expectWhole();
    expect(calls.get('old')).toBeGreaterThanOrEqual(20);
    expect(calls.get('new')).toBeGreaterThan(0);
    await expectHonest(world, 'spring');
  });

  it('gives a callee that waits for its next attempt the new attributes for that attempt', async () => {
    await add(list(0, 40, 'old'));
    await moveTo(world, 'spring', 'running');
    const isWaiting = async () => ((await world.store.counts('spring')).states.pending_retry ?? 0) > 0;
    await runUntil(world, process, isWaiting);
    const before = await recordsByNumber(world, 'spring');
    const retried = [...before]
      .filter(([, { state }]) => state === 'pending_retry')
      .map(([number]) => number);
    await add(list(0, 40, 'new'), 'update');
    await toEnd();
    for (const number of retried) {
      const names = sent()
        .get(Number(number))
        ?.map(({ name }) => name);
      expect(names?.[0]).toBe('old');
      expect(new Set(names?.slice(before.get(number)?.attempts))).toEqual(new Set(['new']));
    }
    await expectHonest(world, 'spring');
  });
});

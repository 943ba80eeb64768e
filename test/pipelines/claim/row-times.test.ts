import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../../src/core/time.ts';
import { sweep } from '../../../src/pipelines/sweep.ts';
import {
  addList,
  createWorld,
  expectHonest,
  isOver,
  keepOrders,
  type ListRow,
  moveTo,
  recordsByNumber,
  runTo,
  runUntil,
  type SentOrder,
  startCampaignOf,
  startProcess,
  storyOf,
  WORLD_SETTINGS,
  type World,
} from '../../support/world.ts';

const ID = 'spring';
const number = (index: number): string => String(8613800100000 + index);

let world: World;
let orders: SentOrder[];
beforeEach(() => {
  orders = [];
});
afterEach(() => world.close());

async function makeWorld(outcomes: Record<string, number>) {
  world = await createWorld(inject('redisUrl'), { scenario: { outcomes, channelsPerCaller: 40 } });
  return startProcess(world, { wrap: keepOrders(orders, () => world.clock.now()) });
}

const rows = (from: number, to: number, limits?: ListRow['limits']): ListRow[] =>
  Array.from({ length: to - from }, (_, at) => ({
    number: number(from + at),
    ...(limits !== undefined && { limits }),
  }));

describe('rows with times of their own', () => {
  it('are not called before, and at once from then on', async () => {
    const process = await makeWorld({ ok: 1 });
    const notBefore = world.clock.now() + 2 * HOUR;
    await startCampaignOf(world, ID, [...rows(0, 3), ...rows(3, 6, { notBefore })]);
    await runUntil(world, process, () => isOver(world, ID));
    process.stop();
    const late = world.simulator.ledger().filter((entry) => Number(entry.number) % 10 >= 3);
    expect(late).toHaveLength(3);
    for (const entry of late) expect(entry.at).toBeGreaterThanOrEqual(notBefore);
    expect(orders.find(({ at }) => at >= notBefore)?.at).toBeLessThan(notBefore + 2 * MINUTE);
    await expectHonest(world, ID);
  });

  it('are called in the order of their priorities', async () => {
    const process = await makeWorld({ ok: 1 });
    const pacing = { calleesInFlightMax: 12, batchCalleesMax: 4, leadTime: '10s' };
    await world.store.createCampaign(ID, { ...WORLD_SETTINGS, pacing }, world.clock.now());
    const some = [5, 4, 3, 2, 1].flatMap((priority, at) =>
      rows(at * 4, at * 4 + 4, priority === 3 ? undefined : { priority }),
    );
    await addList(world, ID, some);
    await moveTo(world, ID, 'running');
    await runUntil(world, process, () => isOver(world, ID));
    process.stop();
    const order = orders.flatMap(({ order }) => order.callees.map((callee) => Number(callee.number) % 100));
    const expected = [16, 12, 8, 4, 0].flatMap((from) => [0, 1, 2, 3].map((at) => from + at));
    // Batches that were claimed in one go leave side by side.
    const sorted = (all: readonly number[], from: number, to?: number) =>
      all.slice(from, to).sort((a, b) => a - b);
    expect(sorted(order, 0, 12)).toEqual(sorted(expected, 0, 12));
    expect(sorted(order, 12)).toEqual(sorted(expected, 12));
    await expectHonest(world, ID);
  });

  it('end with a reason of their own, also while the campaign is paused, and are never dialled', async () => {
    const process = await makeWorld({ ok: 1 });
    const notAfter = world.clock.now() + HOUR;
    await world.store.createCampaign(ID, WORLD_SETTINGS, world.clock.now());
    await addList(world, ID, [...rows(0, 2), ...rows(2, 5, { notAfter })]);
    await moveTo(world, ID, 'running');
    await moveTo(world, ID, 'paused');
    await sweep(process.deps);
    expect((await world.store.counts(ID)).states.initial).toBe(5);
    world.clock.advanceTo(notAfter);
    await sweep(process.deps);
    const { states } = await world.store.counts(ID);
    expect(states).toMatchObject({ initial: 2, expired: 3 });
    expect((await recordsByNumber(world, ID)).get(number(3))).toMatchObject({ reason: 'row_time_over' });
    expect((await storyOf(world, ID, number(3))).at(-1)).toMatchObject({
      facts: { notAfter: new Date(notAfter).toISOString() },
    });
    expect(await world.store.pagesTimedOut(ID, notAfter + HOUR, 10)).toEqual([]);
    await moveTo(world, ID, 'running');
    await runUntil(world, process, () => isOver(world, ID));
    process.stop();
    expect(world.simulator.ledger()).toHaveLength(2);
    await expectHonest(world, ID);
  });

  it('end at the claim where a task would have no time left', async () => {
    const process = await makeWorld({ ok: 1 });
    const now = world.clock.now();
    await startCampaignOf(world, ID, [...rows(0, 2, { notAfter: now + 12 * SECOND }), ...rows(2, 4)]);
    await runUntil(world, process, () => isOver(world, ID));
    process.stop();
    expect((await world.store.counts(ID)).states).toMatchObject({ answered: 2, expired: 2 });
    expect(world.simulator.ledger()).toHaveLength(2);
    await expectHonest(world, ID);
  });

  it('bound the task that they are in, which is not shared by those whose time ends much later', async () => {
    const process = await makeWorld({ ok: 1 });
    const now = world.clock.now();
    const soon = rows(0, 4, { notAfter: now + 30 * MINUTE });
    const later = rows(4, 8, { notAfter: now + 10 * HOUR });
    await startCampaignOf(world, ID, [...soon, ...later, ...rows(8, 10)]);
    await runUntil(world, process, () => isOver(world, ID));
    process.stop();
    const tasks = orders.map(({ order }) => [order.callees.length, order.notAfter - now]);
    expect(tasks.sort()).toEqual([
      [4, 30 * MINUTE],
      [6, 10 * HOUR],
    ]);
    await expectHonest(world, ID);
  });

  it('end at once where the next attempt would come after their time', async () => {
    const process = await makeWorld({ notAnswer: 1 });
    const now = world.clock.now();
    await startCampaignOf(world, ID, [...rows(0, 2, { notAfter: now + 8 * MINUTE }), ...rows(2, 4)]);
    await runTo(world, process, now + 5 * MINUTE);
    const records = await recordsByNumber(world, ID);
    expect(records.get(number(0))).toMatchObject({
      state: 'unanswered',
      reason: 'no_window_left',
      attempts: 1,
    });
    expect(records.get(number(2))).toMatchObject({ state: 'pending_retry' });
    await runUntil(world, process, () => isOver(world, ID));
    process.stop();
    await expectHonest(world, ID);
  });
});

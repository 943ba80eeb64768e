import { afterEach, describe, expect, inject, it } from 'vitest';
import type { ScenarioInput } from '../../../src/adapters/simulator/scenario.ts';
import { HOUR, MINUTE, SECOND } from '../../../src/core/time.ts';
import { readRoom, settleRoom, sweepRoom, takeRoom } from '../../../src/pipelines/claim/room.ts';
import type { PipelineBounds } from '../../../src/pipelines/deps.ts';
import { dispatchCampaign } from '../../../src/pipelines/dispatch.ts';
import {
  createWorld,
  isOver,
  keepOrders,
  runTo,
  runUntil,
  type SentOrder,
  startCampaign,
  startProcess,
  WORLD_SETTINGS,
  type World,
} from '../../support/world.ts';

const CALLER = '008602150000001';
const SWEEP = { sweepEvery: MINUTE };

let world: World;
afterEach(() => world.close());

async function open(scenario: ScenarioInput): Promise<World> {
  world = await createWorld(inject('redisUrl'), { scenario });
  return world;
}

/** Callees that left for the provider per stretch of time, from the first until the last. */
function releasesPer(length: number, orders: readonly SentOrder[], from: number, to: number): number[] {
  const stretches = Array.from({ length: Math.floor((to - from) / length) }, () => 0);
  for (const { at, order } of orders) {
    const index = Math.floor((at - from) / length);
    if (index >= 0 && index < stretches.length)
      stretches[index] = (stretches[index] ?? 0) + order.callees.length;
  }
  return stretches;
}

function peakToMean(stretches: readonly number[]): number {
  const mean = stretches.reduce((sum, one) => sum + one, 0) / stretches.length;
  return Math.max(...stretches) / mean;
}

/** In flight on each caller number over some campaigns, by their open batches. */
async function inFlightOn(number: string, ids: readonly string[]): Promise<number> {
  let sum = 0;
  for (const id of ids) {
    const campaign = await world.store.campaign(id);
    for (const { caller = 1, calleesOpen } of await world.store.openBatches(id))
      if (campaign?.settings.callers[caller - 1] === number) sum += calleesOpen;
  }
  return sum;
}

const TALK: ScenarioInput = {
  outcomes: { ok: 1 },
  setupSeconds: [2, 2],
  ringSeconds: [8, 8],
  talkSeconds: [20, 20],
};

describe('a window that opens on a long list', () => {
  it('is filled smoothly: no five minutes get more than 1.2 times the mean, nor after an outage', async () => {
    await open({ ...TALK, channelsPerCaller: 50 });
    const orders: SentOrder[] = [];
    const process = startProcess(world, { wrap: keepOrders(orders, () => world.clock.now()) });
    const begin = world.clock.now();
    await startCampaign(world, 'spring', 4_000, {
      ...WORLD_SETTINGS,
      windows: [{ days: ['mon'], from: '10:05', to: '21:00' }],
      pacing: { calleesInFlightMax: 2_000, batchCalleesMax: 500, calleesPerMinute: 40 },
    });
    await runTo(world, process, begin + 35 * MINUTE, SWEEP);
    // Nobody works for half an hour; then somebody does again.
    world.clock.advance(30 * MINUTE);
    await runTo(world, process, begin + 90 * MINUTE, SWEEP);
    process.stop();
    const opening = releasesPer(5 * MINUTE, orders, begin + 5 * MINUTE, begin + 35 * MINUTE);
    const after = releasesPer(5 * MINUTE, orders, begin + 65 * MINUTE, begin + 90 * MINUTE);
    expect(Math.min(...opening, ...after)).toBeGreaterThan(0);
    expect(peakToMean(opening)).toBeLessThanOrEqual(1.2);
    expect(peakToMean(after)).toBeLessThanOrEqual(1.2);
    expect(orders.every(({ at }) => at >= begin + 5 * MINUTE)).toBe(true);
  }, 120_000);

  it('is filled at the pace of its channels where the file names none, and they are kept busy', async () => {
    await open({ ...TALK, numbers: [{ number: CALLER, costType: 1, channels: 20 }] });
    const orders: SentOrder[] = [];
    const process = startProcess(world, { wrap: keepOrders(orders, () => world.clock.now()) });
    const begin = world.clock.now();
    await startCampaign(world, 'spring', 3_000, {
      ...WORLD_SETTINGS,
      callers: [{ number: CALLER, channels: 20 }],
      pacing: { calleesInFlightMax: 2_000 },
    });
    await runTo(world, process, begin + 40 * MINUTE, SWEEP);
    process.stop();
    expect(peakToMean(releasesPer(5 * MINUTE, orders, begin, begin + 40 * MINUTE))).toBeLessThanOrEqual(1.2);
    // Twenty channels and calls of half a minute: forty a minute at most.
    expect(world.simulator.summary().dials).toBeGreaterThan(0.9 * 40 * 39);
  }, 120_000);
});

describe('channels of a caller', () => {
  it('bound what all campaigns that share it have in flight, and a number of the provider has one', async () => {
    await open({ ...TALK, numbers: [{ number: CALLER, costType: 0 }], rules: {} });
    const process = startProcess(world);
    const ids = ['spring', 'summer'];
    for (const id of ids)
      await startCampaign(world, id, 200, {
        ...WORLD_SETTINGS,
        callers: [CALLER],
        pacing: { calleesInFlightMax: 100, batchCalleesMax: 50, calleesPerMinute: 1_000 },
      });
    let most = 0;
    const until = world.clock.now() + HOUR;
    await runUntil(
      world,
      process,
      async () => {
        most = Math.max(most, await inFlightOn(CALLER, ids));
        return world.clock.now() >= until;
      },
      SWEEP,
    );
    process.stop();
    // Half an hour of calls of half a minute.
    expect(most).toBeLessThanOrEqual(60);
    expect(most).toBeGreaterThan(30);
    expect(world.simulator.summary().dials).toBeGreaterThan(90);
  }, 120_000);
});

describe('campaigns that want the same', () => {
  /** Callees of each campaign in flight, averaged over an hour in which there is too little for all. */
  async function heldOf(
    priorities: readonly number[],
    pacing: object,
    bounds: Partial<PipelineBounds>,
  ): Promise<number[]> {
    const process = startProcess(world, { bounds: { ...bounds, lookIntervalMax: 20 * SECOND } });
    const ids = priorities.map((priority, at) => `c${at}-p${priority}`);
    for (const [at, id] of ids.entries())
      await startCampaign(world, id, 1_500, { ...WORLD_SETTINGS, priority: priorities[at], pacing });
    const sums = ids.map(() => 0);
    let looks = 0;
    const from = world.clock.now() + 5 * MINUTE;
    const until = from + 10 * MINUTE;
    let next = from;
    await runUntil(
      world,
      process,
      async () => {
        if (world.clock.now() >= next) {
          next += MINUTE;
          looks += 1;
          for (const [at, id] of ids.entries()) {
            const { states } = await world.store.counts(id);
            sums[at] = (sums[at] ?? 0) + states.batched + states.calling;
          }
        }
        return world.clock.now() >= until;
      },
      { ...SWEEP, stepsMax: 20_000 },
    );
    process.stop();
    return sums.map((sum) => sum / looks);
  }

  it('share what may be in flight in all by their priority, and the last is not starved', async () => {
    await open({ ...TALK, talkSeconds: [80, 80], channelsPerCaller: 90 });
    const pacing = { calleesInFlightMax: 500, batchCalleesMax: 10 };
    const held = await heldOf([1, 3, 5], pacing, { calleesInFlightMax: 90 });
    const all = held.reduce((sum, one) => sum + one, 0);
    expect(all).toBeLessThanOrEqual(90);
    // 5 : 3 : 1 of what is held, give or take a batch.
    for (const [at, weight] of [5, 3, 1].entries())
      expect(Math.abs((held[at] ?? 0) - (90 * weight) / 9)).toBeLessThanOrEqual(11);
    expect(held[2]).toBeGreaterThan(2);
  }, 120_000);

  it('leave to the others what one does not want', async () => {
    await open({ ...TALK, channelsPerCaller: 60 });
    const process = startProcess(world, { bounds: { calleesInFlightMax: 60 } });
    const pacing = { calleesInFlightMax: 500, batchCalleesMax: 10 };
    await startCampaign(world, 'small', 10, { ...WORLD_SETTINGS, priority: 1, pacing });
    await startCampaign(world, 'large', 600, { ...WORLD_SETTINGS, priority: 5, pacing });
    let most = 0;
    await runUntil(
      world,
      process,
      async () => {
        const { states } = await world.store.counts('large');
        most = Math.max(most, states.batched + states.calling);
        return (await isOver(world, 'small')) && (await isOver(world, 'large'));
      },
      { ...SWEEP, stepsMax: 20_000 },
    );
    process.stop();
    expect(most).toBe(60);
    expect((await world.store.sharedRoom()).holdings).toEqual([]);
  }, 120_000);

  it('keep the room that was taken for a batch to come, also when somebody counts in between, and not for ever', async () => {
    await open(TALK);
    const process = startProcess(world, { bounds: { calleesInFlightMax: 50 } });
    const { deps } = process;
    await startCampaign(world, 'spring', 100, { ...WORLD_SETTINGS });
    const campaign = await world.store.campaign('spring');
    if (campaign === undefined) throw new Error('no campaign');
    const wanted = { caller: 1, callees: 10, until: world.clock.now() + HOUR };
    expect(await takeRoom(deps, campaign, wanted, await readRoom(deps, campaign))).toBe(true);
    const held = async () => (await world.store.sharedRoom()).holdings.map((holding) => holding.held);
    await settleRoom(deps, campaign, 0);
    expect(await held()).toEqual([10]);
    world.clock.advance(MINUTE);
    await sweepRoom(deps);
    expect(await held()).toEqual([]);
    process.stop();
  });

  it('never hold more together than is allowed, with several dispatchers at once', async () => {
    await open({ ...TALK, channelsPerCaller: 60 });
    const processes = [1, 2, 3].map(() => startProcess(world, { bounds: { calleesInFlightMax: 50 } }));
    const [first] = processes;
    if (first === undefined) throw new Error('no process');
    const ids = ['a', 'b', 'c', 'd'];
    const pacing = { calleesInFlightMax: 500, batchCalleesMax: 7 };
    for (const id of ids) await startCampaign(world, id, 120, { ...WORLD_SETTINGS, pacing });
    const held = async (): Promise<number> => {
      let sum = 0;
      for (const id of ids) {
        const { states } = await world.store.counts(id);
        sum += states.batched + states.calling;
      }
      return sum;
    };
    let most = 0;
    for (let round = 0; round < 4; round += 1) {
      await Promise.all(processes.flatMap(({ deps }) => ids.map((id) => dispatchCampaign(deps, id))));
      most = Math.max(most, await held());
      await runTo(world, first, world.clock.now() + MINUTE, SWEEP);
    }
    for (const process of processes) process.stop();
    expect(most).toBeLessThanOrEqual(50);
    expect(most).toBeGreaterThan(40);
  }, 120_000);
});

import { afterEach, describe, expect, inject, it } from 'vitest';
import { present } from '../../src/core/assert.ts';
import { parseSubmissionName } from '../../src/core/batch.ts';
import { HOUR, MINUTE, SECOND } from '../../src/core/time.ts';
import { watchTaskList } from '../../src/pipelines/task-list-watch.ts';
import type { Telephony } from '../../src/ports/telephony.ts';
import {
  createWorld,
  expectHonest,
  isOver,
  requestsOf,
  runUntil,
  startCampaign,
  startProcess,
  WORLD_SETTINGS,
  type World,
} from '../support/world.ts';

const ID = 'spring';
const READ = 'DescribeAutoCalloutTask';
const LIST = 'DescribeAutoCalloutTasks';
const CREATE = 'CreateAutoCalloutTask';
const USUAL = {
  ...WORLD_SETTINGS,
  retry: { attemptsMax: 1 },
  pacing: { calleesInFlightMax: 200, batchCalleesMax: 50, leadTime: '10s' },
};

let world: World;
afterEach(() => world.close());

/**
 * Requests that are sent side by side arrive in any order, and so does the turn of the tasks at the channels. One
 * after the other, creates by their batch, the run is the same each time.
 */
function inOrder(real: Telephony): Telephony {
  const created = new Map<number, PromiseWithResolvers>();
  const creation = (batchId: number): PromiseWithResolvers => {
    const held = created.get(batchId) ?? promiseWithResolvers();
    created.set(batchId, held);
    return held;
  };
  creation(0).resolve();
  return {
    ...real,
    async createTask(order) {
      const { batchId } = present(parseSubmissionName(order.name), order.name);
      await creation(batchId - 1).promise;
      const result = await real.createTask(order);
      creation(batchId).resolve();
      return result;
    },
  };
}

interface PromiseWithResolvers {
  readonly promise: Promise<void>;
  resolve(): void;
}

function promiseWithResolvers(): PromiseWithResolvers {
  let resolve: () => void = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

describe('readings of tasks', () => {
  it('are few: tasks that wait for the channels of an earlier one are read when they should have ended', async () => {
    world = await createWorld(inject('redisUrl'), { scenario: { channelsPerCaller: 10 } });
    const process = startProcess(world, { bounds: { lookIntervalMax: 5 * MINUTE }, wrap: inOrder });
    await startCampaign(world, ID, 1_000, USUAL);
    await runUntil(world, process, () => isOver(world, ID));
    process.stop();
    expect(requestsOf(world, CREATE)).toBe(20);
    expect(requestsOf(world, READ)).toBeLessThan(2 * 20);
    await expectHonest(world, ID);
  });

  it('show what happened every interval where a task takes hours', async () => {
    world = await createWorld(inject('redisUrl'), { scenario: { channelsPerCaller: 1 } });
    const process = startProcess(world, { bounds: { lookIntervalMax: 5 * MINUTE } });
    await startCampaign(world, ID, 200, { ...USUAL, pacing: { ...USUAL.pacing, batchCalleesMax: 200 } });
    const startedAt = world.clock.now();
    const moved: number[] = [];
    let open = 200;
    await runUntil(world, process, async () => {
      const { unfinished } = await world.store.counts(ID);
      if (unfinished < open) moved.push(world.clock.now());
      open = unfinished;
      return unfinished === 0;
    });
    process.stop();
    expect(world.clock.now() - startedAt).toBeGreaterThan(HOUR);
    const waits = moved.map((at, index) => at - (moved[index - 1] ?? startedAt));
    expect(Math.max(...waits)).toBeLessThanOrEqual(6 * MINUTE);
  });
});

describe('the task list', () => {
  it('is not read for hours while nothing is in doubt', async () => {
    world = await createWorld(inject('redisUrl'));
    const process = startProcess(world);
    await startCampaign(world, ID, 20, USUAL);
    await runUntil(world, process, () => isOver(world, ID), { sweepEvery: 365 * 24 * HOUR });
    process.stop();
    const before = requestsOf(world, LIST);
    const watcher = startProcess(world);
    for (let turn = 0; turn < 24 * 120; turn += 1) {
      await watchTaskList(watcher.deps, 30 * SECOND);
      world.clock.advance(30 * SECOND);
    }
    watcher.stop();
    const reads = requestsOf(world, LIST) - before;
    // Every six hours.
    expect(reads).toBe(4);
  });

  it('is read at every turn for an hour after a submission was given up', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: { faults: [{ kind: 'drop', commit: false, action: CREATE, calls: [1] }] },
    });
    const process = startProcess(world);
    await startCampaign(world, ID, 5, USUAL);
    await runUntil(world, process, () => isOver(world, ID), { sweepEvery: MINUTE });
    const turns = async (count: number): Promise<number> => {
      const before = requestsOf(world, LIST);
      for (let turn = 0; turn < count; turn += 1) {
        await watchTaskList(process.deps, 30 * SECOND);
        world.clock.advance(30 * SECOND);
      }
      return requestsOf(world, LIST) - before;
    };
    expect(await turns(20)).toBe(20);
    world.clock.advance(2 * HOUR);
    expect(await turns(20)).toBeLessThanOrEqual(1);
    process.stop();
  });
});

import { afterEach, describe, expect, inject, it } from 'vitest';
import { createRng, type Rng } from '../../src/adapters/simulator/rng.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/core/time.ts';
import { dispatchCampaign } from '../../src/pipelines/dispatch.ts';
import { sweepTasks } from '../../src/pipelines/orphans.ts';
import { pollCampaign } from '../../src/pipelines/poll.ts';
import { retryCampaign } from '../../src/pipelines/retry.ts';
import { sweep } from '../../src/pipelines/sweep.ts';
import type { Telephony } from '../../src/ports/telephony.ts';
import { DeathError } from '../support/faulty-redis.ts';
import { seededNumber } from '../support/seeded-campaign.ts';
import {
  addList,
  createWorld,
  expectHonest,
  isOver,
  moveTo,
  runUntil,
  runWake,
  startCampaign,
  startProcess,
  WORLD_SETTINGS,
  type World,
  type WorldProcess,
} from '../support/world.ts';

const ID = 'spring';

let world: World;
afterEach(() => world.close());

describe('a campaign without faults', () => {
  it('calls everybody, retries the missed, completes, and its attempts are the dials of the carrier', async () => {
    world = await createWorld(inject('redisUrl'));
    const process = startProcess(world);
    await startCampaign(world, ID, 60);
    await runUntil(world, process, () => isOver(world, ID));
    process.stop();
    await expectHonest(world, ID);
    const counts = await world.store.counts(ID);
    expect(counts.states.answered + counts.states.unanswered).toBe(60);
    expect(counts.attempts).toBeGreaterThan(60);
    expect((await world.store.campaign(ID))?.state).toBe('completed');
  });

  it('runs again for a list that is appended after it completed, and calls nobody of the first list again', async () => {
    world = await createWorld(inject('redisUrl'), { scenario: { outcomes: { ok: 1 } } });
    const process = startProcess(world);
    await startCampaign(world, ID, 5);
    await runUntil(world, process, () => isOver(world, ID));
    expect((await world.store.campaign(ID))?.state).toBe('completed');
    // One row of the second list repeats the first list.
    const rows = [5, 6, 7].map((row) => ({ number: seededNumber(row) }));
    await addList(world, ID, rows, 'bbbbbbbbbbbb');
    expect((await world.store.campaign(ID))?.state).toBe('running');
    await runUntil(world, process, () => isOver(world, ID));
    process.stop();
    expect((await world.store.campaign(ID))?.state).toBe('completed');
    expect(world.simulator.summary()).toMatchObject({ dials: 7, numbers: 7 });
    await expectHonest(world, ID);
  });

  it('is not troubled by any job that runs twice', async () => {
    world = await createWorld(inject('redisUrl'));
    const process = startProcess(world);
    await startCampaign(world, ID, 12);
    for (let step = 0; step < 3_000 && !(await isOver(world, ID)); step += 1) {
      const wake = world.queue.take(world.clock.now());
      if (wake === undefined) {
        world.clock.advanceTo(Math.min(world.queue.nextAt ?? 0, world.clock.now() + MINUTE));
        if (world.queue.nextAt === undefined) await sweep(process.deps);
      } else if (step % 2 === 0) {
        await Promise.all([runWake(process.deps, wake), runWake(process.deps, wake)]);
      } else {
        await runWake(process.deps, wake);
        await runWake(process.deps, wake);
      }
    }
    process.stop();
    expect((await world.store.campaign(ID))?.state).toBe('completed');
    await expectHonest(world, ID);
  });
});

/** A telephony that answers after a while, drawn anew each time, and at times takes its process with it. */
function restless(rng: Rng, deathShare: number): (real: Telephony) => Telephony {
  const uneasy =
    <A extends unknown[], T>(call: (...args: A) => Promise<T>) =>
    async (...args: A): Promise<T> => {
      for (let turn = rng.int(0, 3); turn > 0; turn -= 1)
        await new Promise((resolve) => setImmediate(resolve));
      if (rng.chance(deathShare)) throw new DeathError('died before the request left');
      const result = await call(...args);
      if (rng.chance(deathShare)) throw new DeathError('died with the reply in hand');
      return result;
    };
  return (real) => ({
    createTask: uneasy(real.createTask),
    listTasks: uneasy(real.listTasks),
    describeTask: uneasy(real.describeTask),
    stopTask: uneasy(real.stopTask),
    pauseTask: uneasy(real.pauseTask),
    resumeTask: uneasy(real.resumeTask),
    callRecords: uneasy(real.callRecords),
  });
}

/** Some of everything that processes do, at once and in an order drawn at random. */
async function melee(processes: readonly WorldProcess[], rng: Rng): Promise<void> {
  const works = [dispatchCampaign, dispatchCampaign, pollCampaign, pollCampaign, retryCampaign] as const;
  const running = Array.from({ length: rng.int(2, 5) }, async () => {
    const { deps } = processes[rng.int(0, processes.length - 1)] ?? processes[0] ?? expect.fail();
    const work = works[rng.int(0, works.length)];
    await (work === undefined ? sweep(deps).then(() => sweepTasks(deps)) : work(deps, ID));
  });
  for (const end of await Promise.allSettled(running)) {
    if (end.status === 'rejected' && !(end.reason instanceof DeathError)) throw end.reason;
  }
}

describe('several processes', () => {
  it.each([
    [11, 0],
    [12, 0],
    [13, 0.04],
    [14, 0.04],
    [15, 0.04],
  ])(
    'that dispatch, poll and retry one campaign at random call everybody once per attempt (seed %i, deaths %d)',
    async (seed, deathShare) => {
      world = await createWorld(inject('redisUrl'), {
        seed,
        scenario: {
          channelsPerCaller: 5,
          records: { delayMs: 5 * SECOND, lateShare: 0.2, lateMs: MINUTE },
          faults: [
            { kind: 'drop', commit: true, action: 'CreateAutoCalloutTask', probability: 0.15 },
            { kind: 'drop', action: '*', probability: 0.03 },
            { kind: 'refuse', code: 'InternalError', action: '*', probability: 0.03 },
          ],
        },
      });
      const rng = createRng('melee', seed);
      const processes = [1, 2].map(() => startProcess(world, { wrap: restless(rng, deathShare) }));
      await startCampaign(world, ID, 30, {
        ...WORLD_SETTINGS,
        retry: { attemptsMax: 2, otherwise: { after: ['5m'] } },
        pacing: { calleesInFlightMax: 18, batchCalleesMax: 6 },
      });
      for (let round = 0; round < 400 && !(await isOver(world, ID)); round += 1) {
        await melee(processes, rng);
        world.clock.advance(rng.int(0, 20) * SECOND);
      }
      for (const process of processes) process.stop();
      expect((await world.store.campaign(ID))?.state).toBe('completed');
      expect(await world.store.openBatches(ID)).toEqual([]);
      await expectHonest(world, ID);
    },
  );

  it.each([21, 22, 23])(
    'do so although an operator pauses, resumes and blocks at random (seed %i)',
    async (seed) => {
      world = await createWorld(inject('redisUrl'), {
        seed,
        scenario: {
          channelsPerCaller: 4,
          faults: [
            { kind: 'drop', commit: true, action: 'CreateAutoCalloutTask', probability: 0.15 },
            {
              kind: 'refuse',
              code: 'InvalidParameterValue',
              action: 'CreateAutoCalloutTask',
              probability: 0.1,
            },
            {
              kind: 'refuse',
              code: 'RequestLimitExceeded',
              action: 'PauseAutoCalloutTask',
              probability: 0.3,
            },
            { kind: 'drop', commit: true, action: 'ResumeAutoCalloutTask', probability: 0.3 },
          ],
        },
      });
      const rng = createRng('operator', seed);
      const process = startProcess(world);
      await startCampaign(world, ID, 30, {
        ...WORLD_SETTINGS,
        retry: { attemptsMax: 2, otherwise: { after: ['5m'] } },
        pacing: { calleesInFlightMax: 18, batchCalleesMax: 6 },
      });
      let nextAt = world.clock.now() + MINUTE;
      const meddle = async (): Promise<void> => {
        if (world.clock.now() < nextAt) return;
        nextAt = world.clock.now() + rng.int(20, 300) * SECOND;
        const state = (await world.store.campaign(ID))?.state;
        if (state === 'running' && rng.chance(0.5)) await moveTo(world, ID, 'paused');
        else if (state === 'paused' || state === 'blocked') await moveTo(world, ID, 'running');
      };
      await runUntil(
        world,
        process,
        async () => {
          await meddle();
          return isOver(world, ID);
        },
        { sweepEvery: 20 * SECOND },
      );
      process.stop();
      await expectHonest(world, ID);
    },
  );
});

describe('a campaign of some days', () => {
  it('ends by itself: nothing needs a person, and everybody is final with a reason', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: { rules: { hours: [8, 21], callsPerCalleePerDayMax: 2 }, outcomes: { notAnswer: 4, ok: 1 } },
    });
    const process = startProcess(world);
    await startCampaign(world, ID, 10, {
      ...WORLD_SETTINGS,
      retry: { attemptsMax: 5, otherwise: { after: ['3h'] } },
    });
    const began = world.clock.now();
    await runUntil(world, process, () => isOver(world, ID), { sweepEvery: HOUR });
    process.stop();
    expect(world.clock.now() - began).toBeGreaterThan(DAY);
    expect((await world.store.campaign(ID))?.state).toBe('completed');
    expect((await world.store.counts(ID)).states.needs_attention).toBe(0);
    await expectHonest(world, ID);
  });
});

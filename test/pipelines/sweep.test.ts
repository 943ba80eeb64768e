import { afterEach, describe, expect, inject, it } from 'vitest';
import { createRng } from '../../src/adapters/simulator/rng.ts';
import { MINUTE, SECOND } from '../../src/core/time.ts';
import { dispatchCampaign } from '../../src/pipelines/dispatch.ts';
import { sweep } from '../../src/pipelines/sweep.ts';
import {
  createWorld,
  expectHonest,
  isOver,
  moveTo,
  requestsOf,
  runTo,
  runUntil,
  startCampaign,
  startProcess,
  WORLD_SETTINGS,
  type World,
} from '../support/world.ts';

const ID = 'spring';
const SMALL = { ...WORLD_SETTINGS, retry: { attemptsMax: 2, otherwise: { after: ['5m'] } } };

let world: World;
afterEach(() => world.close());

/** All wake-ups that wait are lost. */
function forgetWakes(): void {
  while (world.queue.take(Number.POSITIVE_INFINITY) !== undefined);
}

/** An operator moves the campaign, and nobody is woken for it. */
async function pauseUnheard(state: 'paused' | 'cancelled'): Promise<void> {
  await moveTo(world, ID, state);
  forgetWakes();
}

describe('the sweep', () => {
  it.each([1, 2, 3])('moves everything on where wake-ups are lost at random (seed %i)', async (seed) => {
    world = await createWorld(inject('redisUrl'), {
      seed,
      scenario: {
        faults: [{ kind: 'drop', commit: true, action: 'CreateAutoCalloutTask', probability: 0.3 }],
      },
    });
    const rng = createRng('lost wake-ups', seed);
    world.queue.lose = () => rng.chance(0.7);
    const process = startProcess(world);
    await startCampaign(world, ID, 15, SMALL);
    await runUntil(world, process, () => isOver(world, ID), { sweepEvery: 15 * SECOND });
    process.stop();
    expect((await world.store.campaign(ID))?.state).toBe('completed');
    await expectHonest(world, ID);
  });

  it('alone is enough: with no wake-up but its own a campaign completes', async () => {
    world = await createWorld(inject('redisUrl'));
    const process = startProcess(world);
    let sweeping = false;
    world.queue.lose = () => !sweeping;
    await startCampaign(world, ID, 10, SMALL);
    for (let round = 0; round < 300 && !(await isOver(world, ID)); round += 1) {
      sweeping = true;
      await sweep(process.deps);
      sweeping = false;
      await runTo(world, process, world.clock.now() + 10 * SECOND, { sweepEvery: MINUTE * 1_000 });
    }
    process.stop();
    expect((await world.store.campaign(ID))?.state).toBe('completed');
    await expectHonest(world, ID);
  });

  it('sees to it that a pause reaches the provider although its wake-up was lost', async () => {
    world = await createWorld(inject('redisUrl'), { scenario: { channelsPerCaller: 1 } });
    const process = startProcess(world, { bounds: { firstLook: 30 * MINUTE } });
    await startCampaign(world, ID, 10);
    await dispatchCampaign(process.deps, ID);
    await pauseUnheard('paused');
    await runTo(world, process, world.clock.now() + 9 * SECOND, { sweepEvery: 5 * SECOND });
    process.stop();
    expect(requestsOf(world, 'PauseAutoCalloutTask', 'OK')).toBe(1);
    expect(world.simulator.summary().dials).toBe(0);
  });

  it('gives a batch back that waits for its next submission, although the wake-up of the cancel was lost', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: {
        faults: [{ kind: 'refuse', code: 'LimitExceeded', action: 'CreateAutoCalloutTask', probability: 1 }],
      },
    });
    const process = startProcess(world);
    await startCampaign(world, ID, 5);
    await dispatchCampaign(process.deps, ID);
    expect((await world.store.batch(ID, 1))?.state).toBe('planned');
    await pauseUnheard('cancelled');
    await runTo(world, process, world.clock.now() + 15 * SECOND, { sweepEvery: 5 * SECOND });
    process.stop();
    expect((await world.store.counts(ID)).states.cancelled).toBe(5);
    await expectHonest(world, ID);
  });

  it('of one campaign that cannot be read does not keep the others from being swept', async () => {
    world = await createWorld(inject('redisUrl'));
    const real = startProcess(world);
    const { store } = real.deps;
    const counts: typeof store.counts = (id) =>
      id === 'autumn' ? Promise.reject(new Error('broken on purpose')) : store.counts(id);
    const process = { ...real, deps: { ...real.deps, store: { ...store, counts } } };
    await startCampaign(world, 'autumn', 2);
    await startCampaign(world, ID, 2);
    forgetWakes();
    await expect(sweep(process.deps)).rejects.toThrow('broken on purpose');
    expect(world.queue.take(world.clock.now())).toMatchObject({ queue: 'dispatch', campaignId: ID });
    process.stop();
  });

  it('goes on to the campaigns although what comes before them fails', async () => {
    world = await createWorld(inject('redisUrl'));
    const real = startProcess(world);
    const suppression = {
      ...real.deps.suppression,
      dropExpired: () => Promise.reject(new Error('broken on purpose')),
    };
    await startCampaign(world, ID, 2);
    forgetWakes();
    await expect(sweep({ ...real.deps, suppression })).rejects.toThrow('broken on purpose');
    expect(world.queue.take(world.clock.now())).toMatchObject({ queue: 'dispatch', campaignId: ID });
    real.stop();
  });

  it('asks the provider for nothing and wakes nobody where nothing is left to do', async () => {
    world = await createWorld(inject('redisUrl'));
    const process = startProcess(world);
    await startCampaign(world, ID, 5);
    await runUntil(world, process, () => isOver(world, ID));
    forgetWakes();
    await sweep(process.deps);
    process.stop();
    expect(world.queue.nextAt).toBeUndefined();
  });
});

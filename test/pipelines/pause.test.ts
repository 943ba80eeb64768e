import { afterEach, describe, expect, inject, it } from 'vitest';
import { createClient } from '../../src/adapters/tencent/client.ts';
import { createTencentTelephony } from '../../src/adapters/tencent/telephony.ts';
import { HOUR, MINUTE } from '../../src/core/time.ts';
import { ACTIONS } from '../../src/pipelines/actions.ts';
import { dispatchCampaign } from '../../src/pipelines/dispatch.ts';
import { seededNumber } from '../support/seeded-campaign.ts';
import { CREDENTIALS, SDK_APP_ID } from '../support/simulator.ts';
import {
  createWorld,
  expectHonest,
  isOver,
  requestsOf,
  runTo,
  runUntil,
  startCampaign,
  startProcess,
  storyOf,
  type World,
} from '../support/world.ts';

const ID = 'spring';
const MEI = { campaignId: ID, by: 'mei' };
const SWEEP = { sweepEvery: HOUR };

let world: World;
afterEach(() => world.close());

describe('a pause', () => {
  it('holds for a submission that waits for its slot of the quota: it never leaves, and its callees go back', async () => {
    world = await createWorld(inject('redisUrl'), { scenario: { outcomes: { ok: 1 } } });
    const process = startProcess(world);
    let open: () => void = () => {};
    const slot = new Promise<void>((resolve) => {
      open = resolve;
    });
    let asked: () => void = () => {};
    const waits = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const quota = {
      acquire: async () => {
        asked();
        await slot;
        return 'granted' as const;
      },
    };
    const client = createClient({ endpoint: world.simulator.url, ...CREDENTIALS, quota });
    const telephony = createTencentTelephony(client, { sdkAppId: SDK_APP_ID, now: () => world.clock.now() });
    await startCampaign(world, ID, 5);
    const dispatched = dispatchCampaign({ ...process.deps, telephony }, ID);
    await waits;
    await ACTIONS.pause.run(process.deps, MEI);
    open();
    await dispatched;
    client.close();
    expect(requestsOf(world, 'CreateAutoCalloutTask')).toBe(0);
    expect((await world.store.counts(ID)).states.initial).toBe(5);
    expect((await storyOf(world, ID, seededNumber(1))).at(-1)).toMatchObject({
      ...{ to: 'initial', reason: 'campaign_not_running', attempts: 0 },
    });
    await ACTIONS.resume.run(process.deps, MEI);
    await runUntil(world, process, () => isOver(world, ID), SWEEP);
    process.stop();
    await expectHonest(world, ID);
  });

  it('begins no submission later, and its live tasks are paused at the provider without the clock moving on', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: { outcomes: { ok: 1 }, channelsPerCaller: 1 },
    });
    const process = startProcess(world);
    await startCampaign(world, ID, 100);
    await runUntil(world, process, async () => world.simulator.summary().dials >= 2, { sweepEvery: MINUTE });
    const at = world.clock.now();
    const tasks = requestsOf(world, 'CreateAutoCalloutTask');
    await ACTIONS.pause.run(process.deps, MEI);
    const paused = async () => requestsOf(world, 'PauseAutoCalloutTask', 'OK') === tasks;
    await runUntil(world, process, paused, SWEEP);
    expect(world.clock.now()).toBe(at);
    const { dials } = world.simulator.summary();
    await runTo(world, process, at + HOUR, { sweepEvery: 5 * MINUTE });
    expect(requestsOf(world, 'CreateAutoCalloutTask')).toBe(tasks);
    expect(world.simulator.summary().dials).toBe(dials);
    await ACTIONS.cancel.run(process.deps, MEI);
    await runUntil(world, process, () => isOver(world, ID), { sweepEvery: MINUTE });
    process.stop();
    expect(world.simulator.snapshot().tasks.every(({ state }) => state === 2 || state === 4)).toBe(true);
    expect(world.simulator.summary().dials).toBe(dials);
    await expectHonest(world, ID);
  });
});

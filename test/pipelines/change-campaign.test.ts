import { afterEach, describe, expect, inject, it } from 'vitest';
import type { ScenarioInput } from '../../src/adapters/simulator/scenario.ts';
import { HOUR, MINUTE, SECOND } from '../../src/core/time.ts';
import { changeCampaign } from '../../src/pipelines/change-campaign.ts';
import { seedCampaign } from '../support/seeded-campaign.ts';
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
  type WorldProcess,
} from '../support/world.ts';

const ID = 'spring';
const STOP = 'StopAutoCalloutTask';
/** One call after the other, 40 seconds each. */
const SLOW: ScenarioInput = {
  channelsPerCaller: 1,
  outcomes: { ok: 1 },
  setupSeconds: [2, 2],
  ringSeconds: [18, 18],
  talkSeconds: [20, 20],
};
const EVERY_DAY = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

let world: World;
let process: WorldProcess;
afterEach(() => {
  process.stop();
  return world.close();
});

async function open(): Promise<void> {
  world = await createWorld(inject('redisUrl'), { scenario: SLOW });
  process = startProcess(world);
}

const change = (settings: object) =>
  changeCampaign(process.deps, ID, { ...WORLD_SETTINGS, ...settings }, 'mei');

/** The time of day in Beijing, as windows have it. */
function beijingTime(at: number): string {
  return new Date(at + 8 * HOUR).toISOString().slice(11, 16);
}

describe('a campaign file that is put to change a campaign', () => {
  it('creates it where there is none, and says so where nothing is different', async () => {
    await open();
    expect(await change({})).toEqual({ campaignId: ID, outcome: 'created', fields: [] });
    expect(await change({ priority: 3 })).toEqual({ campaignId: ID, outcome: 'same', fields: [] });
    expect((await world.store.trail(ID)).length).toBe(1);
  });

  it('changes it in whatever state, and the trail says who changed what', async () => {
    await open();
    await startCampaign(world, ID, 5);
    expect(await change({ priority: 1, ivrId: 8 })).toMatchObject({
      outcome: 'changed',
      fields: ['ivrId', 'priority'],
    });
    const campaign = await world.store.campaign(ID);
    expect(campaign).toMatchObject({ state: 'running', settings: { priority: 1, ivrId: 8 } });
    expect((await world.store.trail(ID)).at(-1)).toMatchObject({
      by: 'mei',
      from: 'running',
      to: 'running',
      reason: 'settings_changed',
      text: 'mei changed: ivrId, priority',
    });
  });

  it('changes nothing at all where one setting must stay, and names all that must', async () => {
    await open();
    await startCampaign(world, ID, 5, { ...WORLD_SETTINGS, timeZone: 'Asia/Shanghai' });
    const wish = { timeZone: 'Asia/Tokyo', callers: ['008602150000009'], priority: 1 };
    const error = await change(wish).catch((caught: Error) => caught);
    expect(error).toMatchObject({ code: 'campaign_unchangeable' });
    expect(error).toMatchObject({ message: expect.stringMatching(/\n {2}timeZone: .*\n {2}callers\[0\]: /) });
    expect((await world.store.campaign(ID))?.settings.priority).toBe(3);
  });

  it('is refused for a cancelled campaign', async () => {
    await open();
    await startCampaign(world, ID, 5);
    await moveTo(world, ID, 'cancelled');
    await expect(change({ priority: 1 })).rejects.toMatchObject({ code: 'action_not_allowed' });
  });

  it('loses no change of two that are made at once', async () => {
    await open();
    await seedCampaign(world.store, ID, 5, WORLD_SETTINGS);
    const wishes = [{ priority: 1 }, { priority: 2 }, { priority: 4 }];
    const results = await Promise.all(wishes.map(change));
    expect(results.map(({ outcome }) => outcome)).toEqual(['changed', 'changed', 'changed']);
    const changes = (await world.store.trail(ID)).filter(({ reason }) => reason === 'settings_changed');
    expect(changes).toHaveLength(3);
  });
});

describe('narrower windows', () => {
  it('stop the task that would dial beyond them; whom it had not dialled is called in the new ones, at no cost', async () => {
    await open();
    await startCampaign(world, ID, 30, { ...WORLD_SETTINGS, retry: { attemptsMax: 1 } });
    const begin = world.clock.now();
    await runTo(world, process, begin + 3 * MINUTE);
    const early = world.simulator.ledger().length;
    expect(early).toBeGreaterThan(0);
    expect(requestsOf(world, STOP)).toBe(0);
    // From now on only in an hour that begins two hours later.
    const from = beijingTime(begin + 2 * HOUR);
    const to = beijingTime(begin + 3 * HOUR);
    const changedAt = world.clock.now();
    const live = await world.store.openBatches(ID);
    await change({ retry: { attemptsMax: 1 }, windows: [{ days: EVERY_DAY, from, to }] });
    await runUntil(world, process, () => isOver(world, ID));
    // Each once.
    expect(requestsOf(world, STOP)).toBe(live.length);
    const late = world.simulator.ledger().filter(({ at }) => at > changedAt + 10 * SECOND);
    expect(late.length).toBeGreaterThan(0);
    for (const { at } of late) {
      expect(beijingTime(at) >= from && beijingTime(at) < to, beijingTime(at)).toBe(true);
    }
    const returned = await Promise.all(Array.from({ length: 30 }, (_, ref) => world.store.story(ID, ref)));
    const back = returned.filter((story) => story.some(({ reason }) => reason === 'rules_narrowed'));
    expect(back.length).toBe(late.length);
    expect((await world.store.counts(ID)).attempts).toBe(30);
    await expectHonest(world, ID);
  });

  it('leave a task alone that ends before they close', async () => {
    await open();
    await startCampaign(world, ID, 3, {
      ...WORLD_SETTINGS,
      endAt: new Date(world.clock.now() + HOUR).toISOString(),
    });
    await runTo(world, process, world.clock.now() + MINUTE);
    await change({ endAt: new Date(world.clock.now() + 5 * HOUR).toISOString() });
    await runUntil(world, process, () => isOver(world, ID));
    expect(requestsOf(world, STOP)).toBe(0);
    expect((await world.store.counts(ID)).states.answered).toBe(3);
  });
});

describe('a later end', () => {
  it('lets those be called who would have been too late', async () => {
    await open();
    const endAt = new Date(world.clock.now() + 10 * MINUTE).toISOString();
    await startCampaign(world, ID, 40, { ...WORLD_SETTINGS, endAt });
    await runTo(world, process, world.clock.now() + 5 * MINUTE);
    await change({ endAt: new Date(world.clock.now() + 5 * HOUR).toISOString() });
    await runUntil(world, process, () => isOver(world, ID));
    expect((await world.store.counts(ID)).states.answered).toBe(40);
    await expectHonest(world, ID);
  });
});

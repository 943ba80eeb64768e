import { afterEach, describe, expect, inject, it } from 'vitest';
import { openingAt } from '../../src/core/calling-window.ts';
import { callingRules } from '../../src/core/campaign-rules.ts';
import { DAY, HOUR, type Instant, MINUTE, SECOND } from '../../src/core/time.ts';
import { dispatchCampaign } from '../../src/pipelines/dispatch.ts';
import { DeathError } from '../support/faulty-redis.ts';
import { seededNumber } from '../support/seeded-campaign.ts';
import {
  createWorld,
  expectHonest,
  isOver,
  keepOrders,
  runTo,
  runUntil,
  type SentOrder,
  startCampaign,
  startCampaignOf,
  startProcess,
  storyOf,
  WORLD_SETTINGS,
  type World,
} from '../support/world.ts';

const ID = 'spring';
const SWEEP = { sweepEvery: HOUR };

let world: World;
afterEach(() => world.close());

/** Monday 2026-11-23, 10:00 in Shanghai: where every world begins. */
const BEGIN = Date.UTC(2026, 10, 23, 2);

function localTime(at: Instant, offsetHours: number): { day: number; date: string; minutes: number } {
  const local = new Date(at + offsetHours * HOUR);
  const minutes = local.getUTCHours() * 60 + local.getUTCMinutes();
  return { day: local.getUTCDay(), date: local.toISOString().slice(0, 10), minutes };
}

describe('calling windows', () => {
  it('hold over a whole week with a holiday: no dial lies outside, and no task is told that it may', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: { outcomes: { notAnswer: 5, ok: 1 }, channelsPerCaller: 2 },
    });
    const orders: SentOrder[] = [];
    const process = startProcess(world, { wrap: keepOrders(orders, () => world.clock.now()) });
    await startCampaign(world, ID, 12, {
      ...WORLD_SETTINGS,
      windows: [
        { days: ['mon', 'wed', 'thu', 'fri'], from: '10:30', to: '10:40' },
        { days: ['mon', 'wed', 'thu', 'fri'], from: '23:50', to: '00:10' },
      ],
      holidays: ['2026-11-25'],
      retry: { attemptsMax: 8, otherwise: { after: ['3m', '5h', '1d'] } },
      pacing: { calleesInFlightMax: 20, batchCalleesMax: 10 },
    });
    await runTo(world, process, BEGIN + 7 * DAY, SWEEP);
    process.stop();
    const ledger = world.simulator.ledger();
    expect(ledger.length).toBeGreaterThan(40);
    for (const entry of ledger) {
      const { day, date, minutes } = localTime(entry.at, 8);
      const weekday = [1, 3, 4, 5].includes(day);
      const morning = weekday && minutes >= 630 && minutes < 640;
      const evening = weekday && minutes >= 1_430;
      const night = [2, 4, 5, 6].includes(day) && minutes < 10;
      expect([date, morning || evening || night]).toEqual([date, true]);
      expect(date).not.toBe('2026-11-25');
    }
    const days = new Set(ledger.map((entry) => localTime(entry.at, 8).date));
    expect(days.has('2026-11-23') && days.has('2026-11-26')).toBe(true);
    const campaign = await world.store.campaign(ID);
    if (campaign === undefined) throw new Error('no campaign');
    for (const { order } of orders) {
      const opening = openingAt(callingRules(campaign), 'Asia/Shanghai', order.notBefore);
      expect(opening.open && order.notAfter <= opening.closesAt).toBe(true);
    }
    await expectHonest(world, ID);
  });

  it('are those of each callee: people in two zones are called in their own morning', async () => {
    world = await createWorld(inject('redisUrl'), { scenario: { outcomes: { notAnswer: 1 } } });
    const process = startProcess(world);
    const rows = Array.from({ length: 8 }, (_, at) => ({
      number: seededNumber(at + 1),
      ...(at % 2 === 1 && { timeZone: 'Asia/Kolkata' }),
    }));
    await startCampaignOf(world, ID, rows, {
      ...WORLD_SETTINGS,
      windows: [{ days: ['mon', 'tue'], from: '09:00', to: '10:30' }],
      retry: { attemptsMax: 3, otherwise: { after: ['10m', '1h'] } },
    });
    await runUntil(world, process, () => isOver(world, ID), SWEEP);
    process.stop();
    for (const entry of world.simulator.ledger()) {
      const india = Number(entry.number) % 2 === 0;
      const { minutes } = localTime(entry.at, india ? 5.5 : 8);
      expect(minutes).toBeGreaterThanOrEqual(540);
      expect(minutes).toBeLessThan(630);
    }
    const tasks = world.simulator.snapshot().tasks;
    const zonesOf = (numbers: readonly string[]) => new Set(numbers.map((number) => Number(number) % 2)).size;
    expect(tasks.every((task) => zonesOf(task.numbers) === 1)).toBe(true);
    expect(world.simulator.summary().dials).toBe(24);
    await expectHonest(world, ID);
  });

  it('that closed between the claim and the submission give the batch back, with the reason', async () => {
    world = await createWorld(inject('redisUrl'), { scenario: { outcomes: { ok: 1 } } });
    const dying = startProcess(world);
    const { store } = dying.deps;
    const apply: typeof store.apply = (id, change) => {
      if (change.name === 'submit_batch') throw new DeathError('the process is dead');
      return store.apply(id, change);
    };
    await startCampaign(world, ID, 3, {
      ...WORLD_SETTINGS,
      windows: [{ days: ['mon', 'tue'], from: '10:00', to: '10:01' }],
    });
    world.clock.advance(40 * SECOND);
    const deps = { ...dying.deps, store: { ...store, apply } };
    await expect(dispatchCampaign(deps, ID)).rejects.toThrow(DeathError);
    dying.stop();
    const process = startProcess(world);
    await runTo(world, process, BEGIN + 2 * MINUTE, { sweepEvery: 5 * SECOND });
    expect(world.simulator.requests().CreateAutoCalloutTask).toBeUndefined();
    expect((await world.store.batch(ID, 1))?.state).toBe('released');
    const story = await storyOf(world, ID, seededNumber(1));
    expect(story.at(-1)).toMatchObject({ to: 'initial', reason: 'rules_closed', attempts: 0 });
    await runUntil(world, process, () => isOver(world, ID), SWEEP);
    process.stop();
    expect(world.simulator.ledger().every((entry) => localTime(entry.at, 8).minutes === 600)).toBe(true);
    await expectHonest(world, ID);
  });

  it('that close under a running task end it, and whom it did not reach is called in the next one at no cost', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: { channelsPerCaller: 1, outcomes: { ok: 1 }, talkSeconds: [50, 60] },
    });
    const process = startProcess(world);
    await startCampaign(world, ID, 10, {
      ...WORLD_SETTINGS,
      windows: [{ days: ['mon', 'tue', 'wed', 'thu'], from: '10:00', to: '10:05' }],
    });
    await runUntil(world, process, () => isOver(world, ID), SWEEP);
    process.stop();
    expect(world.simulator.summary().dials).toBe(10);
    const last = await storyOf(world, ID, seededNumber(10));
    expect(last.map((line) => line.reason)).toContain('task_ended_undialled');
    expect(last.at(-1)).toMatchObject({ to: 'answered', attempts: 1 });
    await expectHonest(world, ID);
  });
});

describe('the end of a campaign', () => {
  it('ends everybody who waits as soon as no opening is left, and nothing is dialled after it', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: { channelsPerCaller: 2, outcomes: { notAnswer: 1 } },
    });
    const process = startProcess(world);
    const endAt = BEGIN + 5 * MINUTE;
    await startCampaign(world, ID, 30, {
      ...WORLD_SETTINGS,
      endAt: new Date(endAt).toISOString(),
      retry: { attemptsMax: 3, otherwise: { after: ['1m'] } },
    });
    await runUntil(world, process, () => isOver(world, ID), { sweepEvery: 30 * SECOND });
    process.stop();
    expect(world.clock.now()).toBeLessThan(endAt + 15 * MINUTE);
    expect((await world.store.campaign(ID))?.state).toBe('completed');
    expect(world.simulator.ledger().every((entry) => entry.at < endAt)).toBe(true);
    const { states } = await world.store.counts(ID);
    expect(states.expired).toBeGreaterThan(0);
    expect(states.expired + states.unanswered + states.answered).toBe(30);
    await expectHonest(world, ID);
  });

  it('that lies before the next window expires everybody without waiting for it', async () => {
    world = await createWorld(inject('redisUrl'));
    const process = startProcess(world);
    await startCampaign(world, ID, 4, {
      ...WORLD_SETTINGS,
      windows: [{ days: ['sun'], from: '09:00', to: '10:00' }],
      endAt: new Date(BEGIN + DAY).toISOString(),
    });
    await runUntil(world, process, () => isOver(world, ID), { stepsMax: 20 });
    process.stop();
    expect((await world.store.counts(ID)).states.expired).toBe(4);
    expect(world.clock.now()).toBe(BEGIN);
    expect(world.simulator.summary().dials).toBe(0);
  });

  it('is not passed by a start that lies in the future', async () => {
    world = await createWorld(inject('redisUrl'));
    const process = startProcess(world);
    const startAt = BEGIN + 3 * HOUR;
    await startCampaign(world, ID, 4, { ...WORLD_SETTINGS, startAt: new Date(startAt).toISOString() });
    await runUntil(world, process, () => isOver(world, ID), SWEEP);
    process.stop();
    expect(world.simulator.ledger().every((entry) => entry.at >= startAt)).toBe(true);
    await expectHonest(world, ID);
  });
});

describe('batches', () => {
  it('gather retries that fall due one by one, instead of a task for each', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: {
        outcomes: { notAnswer: 1 },
        channelsPerCaller: 1,
        noAnswerSeconds: 4,
        setupSeconds: [1, 1],
      },
    });
    const orders: SentOrder[] = [];
    const process = startProcess(world, {
      wrap: keepOrders(orders, () => world.clock.now()),
      bounds: { recordGather: SECOND, lookIntervalMax: 5 * SECOND, firstLook: 5 * SECOND },
    });
    await startCampaign(world, ID, 20, {
      ...WORLD_SETTINGS,
      retry: { attemptsMax: 2, otherwise: { after: ['10m'] } },
    });
    await runUntil(world, process, () => isOver(world, ID), SWEEP);
    process.stop();
    const retries = orders.slice(1);
    // Twenty calls of five seconds each end over 100 seconds, and their retries fall due over as long and a minute.
    expect(retries.length).toBeLessThanOrEqual(6);
    expect(retries.reduce((sum, { order }) => sum + order.callees.length, 0)).toBe(20);
    await expectHonest(world, ID);
  });

  it('stay whole when capacity frees slowly, one call after the other', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: { channelsPerCaller: 2, outcomes: { ok: 1 } },
    });
    const orders: SentOrder[] = [];
    const process = startProcess(world, { wrap: keepOrders(orders, () => world.clock.now()) });
    await startCampaign(world, ID, 40, {
      ...WORLD_SETTINGS,
      pacing: { calleesInFlightMax: 10, batchCalleesMax: 8 },
    });
    await runUntil(world, process, () => isOver(world, ID), SWEEP);
    process.stop();
    expect(orders.map(({ order }) => order.callees.length)).toEqual([8, 8, 8, 8, 8]);
    await expectHonest(world, ID);
  });

  it('never hold more callees at once than the campaign allows', async () => {
    world = await createWorld(inject('redisUrl'), { scenario: { channelsPerCaller: 3 } });
    const process = startProcess(world);
    await startCampaign(world, ID, 40, {
      ...WORLD_SETTINGS,
      pacing: { calleesInFlightMax: 7, batchCalleesMax: 3 },
    });
    let most = 0;
    await runUntil(world, process, async () => {
      const { states } = await world.store.counts(ID);
      most = Math.max(most, states.batched + states.calling);
      return isOver(world, ID);
    });
    process.stop();
    expect(most).toBeLessThanOrEqual(7);
    expect(most).toBeGreaterThan(3);
    await expectHonest(world, ID);
  });
});

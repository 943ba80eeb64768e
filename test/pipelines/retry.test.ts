import { afterEach, describe, expect, inject, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../src/core/time.ts';
import { retryCampaign } from '../../src/pipelines/retry.ts';
import { seededNumber } from '../support/seeded-campaign.ts';
import {
  createWorld,
  expectHonest,
  isOver,
  moveTo,
  recordsByNumber,
  runUntil,
  startCampaign,
  startProcess,
  storyOf,
  WORLD_SETTINGS,
  type World,
} from '../support/world.ts';

const ID = 'spring';

let world: World;
afterEach(() => world.close());

/** Times between the end of one dial of the number and the next dial. */
function gaps(number: string): number[] {
  const dials = world.simulator.ledger().filter((entry) => entry.number === number);
  return dials.slice(1).map((dial, at) => dial.at - (dials[at]?.endAt ?? 0));
}

describe('retries', () => {
  it('come after the delay of the first rule that fits, one delay per attempt, and stop when the attempts are spent', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: {
        ranges: [
          { prefix: seededNumber(1), byAttempt: ['busy'] },
          { prefix: seededNumber(2), byAttempt: ['notAnswer'] },
          { prefix: seededNumber(3), byAttempt: ['powerOff', 'ok'] },
        ],
      },
    });
    const process = startProcess(world);
    await startCampaign(world, ID, 3, {
      ...WORLD_SETTINGS,
      retry: {
        attemptsMax: 4,
        rules: [
          { on: ['busy'], after: '5m' },
          { on: ['no_answer', 'busy'], after: ['20m', '2h'] },
        ],
        otherwise: { after: ['1h'] },
      },
    });
    await runUntil(world, process, () => isOver(world, ID), { sweepEvery: HOUR });
    process.stop();
    const delays: Record<string, number[]> = {
      [seededNumber(1)]: [5, 5, 5],
      [seededNumber(2)]: [20, 120, 120],
      [seededNumber(3)]: [60],
    };
    for (const [number, minutes] of Object.entries(delays)) {
      const waited = gaps(number);
      expect(waited).toHaveLength(minutes.length);
      for (const [at, wanted] of minutes.entries()) {
        expect(waited[at]).toBeGreaterThanOrEqual(wanted * MINUTE);
        // The spread of a tenth, the gathering of batches, the time until a task is read, and the lead time.
        expect(waited[at]).toBeLessThanOrEqual(wanted * MINUTE * 1.1 + 4 * MINUTE);
      }
    }
    const records = await recordsByNumber(world, ID);
    expect(records.get(seededNumber(1))).toMatchObject({ attempts: 4, reason: 'attempts_exhausted' });
    expect(records.get(seededNumber(3))).toMatchObject({ attempts: 2, state: 'answered' });
    await expectHonest(world, ID);
  });

  it('are not made where a rule stops, or the number is dead', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: {
        ranges: [
          { prefix: seededNumber(1), byAttempt: ['userReject'] },
          { prefix: seededNumber(2), byAttempt: ['numberNotExist'] },
        ],
      },
    });
    const process = startProcess(world);
    await startCampaign(world, ID, 2, {
      ...WORLD_SETTINGS,
      retry: {
        attemptsMax: 5,
        rules: [{ on: ['user_reject'], stop: true }],
        otherwise: { after: ['5m'] },
      },
    });
    await runUntil(world, process, () => isOver(world, ID));
    process.stop();
    expect(world.simulator.summary().dials).toBe(2);
    for (const row of [1, 2]) {
      const story = await storyOf(world, ID, seededNumber(row));
      expect(story.at(-1)).toMatchObject({ to: 'unanswered', reason: 'stop_rule' });
    }
    await expectHonest(world, ID);
  });

  it('that two processes decide at the same time are decided once', async () => {
    world = await createWorld(inject('redisUrl'), { scenario: { outcomes: { notAnswer: 1 } } });
    const one = startProcess(world);
    const two = startProcess(world);
    await startCampaign(world, ID, 20);
    const missed = async () => (await world.store.counts(ID)).states.missed;
    world.queue.lose = (wake) => wake.queue === 'retry';
    await runUntil(world, one, async () => (await missed()) > 10, { sweepEvery: MINUTE });
    await Promise.all([one, two, one].map(({ deps }) => retryCampaign(deps, ID)));
    expect(await missed()).toBe(0);
    const story = await storyOf(world, ID, seededNumber(1));
    expect(story.filter((line) => line.reason === 'retry_scheduled')).toHaveLength(1);
    world.queue.lose = () => false;
    await runUntil(world, one, () => isOver(world, ID));
    one.stop();
    two.stop();
    await expectHonest(world, ID);
  });

  it('of a cancelled campaign are cancelled instead', async () => {
    world = await createWorld(inject('redisUrl'), { scenario: { outcomes: { notAnswer: 1 } } });
    const process = startProcess(world);
    await startCampaign(world, ID, 6);
    world.queue.lose = (wake) => wake.queue === 'retry';
    await runUntil(world, process, async () => (await world.store.counts(ID)).states.missed === 6);
    await moveTo(world, ID, 'cancelled');
    await retryCampaign(process.deps, ID);
    process.stop();
    expect(await world.store.counts(ID)).toMatchObject({ states: { cancelled: 6 }, attempts: 6 });
    await expectHonest(world, ID);
  });

  it('have one delayed wake-up for each due bucket, however many callees wait in it', async () => {
    world = await createWorld(inject('redisUrl'), { scenario: { outcomes: { busy: 1 } } });
    const process = startProcess(world);
    await startCampaign(world, ID, 40, { ...WORLD_SETTINGS, pacing: { calleesInFlightMax: 40 } });
    const buckets = new Set<number>();
    world.queue.lose = (wake) => {
      if ('dueBucket' in wake) buckets.add(wake.dueBucket);
      return false;
    };
    const waiting = async () => (await world.store.counts(ID)).states.pending_retry === 40;
    await runUntil(world, process, waiting, { sweepEvery: 10 * SECOND });
    process.stop();
    const due = await world.store.dueBuckets(ID);
    expect([...buckets].sort()).toEqual(due.map(({ bucket }) => bucket));
    expect(due.reduce((sum, { callees }) => sum + callees, 0)).toBe(40);
    expect(due.length).toBeLessThanOrEqual(3);
  });
});

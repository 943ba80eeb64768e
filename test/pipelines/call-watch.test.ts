import { afterEach, describe, expect, inject, it } from 'vitest';
import { statisticsOf } from '../../src/core/statistics.ts';
import { HOUR, MINUTE } from '../../src/core/time.ts';
import { ACTIONS } from '../../src/pipelines/actions.ts';
import {
  createWorld,
  expectHonest,
  isOver,
  requestsOf,
  runTo,
  runUntil,
  startCampaign,
  startProcess,
  WORLD_SETTINGS,
  type World,
} from '../support/world.ts';

const ID = 'spring';
const FIRST = '008602150000001';
const SECOND = '008602150000002';
const SWEEP = { sweepEvery: MINUTE };

let world: World;
afterEach(() => world.close());

/** From `afterMs` on, so many of the calls of a number are blocked by the carrier. */
function goingBad(number: string, afterMs: number, share = 1) {
  return { number, turns: [{ afterMs, share, outcomes: { carrierBlocked: 1 } }] };
}

describe('a burst of refused calls', () => {
  it('pauses the campaign with its evidence, and its live tasks at the provider; starting again forgets it', async () => {
    const numbers = [{ number: FIRST, turns: [{ afterMs: 0, outcomes: { carrierBlocked: 6, ok: 4 } }] }];
    world = await createWorld(inject('redisUrl'), { scenario: { numbers, channelsPerCaller: 2 } });
    const process = startProcess(world);
    await startCampaign(world, ID, 200, { ...WORLD_SETTINGS, breaker: { share: 0.3, calls: 20 } });
    const isPaused = async () => (await world.store.campaign(ID))?.state === 'paused';
    await runUntil(world, process, isPaused, SWEEP);
    const campaign = await world.store.campaign(ID);
    expect(campaign?.reason).toBe('breaker_carrier_blocked');
    const evidence = /^(\d+) of the last (\d+) calls \((\d+)%\) in 15 minutes .* on 008\*+01 \1 of \2\./.exec(
      campaign?.reasonText ?? '',
    );
    const [, refused = 0, calls = 0] = (evidence ?? []).map(Number);
    expect(calls).toBeGreaterThanOrEqual(20);
    expect(refused / calls).toBeGreaterThanOrEqual(0.3);
    expect((await world.store.trail(ID)).at(-1)).toMatchObject({ by: 'ringmaster', to: 'paused' });
    await runTo(world, process, world.clock.now() + 3 * MINUTE, SWEEP);
    expect(requestsOf(world, 'PauseAutoCalloutTask', 'OK')).toBeGreaterThan(0);
    const { dials } = world.simulator.summary();
    await runTo(world, process, world.clock.now() + 10 * MINUTE, SWEEP);
    expect(world.simulator.summary().dials).toBe(dials);
    await ACTIONS.start.run(process.deps, { campaignId: ID, by: 'mei' });
    expect((await world.store.recentTally(ID)).size).toBe(0);
    await runUntil(world, process, async () => world.simulator.summary().dials >= dials + 5, SWEEP);
    expect((await world.store.campaign(ID))?.state).toBe('running');
    process.stop();
  });

  it('is none where the breaker is off, or too few calls were refused', async () => {
    const numbers = [{ number: FIRST, turns: [{ afterMs: 0, outcomes: { carrierBlocked: 1, ok: 9 } }] }];
    world = await createWorld(inject('redisUrl'), { scenario: { numbers } });
    const process = startProcess(world);
    await startCampaign(world, ID, 80, { ...WORLD_SETTINGS, breaker: { share: 0.3, calls: 20 } });
    await startCampaign(world, 'off', 40, { ...WORLD_SETTINGS, breaker: 'off', callers: [FIRST] });
    const both = async () => (await isOver(world, ID)) && (await isOver(world, 'off'));
    await runUntil(world, process, both, SWEEP);
    process.stop();
    for (const id of [ID, 'off']) expect((await world.store.campaign(id))?.state).toBe('completed');
  });

  it('of one caller among several leaves only that one out, says so, and the campaign goes on', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: { numbers: [goingBad(FIRST, 3 * MINUTE), { number: SECOND }], outcomes: { ok: 1 } },
    });
    const process = startProcess(world);
    const goesBadAt = world.clock.now() + 3 * MINUTE;
    await startCampaign(world, ID, 500, {
      ...WORLD_SETTINGS,
      callers: [FIRST, SECOND],
      pacing: { calleesInFlightMax: 40, batchCalleesMax: 10 },
      retry: { attemptsMax: 3, rules: [{ on: ['carrier_blocked'], after: '10m', caller: 'other' }] },
    });
    await runUntil(world, process, () => isOver(world, ID), { ...SWEEP, stepsMax: 20_000 });
    process.stop();
    expect((await world.store.campaign(ID))?.state).toBe('completed');
    const trail = await world.store.trail(ID);
    expect(trail.filter(({ reason }) => reason === 'caller_left_out').length).toBeGreaterThan(0);
    expect(trail.some(({ to }) => to === 'paused')).toBe(false);
    const bad = world.simulator.ledger().filter(({ caller, at }) => caller === FIRST && at > goesBadAt);
    const all = world.simulator.summary().dials;
    // What was in flight when it went bad, and now and then a few that show whether it is well again.
    expect(bad.length).toBeLessThan(all / 4);
    await expectHonest(world, ID);
  }, 120_000);
});

describe('the tallies of a campaign', () => {
  it('add up to what was dialled: by hour, by attempt and disposition, and by caller', async () => {
    world = await createWorld(inject('redisUrl'), { scenario: { channelsPerCaller: 5 } });
    const process = startProcess(world);
    await startCampaign(world, ID, 60, { ...WORLD_SETTINGS, callers: [FIRST, SECOND] });
    await runUntil(world, process, () => isOver(world, ID), { sweepEvery: HOUR });
    process.stop();
    const { hours, byAttempt, callers } = statisticsOf(await world.store.tally(ID));
    const counts = await world.store.counts(ID);
    const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0);
    expect(sum(hours.map(({ attempts }) => attempts))).toBe(counts.attempts);
    expect(sum(hours.map(({ answered }) => answered))).toBe(counts.states.answered);
    expect(sum(byAttempt.flatMap(({ dispositions }) => Object.values(dispositions)))).toBe(counts.attempts);
    const dials = new Map<string, number>();
    for (const { caller } of world.simulator.ledger()) dials.set(caller, (dials.get(caller) ?? 0) + 1);
    expect(callers.map(({ caller, attempts }) => [[FIRST, SECOND][caller - 1], attempts])).toEqual(
      [FIRST, SECOND].map((number) => [number, dials.get(number)]),
    );
    const byHour = new Map<number, number>();
    for (const { at } of world.simulator.ledger()) {
      const hour = Math.floor(at / HOUR) * HOUR;
      byHour.set(hour, (byHour.get(hour) ?? 0) + 1);
    }
    expect(hours.map(({ at, attempts }) => [at, attempts])).toEqual([...byHour]);
  });
});

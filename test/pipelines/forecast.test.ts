import { afterEach, describe, expect, inject, it } from 'vitest';
import type { ScenarioInput } from '../../src/adapters/simulator/scenario.ts';
import { HOUR, SECOND } from '../../src/core/time.ts';
import { FORECAST_BOUNDS, type ForecastBounds } from '../../src/pipelines/forecast-facts.ts';
import { type PreflightDocument, preflight } from '../../src/pipelines/preflight.ts';
import { seededNumber } from '../support/seeded-campaign.ts';
import {
  createWorld,
  isOver,
  runUntil,
  startCampaign,
  startCampaignOf,
  startProcess,
  WORLD_BOUNDS,
  WORLD_SETTINGS,
  type World,
  type WorldProcess,
} from '../support/world.ts';

let world: World | undefined;
let process: WorldProcess | undefined;
afterEach(async () => {
  process?.stop();
  await world?.close();
});

/** How the numbers of these tests answer: 55 % of all calls, 3 % do not exist. */
const OUTCOMES = { ok: 55, notAnswer: 34, busy: 8, numberNotExist: 3 };
/** Means of what the scenario draws: setup, ring or no answer, talk. */
const ANSWERED_TIME = 2.5 * SECOND + 14 * SECOND + 47.5 * SECOND;
const MISSED_TIME = ((2.5 * 45 + 45 * 34) / 45) * SECOND;

const BOUNDS: ForecastBounds = {
  ...FORECAST_BOUNDS,
  batchGather: WORLD_BOUNDS.batchGather,
  lookIntervalMin: WORLD_BOUNDS.lookIntervalMin,
  lookIntervalMax: WORLD_BOUNDS.lookIntervalMax,
  assumptions: {
    answeredShare: 0.55,
    deadShare: 0.03,
    answeredTime: ANSWERED_TIME,
    missedTime: MISSED_TIME,
    channels: 30,
  },
};

async function openWorld(
  scenario: ScenarioInput,
): Promise<{ readonly world: World; readonly process: WorldProcess }> {
  world = await createWorld(inject('redisUrl'), {
    scenario: { outcomes: OUTCOMES, requestsPerSecond: 100_000, ...scenario },
  });
  // No request may time out by the real clock, however busy the machine is: that would move the campaign's.
  process = startProcess(world, { deadlineMs: 60_000 });
  return { world, process };
}

interface Run {
  readonly foretold: PreflightDocument['forecast'];
  readonly attempts: number;
  /** Both from the moment of the forecast, milliseconds. */
  readonly took: number;
  readonly expected: number;
}

/** Foretells, runs to the end, and tells both. */
async function foretellAndRun(
  world: World,
  process: WorldProcess,
  stepsMax: number,
  bounds = BOUNDS,
): Promise<Run> {
  const { forecast } = await preflight({ ...process.deps, forecast: bounds }, 'spring');
  const from = world.clock.now();
  const before = (await world.store.counts('spring')).attempts;
  // The sweep finds what was lost, and nothing is lost here.
  await runUntil(world, process, () => isOver(world, 'spring'), { stepsMax, sweepEvery: HOUR });
  const { attempts } = await world.store.counts('spring');
  const run = {
    foretold: forecast,
    attempts: attempts - before,
    took: world.clock.now() - from,
    expected: Date.parse(forecast.finishAt.expected) - from,
  };
  return run;
}

function expectClose({ foretold, attempts, took, expected }: Run): void {
  expect(Math.abs(foretold.attempts.expected - attempts) / attempts).toBeLessThan(0.1);
  expect(Math.abs(expected - took) / took).toBeLessThan(0.1);
  expect(attempts).toBeGreaterThanOrEqual(foretold.attempts.from);
  expect(attempts).toBeLessThanOrEqual(foretold.attempts.to);
}

describe('a forecast against what the campaign then does', { timeout: 240_000 }, () => {
  it('is within a tenth by what is assumed, with several attempts and channels that limit', async () => {
    const { world, process } = await openWorld({});
    const pacing = { calleesInFlightMax: 400, batchCalleesMax: 100, leadTime: '10s' };
    await startCampaign(world, 'spring', 3_000, { ...WORLD_SETTINGS, pacing });
    const run = await foretellAndRun(world, process, 40_000);
    expectClose(run);
    expect(run.foretold).toMatchObject({ callees: 3_000, limitedBy: 'channels', neverFit: 0, notReached: 0 });
  });

  it('is within a tenth by what was learnt in the first part, however wrong the assumptions were', async () => {
    const { world, process } = await openWorld({});
    const pacing = { calleesInFlightMax: 300, batchCalleesMax: 60, leadTime: '10s' };
    await startCampaign(world, 'spring', 1_500, { ...WORLD_SETTINGS, pacing });
    const called = async (): Promise<boolean> => (await world.store.counts('spring')).attempts >= 700;
    await runUntil(world, process, called, { stepsMax: 40_000, sweepEvery: HOUR });
    const assumptions = {
      ...BOUNDS.assumptions,
      answeredShare: 0.1,
      answeredTime: SECOND,
      missedTime: SECOND,
    };
    const run = await foretellAndRun(world, process, 40_000, { ...BOUNDS, assumptions });
    expectClose(run);
    expect(run.foretold.assumptions[0]?.text).toContain('of this campaign did');
  });

  it('is within a tenth where most rows end before they can be called', async () => {
    const caller = { number: '008602150000001', channels: 2 };
    const { world, process } = await openWorld({ numbers: [caller] });
    const notAfter = world.clock.now() + 2 * HOUR;
    const rows = Array.from({ length: 400 }, (_, at) => ({
      number: seededNumber(at + 1),
      limits: { notAfter },
    }));
    const pacing = { calleesInFlightMax: 100, batchCalleesMax: 20, leadTime: '10s' };
    await startCampaignOf(world, 'spring', rows, { ...WORLD_SETTINGS, callers: [caller], pacing });
    const run = await foretellAndRun(world, process, 40_000);
    expectClose(run);
    const { states } = await world.store.counts('spring');
    expect(Math.abs(run.foretold.notReached - states.expired)).toBeLessThan(30);
  });

  it('is within a tenth over days of short windows, with few channels and a cap that puts retries off', async () => {
    const { world, process } = await openWorld({ numbers: [{ number: '008602150000001', channels: 2 }] });
    const settings = {
      ...WORLD_SETTINGS,
      callers: [{ number: '008602150000001', channels: 2 }],
      windows: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '10:30', to: '11:30' }],
      caps: { perDay: 1 },
      pacing: { calleesInFlightMax: 100, batchCalleesMax: 20, leadTime: '10s' },
      endAt: '2026-12-20T00:00:00+08:00',
    };
    await startCampaign(world, 'spring', 300, settings);
    const run = await foretellAndRun(world, process, 40_000);
    expectClose(run);
    expect(run.foretold).toMatchObject({ limitedBy: 'caps', notReached: 0 });
  });
});

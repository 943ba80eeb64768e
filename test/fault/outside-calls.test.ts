import { afterEach, describe, expect, inject, it } from 'vitest';
import { HOUR, MINUTE } from '../../src/core/time.ts';
import { DeathError, type Fault, FaultPlan, FaultyRedis } from '../support/faulty-redis.ts';
import { faultyTelephony } from '../support/faulty-telephony.ts';
import {
  createWorld,
  expectHonest,
  isOver,
  runUntil,
  startCampaign,
  startProcess,
  type World,
  type WorldProcess,
} from '../support/world.ts';

const CALLEES = 3;
/** Rare, so that most of the outside calls are those of the work itself. */
const SWEEP_EVERY = 5 * MINUTE;
const SETTINGS = {
  name: 'Small',
  callers: ['008602150000001'],
  ivrId: 7,
  windows: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '00:00', to: '24:00' }],
  platformHours: 'off',
  retry: { attemptsMax: 2, otherwise: { after: ['10m'] } },
  pacing: { calleesInFlightMax: 4, batchCalleesMax: 2, leadTime: '10s' },
};

let world: World;
afterEach(() => world.close());

interface FaultyProcess extends WorldProcess {
  readonly plan: FaultPlan;
  readonly redis: FaultyRedis;
}

function startFaulty(at: number, fault: Fault, forGood: boolean): FaultyProcess {
  const plan = new FaultPlan(at, fault, forGood);
  const redis = new FaultyRedis(inject('redisUrl'), { maxRetriesPerRequest: 1 });
  redis.strike(plan);
  // What a dead process still wants to say is of no interest.
  redis.on('error', () => undefined);
  const process = startProcess(world, { redis, wrap: (telephony) => faultyTelephony(telephony, plan) });
  return { ...process, plan, redis };
}

/** A handler that fails is what a failed job is: the queue, or the sweep, brings the work again. */
async function runFaulty(process: FaultyProcess, stepsMax: number): Promise<void> {
  const until = world.clock.now() + 24 * HOUR;
  for (let round = 0; round < 50 && world.clock.now() < until; round += 1) {
    try {
      await runUntil(world, process, () => isOver(world, 'small'), { stepsMax, sweepEvery: SWEEP_EVERY });
      return;
    } catch (error) {
      if (error instanceof DeathError || process.plan.dead) return;
      if (!(error instanceof Error) || !/connection lost|not done after/.test(error.message)) throw error;
      if (error.message.startsWith('not done')) return;
      world.clock.advance(1_000);
    }
  }
}

/** Runs the campaign with the Nth outside call struck, then lets a healthy process finish. False: N was never reached. */
async function runStruck(at: number, fault: Fault, forGood: boolean): Promise<boolean> {
  world = await createWorld(inject('redisUrl'));
  await startCampaign(world, 'small', CALLEES, SETTINGS);
  const faulty = startFaulty(at, fault, forGood);
  await runFaulty(faulty, forGood ? 60 : 2_000);
  faulty.stop();
  faulty.redis.disconnect();
  const healthy = startProcess(world);
  await runUntil(world, healthy, () => isOver(world, 'small'), { sweepEvery: SWEEP_EVERY });
  healthy.stop();
  await expectHonest(world, 'small');
  expect((await world.store.campaign('small'))?.state).toBe('completed');
  return faulty.plan.struck;
}

/** Every N takes minutes: `npm run test:fault` does it. The usual run strikes every 11th, each fault from another start. */
const STRIDE = process.env.RINGMASTER_LONG === undefined ? 11 : 1;

describe.each([
  { name: 'fails once', fault: 'fails', forGood: false, first: 1 },
  { name: 'fails from then on', fault: 'fails', forGood: true, first: 3 },
  { name: 'loses its reply', fault: 'reply_lost', forGood: false, first: 5 },
  { name: 'is the last thing before the process dies', fault: 'dies_before', forGood: false, first: 7 },
  { name: 'is done as the process dies', fault: 'dies_after', forGood: false, first: 9 },
] as const)('when the Nth outside call $name', ({ fault, forGood, first }) => {
  it('nobody is dialled twice, nobody is lost, and the campaign completes', {
    timeout: 900_000,
  }, async () => {
    let at = STRIDE === 1 ? 1 : first;
    for (; ; at += STRIDE) {
      try {
        if (!(await runStruck(at, fault, forGood))) break;
      } catch (error) {
        throw new Error(`N = ${at}`, { cause: error });
      }
      await world.close();
    }
    // Fewer would mean that the fault never reached the calls that matter.
    expect(at).toBeGreaterThan(100);
  });
});

import { afterEach, describe, expect, inject, it } from 'vitest';
import { createRedisCallLedger } from '../../src/adapters/redis/call-ledger.ts';
import { createRedisStore } from '../../src/adapters/redis/store.ts';
import { createRedisSuppression } from '../../src/adapters/redis/suppression.ts';
import { MINUTE, SECOND } from '../../src/core/time.ts';
import { runAudit } from '../../src/pipelines/audit.ts';
import { dispatchCampaign } from '../../src/pipelines/dispatch.ts';
import { sweepTasks } from '../../src/pipelines/orphans.ts';
import { HandQueue } from '../support/hand-queue.ts';
import { callApi, SDK_APP_ID } from '../support/simulator.ts';
import { freshPrefix } from '../support/store.ts';
import {
  createWorld,
  expectHonest,
  isOver,
  moveTo,
  recordsByNumber,
  requestsOf,
  runUntil,
  startCampaign,
  startProcess,
  storyOf,
  WORLD_SETTINGS,
  type World,
} from '../support/world.ts';

const CREATE = 'CreateAutoCalloutTask';
const STOP = 'StopAutoCalloutTask';
const ID = 'spring';
/** Far shorter than the list is late: the first submission is judged absent although it exists. */
const HASTY = { quietPeriod: 5 * SECOND };

let world: World;
afterEach(() => world.close());

function numbersOf(callees: number): string[] {
  return Array.from({ length: callees }, (_, at) => String(8_613_800_000_001 + at));
}

/** Every session that the carrier dialled stands in the story of its callee, and is counted there. */
async function expectEveryDialKnown(callees: number): Promise<void> {
  const records = await recordsByNumber(world, ID);
  for (const number of numbersOf(callees)) {
    const dials = world.simulator.ledger().filter((entry) => entry.number === number && !entry.declined);
    const told = (await storyOf(world, ID, number)).flatMap((line) => line.calls ?? []);
    expect(told.map((call) => call.sessionId).sort()).toEqual(dials.map((dial) => dial.sessionId).sort());
    expect(records.get(number)?.attempts).toBe(dials.length);
  }
  expect((await world.store.counts(ID)).attempts).toBe(world.simulator.summary().dials);
  await expectHonest(world, ID, { orphans: true });
}

describe('a task that shows itself after its submission was judged absent', () => {
  it('is not made at all while the quiet period is longer than the list is late', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: {
        list: { lagMs: 25 * SECOND },
        faults: [{ kind: 'drop', commit: true, action: CREATE, calls: [1, 2] }],
      },
    });
    const process = startProcess(world, { bounds: { quietPeriod: 40 * SECOND } });
    await startCampaign(world, ID, 30);
    await runUntil(world, process, () => isOver(world, ID), { sweepEvery: 5 * SECOND });
    process.stop();
    expect(await world.store.orphans(ID)).toEqual([]);
    expect(requestsOf(world, STOP)).toBe(0);
    await expectHonest(world, ID);
  });

  it('is stopped before it rings where the lead time outlasts it, and is noted', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: {
        faults: [
          { kind: 'drop', commit: true, action: CREATE, calls: [1] },
          { kind: 'list_late', action: CREATE, calls: [1], forMs: 20 * SECOND },
        ],
      },
    });
    const process = startProcess(world, { bounds: HASTY });
    await startCampaign(world, ID, 5, {
      ...WORLD_SETTINGS,
      pacing: { ...WORLD_SETTINGS.pacing, leadTime: '60s' },
    });
    await runUntil(world, process, () => isOver(world, ID), { sweepEvery: 5 * SECOND });
    await sweepTasks(process.deps);
    process.stop();
    expect(requestsOf(world, STOP)).toBe(1);
    const [orphan, ...others] = await world.store.orphans(ID);
    expect(others).toEqual([]);
    expect(orphan).toMatchObject({ name: `${ID}.1.1`, settled: true });
    expect(world.simulator.ledger().some((entry) => entry.taskName === `${ID}.1.1`)).toBe(false);
    await expectHonest(world, ID);
  });

  it.each([
    ['while its callees wait or are called', 3],
    ['after its callees had spent all attempts', 1],
  ])('and had dialled gives its calls to the story of each callee: %s', async (_name, attemptsMax) => {
    world = await createWorld(inject('redisUrl'), {
      scenario: {
        outcomes: { notAnswer: 3, ok: 1 },
        faults: [{ kind: 'land_late', action: CREATE, calls: [1], delayMs: 60 * SECOND }],
      },
    });
    const process = startProcess(world, { bounds: HASTY });
    const retry = { attemptsMax, otherwise: { after: ['10m'] } };
    await startCampaign(world, ID, 5, { ...WORLD_SETTINGS, retry });
    const settled = async () => (await world.store.orphans(ID)).some((orphan) => orphan.settled);
    await runUntil(world, process, async () => (await settled()) && (await isOver(world, ID)), {
      sweepEvery: 20 * SECOND,
    });
    const late = world.simulator.ledger().filter((entry) => entry.taskName === `${ID}.1.1`);
    expect(late.length).toBe(5);
    await expectEveryDialKnown(5);
    // Looking again finds nothing new to count.
    await sweepTasks(process.deps);
    process.stop();
    await expectEveryDialKnown(5);
  });

  it.each([
    ['at once', 0],
    ['minutes later', 3 * MINUTE],
  ])(
    'and was only declined by the provider, which says so %s, costs its callees nothing',
    async (_name, delayMs) => {
      world = await createWorld(inject('redisUrl'), {
        scenario: {
          ranges: [{ prefix: '8613800000001', byAttempt: ['109', 'ok'] }],
          records: { delayMs },
          faults: [{ kind: 'land_late', action: CREATE, calls: [1], delayMs: 11 * SECOND }],
        },
      });
      const process = startProcess(world, { bounds: HASTY });
      await startCampaign(world, ID, 1);
      const settled = async () => (await world.store.orphans(ID)).some((orphan) => orphan.settled);
      await runUntil(world, process, async () => (await settled()) && (await isOver(world, ID)), {
        sweepEvery: 10 * SECOND,
      });
      process.stop();
      const calls = (await storyOf(world, ID, '8613800000001')).flatMap((line) => line.calls ?? []);
      expect(calls.filter(({ recordMissing }) => recordMissing)).toEqual([]);
      await expectHonest(world, ID);
    },
  );

  it('is stopped again on the next look when the order to stop was lost', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: {
        faults: [
          { kind: 'land_late', action: CREATE, calls: [1], delayMs: 12 * SECOND },
          { kind: 'drop', action: STOP, calls: [1, 2] },
        ],
      },
    });
    const process = startProcess(world, { bounds: HASTY });
    await startCampaign(world, ID, 3, {
      ...WORLD_SETTINGS,
      pacing: { ...WORLD_SETTINGS.pacing, leadTime: '5m' },
    });
    await runUntil(world, process, () => isOver(world, ID), { sweepEvery: 5 * SECOND });
    await sweepTasks(process.deps);
    process.stop();
    expect(requestsOf(world, STOP, 'fault:drop')).toBe(2);
    expect(requestsOf(world, STOP, 'OK')).toBe(1);
    expect((await world.store.orphans(ID))[0]?.settled).toBe(true);
    await expectHonest(world, ID);
  });
});

describe('a task on the list', () => {
  it.each([
    ['that no name of ours', 'Somebody else'],
    ['of a campaign we do not have', 'autumn.1.1'],
    ['of a batch we do not have, with callees that we do not have either', `${ID}.77.1`],
  ])('%s is left alone', async (_name, name) => {
    world = await createWorld(inject('redisUrl'));
    const process = startProcess(world);
    const now = world.clock.now();
    await callApi(
      world.simulator.url,
      CREATE,
      {
        SdkAppId: SDK_APP_ID,
        Name: name,
        NotBefore: Math.floor(now / SECOND) + 3_600,
        Callees: ['008613900000001'],
        Callers: ['008602150000001'],
        IvrId: 7,
      },
      { now },
    );
    await startCampaign(world, ID, 2);
    await runUntil(world, process, () => isOver(world, ID), { sweepEvery: 5 * SECOND });
    await sweepTasks(process.deps);
    process.stop();
    expect(requestsOf(world, STOP)).toBe(0);
    // What is not ours is known from then on, and read no more.
    expect((await world.store.orphans(ID)).every(({ settled }) => settled)).toBe(true);
    expect(requestsOf(world, 'DescribeAutoCalloutTask')).toBeLessThan(10);
    await expectHonest(world, ID);
  });

  it('in doubt is adopted early when the sweep sees its name first', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: {
        faults: [
          { kind: 'drop', commit: true, action: CREATE, calls: [1] },
          { kind: 'list_late', action: CREATE, calls: [1], forMs: 3 * SECOND },
        ],
      },
    });
    const process = startProcess(world);
    await startCampaign(world, ID, 3);
    await dispatchCampaign(process.deps, ID);
    await dispatchCampaign(process.deps, ID);
    expect((await world.store.batch(ID, 1))?.state).toBe('uncertain');
    world.clock.advance(5 * SECOND);
    await sweepTasks(process.deps);
    expect(requestsOf(world, STOP)).toBe(0);
    const began = world.clock.now();
    await runUntil(world, process, async () => (await world.store.batch(ID, 1))?.state === 'active', {
      sweepEvery: MINUTE,
    });
    expect(world.clock.now() - began).toBeLessThan(SECOND);
    await runUntil(world, process, () => isOver(world, ID));
    process.stop();
    await expectHonest(world, ID);
  });
});

describe('two installations that run a campaign of one name in one account', () => {
  /** As our world, with a store of its own: the same provider, the same list. */
  function elsewhere(): World {
    const prefix = freshPrefix();
    return {
      ...world,
      prefix,
      store: createRedisStore(world.redis, { prefix }),
      suppression: createRedisSuppression(world.redis, { prefix }),
      ledger: createRedisCallLedger(world.redis, { prefix }),
      queue: new HandQueue(),
    };
  }

  it("stop none of each other's tasks: each says so once, and calls nobody until a person has looked", async () => {
    world = await createWorld(inject('redisUrl'), { scenario: { outcomes: { ok: 1 } } });
    const other = elsewhere();
    const processes = [startProcess(world), startProcess(other)] as const;
    await startCampaign(world, ID, 5);
    await startCampaign(other, ID, 5);
    await dispatchCampaign(processes[0].deps, ID);
    await dispatchCampaign(processes[1].deps, ID);
    for (const { deps } of processes) await sweepTasks(deps);
    expect(requestsOf(world, STOP)).toBe(0);
    for (const { store } of [world, other]) {
      const campaign = await store.campaign(ID);
      expect(campaign).toMatchObject({ state: 'blocked', reason: 'task_foreign' });
      expect(campaign?.reasonText).toContain('another name');
      expect((await store.batch(ID, 1))?.state).toBe('active');
    }
    await moveTo(world, ID, 'running');
    await sweepTasks(processes[0].deps);
    expect((await world.store.campaign(ID))?.state).toBe('running');
    await runUntil(world, processes[0], () => isOver(world, ID));
    for (const process of processes) process.stop();
    expect(requestsOf(world, STOP)).toBe(0);
    expect((await world.store.counts(ID)).attempts).toBe(5);
    expect((await runAudit({ store: world.store }, ID)).violations).toEqual([]);
  });

  it("take none of each other's tasks for a submission in doubt, though its name is the same", async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: {
        outcomes: { ok: 1 },
        faults: [{ kind: 'drop', action: CREATE, calls: [2] }],
      },
    });
    const other = elsewhere();
    const theirs = startProcess(other);
    await startCampaign(other, ID, 5);
    await dispatchCampaign(theirs.deps, ID);
    const ours = startProcess(world);
    await startCampaign(world, ID, 5);
    await dispatchCampaign(ours.deps, ID);
    expect((await world.store.batch(ID, 1))?.state).toBe('uncertain');
    await dispatchCampaign(ours.deps, ID);
    expect((await world.store.batch(ID, 1))?.state).toBe('uncertain');
    expect((await world.store.campaign(ID))?.reason).toBe('task_foreign');
    await runUntil(other, theirs, () => isOver(other, ID));
    await moveTo(world, ID, 'running');
    await runUntil(world, ours, () => isOver(world, ID));
    ours.stop();
    theirs.stop();
    expect(world.simulator.snapshot().tasks.map(({ name }) => name)).toEqual([`${ID}.1.1`, `${ID}.1.2`]);
    expect((await world.store.counts(ID)).states.answered).toBe(5);
    expect((await runAudit({ store: world.store }, ID)).violations).toEqual([]);
  });
});

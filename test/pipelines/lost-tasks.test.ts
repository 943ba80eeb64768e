import { afterEach, describe, expect, inject, it } from 'vitest';
import { campaignKeys } from '../../src/adapters/redis/keys.ts';
import { HOUR, SECOND } from '../../src/core/time.ts';
import { runAudit } from '../../src/pipelines/audit.ts';
import { dispatchCampaign } from '../../src/pipelines/dispatch.ts';
import { sweepTasks } from '../../src/pipelines/orphans.ts';
import {
  createWorld,
  expectHonest,
  isOver,
  moveTo,
  requestsOf,
  runUntil,
  startCampaign,
  startProcess,
  storyOf,
  WORLD_BOUNDS,
  WORLD_SETTINGS,
  type World,
} from '../support/world.ts';

const ID = 'spring';
const CREATE = 'CreateAutoCalloutTask';

let world: World;
afterEach(() => world.close());

/** Remembers what Redis holds; the function that it gives puts all of it back, as a restart does that lost writes. */
async function rememberStore(): Promise<() => Promise<void>> {
  const keys = await world.redis.keys(`*${world.prefix}*`);
  const held = await Promise.all(keys.map(async (key) => [key, await world.redis.dumpBuffer(key)] as const));
  return async () => {
    const now = await world.redis.keys(`*${world.prefix}*`);
    if (now.length > 0) await world.redis.del(...now);
    for (const [key, value] of held) await world.redis.restore(key, 0, value);
  };
}

describe('a task whose batch the store has lost', () => {
  it('blocks the campaign and is taken back: nobody in it is called twice, and every call is counted', async () => {
    world = await createWorld(inject('redisUrl'), { scenario: { outcomes: { notAnswer: 1, ok: 2 } } });
    const process = startProcess(world);
    await startCampaign(world, ID, 50);
    const lose = await rememberStore();
    await dispatchCampaign(process.deps, ID);
    expect(requestsOf(world, CREATE)).toBe(3);
    await lose();
    expect((await world.store.counts(ID)).states.initial).toBe(50);
    await sweepTasks(process.deps);
    const blocked = await world.store.campaign(ID);
    expect(blocked).toMatchObject({ state: 'blocked', reason: 'task_unknown', batchNext: 4 });
    expect(blocked?.reasonText).toContain('campaign start spring');
    expect((await world.store.counts(ID)).states).toMatchObject({ initial: 0, calling: 50 });
    expect((await runAudit({ store: world.store }, ID)).violations).toEqual([]);
    await dispatchCampaign(process.deps, ID);
    expect(requestsOf(world, CREATE)).toBe(3);
    await moveTo(world, ID, 'running');
    await runUntil(world, process, () => isOver(world, ID));
    process.stop();
    const story = await storyOf(world, ID, '8613800000001');
    expect(story.slice(0, 2)).toMatchObject([
      { reason: 'claimed', facts: { task: 'spring.1.1' } },
      { reason: 'task_adopted' },
    ]);
    await expectHonest(world, ID);
  });

  it('is taken back also where it has ended meanwhile, before any of its callees is called again', async () => {
    world = await createWorld(inject('redisUrl'), { scenario: { outcomes: { ok: 1 } } });
    const process = startProcess(world);
    await startCampaign(world, ID, 10);
    const lose = await rememberStore();
    await dispatchCampaign(process.deps, ID);
    await lose();
    world.clock.advance(HOUR);
    await sweepTasks(process.deps);
    await moveTo(world, ID, 'running');
    await runUntil(world, process, () => isOver(world, ID));
    process.stop();
    expect(requestsOf(world, CREATE)).toBe(1);
    expect((await world.store.counts(ID)).states.answered).toBe(10);
    await expectHonest(world, ID);
  });

  it('does not let a later batch have its number, in whatever order such tasks are found', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: { faults: [{ kind: 'list_late', action: CREATE, calls: [1], forMs: 60 * SECOND }] },
    });
    const process = startProcess(world);
    await startCampaign(world, ID, 40);
    const lose = await rememberStore();
    await dispatchCampaign(process.deps, ID);
    await lose();
    await sweepTasks(process.deps);
    expect((await world.store.campaign(ID))?.batchNext).toBe(3);
    world.clock.advance(90 * SECOND);
    await sweepTasks(process.deps);
    expect((await world.store.campaign(ID))?.batchNext).toBe(3);
    expect((await world.store.openBatches(ID)).map(({ id }) => id).sort()).toEqual([1, 2]);
    await moveTo(world, ID, 'running');
    await runUntil(world, process, () => isOver(world, ID));
    process.stop();
    await expectHonest(world, ID);
  });

  it('of an earlier campaign of the same name is left alone', async () => {
    world = await createWorld(inject('redisUrl'), { scenario: { outcomes: { ok: 1 } } });
    const process = startProcess(world);
    await startCampaign(world, ID, 3);
    await runUntil(world, process, () => isOver(world, ID));
    const keys = await world.redis.keys(`*${world.prefix}*`);
    await world.redis.del(...keys);
    world.clock.advance(HOUR);
    const now = world.clock.now();
    await world.store.createCampaign(ID, WORLD_SETTINGS, now);
    await moveTo(world, ID, 'running');
    await sweepTasks(process.deps);
    process.stop();
    expect((await world.store.campaign(ID))?.state).toBe('running');
  });
});

describe('a server that was restarted', () => {
  /** As a restart does: what it is known by is another, and its last writes may be lost. */
  async function restart(): Promise<void> {
    const { server } = campaignKeys(world.prefix, ID);
    await world.redis.hset(server, 'compared', 'the one before');
  }

  it('and lost a claim and its submission lets nobody be called again before the provider was asked', async () => {
    world = await createWorld(inject('redisUrl'), { scenario: { outcomes: { ok: 1 } } });
    const process = startProcess(world);
    await startCampaign(world, ID, 50);
    const lose = await rememberStore();
    await dispatchCampaign(process.deps, ID);
    await lose();
    await restart();
    await dispatchCampaign(process.deps, ID);
    expect(requestsOf(world, CREATE)).toBe(3);
    await runUntil(world, process, async () => (await world.store.campaign(ID))?.state === 'blocked');
    await moveTo(world, ID, 'running');
    await runUntil(world, process, () => isOver(world, ID));
    process.stop();
    expect(requestsOf(world, CREATE)).toBe(3);
    await expectHonest(world, ID);
  });

  it('and lost the submission of a batch that it kept takes it back, and the campaign goes on', async () => {
    world = await createWorld(inject('redisUrl'), { scenario: { outcomes: { ok: 1 } } });
    const process = startProcess(world);
    await startCampaign(world, ID, 10);
    let lose = async (): Promise<void> => {};
    const { store } = process.deps;
    // Between the claim and what is written of its submission.
    const apply: typeof store.apply = async (id, change) => {
      if (change.name === 'submit_batch') lose = await rememberStore();
      return store.apply(id, change);
    };
    await dispatchCampaign({ ...process.deps, store: { ...store, apply } }, ID);
    await lose();
    await restart();
    expect(await world.store.batch(ID, 1)).toMatchObject({ state: 'planned', submissions: 0 });
    await runUntil(world, process, () => isOver(world, ID), { sweepEvery: 20 * SECOND });
    process.stop();
    expect(requestsOf(world, CREATE)).toBe(1);
    expect((await world.store.campaign(ID))?.state).toBe('completed');
    await expectHonest(world, ID);
  });

  it('holds nobody up for ever over a task that has ended and can never be read: that is told once', async () => {
    world = await createWorld(inject('redisUrl'), { scenario: { outcomes: { ok: 1 } } });
    const invalid = { kind: 'invalid' as const, code: 'InvalidParameterValue', message: '' };
    const strange = {
      taskId: 99,
      name: `${ID}.77.1`,
      state: 'terminated' as const,
      stateCode: 4,
      calleesTotal: 1,
    };
    const process = startProcess(world, {
      wrap: (real) => ({
        ...real,
        describeTask: async (id) => (id === 99 ? { ok: false, failure: invalid } : real.describeTask(id)),
        async listTasks(page, options) {
          const result = await real.listTasks(page, options);
          if (!result.ok) return result;
          const { tasks, tasksTotal } = result.value;
          return { ok: true, value: { tasks: [...tasks, strange], tasksTotal: tasksTotal + 1 } };
        },
      }),
    });
    await startCampaign(world, ID, 3);
    await restart();
    await runUntil(world, process, async () => (await world.store.campaign(ID))?.state === 'blocked');
    await moveTo(world, ID, 'running');
    await runUntil(world, process, () => isOver(world, ID));
    process.stop();
    await expectHonest(world, ID);
  });

  it('is asked about once, a quiet period later, and no more', async () => {
    world = await createWorld(inject('redisUrl'), { scenario: { outcomes: { ok: 1 } } });
    const process = startProcess(world);
    await startCampaign(world, ID, 10);
    await restart();
    const asked = () => [requestsOf(world, 'DescribeAutoCalloutTasks'), requestsOf(world, CREATE)];
    await dispatchCampaign(process.deps, ID);
    world.clock.advance(WORLD_BOUNDS.quietPeriod - SECOND);
    await dispatchCampaign(process.deps, ID);
    expect(asked()).toEqual([0, 0]);
    world.clock.advance(SECOND);
    await dispatchCampaign(process.deps, ID);
    expect(asked()).toEqual([1, 1]);
    await dispatchCampaign(process.deps, ID);
    process.stop();
    expect(asked()).toEqual([1, 1]);
  });
});

import { afterEach, describe, expect, inject, it } from 'vitest';
import { RETURNS_MAX, TASK_OVERDUE_MAX } from '../../src/core/limits.ts';
import { HOUR, MINUTE, SECOND } from '../../src/core/time.ts';
import { dispatchCampaign } from '../../src/pipelines/dispatch.ts';
import { pollCampaign } from '../../src/pipelines/poll.ts';
import type { TaskReading, Telephony } from '../../src/ports/telephony.ts';
import { seededNumber } from '../support/seeded-campaign.ts';
import {
  createWorld,
  expectHonest,
  isOver,
  moveTo,
  recordsByNumber,
  requestsOf,
  runTo,
  runUntil,
  runWake,
  startCampaign,
  startProcess,
  storyOf,
  WORLD_SETTINGS,
  type World,
} from '../support/world.ts';

const ID = 'spring';
const DESCRIBE = 'DescribeAutoCalloutTask';
const RECORDS = 'DescribeTelCdr';

let world: World;
afterEach(() => world.close());

async function states(): Promise<Record<string, number>> {
  return (await world.store.counts(ID)).states;
}

/** Lets a process end the campaign and judges it. */
async function finish(): Promise<void> {
  const process = startProcess(world);
  await runUntil(world, process, () => isOver(world, ID), { sweepEvery: 20 * MINUTE });
  process.stop();
  await expectHonest(world, ID);
}

/** A telephony whose readings of tasks are changed on their way. */
function reread(change: (reading: TaskReading) => TaskReading): (real: Telephony) => Telephony {
  return (real) => ({
    ...real,
    async describeTask(taskId) {
      const result = await real.describeTask(taskId);
      return result.ok ? { ok: true, value: change(result.value) } : result;
    },
  });
}

describe('the control of live tasks', () => {
  it('a pause places nothing further and pauses live tasks at the provider; a resume goes on with them', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: { channelsPerCaller: 1, outcomes: { ok: 1 } },
    });
    const process = startProcess(world);
    await startCampaign(world, ID, 25, {
      ...WORLD_SETTINGS,
      pacing: { calleesInFlightMax: 10, batchCalleesMax: 10 },
    });
    await runTo(world, process, world.clock.now() + 2 * MINUTE);
    await moveTo(world, ID, 'paused');
    const paused = world.clock.now();
    const creates = requestsOf(world, 'CreateAutoCalloutTask');
    await runTo(world, process, paused + 2 * HOUR, { sweepEvery: 10 * MINUTE });
    expect(requestsOf(world, 'CreateAutoCalloutTask')).toBe(creates);
    expect(requestsOf(world, 'PauseAutoCalloutTask', 'OK')).toBe(1);
    expect(world.simulator.snapshot().tasks.map((task) => task.state)).toContain(5);
    expect(world.simulator.ledger().every((entry) => entry.at <= paused)).toBe(true);
    await moveTo(world, ID, 'running');
    await runTo(world, process, world.clock.now() + SECOND);
    expect(requestsOf(world, 'ResumeAutoCalloutTask', 'OK')).toBe(1);
    process.stop();
    await finish();
    expect(world.simulator.summary().dials).toBe(25);
  });

  it('a task that was accepted just after the pause is paused before it rings', async () => {
    world = await createWorld(inject('redisUrl'));
    const process = startProcess(world, {
      wrap: (real) => ({
        ...real,
        async createTask(order) {
          const result = await real.createTask(order);
          // The pause finds no task yet, so its own wake-up comes to nothing.
          await moveTo(world, ID, 'paused');
          while (world.queue.take(Number.POSITIVE_INFINITY) !== undefined);
          return result;
        },
      }),
    });
    await startCampaign(world, ID, 5);
    await dispatchCampaign(process.deps, ID);
    const next = world.queue.take(world.clock.now());
    expect(next).toMatchObject({ queue: 'poll', campaignId: ID });
    if (next !== undefined) await runWake(process.deps, next);
    expect(requestsOf(world, 'PauseAutoCalloutTask', 'OK')).toBe(1);
    await runTo(world, process, world.clock.now() + 10 * MINUTE, { sweepEvery: MINUTE });
    expect(world.simulator.summary().dials).toBe(0);
    process.stop();
    await moveTo(world, ID, 'running');
    await finish();
  });

  it('a cancel stops live tasks, follows them to their end, and everybody ends as cancelled or called', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: { channelsPerCaller: 2, outcomes: { ok: 1, notAnswer: 1 } },
    });
    const process = startProcess(world);
    await startCampaign(world, ID, 40, {
      ...WORLD_SETTINGS,
      pacing: { calleesInFlightMax: 20, batchCalleesMax: 10 },
    });
    await runTo(world, process, world.clock.now() + 5 * MINUTE);
    await moveTo(world, ID, 'cancelled');
    const cancelled = world.clock.now();
    await runUntil(world, process, () => isOver(world, ID), { sweepEvery: 5 * SECOND });
    process.stop();
    expect(world.simulator.ledger().every((entry) => entry.at <= cancelled)).toBe(true);
    const { accepted, states } = await world.store.counts(ID);
    expect(states.cancelled).toBeGreaterThan(10);
    expect(states.answered).toBeGreaterThan(0);
    expect(states.answered + states.unanswered + states.cancelled).toBe(accepted);
    expect((await world.store.campaign(ID))?.state).toBe('cancelled');
    expect(await world.store.openBatches(ID)).toEqual([]);
    await expectHonest(world, ID);
  });

  it.each(['paused', 'cancelled'] as const)(
    'a task that the provider forgot is found out also when the campaign is %s',
    async (state) => {
      world = await createWorld(inject('redisUrl'));
      const process = startProcess(world);
      await startCampaign(world, ID, 3);
      await dispatchCampaign(process.deps, ID);
      world.simulator.setFaults([{ kind: 'vanish', action: '*', calls: [1] }]);
      await moveTo(world, ID, state);
      await runTo(world, process, world.clock.now() + 5 * MINUTE, { sweepEvery: 10 * SECOND });
      process.stop();
      const held = await states();
      expect(held.calling).toBe(0);
      const [, , parked] = await storyOf(world, ID, seededNumber(1));
      expect(parked).toMatchObject({ to: 'needs_attention', reason: 'task_vanished' });
      await expectHonest(world, ID);
    },
  );
});

describe('an order to a task whose answer is lost', () => {
  it('is given again also where the campaign wants by then what it wanted before', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: {
        outcomes: { ok: 1 },
        faults: [{ kind: 'drop', commit: true, action: 'PauseAutoCalloutTask', calls: [1] }],
      },
    });
    const process = startProcess(world);
    await startCampaign(world, ID, 3);
    await dispatchCampaign(process.deps, ID);
    await moveTo(world, ID, 'paused');
    await pollCampaign(process.deps, ID);
    expect(world.simulator.snapshot().tasks.map(({ state }) => state)).toEqual([5]);
    expect((await world.store.batch(ID, 1))?.control).toBe('unsure');
    await moveTo(world, ID, 'running');
    const began = world.clock.now();
    await runUntil(world, process, () => isOver(world, ID));
    process.stop();
    expect(world.clock.now() - began).toBeLessThan(10 * MINUTE);
    await expectHonest(world, ID);
  });
});

describe('a task past its end', () => {
  it('that somebody paused is stopped, and its callees are called in the next window at no cost', async () => {
    world = await createWorld(inject('redisUrl'), { scenario: { outcomes: { ok: 1 } } });
    let stops = 0;
    const wrap = (real: Telephony): Telephony => ({
      ...reread((reading) =>
        reading.name !== `${ID}.1.1`
          ? reading
          : {
              ...reading,
              ...(stops === 0
                ? { state: 'paused' as const, stateCode: 5 }
                : { state: 'terminated' as const, stateCode: 4 }),
              callees: reading.callees.map((callee) => ({
                ...{ ...callee, state: 'initial' as const, stateCode: 0, sessionIds: [] },
              })),
            },
      )(real),
      stopTask(taskId) {
        stops += 1;
        return real.stopTask(taskId);
      },
    });
    const process = startProcess(world, { wrap });
    await startCampaign(world, ID, 3, {
      ...WORLD_SETTINGS,
      windows: [{ days: ['mon', 'tue', 'wed'], from: '10:00', to: '10:30' }],
    });
    await dispatchCampaign(process.deps, ID);
    // Somebody paused it at the provider before it rang.
    await process.deps.telephony.pauseTask((await world.store.batch(ID, 1))?.taskId ?? 0);
    await runUntil(world, process, () => isOver(world, ID), { sweepEvery: HOUR });
    process.stop();
    expect(stops).toBe(1);
    expect((await states()).answered).toBe(3);
    const reasons = (await storyOf(world, ID, seededNumber(1))).map(({ reason }) => reason);
    expect(reasons.slice(2, 4)).toEqual(['rules_narrowed', 'claimed']);
    await expectHonest(world, ID);
  });
});

describe('a task whose look fails every time', () => {
  it('keeps no younger one from being read', async () => {
    world = await createWorld(inject('redisUrl'), { scenario: { outcomes: { ok: 1 } } });
    const real = startProcess(world);
    await startCampaign(world, ID, 40);
    await dispatchCampaign(real.deps, ID);
    const { store } = real.deps;
    const batchCallees: typeof store.batchCallees = (id, batch) =>
      batch === 1 ? Promise.reject(new Error('broken on purpose')) : store.batchCallees(id, batch);
    const deps = { ...real.deps, store: { ...store, batchCallees } };
    world.clock.advance(10 * MINUTE);
    await expect(pollCampaign(deps, ID)).rejects.toThrow('broken on purpose');
    real.stop();
    expect(await states()).toMatchObject({ calling: 20, answered: 20 });
  });
});

describe('readings that say odd things', () => {
  it('callees that are listed twice are taken for one each, with the calls of both', async () => {
    world = await createWorld(inject('redisUrl'));
    const process = startProcess(world, {
      wrap: reread((reading) => ({
        ...reading,
        callees: [
          ...reading.callees,
          ...reading.callees.map((callee) => ({
            ...{ ...callee, state: 'initial' as const, stateCode: 0, sessionIds: [] },
          })),
        ],
      })),
    });
    await startCampaign(world, ID, 6);
    await runUntil(world, process, () => isOver(world, ID));
    process.stop();
    await expectHonest(world, ID);
  });

  it.each([0, 1, 2, 3, 4, 5])(
    'a task that once reports state %i is followed to its end all the same',
    async (value) => {
      world = await createWorld(inject('redisUrl'), {
        scenario: {
          faults: [{ kind: 'unknown_enum', field: 'task_state', value, action: DESCRIBE, calls: [1] }],
        },
      });
      const process = startProcess(world);
      // All six are dialled at once, so that even an early "completed" leaves nobody undialled.
      await startCampaign(world, ID, 6);
      await runUntil(world, process, () => isOver(world, ID));
      process.stop();
      await expectHonest(world, ID);
    },
  );

  it('a task in a state nobody knows is read until its callees are over', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: { faults: [{ kind: 'unknown_enum', field: 'task_state', action: DESCRIBE, probability: 1 }] },
    });
    const process = startProcess(world);
    await startCampaign(world, ID, 6);
    await runUntil(world, process, () => isOver(world, ID));
    process.stop();
    await expectHonest(world, ID);
  });

  it('a task that will not say that it is over is stopped, and who is left in it is given to a person', async () => {
    world = await createWorld(inject('redisUrl'), { scenario: { outcomes: { ok: 1 } } });
    const process = startProcess(world, {
      wrap: reread((reading) => ({
        ...reading,
        state: 'unknown',
        stateCode: 99,
        callees: reading.callees.map((callee, at) =>
          at === 0 ? { ...callee, state: 'initial', stateCode: 0, sessionIds: [] } : callee,
        ),
      })),
    });
    await startCampaign(world, ID, 3, {
      ...WORLD_SETTINGS,
      windows: [{ days: ['mon'], from: '10:00', to: '10:30' }],
    });
    await runTo(world, process, world.clock.now() + 30 * MINUTE + TASK_OVERDUE_MAX + 3 * HOUR, {
      sweepEvery: HOUR,
    });
    process.stop();
    const held = await states();
    expect([held.answered, held.needs_attention]).toEqual([2, 1]);
    expect((await storyOf(world, ID, seededNumber(1))).at(-1)).toMatchObject({
      reason: 'unknown_provider_state',
      facts: { taskState: 99 },
    });
    expect(requestsOf(world, 'StopAutoCalloutTask')).toBe(1);
  });

  it('callees in a state nobody knows are given to a person, and their dials are counted', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: {
        faults: [{ kind: 'unknown_enum', field: 'callee_state', action: DESCRIBE, probability: 1 }],
      },
    });
    const process = startProcess(world);
    await startCampaign(world, ID, 5);
    await runUntil(world, process, async () => (await states()).needs_attention === 5);
    process.stop();
    expect((await storyOf(world, ID, seededNumber(2))).at(-1)).toMatchObject({
      reason: 'unknown_provider_state',
      facts: { calleeState: 99 },
      attempts: 1,
    });
    await expectHonest(world, ID);
  });

  it('end codes nobody knows are kept and retried as missed calls', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: {
        outcomes: { notAnswer: 1 },
        faults: [{ kind: 'unknown_enum', field: 'end_status', value: 777, action: RECORDS, probability: 1 }],
      },
    });
    const process = startProcess(world);
    await startCampaign(world, ID, 4);
    await runUntil(world, process, () => isOver(world, ID));
    process.stop();
    const calls = (await storyOf(world, ID, seededNumber(1))).flatMap((line) => line.calls ?? []);
    expect(calls.map((call) => call.endStatus)).toEqual([777, 777, 777]);
    await expectHonest(world, ID);
  });

  it('lists that come as null prove nothing: nobody is parked, lost or called again', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: {
        faults: [
          { kind: 'null_arrays', all: true, action: DESCRIBE, probability: 0.5 },
          { kind: 'null_arrays', all: true, action: RECORDS, probability: 0.5 },
          { kind: 'null_arrays', all: true, action: 'DescribeAutoCalloutTasks', probability: 0.5 },
          { kind: 'drop', commit: true, action: 'CreateAutoCalloutTask', calls: [1, 3] },
        ],
      },
    });
    const process = startProcess(world);
    await startCampaign(world, ID, 12);
    await runUntil(world, process, () => isOver(world, ID));
    process.stop();
    expect((await states()).needs_attention).toBe(0);
    await expectHonest(world, ID);
  });

  it.each(['as_sent', 'zeros', 'plus'] as const)(
    'numbers are recognised however they are echoed: %s',
    async (numberEcho) => {
      world = await createWorld(inject('redisUrl'), { scenario: { numberEcho } });
      await startCampaign(world, ID, 4);
      await finish();
      expect((await states()).needs_attention).toBe(0);
    },
  );

  it('a callee that the task does not list is given to a person; the others are not held up', async () => {
    world = await createWorld(inject('redisUrl'), { scenario: { outcomes: { ok: 1 } } });
    const process = startProcess(world, {
      wrap: reread((reading) => ({ ...reading, callees: reading.callees.slice(1) })),
    });
    await startCampaign(world, ID, 4);
    await runUntil(world, process, async () => (await states()).answered === 3);
    process.stop();
    expect((await storyOf(world, ID, seededNumber(1))).at(-1)?.reason).toBe('callee_missing_in_task');
  });
});

describe('a task that the provider no longer shows', () => {
  it('is believed gone only after a clean reading of the whole list', async () => {
    world = await createWorld(inject('redisUrl'));
    const process = startProcess(world);
    await startCampaign(world, ID, 3);
    await dispatchCampaign(process.deps, ID);
    world.simulator.setFaults([
      { kind: 'vanish', action: DESCRIBE, calls: [1] },
      { kind: 'refuse', code: 'InternalError', action: 'DescribeAutoCalloutTasks', probability: 1 },
    ]);
    await runTo(world, process, world.clock.now() + 5 * MINUTE);
    expect((await states()).calling).toBe(3);
    world.simulator.setFaults([]);
    await runUntil(world, process, async () => (await states()).needs_attention === 3);
    process.stop();
    expect((await storyOf(world, ID, seededNumber(1))).at(-1)).toMatchObject({
      reason: 'task_vanished',
      facts: { code: 'InvalidParameterValue' },
    });
    // It had dialled, but nobody can be told how often: that is what a person is asked to find out.
    await expectHonest(world, ID, { dialsUnknown: true });
  });

  it('yet, as one that was just made, is not taken for gone', async () => {
    world = await createWorld(inject('redisUrl'), { scenario: { outcomes: { ok: 1 } } });
    const shownAt = world.clock.now() + 20 * SECOND;
    const isShown = () => world.clock.now() >= shownAt;
    const unknown = {
      ...{ ok: false as const, failure: { kind: 'invalid' as const, code: 'ResourceNotFound', message: '' } },
    };
    const process = startProcess(world, {
      wrap: (real) => ({
        ...real,
        describeTask: async (id) => (isShown() ? real.describeTask(id) : unknown),
        pauseTask: async (id) => (isShown() ? real.pauseTask(id) : unknown),
        listTasks: async (page, options) =>
          isShown() ? real.listTasks(page, options) : { ok: true, value: { tasksTotal: 0, tasks: [] } },
      }),
    });
    await startCampaign(world, ID, 3);
    await dispatchCampaign(process.deps, ID);
    await moveTo(world, ID, 'paused');
    await runTo(world, process, world.clock.now() + 5 * SECOND, { sweepEvery: SECOND });
    expect((await states()).calling).toBe(3);
    await moveTo(world, ID, 'running');
    await runUntil(world, process, () => isOver(world, ID));
    process.stop();
    await expectHonest(world, ID);
  });

  it('for the moment, but lists, is read again and nobody is parked', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: {
        faults: [{ kind: 'refuse', code: 'InvalidParameterValue', action: DESCRIBE, calls: [1, 2, 3] }],
      },
    });
    await startCampaign(world, ID, 3);
    await finish();
    expect((await states()).needs_attention).toBe(0);
  });

  it('because our credentials fail blocks the campaign, and is read again once it is started', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: {
        faults: [{ kind: 'refuse', code: 'AuthFailure.SecretIdNotFound', action: DESCRIBE, probability: 1 }],
      },
    });
    const process = startProcess(world);
    await startCampaign(world, ID, 3);
    await runTo(world, process, world.clock.now() + 30 * MINUTE);
    process.stop();
    expect(await world.store.campaign(ID)).toMatchObject({ state: 'blocked', reason: 'provider_blocked' });
    expect(requestsOf(world, DESCRIBE)).toBeLessThan(60);
    world.simulator.setFaults([]);
    await moveTo(world, ID, 'running');
    await finish();
  });
});

describe('callees whom a task did not dial', () => {
  it('come back at no cost, are called again, and too often in a row are given to a person', async () => {
    world = await createWorld(inject('redisUrl'));
    const process = startProcess(world, {
      wrap: (real) => ({
        ...real,
        async createTask(order) {
          const result = await real.createTask(order);
          if (result.ok) await real.stopTask(result.value.taskId);
          return result;
        },
      }),
    });
    await startCampaign(world, ID, 2);
    await runUntil(world, process, async () => (await states()).needs_attention === 2);
    process.stop();
    const record = (await recordsByNumber(world, ID)).get(seededNumber(1));
    expect(record).toMatchObject({ attempts: 0, returns: RETURNS_MAX, reason: 'returned_too_often' });
    expect(requestsOf(world, 'CreateAutoCalloutTask')).toBe(RETURNS_MAX);
    const story = await storyOf(world, ID, seededNumber(1));
    expect(story.filter((line) => line.reason === 'task_ended_undialled')).toHaveLength(RETURNS_MAX - 1);
    await expectHonest(world, ID);
  });

  it('because the provider declined are tried later, and no attempt is counted', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: {
        outcomes: { ok: 1 },
        ranges: [
          { prefix: seededNumber(1), byAttempt: ['109', '111', 'ok'] },
          { prefix: seededNumber(2), byAttempt: ['108'] },
          { prefix: seededNumber(3), byAttempt: ['110'] },
        ],
      },
    });
    await startCampaign(world, ID, 4);
    await finish();
    const records = await recordsByNumber(world, ID);
    expect(records.get(seededNumber(1))).toMatchObject({ state: 'answered', attempts: 1, returns: 0 });
    expect(records.get(seededNumber(2))).toMatchObject({
      state: 'unanswered',
      attempts: 0,
      reason: 'stop_rule',
    });
    expect(records.get(seededNumber(3))).toMatchObject({
      state: 'unanswered',
      attempts: 0,
      reason: 'stop_rule',
    });
    expect((await storyOf(world, ID, seededNumber(1))).map((line) => line.reason)).toContain(
      'provider_declined',
    );
  });

  it('and never will, since the provider always declines, end after so many returns', async () => {
    world = await createWorld(inject('redisUrl'), { scenario: { outcomes: { '109': 1 } } });
    await startCampaign(world, ID, 2);
    await finish();
    expect(await world.store.counts(ID)).toMatchObject({ attempts: 0, states: { unanswered: 2 } });
    expect((await storyOf(world, ID, seededNumber(1))).at(-1)?.reason).toBe('returned_too_often');
  });
});

describe('two pollers', () => {
  it('that read the same task at the same time record each call once', async () => {
    world = await createWorld(inject('redisUrl'));
    const one = startProcess(world);
    const two = startProcess(world);
    await startCampaign(world, ID, 20);
    await dispatchCampaign(one.deps, ID);
    for (let round = 0; round < 60 && !(await isOver(world, ID)); round += 1) {
      world.clock.advance(20 * SECOND);
      await Promise.all([pollCampaign(one.deps, ID), pollCampaign(two.deps, ID)]);
    }
    one.stop();
    two.stop();
    await expectHonest(world, ID);
    await finish();
  });
});

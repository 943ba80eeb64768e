import { afterEach, describe, expect, inject, it } from 'vitest';
import { calleeId } from '../../src/core/callee-id.ts';
import { QUOTA_RETRY, UUI_BYTES_MAX } from '../../src/core/limits.ts';
import { MINUTE, SECOND } from '../../src/core/time.ts';
import { waitingOf } from '../../src/core/waiting.ts';
import { dispatchCampaign } from '../../src/pipelines/dispatch.ts';
import { sentUui } from '../../src/pipelines/task-order.ts';
import type { Telephony } from '../../src/ports/telephony.ts';
import { DeathError } from '../support/faulty-redis.ts';
import { seededNumber } from '../support/seeded-campaign.ts';
import {
  createWorld,
  expectHonest,
  isOver,
  keepOrders,
  moveTo,
  requestsOf,
  runTo,
  runUntil,
  type SentOrder,
  startCampaign,
  startCampaignOf,
  startProcess,
  storyOf,
  WORLD_BOUNDS,
  WORLD_SETTINGS,
  type World,
} from '../support/world.ts';

const CREATE = 'CreateAutoCalloutTask';
const ID = 'spring';

let world: World;
afterEach(() => world.close());

/** Lets a fresh process end the campaign, and judges it. */
async function finish(): Promise<void> {
  const process = startProcess(world);
  await runUntil(world, process, () => isOver(world, ID));
  process.stop();
  await expectHonest(world, ID);
  expect((await world.store.campaign(ID))?.state).toBe('completed');
}

function names(orders: readonly SentOrder[]): string[] {
  return orders.map(({ order }) => order.name);
}

describe('a submission whose reply is lost', () => {
  it.each([
    ['every create for a while is carried out and dropped', { calls: [1, 2, 3, 4] }],
    ['a fifth of the creates are carried out and dropped', { probability: 0.2 }],
  ])('is adopted by its name, and nobody is dialled twice: %s', async (_name, when) => {
    world = await createWorld(inject('redisUrl'), {
      scenario: { faults: [{ kind: 'drop', commit: true, action: CREATE, ...when }] },
    });
    const orders: SentOrder[] = [];
    const process = startProcess(world, { wrap: keepOrders(orders, () => world.clock.now()) });
    await startCampaign(world, ID, 30, {
      ...WORLD_SETTINGS,
      pacing: { calleesInFlightMax: 30, batchCalleesMax: 4 },
    });
    await runUntil(world, process, () => isOver(world, ID));
    process.stop();
    expect(requestsOf(world, CREATE, 'fault:drop')).toBeGreaterThan(1);
    // Every single submission was found: no batch was ever offered under a second number.
    expect(names(orders).every((name) => name.endsWith('.1'))).toBe(true);
    await expectHonest(world, ID);
    await finish();
  });

  it('says in the story of the callee that the task was found by its name', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: { faults: [{ kind: 'drop', commit: true, action: CREATE, calls: [1] }] },
    });
    await startCampaign(world, ID, 1);
    await finish();
    const [, accepted] = await storyOf(world, ID, seededNumber(1));
    expect(accepted).toMatchObject({ from: 'batched', to: 'calling', reason: 'task_adopted' });
  });

  it.each([
    ['a gateway answered 502 with HTML, after the task was made', { kind: 'bad_gateway', commit: true }],
    ['a gateway answered 502 with HTML, and nothing was made', { kind: 'bad_gateway' }],
    ['nothing came until the deadline, after the task was made', { kind: 'stall', commit: true }],
    ['nothing came until the deadline, and nothing was made', { kind: 'stall' }],
    ['the provider reported an internal error', { kind: 'refuse', code: 'InternalError' }],
    ['the connection was cut, and the task was made a second later', { kind: 'land_late', delayMs: SECOND }],
    ['the task was made, but listed twenty seconds later', { kind: 'drop', commit: true, list: 20 * SECOND }],
  ] as const)('never leads to a second call: %s', async (_name, { ...fault }) => {
    const { list, ...ending } = { list: 0, ...fault };
    world = await createWorld(inject('redisUrl'), {
      scenario: {
        faults: [
          { action: CREATE, calls: [1], ...ending },
          ...(list > 0 ? [{ kind: 'list_late' as const, action: CREATE, calls: [1], forMs: list }] : []),
        ],
      },
    });
    const process = startProcess(world, { deadlineMs: 400 });
    await startCampaign(world, ID, 6);
    await runUntil(world, process, () => isOver(world, ID));
    process.stop();
    expect(world.simulator.summary().numbers).toBe(6);
    await finish();
  });

  it('that never left never leaves any more once others took it for lost', async () => {
    world = await createWorld(inject('redisUrl'), { scenario: { outcomes: { ok: 1 } } });
    const still = startProcess(world);
    let goOn: () => void = () => {};
    let waits: () => void = () => {};
    const turn = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const waiting = new Promise<void>((resolve) => {
      waits = resolve;
    });
    // It stands still right before its request leaves: its machine sleeps.
    const { telephony } = still.deps;
    const createTask: Telephony['createTask'] = async (order, { mayLeave = async () => true } = {}) => {
      waits();
      await turn;
      return telephony.createTask(order, { mayLeave });
    };
    await startCampaign(world, ID, 5);
    const dispatched = dispatchCampaign({ ...still.deps, telephony: { ...telephony, createTask } }, ID);
    await waiting;
    const other = startProcess(world);
    await runUntil(world, other, async () => (await world.store.batch(ID, 1))?.state === 'active');
    expect((await world.store.batch(ID, 1))?.submissions).toBe(2);
    goOn();
    await dispatched;
    still.stop();
    expect(requestsOf(world, CREATE)).toBe(1);
    await runUntil(world, other, () => isOver(world, ID));
    other.stop();
    await expectHonest(world, ID);
  });

  it('is looked up twice, a quiet period apart, before it is submitted again under the next number', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: { faults: [{ kind: 'drop', action: CREATE, calls: [1] }] },
    });
    const orders: SentOrder[] = [];
    const process = startProcess(world, { wrap: keepOrders(orders, () => world.clock.now()) });
    await startCampaign(world, ID, 5);
    await dispatchCampaign(process.deps, ID);
    expect((await world.store.batch(ID, 1))?.state).toBe('uncertain');
    const began = world.clock.now();
    await runUntil(world, process, async () => orders.length === 2, { sweepEvery: 10 * SECOND });
    expect(names(orders)).toEqual([`${ID}.1.1`, `${ID}.1.2`]);
    expect((orders[1]?.at ?? 0) - began).toBeGreaterThanOrEqual(WORLD_BOUNDS.quietPeriod);
    expect((await world.store.batch(ID, 1))?.state).toBe('active');
    process.stop();
    await finish();
  });
});

describe('a submission that the provider refuses', () => {
  it('for too many requests is offered again after a pause, same callees, next number', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: { faults: [{ kind: 'refuse', code: 'RequestLimitExceeded', action: CREATE, calls: [1, 2] }] },
    });
    const orders: SentOrder[] = [];
    const process = startProcess(world, { wrap: keepOrders(orders, () => world.clock.now()) });
    await startCampaign(world, ID, 5);
    await runUntil(world, process, async () => orders.length === 3);
    expect(names(orders)).toEqual([`${ID}.1.1`, `${ID}.1.2`, `${ID}.1.3`]);
    expect(orders.map(({ order }) => order.callees)).toEqual(orders.map(() => orders[0]?.order.callees));
    for (const [before, after] of [orders.slice(0, 2), orders.slice(1)]) {
      expect((after?.at ?? 0) - (before?.at ?? 0)).toBeGreaterThanOrEqual(SECOND);
    }
    process.stop();
    await finish();
  });

  it.each([
    ['InvalidParameterValue', 'provider_invalid'],
    ['AuthFailure.SecretIdNotFound', 'provider_blocked'],
    ['LimitExceeded.InsufficientLicense', 'provider_blocked'],
  ])(
    'for good with %s blocks the campaign, costs no attempt, and asks no more until started again',
    async (code, reason) => {
      world = await createWorld(inject('redisUrl'), {
        scenario: { faults: [{ kind: 'refuse', code, action: CREATE, probability: 1 }] },
      });
      const orders: SentOrder[] = [];
      const process = startProcess(world, { wrap: keepOrders(orders, () => world.clock.now()) });
      await startCampaign(world, ID, 30, {
        ...WORLD_SETTINGS,
        pacing: { calleesInFlightMax: 30, batchCalleesMax: 3 },
      });
      await runTo(world, process, world.clock.now() + MINUTE);
      const blocked = await world.store.campaign(ID);
      expect(blocked).toMatchObject({ state: 'blocked', reason });
      expect(blocked?.reasonText).toContain(code);
      const counts = await world.store.counts(ID);
      expect(counts.states.initial).toBe(30);
      expect(counts.attempts).toBe(0);
      expect(await world.store.openBatches(ID)).toEqual([]);
      const asked = requestsOf(world, CREATE);
      expect(asked).toBeLessThanOrEqual(4);
      await runTo(world, process, world.clock.now() + 60 * MINUTE);
      expect(requestsOf(world, CREATE)).toBe(asked);
      // The story of whoever was in a request that left tells its code; the others were only taken back, if ever claimed.
      expect(orders).toHaveLength(asked);
      const refused = new Set(orders.flatMap(({ order }) => order.callees.map(({ number }) => number)));
      expect(refused.size).toBe(3 * asked);
      for (let row = 1; row <= 30; row += 1) {
        const number = seededNumber(row);
        const last = (await storyOf(world, ID, number)).at(-1);
        if (refused.has(Number(number)))
          expect(last).toMatchObject({ to: 'initial', reason: 'submission_refused', facts: { code } });
        else expect(last?.reason ?? 'campaign_not_running').toBe('campaign_not_running');
      }
      process.stop();
      world.simulator.setFaults([]);
      await moveTo(world, ID, 'running');
      await finish();
    },
  );

  it.each(['LimitExceeded.OutOfCountLimit', 'FailedOperation.CallerOverFrequency'])(
    'for a limit of the account (%s) is parked and offered much later, nothing else beside it',
    async (code) => {
      world = await createWorld(inject('redisUrl'), {
        scenario: { faults: [{ kind: 'refuse', code, action: CREATE, calls: [1] }] },
      });
      const orders: SentOrder[] = [];
      const process = startProcess(world, { wrap: keepOrders(orders, () => world.clock.now()) });
      await startCampaign(world, ID, 40);
      await dispatchCampaign(process.deps, ID);
      const sent = orders.length;
      const began = world.clock.now();
      await runTo(world, process, began + QUOTA_RETRY - SECOND);
      const heldBack = await world.store.campaign(ID);
      expect(heldBack).toMatchObject({ state: 'running', reason: 'provider_holds_back' });
      expect(heldBack?.reasonText).toMatch(new RegExp(`${code}.*again every 15m`));
      expect(orders.length).toBe(sent);
      await runTo(world, process, began + QUOTA_RETRY + MINUTE);
      expect((await world.store.campaign(ID))?.reason).toBe('provider_takes_again');
      expect(
        names(orders)
          .slice(sent)
          .some((name) => name.endsWith('.2')),
      ).toBe(true);
      process.stop();
      await finish();
    },
  );

  it.each([
    ['RequestLimitExceeded', MINUTE],
    ['InternalError', 10 * MINUTE],
  ])('again and again (%s) says so once, until the provider takes tasks', async (code, time) => {
    world = await createWorld(inject('redisUrl'), {
      scenario: { faults: [{ kind: 'refuse', code, action: CREATE, probability: 1 }] },
    });
    const process = startProcess(world);
    await startCampaign(world, ID, 5);
    await runTo(world, process, world.clock.now() + time);
    const heldBack = await world.store.campaign(ID);
    expect(heldBack).toMatchObject({ state: 'running', reason: 'provider_holds_back' });
    const trail = await world.store.trail(ID);
    expect(trail.filter(({ reason }) => reason === 'provider_holds_back')).toHaveLength(1);
    const [record] = await world.store.records(ID, [0]);
    if (heldBack === undefined || record === undefined) throw new Error('gone');
    expect(waitingOf(heldBack, record, world.clock.now())?.why).toContain(code);
    process.stop();
    world.simulator.setFaults([]);
    await finish();
    const reasons = (await world.store.trail(ID)).map(({ reason }) => reason);
    expect(reasons.slice(-2)).toEqual(['provider_takes_again', 'all_final']);
  });

  it('and waits is given back at once when the campaign is cancelled', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: { faults: [{ kind: 'refuse', code: 'LimitExceeded', action: CREATE, probability: 1 }] },
    });
    const process = startProcess(world);
    await startCampaign(world, ID, 5);
    await dispatchCampaign(process.deps, ID);
    await moveTo(world, ID, 'cancelled');
    await runTo(world, process, world.clock.now() + 2 * MINUTE);
    expect((await world.store.counts(ID)).states.cancelled).toBe(5);
    process.stop();
    await expectHonest(world, ID);
  });
});

describe('a process that dies while it submits', () => {
  it.each([
    ['before the request leaves', 'before'],
    ['between the reply and its acceptance', 'after'],
  ] as const)(
    '%s leaves a submission that is found after the deadline, and nobody is dialled twice',
    async (_name, when) => {
      world = await createWorld(inject('redisUrl'));
      const orders: SentOrder[] = [];
      const dying = startProcess(world, {
        wrap: (telephony) => ({
          ...telephony,
          async createTask(order) {
            if (when === 'after') await telephony.createTask(order);
            throw new DeathError('the process is dead');
          },
        }),
      });
      await startCampaign(world, ID, 5);
      await expect(dispatchCampaign(dying.deps, ID)).rejects.toThrow(DeathError);
      dying.stop();
      const died = world.clock.now();
      expect((await world.store.batch(ID, 1))?.state).toBe('submitting');
      const process = startProcess(world, { wrap: keepOrders(orders, () => world.clock.now()) });
      const grace = WORLD_BOUNDS.requestDeadline + WORLD_BOUNDS.submissionGrace;
      await runTo(world, process, died + grace - 1, { sweepEvery: SECOND });
      expect((await world.store.batch(ID, 1))?.state).toBe('submitting');
      await runUntil(world, process, async () => (await world.store.batch(ID, 1))?.state === 'active', {
        sweepEvery: SECOND,
      });
      expect(names(orders)).toEqual(when === 'after' ? [] : [`${ID}.1.2`]);
      process.stop();
      await finish();
    },
  );

  it('after the claim leaves a batch that the next process submits', async () => {
    world = await createWorld(inject('redisUrl'));
    const dying = startProcess(world);
    const { store } = dying.deps;
    const apply: typeof store.apply = (id, change) => {
      if (change.name === 'submit_batch') throw new DeathError('the process is dead');
      return store.apply(id, change);
    };
    await startCampaign(world, ID, 5);
    const deps = { ...dying.deps, store: { ...store, apply } };
    await expect(dispatchCampaign(deps, ID)).rejects.toThrow(DeathError);
    dying.stop();
    expect(await world.store.batch(ID, 1)).toMatchObject({ state: 'planned', submissions: 0 });
    await finish();
  });
});

describe('what a task is ordered with', () => {
  it("carries the operator's UUI unchanged, ours where there is none, the variables, and one try each", async () => {
    world = await createWorld(inject('redisUrl'));
    const orders: SentOrder[] = [];
    const process = startProcess(world, { wrap: keepOrders(orders, () => world.clock.now()) });
    await startCampaignOf(world, ID, [
      { number: '8613800000001', uui: '订单 7; "x"', name: '王 小明' },
      { number: '8613800000002' },
    ]);
    await runUntil(world, process, () => isOver(world, ID));
    process.stop();
    const tasks = world.simulator.snapshot().tasks;
    expect(new Set(tasks.map((task) => task.tries))).toEqual(new Set([1]));
    expect(tasks[0]).toMatchObject({
      numbers: ['8613800000001', '8613800000002'],
      callers: WORLD_SETTINGS.callers,
      ivrId: 7,
      uuis: ['订单 7; "x"', calleeId(ID, 1)],
    });
    expect(orders[0]?.order.callees.map((callee) => callee.variables)).toEqual([
      { name: '王 小明' },
      expect.anything(),
    ]);
    await expectHonest(world, ID);
  });

  it('has our key behind theirs where the campaign appends it and both fit', async () => {
    world = await createWorld(inject('redisUrl'));
    const process = startProcess(world);
    const long = '号'.repeat(Math.floor((UUI_BYTES_MAX - 4) / 3));
    await startCampaignOf(
      world,
      ID,
      [
        { number: '8613800000001', uui: 'order-7' },
        { number: '8613800000002', uui: long },
        { number: '8613800000003' },
      ],
      { ...WORLD_SETTINGS, uuiKey: 'append' },
    );
    await runUntil(world, process, () => isOver(world, ID));
    process.stop();
    const [task] = world.simulator.snapshot().tasks;
    expect(task?.uuis).toEqual([`order-7|${calleeId(ID, 0)}`, long, calleeId(ID, 2)]);
    await expectHonest(world, ID);
  });

  it('never has a UUI of more bytes than the provider takes, whatever the operator wrote', async () => {
    world = await createWorld(inject('redisUrl'));
    for (const text of ['', 'a', '号'.repeat(341), 'a'.repeat(UUI_BYTES_MAX), '😀'.repeat(250)]) {
      const sent = sentUui(text, 'key-of-ours', true);
      expect(Buffer.byteLength(sent)).toBeLessThanOrEqual(UUI_BYTES_MAX);
      expect(sent.startsWith(text)).toBe(true);
    }
  });
});

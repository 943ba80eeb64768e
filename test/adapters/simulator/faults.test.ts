import { describe, expect, it } from 'vitest';
import { createFaultPlan, type FaultInput, faultList } from '../../../src/adapters/simulator/faults.ts';
import { describeAutoCalloutTaskReply } from '../../../src/adapters/tencent/schema/callout.ts';
import { callApi, SDK_APP_ID } from '../../support/simulator.ts';
import { always, numbers, order, startRig } from './support.ts';

const CREATE = 'CreateAutoCalloutTask';

async function rigWith(...faults: FaultInput[]) {
  const rig = await startRig({ scenario: { ...always('ok'), faults } });
  return {
    ...rig,
    tryCreate: () => rig.call(CREATE, order(rig.seconds())),
    listed: async () =>
      (await rig.call('DescribeAutoCalloutTasks', { PageSize: 100, PageNumber: 0 })).fields.TotalCount,
  };
}

describe('faults of the simulator', () => {
  it('commit and then drop: the client gets nothing, the task exists and rings', async () => {
    const rig = await rigWith({ action: CREATE, calls: [1], kind: 'drop', commit: true });
    await expect(rig.tryCreate()).rejects.toThrow();
    expect(await rig.listed()).toBe(1);
    expect(rig.simulator.summary().dials).toBe(1);
    expect((await rig.tryCreate()).code).toBe('OK');
    expect(rig.simulator.faults()).toMatchObject([{ kind: 'drop', played: 1 }]);
    expect(rig.simulator.requests()[CREATE]).toEqual({ 'fault:drop': 1, OK: 1 });
  });

  it('drop before commit: the client gets nothing and nothing happened', async () => {
    const rig = await rigWith({ action: CREATE, calls: [1], kind: 'drop' });
    await expect(rig.tryCreate()).rejects.toThrow();
    expect(await rig.listed()).toBe(0);
  });

  it('land late: the task appears, and rings, after the client has long given up', async () => {
    const rig = await rigWith({ action: CREATE, calls: [1], kind: 'land_late', delayMs: 90_000 });
    await expect(rig.tryCreate()).rejects.toThrow();
    rig.clock.advance(89_999);
    expect(await rig.listed()).toBe(0);
    expect(rig.simulator.ledger()).toEqual([]);
    rig.clock.advance(1);
    expect(await rig.listed()).toBe(1);
    expect(rig.simulator.ledger()).toMatchObject([{ taskName: 'spring.1.1', at: rig.clock.now() }]);
  });

  it('land late only what would have been taken', async () => {
    const rig = await rigWith({ action: CREATE, calls: [1], kind: 'land_late', delayMs: 10 });
    await expect(rig.call(CREATE, { Callees: [] })).rejects.toThrow();
    rig.clock.advance(10);
    expect(await rig.listed()).toBe(0);
  });

  it.each([false, true])('stall (commit: %s): no answer until the client gives up', async (commit) => {
    const rig = await rigWith({ action: CREATE, calls: [1], kind: 'stall', commit });
    const patience = new AbortController();
    const answer = callApi(
      rig.simulator.url,
      CREATE,
      { SdkAppId: SDK_APP_ID, ...order(0) },
      { now: rig.clock.now(), signal: patience.signal },
    );
    const settled = answer.then(
      () => 'answered',
      () => 'given up',
    );
    while (rig.simulator.faults()[0]!.played === 0) await new Promise(setImmediate);
    expect(await Promise.race([settled, rig.listed()])).toBe(commit ? 1 : 0);
    patience.abort();
    expect(await settled).toBe('given up');
  });

  it('answer with HTML as a gateway does, before or after the commit', async () => {
    const rig = await rigWith(
      { action: CREATE, calls: [1], kind: 'bad_gateway' },
      { action: CREATE, calls: [2], kind: 'bad_gateway', status: 504, commit: true },
    );
    await expect(rig.tryCreate()).rejects.toThrow(/HTTP 502: <html>/);
    expect(await rig.listed()).toBe(0);
    await expect(rig.tryCreate()).rejects.toThrow(/HTTP 504: <html>/);
    expect(await rig.listed()).toBe(1);
  });

  it('refuse by code, without carrying anything out', async () => {
    const rig = await rigWith({ action: CREATE, calls: [1], kind: 'refuse', code: 'InternalError.DBError' });
    expect((await rig.tryCreate()).code).toBe('InternalError.DBError');
    expect(await rig.listed()).toBe(0);
  });

  it('answer slowly, after carrying it out', async () => {
    const rig = await rigWith({ action: CREATE, calls: [1], kind: 'slow', delayMs: 5_000 });
    const answer = rig.tryCreate();
    while (rig.clock.sleepers === 0) await new Promise(setImmediate);
    expect(await rig.listed()).toBe(1);
    rig.clock.advance(5_000);
    expect((await answer).code).toBe('OK');
  });

  it('list late: the task rings and can be described, but the list does not have it yet', async () => {
    const rig = await rigWith({ action: CREATE, calls: [1], kind: 'list_late', forMs: 30_000 });
    const TaskId = await rig.create();
    rig.clock.advance(29_999);
    expect([await rig.listed(), await rig.taskState(TaskId)]).toEqual([0, 1]);
    rig.clock.advance(1);
    expect(await rig.listed()).toBe(1);
  });

  it('vanish: a task that was made is forgotten, and what it dialled is not', async () => {
    const rig = await rigWith(
      { action: CREATE, calls: [1], kind: 'vanish', afterMs: 5_000 },
      { action: 'DescribeAutoCalloutTask', calls: [2], kind: 'vanish' },
    );
    const [first, second] = [await rig.create(), await rig.create({ Callees: numbers(1, 50) })];
    rig.clock.advance(5_000);
    expect((await rig.call('DescribeAutoCalloutTask', { TaskId: first })).code).toBe('InvalidParameterValue');
    expect(await rig.listed()).toBe(1);
    expect((await rig.call('DescribeAutoCalloutTask', { TaskId: second })).code).toBe(
      'InvalidParameterValue',
    );
    expect(await rig.listed()).toBe(0);
    rig.clock.advance(3_600_000);
    expect(rig.simulator.summary()).toMatchObject({ dials: 2 });
  });

  it('vanish at once: the client has a task id, and nobody is ever dialled', async () => {
    const rig = await rigWith({ action: CREATE, calls: [1], kind: 'vanish' });
    await rig.create({ NotBefore: rig.seconds() + 10 });
    rig.clock.advance(3_600_000);
    expect([await rig.listed(), rig.simulator.ledger()]).toEqual([0, []]);
  });

  it('late records: of one task for a while, or of one reading', async () => {
    const rig = await rigWith(
      { action: CREATE, calls: [1], kind: 'late_records', delayMs: 60_000 },
      { action: 'DescribeTelCdr', calls: [2], kind: 'late_records' },
    );
    await rig.create();
    const count = async () => {
      const window = { StartTimeStamp: rig.seconds() - 600, EndTimeStamp: rig.seconds() };
      return (await rig.call('DescribeTelCdr', { ...window, PageSize: 10, PageNumber: 0 })).fields.TotalCount;
    };
    rig.clock.advance(60_000);
    expect(await count()).toBe(0);
    rig.clock.advance(31_000);
    expect([await count(), await count()]).toEqual([0, 1]);
  });

  it('null for empty lists, which the reply schemas read as empty', async () => {
    const rig = await rigWith({ probability: 1, action: 'DescribeAutoCalloutTask', kind: 'null_arrays' });
    const TaskId = await rig.create({ NotBefore: rig.seconds() + 60 });
    const { fields } = await rig.call('DescribeAutoCalloutTask', { TaskId });
    expect(fields.Callees).toMatchObject([{ Sessions: null }]);
    expect(describeAutoCalloutTaskReply.parse(fields).Callees).toMatchObject([{ Sessions: [] }]);
    rig.simulator.setFaults([{ probability: 1, kind: 'null_arrays', all: true }]);
    expect((await rig.call('DescribeAutoCalloutTask', { TaskId })).fields).toMatchObject({
      Callees: null,
      Callers: null,
    });
    expect(
      (await rig.call('DescribeAutoCalloutTasks', { PageSize: 1, PageNumber: 0 })).fields.Tasks,
    ).toBeNull();
  });

  it('unknown states and end statuses, in the reply only', async () => {
    const rig = await rigWith();
    const TaskId = await rig.create();
    rig.clock.advance(60_000);
    const window = {
      StartTimeStamp: rig.seconds() - 600,
      EndTimeStamp: rig.seconds(),
      PageSize: 10,
      PageNumber: 0,
    };
    const look = async (field: 'task_state' | 'callee_state' | 'end_status') => {
      rig.simulator.setFaults([{ probability: 1, kind: 'unknown_enum', field, value: 77 }]);
      const task = (await rig.call('DescribeAutoCalloutTask', { TaskId })).fields;
      const list = (await rig.call('DescribeAutoCalloutTasks', { PageSize: 1, PageNumber: 0 })).fields;
      const records = (await rig.call('DescribeTelCdr', window)).fields;
      return [
        task.State,
        (list.Tasks as { State: number }[])[0]?.State,
        (task.Callees as { State: number }[])[0]?.State,
        (records.TelCdrList as { EndStatus: number }[])[0]?.EndStatus,
      ];
    };
    expect(await look('task_state')).toEqual([77, 77, 1, 1]);
    expect(await look('callee_state')).toEqual([2, 2, 77, 1]);
    expect(await look('end_status')).toEqual([2, 2, 1, 77]);
    rig.simulator.setFaults([]);
    expect(await rig.taskState(TaskId)).toBe(2);
  });

  it('are set over HTTP, counted from then on, and refused when they are none', async () => {
    const rig = await rigWith();
    await rig.create();
    const set = (faults: unknown) =>
      fetch(`${rig.simulator.url}/faults`, { method: 'POST', body: JSON.stringify(faults) });
    expect((await set([{ action: CREATE, calls: [1], kind: 'refuse', code: 'InternalError' }])).status).toBe(
      200,
    );
    expect((await rig.tryCreate()).code).toBe('InternalError');
    expect((await rig.tryCreate()).code).toBe('OK');
    expect(await (await fetch(`${rig.simulator.url}/faults`)).json()).toMatchObject([{ played: 1 }]);
    expect((await set([{ kind: 'refuse', code: 'x' }])).status).toBe(400);
    expect((await set([{ kind: 'drop', calls: [1], probability: 1 }])).status).toBe(400);
    expect((await set([{ kind: 'explode', calls: [1] }])).status).toBe(400);
  });
});

describe('a plan of faults', () => {
  const plan = (seed: string, ...faults: FaultInput[]) => createFaultPlan(seed, faultList.parse(faults));

  it('strikes the Nth request of an action, and the Nth of all', () => {
    const each = plan('s', { action: 'A', calls: [2], kind: 'drop' }, { overall: [4], kind: 'stall' });
    const kinds = ['A', 'B', 'A', 'B', 'A'].map((action) => each.strike(action).ending?.kind);
    expect(kinds).toEqual([undefined, undefined, 'drop', 'stall', undefined]);
  });

  it('strikes by chance as often as told, the same for the same seed', () => {
    const strikes = (seed: string) => {
      const each = plan(seed, { action: 'A', probability: 0.2, kind: 'drop' });
      return Array.from({ length: 5_000 }, () => each.strike('A').ending?.kind ?? '-').join('');
    };
    expect(strikes('one')).toBe(strikes('one'));
    expect(strikes('one')).not.toBe(strikes('two'));
    expect(strikes('one').split('drop').length / 5_000).toBeCloseTo(0.2, 1);
  });

  it('lets the first fault that ends a request decide, and all that colour it', () => {
    const strike = plan(
      's',
      { calls: [1], kind: 'slow', delayMs: 1 },
      { calls: [1], kind: 'refuse', code: 'a' },
      { calls: [1], kind: 'drop' },
      { calls: [1], kind: 'null_arrays' },
    ).strike('A');
    expect(strike.ending?.kind).toBe('refuse');
    expect(strike.colours.map((fault) => fault.kind)).toEqual(['slow', 'null_arrays']);
  });
});

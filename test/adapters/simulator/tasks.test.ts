import { describe, expect, it } from 'vitest';
import { always, numbers, startRig } from './support.ts';

const MINUTE = 60_000;

describe('tasks of the simulator', () => {
  it('wait for NotBefore, run, and complete when every call is over', async () => {
    const rig = await startRig({ scenario: always('ok') });
    const id = await rig.create({ NotBefore: rig.seconds() + 60 });
    expect([await rig.taskState(id), await rig.calleeStates(id)]).toEqual([0, [0]]);
    rig.clock.advance(MINUTE - 1);
    expect(await rig.taskState(id)).toBe(0);
    expect(rig.simulator.ledger()).toEqual([]);
    rig.clock.advance(1);
    expect([await rig.taskState(id), await rig.calleeStates(id)]).toEqual([1, [3]]);
    rig.clock.advance(30_999);
    expect(await rig.calleeStates(id)).toEqual([3]);
    rig.clock.advance(1);
    expect([await rig.taskState(id), await rig.calleeStates(id)]).toEqual([2, [1]]);
  });

  it('whose NotBefore has passed begin at once, and callees nobody reaches end unanswered', async () => {
    const rig = await startRig({ scenario: always('notAnswer') });
    const id = await rig.create({ NotBefore: 0 });
    expect(await rig.taskState(id)).toBe(1);
    rig.clock.advance(31_000);
    expect([await rig.taskState(id), await rig.calleeStates(id)]).toEqual([2, [2]]);
  });

  it('try again after RetryInterval while Tries last, with one session each', async () => {
    const rig = await startRig({ scenario: always('busy', 'ok') });
    const id = await rig.create({ Tries: 3, RetryInterval: 600 });
    rig.clock.advance(1_000);
    expect([await rig.taskState(id), await rig.calleeStates(id)]).toEqual([1, [4]]);
    rig.clock.advance(599_999);
    expect(await rig.calleeStates(id)).toEqual([4]);
    rig.clock.advance(1);
    expect(await rig.calleeStates(id)).toEqual([3]);
    rig.clock.advance(31_000);
    expect([await rig.taskState(id), await rig.calleeStates(id)]).toEqual([2, [1]]);
    const { fields } = await rig.call('DescribeAutoCalloutTask', { TaskId: id });
    expect(fields.Callees).toMatchObject([
      { Sessions: rig.simulator.ledger().map((dial) => dial.sessionId) },
    ]);
    expect(rig.simulator.summary()).toMatchObject({ dials: 2, duplicateDials: 0 });
  });

  it('end at NotAfter: calls in progress finish first, and nobody else is dialled', async () => {
    const rig = await startRig({ scenario: { ...always('ok'), channelsPerCaller: 1 } });
    const id = await rig.create({ Callees: numbers(3), NotAfter: rig.seconds() + 40 });
    rig.clock.advance(40_000);
    expect([await rig.taskState(id), await rig.calleeStates(id)]).toEqual([3, [1, 3, 0]]);
    rig.clock.advance(22_000);
    expect([await rig.taskState(id), await rig.calleeStates(id)]).toEqual([4, [1, 1, 0]]);
    rig.clock.advance(60 * MINUTE);
    expect(rig.simulator.ledger()).toHaveLength(2);
  });

  it('stop for good, before they begin and while they ring, and not twice', async () => {
    const rig = await startRig({ scenario: { ...always('ok'), channelsPerCaller: 1 } });
    const later = await rig.create({ NotBefore: rig.seconds() + 3_600 });
    const running = await rig.create({ Callees: numbers(2) });
    for (const TaskId of [later, running])
      expect((await rig.call('StopAutoCalloutTask', { TaskId })).code).toBe('OK');
    expect([await rig.taskState(later), await rig.taskState(running)]).toEqual([4, 3]);
    rig.clock.advance(120 * MINUTE);
    expect([await rig.taskState(running), await rig.calleeStates(running)]).toEqual([4, [1, 0]]);
    expect((await rig.call('StopAutoCalloutTask', { TaskId: running })).code).toBe('UnsupportedOperation');
    expect(rig.simulator.ledger()).toHaveLength(1);
  });

  it('pause without new calls, and go on with whoever is left', async () => {
    const rig = await startRig({ scenario: { ...always('ok'), channelsPerCaller: 1 } });
    const id = await rig.create({ Callees: numbers(2) });
    const act = async (action: string) => (await rig.call(action, { TaskId: id })).code;
    expect(await act('ResumeAutoCalloutTask')).toBe('UnsupportedOperation');
    expect(await act('PauseAutoCalloutTask')).toBe('OK');
    expect(await act('PauseAutoCalloutTask')).toBe('UnsupportedOperation');
    rig.clock.advance(60 * MINUTE);
    expect([await rig.taskState(id), await rig.calleeStates(id)]).toEqual([5, [1, 0]]);
    expect(await act('ResumeAutoCalloutTask')).toBe('OK');
    expect([await rig.taskState(id), await rig.calleeStates(id)]).toEqual([1, [1, 3]]);
    rig.clock.advance(MINUTE);
    expect(await rig.taskState(id)).toBe(2);
  });

  it('paused before they begin still wait for NotBefore when resumed', async () => {
    const rig = await startRig();
    const TaskId = await rig.create({ NotBefore: rig.seconds() + 60 });
    await rig.call('PauseAutoCalloutTask', { TaskId });
    await rig.call('ResumeAutoCalloutTask', { TaskId });
    expect(await rig.taskState(TaskId)).toBe(0);
    rig.clock.advance(MINUTE);
    expect(await rig.taskState(TaskId)).not.toBe(0);
  });

  it('share the channels of a caller: never more calls at once, and no free channel while somebody waits', async () => {
    const rig = await startRig({ scenario: { channelsPerCaller: 3 } });
    const both = ['008602150000001', '008602150000002'];
    const first = await rig.create({ Name: 'a', Callees: numbers(60), Callers: both });
    const second = await rig.create({ Name: 'b', Callees: numbers(40, 100), Callers: both.slice(1) });
    rig.clock.advance(24 * 60 * MINUTE);
    expect([await rig.taskState(first), await rig.taskState(second)]).toEqual([2, 2]);
    const dials = rig.simulator.ledger();
    expect(dials).toHaveLength(100);
    for (const caller of both) {
      const own = dials.filter((dial) => dial.caller === caller);
      expect(own.length).toBeGreaterThan(20);
      for (const dial of own) {
        const atOnce = own.filter((other) => other.at <= dial.at && dial.at < other.endAt).length;
        expect(atOnce).toBeLessThanOrEqual(3);
        expect(dial.at === dials[0]!.at || own.some((other) => other.endAt === dial.at)).toBe(true);
      }
    }
  });

  it('of AI agents keep to their ConcurrencyLimit and RetryHangupTypes', async () => {
    const rig = await startRig({ scenario: always('busy') });
    const agent = {
      IvrId: undefined,
      AIAgentId: 3,
      ConcurrencyLimit: 2,
      Tries: 2,
      RetryHangupTypes: ['202'],
    };
    const id = await rig.create({ ...agent, Callees: numbers(5) });
    expect((await rig.calleeStates(id)).filter((state) => state === 3)).toHaveLength(2);
    rig.clock.advance(10_000);
    expect([await rig.taskState(id), await rig.calleeStates(id)]).toEqual([2, [2, 2, 2, 2, 2]]);
  });

  it('hang up after MaxRingTimeoutSecond', async () => {
    const rig = await startRig({ scenario: always('ok') });
    const id = await rig.create({ MaxRingTimeoutSecond: 5 });
    rig.clock.advance(6_000);
    expect(await rig.calleeStates(id)).toEqual([2]);
    expect(rig.simulator.ledger()).toMatchObject([{ endStatus: 220 }]);
  });

  it('with one name are two tasks, and both ring: there is no token that would stop the second', async () => {
    const rig = await startRig({ scenario: always('ok') });
    expect(await rig.create()).not.toBe(await rig.create());
    expect(rig.simulator.summary()).toEqual({ dials: 2, declined: 0, numbers: 1, duplicateDials: 1 });
  });

  it('end the same whether time moves in steps or at once, and calls do not depend on their order', async () => {
    const play = async (steps: number, callees: string[]) => {
      const rig = await startRig({ seed: 'steps' });
      await rig.create({ Callees: callees });
      for (let step = 0; step < steps; step += 1) {
        rig.clock.advance(3_600_000 / steps);
        rig.simulator.summary();
      }
      return rig.simulator.ledger();
    };
    const callees = numbers(200);
    const atOnce = await play(1, callees);
    expect(await play(720, callees)).toEqual(atOnce);
    const essence = (dials: typeof atOnce) =>
      dials
        .map((dial) => `${dial.number} ${dial.sessionId} ${dial.endStatus} ${dial.endAt - dial.at}`)
        .sort();
    expect(essence(await play(1, [...callees].reverse()))).toEqual(essence(atOnce));
  });

  it('of a whole campaign add up: 20,000 callees in tasks of 500 are each dialled once', async () => {
    const rig = await startRig({ scenario: { channelsPerCaller: 500, requestsPerSecond: 1_000 } });
    const ids: number[] = [];
    for (let batch = 1; batch <= 40; batch += 1) {
      ids.push(await rig.create({ Name: `big.${batch}.1`, Callees: numbers(500, batch * 500) }));
    }
    rig.clock.advance(24 * 60 * MINUTE);
    expect(rig.simulator.summary()).toEqual({
      dials: 20_000,
      declined: 0,
      numbers: 20_000,
      duplicateDials: 0,
    });
    const states = (await Promise.all(ids.map((id) => rig.calleeStates(id)))).flat();
    const answered = states.filter((state) => state === 1).length;
    expect(states.filter((state) => state === 2)).toHaveLength(20_000 - answered);
    expect(answered / 20_000).toBeCloseTo(0.55, 1);
  });
});

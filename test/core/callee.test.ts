import { describe, expect, test } from 'vitest';
import {
  CALLEE_STATES,
  type CalleeRecord,
  isCallable,
  isFinalCallee,
  moveCallee,
  undialledState,
} from '../../src/core/callee.ts';
import { calleeId, parseCalleeId } from '../../src/core/callee-id.ts';
import { ForbiddenMoveError } from '../../src/core/machine.ts';

const initial: CalleeRecord = {
  ...{ state: 'initial', reason: 'imported', disposition: undefined, attempts: 0, returns: 0 },
  ...{ zone: 0, due: 0, batch: 0, version: 0 },
};
const calling: CalleeRecord = {
  ...initial,
  state: 'calling',
  reason: 'task_accepted',
  batch: 4,
  version: 255,
};

describe('moving a callee', () => {
  test('a move has the record before and after, one version on, and a line of its story', () => {
    const calls = [{ sessionId: 's1', endStatus: 206 }];
    const move = moveCallee(7, calling, 'miss', {
      ...{ now: 50, reason: 'call_missed', calls, facts: { task: 9 } },
      change: { disposition: 'busy', attempts: 1 },
    });
    expect(move).toEqual({
      ref: 7,
      before: calling,
      after: {
        ...calling,
        state: 'missed',
        reason: 'call_missed',
        disposition: 'busy',
        attempts: 1,
        version: 0,
      },
      story: {
        ...{ at: 50, from: 'calling', to: 'missed', reason: 'call_missed', disposition: 'busy', attempts: 1 },
        ...{ batch: 4, calls, facts: { task: 9 } },
      },
    });
  });

  test('whatever a move does not change stays, in every field that a record may have', () => {
    const full: Required<CalleeRecord> = {
      ...{ state: 'pending_retry', reason: 'retry_scheduled', disposition: 'busy', attempts: 2, returns: 1 },
      ...{ zone: 3, due: 7_000, batch: 4, version: 9, priority: 1, timed: true, caller: -2 },
    };
    const moved = { state: 'cancelled', reason: 'cancelled_by_operator', version: 10 };
    const why = { now: 1, reason: 'cancelled_by_operator' } as const;
    expect(moveCallee(7, full, 'cancel', why).after).toEqual({ ...full, ...moved });
    const change = {
      disposition: 'no_answer',
      attempts: 3,
      returns: 0,
      due: 0,
      batch: 5,
      caller: 1,
    } as const;
    expect(moveCallee(7, full, 'cancel', { ...why, change }).after).toEqual({ ...full, ...change, ...moved });
    expect(Object.keys(moveCallee(7, initial, 'cancel', why).after).sort()).toEqual(
      Object.keys(initial).sort(),
    );
  });

  test('a scheduled retry tells its due time; a first claim has neither batch nor disposition before it', () => {
    const missed: CalleeRecord = { ...calling, state: 'missed', attempts: 1, disposition: 'busy' };
    const retry = moveCallee(7, missed, 'retry', {
      now: 1,
      reason: 'retry_scheduled',
      change: { due: 99_000 },
    });
    expect(retry.story).toMatchObject({ to: 'pending_retry', due: 99_000 });
    const cancel = moveCallee(7, initial, 'cancel', { now: 1, reason: 'cancelled_by_operator' });
    expect(Object.keys(cancel.story ?? {}).sort()).toEqual(['at', 'attempts', 'from', 'reason', 'to']);
  });

  test('a note that changes no state has no line, but a version', () => {
    const note = moveCallee(7, calling, 'await_record', {
      now: 1,
      reason: 'awaiting_record',
      change: { due: 5 },
    });
    expect(note.story).toBeUndefined();
    expect(note.after).toMatchObject({ state: 'calling', reason: 'awaiting_record', due: 5, version: 0 });
  });

  test('a forbidden move throws, and a choice of targets must be made', () => {
    const details = { now: 1, reason: 'none' as const };
    expect(() => moveCallee(7, calling, 'claim', details)).toThrow(ForbiddenMoveError);
    expect(() => moveCallee(7, calling, 'not_dialled', details)).toThrow(ForbiddenMoveError);
    expect(() => moveCallee(7, calling, 'not_dialled', { ...details, to: 'answered' })).toThrow(
      ForbiddenMoveError,
    );
    expect(moveCallee(7, calling, 'not_dialled', { ...details, to: 'initial' }).after.state).toBe('initial');
  });

  test('an undialled callee goes back to where its attempts say that it came from', () => {
    expect(undialledState(initial)).toBe('initial');
    expect(undialledState({ ...initial, attempts: 1 })).toBe('pending_retry');
  });

  test('only initial and pending_retry may be claimed, and no final state may', () => {
    expect(CALLEE_STATES.filter(isCallable)).toEqual(['initial', 'pending_retry']);
    expect(CALLEE_STATES.filter((state) => isCallable(state) && isFinalCallee(state))).toEqual([]);
  });
});

describe('callee ids', () => {
  test.each([0, 7, 1_023, 1_024, 999_999_999])('the id of callee %d leads back to it', (ref) => {
    expect(parseCalleeId('spring-c1', calleeId('spring-c1', ref))).toBe(ref);
    expect(parseCalleeId('spring-c1', `c${ref}`)).toBe(ref);
  });

  test.each(['13800138000', 'autumn-c5', 'spring-c', 'spring-c05', 'spring-c-1', 'spring-c1.5', 'c', ''])(
    '"%s" is no callee of the campaign',
    (text) => expect(parseCalleeId('spring', text)).toBeUndefined(),
  );
});

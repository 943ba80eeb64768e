import { describe, expect, it } from 'vitest';
import type { CalleeRecord } from '../../src/core/callee.ts';
import { dispositionFacts } from '../../src/core/disposition.ts';
import { RETURNS_MAX } from '../../src/core/limits.ts';
import {
  type CalleeReading,
  type CallRecord,
  decideOutcome,
  isOver,
  readingOf,
} from '../../src/core/outcome.ts';
import { MINUTE } from '../../src/core/time.ts';

const NOW = Date.parse('2026-11-23T02:00:00Z');
const REF = 3;
const CALLING: CalleeRecord = {
  state: 'calling',
  reason: 'task_accepted',
  disposition: undefined,
  attempts: 0,
  returns: 0,
  zone: 0,
  due: 0,
  batch: 1,
  version: 9,
};
const RUNNING = { now: NOW, taskEnded: false, recordWaitMax: 10 * MINUTE };
const ENDED = { ...RUNNING, taskEnded: true };

function record(
  sessionId: string,
  disposition: CallRecord['disposition'],
  startedAt = NOW,
): [string, CallRecord] {
  return [sessionId, { disposition, facts: { sessionId, startedAt } }];
}

function reading(
  state: CalleeReading['state'],
  sessionIds: readonly string[] = [],
  records: readonly [string, CallRecord][] = [],
): CalleeReading {
  return { state, stateCode: 0, sessionIds, records: new Map(records) };
}

describe('decideOutcome', () => {
  it('leaves a callee alone whom the provider is not done with', () => {
    for (const state of ['initial', 'calling', 'pending_retry', 'unknown', 'absent'] as const) {
      expect(isOver({ state }, false)).toBe(false);
      expect(decideOutcome(REF, CALLING, reading(state, ['a']), RUNNING)).toBeUndefined();
    }
  });

  it.each([
    ['answered', 'answered', 1, 'call_answered'],
    ['busy', 'missed', 1, 'call_missed'],
    ['voice_mail_reached', 'missed', 1, 'call_missed'],
    ['unknown', 'missed', 1, 'call_missed'],
    ['max_call_duration_reached', 'answered', 1, 'call_answered'],
    ['restricted_callee', 'missed', 0, 'provider_declined'],
    ['too_many_request', 'missed', 0, 'provider_declined'],
    ['restricted_area', 'missed', 0, 'provider_declined'],
    ['restricted_time', 'missed', 0, 'provider_declined'],
  ] as const)(
    'a call record that says %s makes the callee %s at the cost of %i attempts',
    (disposition, state, cost, reason) => {
      const read = reading('unanswered', ['a'], [record('a', disposition)]);
      const move = decideOutcome(REF, { ...CALLING, attempts: 1, returns: 2 }, read, RUNNING);
      expect(move?.after).toMatchObject({ state, reason, disposition, attempts: 1 + cost });
      expect(move?.after.returns).toBe(cost === 0 ? 3 : 0);
      expect(move?.story?.calls).toHaveLength(1);
    },
  );

  it('a callee that we ourselves took back undialled comes back with that reason, however often', () => {
    const rules = { ...ENDED, stopped: 'batch_undone' } as const;
    const before = { ...CALLING, returns: RETURNS_MAX };
    const first = decideOutcome(REF, before, reading('initial'), rules)?.after;
    expect(first).toMatchObject({
      state: 'initial',
      reason: 'batch_undone',
      returns: RETURNS_MAX,
      attempts: 0,
    });
    const again = decideOutcome(REF, { ...before, attempts: 2 }, reading('pending_retry'), rules)?.after;
    expect(again).toMatchObject({ state: 'pending_retry', returns: RETURNS_MAX, attempts: 2 });
    expect(
      decideOutcome(REF, CALLING, reading('answered', ['a'], [record('a', 'answered')]), rules)?.after,
    ).toMatchObject({
      state: 'answered',
      attempts: 1,
    });
  });

  it('starts to wait for a call record that is late, and waits no longer than the limit', () => {
    const read = reading('unanswered', ['a']);
    const waiting = decideOutcome(REF, CALLING, read, RUNNING)?.after;
    expect(waiting).toMatchObject({ state: 'calling', reason: 'awaiting_record', due: NOW });
    const later = (ms: number) => ({ ...RUNNING, now: NOW + ms });
    if (waiting === undefined) throw new Error('it does not wait');
    expect(decideOutcome(REF, waiting, read, later(10 * MINUTE - 1))).toBeUndefined();
    const end = decideOutcome(REF, waiting, read, later(10 * MINUTE));
    expect(end?.after).toMatchObject({ state: 'missed', disposition: 'record_missing', attempts: 1, due: 0 });
    expect(end?.story?.calls).toEqual([{ sessionId: 'a', recordMissing: true }]);
    const answered = decideOutcome(REF, waiting, reading('answered', ['a']), later(10 * MINUTE));
    expect(answered?.after).toMatchObject({ state: 'answered', disposition: 'answered', attempts: 1 });
  });

  it('takes a record that comes while it waits, and forgets that it waited', () => {
    const waiting: CalleeRecord = { ...CALLING, reason: 'awaiting_record', due: NOW - MINUTE };
    const move = decideOutcome(REF, waiting, reading('unanswered', ['a'], [record('a', 'busy')]), RUNNING);
    expect(move?.after).toMatchObject({ state: 'missed', disposition: 'busy', due: 0 });
  });

  it('waits while one of several records is missing, then counts every session', () => {
    const one = reading('unanswered', ['a', 'b'], [record('a', 'busy')]);
    expect(decideOutcome(REF, CALLING, one, ENDED)?.after.state).toBe('calling');
    const both = reading('unanswered', ['a', 'b'], [record('b', 'no_answer', NOW + 1), record('a', 'busy')]);
    const move = decideOutcome(REF, CALLING, both, ENDED);
    expect(move?.after).toMatchObject({ state: 'missed', disposition: 'no_answer', attempts: 2 });
    expect(move?.story?.calls?.map((call) => call.sessionId)).toEqual(['a', 'b']);
  });

  it('a callee whom any of the calls reached is answered, whichever call was the last', () => {
    const read = reading('unanswered', ['a', 'b'], [record('a', 'answered'), record('b', 'busy', NOW + 1)]);
    expect(decideOutcome(REF, CALLING, read, ENDED)?.after).toMatchObject({
      state: 'answered',
      disposition: 'answered',
      attempts: 2,
    });
  });

  it('believes a claimed call without a session, as one attempt', () => {
    expect(decideOutcome(REF, CALLING, reading('answered'), RUNNING)?.after).toMatchObject({
      state: 'answered',
      attempts: 1,
    });
    expect(decideOutcome(REF, CALLING, reading('unanswered'), RUNNING)?.after).toMatchObject({
      state: 'missed',
      disposition: 'record_missing',
      attempts: 1,
    });
  });

  it.each([
    [0, 'initial'],
    [1, 'pending_retry'],
  ] as const)(
    'a task that ends undialled gives a callee with %i attempts back as %s, at no cost',
    (attempts, state) => {
      const move = decideOutcome(REF, { ...CALLING, attempts, due: 5_000 }, reading('initial'), ENDED);
      expect(move?.after).toMatchObject({
        state,
        attempts,
        returns: 1,
        due: 0,
        reason: 'task_ended_undialled',
      });
    },
  );

  it('a callee that comes back undialled too often in a row is given to a person', () => {
    const often = { ...CALLING, returns: RETURNS_MAX - 1 };
    const move = decideOutcome(REF, often, reading('initial'), ENDED);
    expect(move?.after).toMatchObject({
      state: 'needs_attention',
      reason: 'returned_too_often',
      attempts: 0,
    });
  });

  it('a callee that the ended task does not list is given to a person', () => {
    const move = decideOutcome(REF, CALLING, reading('absent'), ENDED);
    expect(move?.after).toMatchObject({ state: 'needs_attention', reason: 'callee_missing_in_task' });
  });

  it('a callee in a state nobody knows is given to a person, with the code, and its dials still count', () => {
    const read = { ...reading('unknown', ['a', 'b'], [record('a', 'too_many_request')]), stateCode: 77 };
    const waiting = decideOutcome(REF, { ...CALLING, attempts: 1 }, read, ENDED)?.after;
    expect(waiting).toMatchObject({ state: 'calling', reason: 'awaiting_record' });
    const late = { ...CALLING, attempts: 1, due: NOW - 10 * MINUTE };
    const move = decideOutcome(REF, late, read, ENDED);
    expect(move?.after).toMatchObject({
      state: 'needs_attention',
      reason: 'unknown_provider_state',
      attempts: 2,
      due: 0,
    });
    expect(move?.story?.facts).toEqual({ calleeState: 77 });
    expect(move?.story?.calls?.map((call) => call.sessionId).sort()).toEqual(['a', 'b']);
    const undialled = decideOutcome(REF, CALLING, reading('unknown'), ENDED);
    expect(undialled?.after).toMatchObject({ state: 'needs_attention', attempts: 0 });
  });

  it('a callee still calling when its task ended is waited for, with or without a session', () => {
    for (const sessions of [[], ['a']]) {
      const move = decideOutcome(REF, CALLING, reading('calling', sessions), ENDED);
      expect(move?.after.reason).toBe('awaiting_record');
      const late = { ...CALLING, due: NOW - 10 * MINUTE };
      const end = decideOutcome(REF, late, reading('calling', sessions), ENDED);
      expect(end?.after).toMatchObject({ state: 'missed', attempts: 1 });
    }
  });

  it('counts as many attempts as the sessions that cost one, for every mixture of ends', () => {
    const ends = ['busy', 'too_many_request', 'answered', 'restricted_time', 'unknown'] as const;
    for (const first of ends) {
      for (const second of ends) {
        const read = reading('unanswered', ['a', 'b'], [record('a', first), record('b', second)]);
        const costly = [first, second].filter((end) => dispositionFacts(end).cost).length;
        expect(decideOutcome(REF, CALLING, read, ENDED)?.after.attempts).toBe(costly);
      }
    }
  });
});

describe('readingOf', () => {
  const one = (state: CalleeReading['state'], ...sessionIds: string[]) => ({
    state,
    stateCode: 0,
    sessionIds,
  });

  it('of a callee that the task does not list is absent, and over with the task', () => {
    expect(readingOf([], false)).toMatchObject({ state: 'absent', over: false });
    expect(readingOf([], true)).toMatchObject({ state: 'absent', over: true });
  });

  it('of a callee that the task lists twice has all its sessions, and is over when both are', () => {
    const both = [one('answered', 'a'), one('initial')];
    expect(readingOf(both, false)).toMatchObject({ state: 'initial', over: false });
    for (const listed of [both, both.toReversed()]) {
      expect(readingOf(listed, true)).toEqual({ ...one('answered', 'a'), over: true });
    }
    const missed = [one('unanswered', 'a', 'b'), one('unanswered', 'b', 'c')];
    expect(readingOf(missed, false)).toEqual({ ...one('unanswered', 'a', 'b', 'c'), over: true });
    expect(readingOf([one('unanswered', 'a'), one('calling')], true).state).toBe('calling');
  });
});

describe('a task that is given up', () => {
  const given = { ...RUNNING, abandonedIn: 99 };

  it('leaves to a person whom the provider is not done with, with the dials that are known', () => {
    for (const state of ['initial', 'pending_retry', 'absent', 'calling', 'unknown'] as const) {
      const move = decideOutcome(REF, CALLING, reading(state), given);
      expect(move?.after).toMatchObject({
        state: 'needs_attention',
        reason: 'unknown_provider_state',
        attempts: 0,
      });
      expect(move?.story?.facts).toEqual({ taskState: 99 });
    }
    const dialled = reading('calling', ['a'], [record('a', 'busy')]);
    expect(decideOutcome(REF, CALLING, dialled, given)?.after).toMatchObject({
      state: 'needs_attention',
      attempts: 1,
    });
    expect(decideOutcome(REF, CALLING, reading('calling', ['a']), given)?.after.reason).toBe(
      'awaiting_record',
    );
  });

  it('has its outcome for whom the provider is done with', () => {
    const read = reading('unanswered', ['a'], [record('a', 'busy')]);
    expect(decideOutcome(REF, CALLING, read, given)?.after).toMatchObject({ state: 'missed', attempts: 1 });
    expect(decideOutcome(REF, CALLING, reading('answered'), given)?.after.state).toBe('answered');
  });
});

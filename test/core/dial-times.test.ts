import { describe, expect, it } from 'vitest';
import type { CalleeStory } from '../../src/core/callee.ts';
import { dialsInBatch, dialTimesOf } from '../../src/core/dial-times.ts';
import { MINUTE } from '../../src/core/time.ts';

const T = Date.parse('2026-11-23T02:00:00Z');
const MISSED: CalleeStory = {
  at: T,
  from: 'calling',
  to: 'missed',
  reason: 'call_missed',
  attempts: 1,
  batch: 4,
};
const call = (sessionId: string, startedAt?: number) => ({
  sessionId,
  ...(startedAt !== undefined && { startedAt }),
});

describe('the dials that a line of a story tells of', () => {
  it.each<[string, Partial<CalleeStory>, number, number[]]>([
    ['one call', { calls: [call('a', T - MINUTE)] }, 0, [T - MINUTE]],
    ['two calls, in order', { attempts: 2, calls: [call('a', T - 1), call('b', T - 2)] }, 0, [T - 2, T - 1]],
    [
      'of two calls the later one, where one was declined',
      { calls: [call('a', T - 2), call('b', T - 1)] },
      0,
      [T - 1],
    ],
    ['none, where the provider declined', { attempts: 3, calls: [call('a', T - 1)] }, 3, []],
    ['one of now, where the call record never came', { calls: [call('a')] }, 0, [T]],
    ['one of now, where it names no session', {}, 0, [T]],
    [
      'none, where the task ended before',
      { to: 'initial', reason: 'task_ended_undialled', attempts: 0 },
      0,
      [],
    ],
    [
      'one of now, where nobody can tell',
      { to: 'needs_attention', reason: 'task_vanished', attempts: 0 },
      0,
      [T],
    ],
    [
      'none, where it came back too often',
      { to: 'needs_attention', reason: 'returned_too_often', attempts: 0 },
      0,
      [],
    ],
  ])('%s', (_what, line, before, expected) => {
    expect(dialTimesOf({ ...MISSED, ...line }, before)).toEqual(expected);
  });
});

describe('the dials of one batch in a whole story', () => {
  const line = (
    from: CalleeStory['from'],
    to: CalleeStory['to'],
    attempts: number,
    batch: number,
    more: Partial<CalleeStory> = {},
  ): CalleeStory => ({
    ...{ at: T, from, to, reason: 'call_missed', attempts, batch },
    ...more,
  });
  const story: CalleeStory[] = [
    line('initial', 'batched', 0, 4),
    line('batched', 'calling', 0, 4),
    line('calling', 'calling', 1, 3, { reason: 'orphan_call', calls: [call('o', T - 9)] }),
    line('calling', 'missed', 2, 4, { calls: [call('a', T - 5)] }),
    line('missed', 'pending_retry', 2, 4),
    line('pending_retry', 'pending_retry', 2, 4, { reason: 'capped' }),
    line('pending_retry', 'batched', 2, 5),
    line('batched', 'pending_retry', 2, 5, { reason: 'rules_closed' }),
    line('pending_retry', 'batched', 2, 6),
  ];

  it.each([
    ['that called', 4, [T - 5]],
    ['that was released', 5, []],
    ['that still has the callee', 6, []],
    ['that it was never in', 7, []],
  ])('%s', (_what, batch, expected) => {
    expect(dialsInBatch(story, batch)).toEqual(expected);
  });
});

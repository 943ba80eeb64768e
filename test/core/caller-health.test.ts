import { describe, expect, test } from 'vitest';
import type { CallerFacts } from '../../src/core/caller-facts.ts';
import { byHealth, callerViews, callTime, mayCall } from '../../src/core/caller-health.ts';
import { judgeBreaker } from '../../src/core/circuit-breaker.ts';
import type { CallSums } from '../../src/core/statistics.ts';
import { MINUTE, SECOND } from '../../src/core/time.ts';

const A = '008602150000001';
const B = '008602150000002';
const C = '008602150000003';
const RULES = { callers: [A, B, C], callerChannels: {}, pacing: {} };

function facts(number: string, more: Partial<CallerFacts> = {}): CallerFacts {
  return { number, state: 'normal', supply: 'own', calls: 'both', checkedAt: 1, ...more };
}

function calls(total: number, answered: number, refused: number): CallSums {
  return { calls: total, answered, refused, took: total * 20 * SECOND };
}

const idle = (): number => 0;

describe('the callers of a campaign', () => {
  test('are left out where the provider says so, and where too many of their calls were refused', () => {
    const known = [facts(A, { state: 'overdue' }), facts(B, { calls: 'in' }), facts(C)];
    expect(callerViews(RULES, known, new Map()).map(({ leftOut }) => leftOut)).toEqual([
      'not_normal',
      'cannot_call_out',
      undefined,
    ]);
    const recent = new Map([
      [1, calls(19, 0, 19)],
      [2, calls(20, 5, 6)],
    ]);
    expect(callerViews(RULES, [], recent).map(({ leftOut }) => leftOut)).toEqual([
      undefined,
      'refused_too_often',
      undefined,
    ]);
  });

  test('are all used when all of them were refused: whether to go on is not theirs to say', () => {
    const recent = new Map([1, 2, 3].map((caller) => [caller, calls(50, 0, 50)] as const));
    expect(callerViews(RULES, [], recent).every(({ leftOut }) => leftOut === undefined)).toBe(true);
  });

  test('have the channels of their entry, of the file, or one where the provider supplies or will not say', () => {
    const channels = (rules: typeof RULES | object, known: readonly CallerFacts[]) =>
      callerViews({ ...RULES, ...rules }, known, new Map()).map((view) => view.channels);
    const supplied = [facts(A, { supply: 'provider' }), facts(B, { supply: 'unknown' }), facts(C)];
    expect(channels({}, supplied)).toEqual([1, 1, undefined]);
    expect(channels({}, [])).toEqual([undefined, undefined, undefined]);
    expect(channels({ pacing: { channelsPerCaller: 4 }, callerChannels: { [B]: 9 } }, supplied)).toEqual([
      4, 9, 4,
    ]);
  });

  test('come in the order of their health where equally busy, and the idle before the busy', () => {
    const recent = new Map([
      [1, calls(100, 40, 5)],
      [2, calls(100, 60, 0)],
      [3, calls(1, 1, 0)],
    ]);
    const views = callerViews(RULES, [], recent);
    expect(byHealth(views, idle).map(({ caller }) => caller)).toEqual([2, 3, 1]);
    const busy = byHealth(views, (number) => (number === B ? 10 : 0));
    expect(busy.map(({ caller }) => caller)).toEqual([3, 1, 2]);
  });

  test('call again whom they called, unless another is wanted or they may not', () => {
    const all = new Set([1, 2, 3]);
    const may = (wish: number, usable = all) =>
      [1, 2, 3].filter((caller) => usable.has(caller) && mayCall(caller, wish, usable));
    expect(may(0)).toEqual([1, 2, 3]);
    expect(may(2)).toEqual([2]);
    expect(may(-2)).toEqual([1, 3]);
    expect(may(2, new Set([1, 3]))).toEqual([1, 3]);
    expect(may(-2, new Set([2]))).toEqual([2]);
  });

  test('take as long as their calls did, leaning on the usual while there were few', () => {
    expect(callTime(calls(0, 0, 0))).toBe(30 * SECOND);
    expect(callTime(calls(1_000, 0, 0))).toBeCloseTo(20 * SECOND, -3);
  });
});

describe('the circuit breaker', () => {
  const settings = { share: 0.3, calls: 50 };
  const judge = (recent: ReadonlyMap<number, CallSums>) =>
    judgeBreaker(settings, callerViews(RULES, [], recent), 0, 15 * MINUTE);

  test('opens at its share of its number of calls, and not a call before', () => {
    expect(
      judge(
        new Map([
          [1, calls(19, 0, 19)],
          [2, calls(19, 0, 19)],
          [3, calls(11, 0, 11)],
        ]),
      ),
    ).toBeUndefined();
    const found = judge(
      new Map([
        [1, calls(19, 0, 19)],
        [2, calls(19, 0, 19)],
        [3, calls(12, 0, 12)],
      ]),
    );
    expect(found?.reason).toBe('breaker_carrier_blocked');
    expect(found?.text).toContain('50 of the last 50 calls (100%) in 15 minutes');
    expect(found?.text).not.toMatch(/\d{7}/);
  });

  test('stays closed for one bad caller among good ones, however bad', () => {
    expect(
      judge(
        new Map([
          [1, calls(500, 0, 500)],
          [2, calls(100, 50, 1)],
          [3, calls(100, 50, 1)],
        ]),
      ),
    ).toBeUndefined();
  });

  test('stays closed for one bad caller that called too little yet to be left out, and opens for two', () => {
    const one = new Map([
      [1, calls(17, 0, 17)],
      [2, calls(17, 9, 0)],
      [3, calls(16, 9, 0)],
    ]);
    expect(judge(one)).toBeUndefined();
    expect(judge(new Map([...one, [2, calls(17, 0, 15)]]))).toBeDefined();
    // Where nobody else called, nothing shows that the others do well.
    const few = { share: 0.3, calls: 10 };
    const alone = callerViews(RULES, [], new Map([[1, calls(12, 0, 12)]]));
    expect(judgeBreaker(few, alone, 0, MINUTE)).toBeDefined();
  });

  test('opens when all of them are bad, and never where it is off', () => {
    const all = new Map([1, 2, 3].map((caller) => [caller, calls(100, 10, 40)] as const));
    expect(judge(all)).toBeDefined();
    expect(judgeBreaker('off', callerViews(RULES, [], all), 0, MINUTE)).toBeUndefined();
  });
});

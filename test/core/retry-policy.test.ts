import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openingAt } from '../../src/core/calling-window.ts';
import { CampaignSettings, type RetrySettings } from '../../src/core/campaign.ts';
import { callingRules } from '../../src/core/campaign-rules.ts';
import { DISPOSITION_NAMES, type Disposition } from '../../src/core/disposition.ts';
import { RETRY_SPREAD_MAX, RETURNS_MAX } from '../../src/core/limits.ts';
import { callerChoice, decideRetry, placingTime, type RetryQuestion } from '../../src/core/retry-policy.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/core/time.ts';

const retry: RetrySettings = {
  attemptsMax: 4,
  rules: [
    { on: ['busy'], after: [10 * MINUTE] },
    { on: ['no_answer', 'power_off'], after: [2 * HOUR, DAY] },
    { on: ['user_reject', 'restricted_area'], stop: true },
    { on: ['number_not_exist'], after: [HOUR] },
    { on: ['too_many_request'], after: [MINUTE, 30 * MINUTE] },
  ],
  otherwise: { after: [4 * HOUR] },
  dayParts: false,
};
const PLACING = placingTime({ leadTime: 10 * SECOND });
const noon = Date.parse('2026-11-23T12:00+08:00');

function decide(disposition: Disposition, over: Partial<RetryQuestion> = {}) {
  return decideRetry({
    ...{
      retry,
      rules: { holidays: [] },
      zone: 'Asia/Shanghai',
      campaignId: 'spring',
      disposition,
      now: noon,
    },
    callee: { ref: 7, attempts: 1, returns: 0 },
    placing: PLACING,
    ...over,
  });
}

const RUNS = process.env.RINGMASTER_LONG === '1' ? 200_000 : 2_000;
/** Milliseconds: the long run takes a minute or two. */
const LONG = { timeout: 3_600_000 };

function policy(words: object): RetrySettings {
  return CampaignSettings.parse({ name: 'n', callers: ['00862150000001'], ivrId: 7, retry: words }).retry;
}

function callee(attempts: number, returns = 0, ref = 7) {
  return { callee: { ref, attempts, returns } };
}

const DECIDED: readonly (readonly [string, Disposition, Partial<RetryQuestion>, number | string])[] = [
  ['a rule with one delay', 'busy', callee(1), 10 * MINUTE],
  ['the same delay again', 'busy', callee(3), 10 * MINUTE],
  ['the first of a list', 'no_answer', callee(1), 2 * HOUR],
  ['the second of a list', 'power_off', callee(2), DAY],
  ['the last of a list, repeated', 'no_answer', callee(3), DAY],
  ['no rule', 'operator_error', callee(1), 4 * HOUR],
  ['an end that is not in the reference', 'unknown', callee(1), 4 * HOUR],
  ['a call record that never came', 'record_missing', callee(1), 4 * HOUR],
  ['a stop rule', 'user_reject', callee(1), 'stop_rule'],
  ['a stop rule, also for what the provider declined', 'restricted_area', callee(0, 1), 'stop_rule'],
  ['a dead number without a rule', 'number_invalid', callee(1), 'stop_rule'],
  ['a dead number that a rule revives', 'number_not_exist', callee(1), HOUR],
  ['the last attempt', 'no_answer', callee(4), 'attempts_exhausted'],
  ['more attempts than allowed', 'no_answer', callee(9), 'attempts_exhausted'],
  ['declined, at no cost', 'too_many_request', callee(0, 1), MINUTE],
  ['declined again, at no cost', 'too_many_request', callee(0, 2), 30 * MINUTE],
  ['declined once more', 'too_many_request', callee(0, RETURNS_MAX - 1), 30 * MINUTE],
  ['declined too often', 'too_many_request', callee(0, RETURNS_MAX), 'returned_too_often'],
  ['many returns before a real attempt', 'busy', callee(1, RETURNS_MAX), 10 * MINUTE],
];

describe('the retry policy', () => {
  test.each(DECIDED)('%s', (_, disposition, over, expected) => {
    const decision = decide(disposition, over);
    if (typeof expected === 'string') {
      expect(decision.reason).toBe(expected);
      return;
    }
    const dueAt = decision.kind === 'retry' ? decision.dueAt - noon : Number.NaN;
    const opensNextDay = expected === DAY ? DAY : expected;
    expect(dueAt).toBeGreaterThanOrEqual(opensNextDay);
    expect(dueAt).toBeLessThan(opensNextDay + Math.min(expected * 0.1, RETRY_SPREAD_MAX) + SECOND);
  });

  test('every disposition has an answer', () => {
    for (const disposition of DISPOSITION_NAMES) {
      expect(['retry', 'stop']).toContain(decide(disposition).kind);
    }
  });

  test('a thousand equal retries are spread, the same way each time', () => {
    const dues = Array.from({ length: 1_000 }, (_, ref) => {
      const decision = decide('no_answer', callee(1, 0, ref));
      expect(decide('no_answer', callee(1, 0, ref))).toEqual(decision);
      return decision.kind === 'retry' ? decision.dueAt : 0;
    });
    const perSecond = new Map<number, number>();
    for (const due of dues) perSecond.set(due, (perSecond.get(due) ?? 0) + 1);
    expect(Math.max(...perSecond.values())).toBeLessThan(20);
    expect(Math.max(...dues) - Math.min(...dues)).toBeGreaterThan(RETRY_SPREAD_MAX * 0.9);
    expect(new Set(dues.map((due) => due % SECOND))).toEqual(new Set([0]));
  });

  test("a retry due at night moves to the opening, spread, in the callee's own zone", () => {
    const evening = Date.parse('2026-11-23T20:30+08:00');
    const opens = Date.parse('2026-11-24T08:00+08:00');
    const dues = Array.from({ length: 200 }, (_, ref) => {
      const decision = decide('no_answer', { now: evening, ...callee(1, 0, ref) });
      return decision.kind === 'retry' ? decision.dueAt : 0;
    });
    expect(Math.min(...dues)).toBeGreaterThanOrEqual(opens);
    expect(Math.max(...dues)).toBeLessThan(opens + RETRY_SPREAD_MAX);
    expect(new Set(dues).size).toBeGreaterThan(50);
    const newYork = decide('no_answer', { now: evening, zone: 'America/New_York' });
    expect(newYork.kind === 'retry' && newYork.dueAt - evening).toBeLessThan(2 * HOUR + RETRY_SPREAD_MAX);
  });

  test('no window left before the end of the campaign exhausts', () => {
    const rules = { holidays: [], endAt: noon + HOUR };
    expect(decide('no_answer', { rules })).toEqual({ kind: 'exhaust', reason: 'no_window_left' });
    expect(decide('busy', { rules }).kind).toBe('retry');
  });

  test.each([
    ['the last moment for a task', noon + 2 * HOUR + PLACING, 'retry_scheduled'],
    ['too late for a task', noon + 2 * HOUR + PLACING - SECOND, 'no_window_left'],
    ['the last second', noon + 2 * HOUR + SECOND, 'no_window_left'],
  ])('a retry that falls due in the last window: %s', (_, endAt, reason) => {
    const never = { ...retry, rules: [{ on: ['busy' as const], after: [2 * HOUR] }] };
    // A callee without spread.
    const spread = Array.from({ length: 500 }, (_, ref) =>
      decide('busy', { retry: never, ...callee(1, 0, ref) }),
    );
    const ref = spread.findIndex((one) => one.kind === 'retry' && one.dueAt === noon + 2 * HOUR);
    expect(ref).toBeGreaterThanOrEqual(0);
    const rules = { holidays: [], endAt };
    expect(decide('busy', { retry: never, rules, ...callee(1, 0, ref) }).reason).toBe(reason);
  });

  test('a retry that falls due too late in a window goes to the next that is long enough', () => {
    const windows = [
      ['12:00', '14:00'],
      ['15:00', '15:01'],
      ['17:00', '17:05'],
    ].map(([from = '', to = '']) => ({ days: ['mon' as const], from, to }));
    const rules = { holidays: [], windows };
    const placing = 2 * MINUTE;
    for (let ref = 0; ref < 100; ref += 1) {
      const decision = decide('no_answer', { rules, placing, ...callee(1, 0, ref) });
      const since = decision.kind === 'retry' ? decision.dueAt - (noon + 5 * HOUR) : Number.NaN;
      expect(since).toBeGreaterThanOrEqual(0);
      expect(since).toBeLessThanOrEqual(3 * MINUTE);
    }
  });

  test('an unknown zone is an error, never a retry', () => {
    expect(() => decide('busy', { zone: 'Mars/Olympus' })).toThrow('unknown time zone');
  });

  test('a rule may ask for another caller, and says so of the disposition alone', () => {
    const words = policy({
      rules: [{ on: ['carrier_blocked'], after: '1h', caller: 'other' }],
      otherwise: { after: '2h' },
    });
    expect(decide('carrier_blocked', { retry: words })).toMatchObject({ kind: 'retry', caller: 'other' });
    expect(decide('busy', { retry: words })).toMatchObject({ kind: 'retry', caller: 'same' });
    expect(callerChoice(words, 'carrier_blocked')).toBe('other');
    expect(callerChoice(words, 'busy')).toBe('same');
    expect(callerChoice(words, undefined)).toBe('same');
    const always = policy({ otherwise: { after: '2h', caller: 'other' } });
    expect(callerChoice(always, 'busy')).toBe('other');
  });

  test('rules of the file go before those of its preset, and its other words replace them', () => {
    const words = policy({
      preset: 'standard',
      attemptsMax: 5,
      rules: [{ on: ['busy', 'number_not_exist'], after: '3h' }],
      dayParts: true,
    });
    expect(words.attemptsMax).toBe(5);
    expect(words.dayParts).toBe(true);
    const busy = decide('busy', { retry: { ...words, dayParts: false } });
    expect(busy.kind === 'retry' && busy.dueAt - noon).toBeGreaterThanOrEqual(3 * HOUR);
    expect(decide('number_not_exist', { retry: words }).kind).toBe('retry');
    expect(decide('number_invalid', { retry: words }).kind).toBe('stop');
    expect(policy({ preset: 'gentle' }).attemptsMax).toBe(2);
    expect(policy({}).attemptsMax).toBe(3);
  });

  test('every due time lies inside a window, not before the delay, and on a whole second', LONG, () => {
    const clock = fc.constantFrom('08:00', '09:30', '12:00', '12:01', '18:00', '23:00', '00:30');
    const windows = fc.array(
      fc
        .record({
          days: fc.subarray(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const, { minLength: 1 }),
          ...{ from: clock, to: clock },
        })
        .filter((one) => one.from !== one.to)
        .map((one) => ({ ...one, days: [...one.days] })),
      { minLength: 1, maxLength: 3 },
    );
    const times = fc.record({
      delay: fc.integer({ min: 0, max: 3 * DAY }),
      now: fc.integer({ min: noon, max: noon + 30 * DAY }),
      endAt: fc.option(fc.integer({ min: noon, max: noon + 40 * DAY }), { nil: undefined }),
      zone: fc.constantFrom('Asia/Shanghai', 'America/New_York', 'Australia/Lord_Howe'),
      dayParts: fc.boolean(),
      platformHours: fc.boolean(),
      blackouts: fc.array(
        fc
          .record({ kind: fc.constant('wall' as const), from: fc.integer({ min: 0, max: 20 }) })
          .map((one) => ({
            ...one,
            from: noon + one.from * DAY,
            to: noon + one.from * DAY + 20 * HOUR,
          })),
        { maxLength: 2 },
      ),
    });
    fc.assert(
      fc.property(
        windows,
        times,
        fc.nat(),
        (windows, { delay, now, endAt, zone, dayParts, platformHours, blackouts }, ref) => {
          const rules = { windows, holidays: [], blackouts, platformHours, endAt };
          const retry: RetrySettings = { attemptsMax: 3, rules: [], otherwise: { after: [delay] }, dayParts };
          const question = { rules, zone, now, retry, ...callee(1, 0, ref) };
          const decision = decide('busy', question);
          expect(decide('busy', { ...question, rules: { ...rules } }), 'on replay').toEqual(decision);
          if (decision.kind !== 'retry') {
            // No later window is left but one too short for a task.
            let from = now + delay + 6 * MINUTE;
            for (let left = openingAt(rules, zone, from); ; left = openingAt(rules, zone, from)) {
              if (!left.open && left.opensAt === undefined) return;
              if (left.open) expect(left.closesAt - from).toBeLessThan(PLACING);
              from = left.open ? left.closesAt : (left.opensAt ?? from);
            }
          }
          const opening = openingAt(rules, zone, decision.dueAt);
          expect(opening.open && opening.closesAt - decision.dueAt).toBeGreaterThanOrEqual(PLACING);
          expect(decision.dueAt).toBeGreaterThanOrEqual(now + delay);
          expect(decision.dueAt % SECOND).toBe(0);
        },
      ),
      { numRuns: RUNS },
    );
  });

  test('the settings of a campaign file are the rules and the policy as they are', () => {
    const settings = CampaignSettings.parse({ name: 'n', callers: ['00862150000001'], ivrId: 7 });
    const rules = callingRules({ settings, createdAt: noon });
    const decision = decide('busy', { retry: settings.retry, rules });
    expect(decision).toMatchObject({ kind: 'retry', reason: 'retry_scheduled' });
  });
});

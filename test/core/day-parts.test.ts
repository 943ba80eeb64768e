import { describe, expect, test } from 'vitest';
import type { CallingRules } from '../../src/core/calling-window.ts';
import { CampaignSettings } from '../../src/core/campaign.ts';
import { dayPartAt } from '../../src/core/day-parts.ts';
import type { Disposition } from '../../src/core/disposition.ts';
import { decideRetry } from '../../src/core/retry-policy.ts';
import { HOUR, type Instant, MINUTE, SECOND } from '../../src/core/time.ts';
import { isoInZone } from '../../src/core/zone-clock.ts';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const at = (text: string): Instant => Date.parse(text);

function daily(...spans: readonly (readonly [string, string])[]): CallingRules {
  return { windows: spans.map(([from, to]) => ({ days: [...DAYS], from, to })), holidays: [] };
}

/** The due time of a callee whose attempt failed, as its own clock shows it. */
function due(
  failedAt: string,
  rules: CallingRules,
  { zone = 'Asia/Shanghai', after = '10m', on = 'no_answer' as Disposition, rule = {} } = {},
): string {
  const retry = { dayParts: true, attemptsMax: 3, rules: [{ on: ['no_answer', 'busy'], after, ...rule }] };
  const settings = CampaignSettings.parse({ name: 'n', callers: ['00862150000001'], ivrId: 7, retry });
  const decision = decideRetry({
    ...{ retry: settings.retry, rules, zone, campaignId: 'spring', disposition: on, now: at(failedAt) },
    callee: { ref: 7, attempts: on === 'too_many_request' ? 0 : 1, returns: 0 },
    placing: 20 * SECOND,
  });
  return decision.kind === 'retry' ? isoInZone(decision.dueAt, zone).slice(0, 16) : decision.reason;
}

const LONG = daily(['08:00', '21:00']);

describe('parts of the day', () => {
  test.each([
    ['2026-11-23T08:00+08:00', 'morning'],
    ['2026-11-23T11:59+08:00', 'morning'],
    ['2026-11-23T12:00+08:00', 'afternoon'],
    ['2026-11-23T16:59+08:00', 'afternoon'],
    ['2026-11-23T17:00+08:00', 'evening'],
    ['2026-11-23T00:00+08:00', 'morning'],
  ])('%s is %s where the callee is', (text, part) => {
    expect(dayPartAt('Asia/Shanghai', at(text))).toBe(part);
  });

  test.each([
    ['a morning goes to the afternoon', '2026-11-23T09:00+08:00', '10m', /^2026-11-23T12:0[01]/],
    [
      'a morning goes to the evening after a long delay',
      '2026-11-23T09:00+08:00',
      '9h',
      /^2026-11-23T18:0\d/,
    ],
    ['an afternoon goes to the evening', '2026-11-23T13:00+08:00', '10m', /^2026-11-23T17:0[01]/],
    ['an evening goes to the next morning', '2026-11-23T18:00+08:00', '10m', /^2026-11-24T08:0[01]/],
    ['a day later is still another part', '2026-11-23T09:00+08:00', '1d', /^2026-11-24T12:0[0-5]/],
  ])('%s', (_, failedAt, after, expected) => {
    expect(due(failedAt, LONG, { after })).toMatch(expected);
  });

  test("the callee's own clock says which part it is", () => {
    expect(due('2026-11-23T09:00-05:00', LONG, { zone: 'America/New_York' })).toMatch(/^2026-11-23T12:0[01]/);
  });

  test('a part that no window has falls back to the next window', () => {
    expect(due('2026-11-23T09:00+08:00', daily(['09:00', '11:30']))).toMatch(/^2026-11-23T09:1\d/);
    expect(due('2026-11-23T11:25+08:00', daily(['09:00', '11:30']))).toMatch(/^2026-11-24T09:0[01]/);
  });

  test('a part that the campaign does not live to see falls back, and so does its last window', () => {
    const endAt = at('2026-11-23T11:30+08:00');
    expect(due('2026-11-23T09:00+08:00', { ...LONG, endAt })).toMatch(/^2026-11-23T09:1\d/);
    expect(due('2026-11-23T11:29+08:00', { ...LONG, endAt })).toBe('no_window_left');
  });

  test('a rule may keep to its delay, and what was never dialled failed in no part', () => {
    expect(due('2026-11-23T09:00+08:00', LONG, { on: 'busy', rule: { dayParts: false } })).toMatch(
      /^2026-11-23T09:1\d/,
    );
    expect(due('2026-11-23T09:00+08:00', LONG, { on: 'too_many_request' })).toMatch(/^2026-11-23T13:0\d/);
  });

  test('the end of a part is not passed by the spread', () => {
    const narrow = daily(['09:00', '10:00'], ['16:58', '18:00']);
    for (let ref = 0; ref < 50; ref += 1) {
      const settings = CampaignSettings.parse({
        ...{ name: 'n', callers: ['00862150000001'], ivrId: 7 },
        retry: { dayParts: true, otherwise: { after: '30m' } },
      });
      const decision = decideRetry({
        ...{ retry: settings.retry, rules: narrow, zone: 'Asia/Shanghai', campaignId: 'spring' },
        ...{ disposition: 'busy', now: at('2026-11-23T17:30+08:00') },
        callee: { ref, attempts: 1, returns: 0 },
        placing: 20 * SECOND,
      });
      const dueAt = decision.kind === 'retry' ? decision.dueAt : Number.NaN;
      expect(dueAt).toBeGreaterThanOrEqual(at('2026-11-24T09:00+08:00'));
      expect(dueAt).toBeLessThan(at('2026-11-24T09:00+08:00') + HOUR - 55 * MINUTE);
    }
  });
});

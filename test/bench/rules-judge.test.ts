import { describe, expect, it } from 'vitest';
import { type BrokenRule, type JudgedCampaign, type JudgedDial, judgeDials } from './rules-judge.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NUMBER = '8613800000001';
const LATE_MAX = 10_000;

/** Friday, ten o'clock in New York, two days before its clocks change. */
const FRIDAY = Date.parse('2027-03-12T10:00:00-05:00');

const SPRING: JudgedCampaign = {
  id: 'spring',
  zoneOf: () => 'America/New_York',
  windows: [
    { days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '09:00', to: '18:00' },
    { days: ['fri'], from: '22:00', to: '00:30' },
  ],
  holidays: [],
  blackouts: [],
  platformHours: false,
  endAt: FRIDAY + 30 * DAY,
  perDay: 2,
  rolling: [{ calls: 3, per: 2 * DAY }],
  minGap: HOUR,
  lifetime: 10,
};
const AUTUMN: JudgedCampaign = { ...SPRING, id: 'autumn', perDay: 9, rolling: [], minGap: MINUTE };

let tasks = 1_000;

/** A call of half a minute by a task of its own. */
function dial(at: number, change: Partial<JudgedDial> = {}): JudgedDial {
  tasks += 1;
  const own = { number: NUMBER, taskId: tasks, taskName: `spring.b${tasks}.1`, declined: false };
  return { ...own, at, endAt: at + MINUTE / 2, ...change };
}

function broken(
  dials: readonly JudgedDial[],
  campaigns: readonly JudgedCampaign[] = [SPRING, AUTUMN],
  optOuts: Parameters<typeof judgeDials>[2] = [],
): BrokenRule[] {
  return judgeDials(dials, campaigns, optOuts, LATE_MAX).breaches.map(({ rule }) => rule);
}

describe('the judge of the bench "rules"', () => {
  it('finds nothing in dials that keep to every rule', () => {
    const dials = [dial(FRIDAY), dial(FRIDAY + HOUR), dial(FRIDAY + DAY), dial(FRIDAY + 3 * DAY)];
    expect(judgeDials(dials, [SPRING], [], LATE_MAX)).toEqual({
      ...{ breaches: [], dials: 4, declined: 0, latest: 0 },
      filled: 2,
    });
  });

  it('finds a dial outside a window, by the clock where the callee is', () => {
    expect(broken([dial(Date.parse('2027-03-12T08:59:59-05:00'))])).toEqual(['window']);
    expect(broken([dial(Date.parse('2027-03-12T18:00:00-05:00'))])).toEqual(['window']);
    // Once the clocks were put forward, nine o'clock is an hour earlier than the day before.
    expect(broken([dial(Date.parse('2027-03-13T13:30:00Z'))])).toEqual(['window']);
    expect(broken([dial(Date.parse('2027-03-14T13:30:00Z'))])).toEqual([]);
    expect(broken([dial(Date.parse('2027-03-14T22:30:00Z'))])).toEqual(['window']);
  });

  it('lets a window run past midnight, but not out of a holiday or into one', () => {
    const night = Date.parse('2027-03-13T00:15:00-05:00');
    expect(broken([dial(night)])).toEqual([]);
    expect(broken([dial(night + 15 * MINUTE)])).toEqual(['window']);
    expect(broken([dial(night + DAY)])).toEqual(['window']);
    expect(broken([dial(night)], [{ ...SPRING, holidays: ['2027-03-12'] }])).toEqual(['window']);
    expect(broken([dial(night)], [{ ...SPRING, holidays: ['2027-03-13'] }])).toEqual(['window']);
  });

  it("finds a dial in a blackout, outside the platform's hours, and after the campaign's end", () => {
    const blackouts = [{ from: '2027-03-12T10:00', to: '2027-03-12T11:00' }];
    expect(broken([dial(FRIDAY)], [{ ...SPRING, blackouts }])).toEqual(['window']);
    expect(broken([dial(FRIDAY + HOUR)], [{ ...SPRING, blackouts }])).toEqual([]);
    expect(broken([dial(FRIDAY)], [{ ...SPRING, platformHours: true }])).toEqual(['window']);
    expect(broken([dial(FRIDAY)], [{ ...SPRING, endAt: FRIDAY }])).toEqual(['window']);
  });

  it('finds a dial above each kind of cap, counting those of other campaigns', () => {
    const autumn = (at: number): JudgedDial => dial(at, { taskName: `autumn.b${at}.1` });
    const rare = { ...SPRING, rolling: [] };
    expect(broken([autumn(FRIDAY), autumn(FRIDAY + HOUR), dial(FRIDAY + 2 * HOUR)], [rare, AUTUMN])).toEqual([
      'cap',
    ]);
    expect(broken([dial(FRIDAY), dial(FRIDAY + HOUR), autumn(FRIDAY + 2 * HOUR)])).toEqual([]);
    const often = { ...SPRING, perDay: 9 };
    const four = [0, 1, 2, 3].map((hours) => dial(FRIDAY + hours * HOUR));
    expect(broken(four, [often])).toEqual(['cap']);
    expect(broken([autumn(FRIDAY), dial(FRIDAY + HOUR - 1)])).toEqual(['cap']);
    expect(broken([dial(FRIDAY), dial(FRIDAY + HOUR)], [{ ...SPRING, lifetime: 1 }])).toEqual(['cap']);
  });

  it('counts no call that the provider declined under a cap', () => {
    const declined = [1, 2, 3, 4].map((minutes) => dial(FRIDAY + minutes * MINUTE, { declined: true }));
    const verdict = judgeDials([...declined, dial(FRIDAY + HOUR)], [SPRING], [], LATE_MAX);
    expect(verdict).toMatchObject({ breaches: [], dials: 1, declined: 4 });
  });

  it('finds a dial after a suppression, of all campaigns or of its own, and measures what is let pass', () => {
    const optOut = { number: NUMBER, campaignId: undefined, storedAt: FRIDAY };
    const late = dial(FRIDAY + LATE_MAX + 1);
    expect(broken([late], [SPRING], [optOut])).toEqual(['suppression']);
    expect(broken([late], [SPRING], [{ ...optOut, campaignId: 'spring' }])).toEqual(['suppression']);
    expect(broken([late], [SPRING], [{ ...optOut, campaignId: 'autumn' }])).toEqual([]);
    expect(broken([late], [SPRING], [{ ...optOut, number: '8613800000002' }])).toEqual([]);
    const inTime = judgeDials([dial(FRIDAY + 2_500)], [SPRING], [optOut], LATE_MAX);
    expect(inTime).toMatchObject({ breaches: [], latest: 2_500 });
    expect(judgeDials([dial(FRIDAY - 1)], [SPRING], [optOut], LATE_MAX).latest).toBe(0);
  });

  it('finds a number that is dialled twice for one attempt', () => {
    const first = dial(FRIDAY);
    const later = { at: FRIDAY + 2 * HOUR, endAt: FRIDAY + 2 * HOUR + 1 };
    expect(broken([first, { ...first, ...later }])).toEqual(['duplicate']);
    expect(broken([first, dial(later.at, { taskName: `${first.taskName.slice(0, -1)}2` })])).toEqual([
      'duplicate',
    ]);
    const free = { ...SPRING, minGap: 0 };
    expect(broken([first, dial(FRIDAY + 1_000)], [free])).toEqual(['duplicate']);
  });

  it('finds a dial that no campaign asked for, and never shows a number', () => {
    const stranger = judgeDials([dial(FRIDAY, { taskName: 'winter.b1.1' })], [SPRING], [], LATE_MAX);
    expect(stranger.breaches.map(({ rule }) => rule)).toEqual(['stranger']);
    const [breach] = judgeDials([dial(FRIDAY - 5 * HOUR)], [SPRING], [], LATE_MAX).breaches;
    expect(breach?.text).toContain('outside its windows: fri 2027-03-12 05:00:00 in America/New_York');
    expect(breach?.text).not.toContain(NUMBER);
  });
});

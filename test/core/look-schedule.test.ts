import { describe, expect, it } from 'vitest';
import { STOPPED_LOOK_INTERVAL } from '../../src/core/limits.ts';
import {
  endOfTask,
  endWithin,
  expectedEnd,
  firstLook,
  foretoldEnd,
  nextLook,
  nextRecordLookAt,
  nextStoppedLookAt,
} from '../../src/core/look-schedule.ts';
import { HOUR, MINUTE, SECOND } from '../../src/core/time.ts';

const SINCE = Date.parse('2026-11-23T02:00:00Z');
const BOUNDS = { lookIntervalMin: 2 * SECOND, lookIntervalMax: 5 * MINUTE };
const LIKE = {
  notBefore: SINCE,
  dialsFrom: SINCE + 10 * MINUTE,
  dialsTo: SINCE + 14 * MINUTE,
  endAt: SINCE + 16 * MINUTE,
  calleesTotal: 500,
};

describe('the end that a reading foretells', () => {
  it('is where the pace so far leads', () => {
    const now = SINCE + 10 * MINUTE;
    expect(foretoldEnd({ since: SINCE, now, over: 250, total: 500 })).toBe(SINCE + 20 * MINUTE);
    expect(foretoldEnd({ since: SINCE, now, over: 400, total: 500 })).toBe(SINCE + 12.5 * MINUTE);
    expect(foretoldEnd({ since: SINCE, now, over: 500, total: 500 })).toBe(now);
  });

  it('is as long again while nobody is over', () => {
    const now = SINCE + 7 * MINUTE;
    expect(foretoldEnd({ since: SINCE, now, over: 0, total: 500 })).toBe(SINCE + 14 * MINUTE);
  });

  it('is a whole time, never before now, whatever the clock and the counts say', () => {
    for (const elapsed of [-30 * SECOND, 0, 1, SECOND, 24 * HOUR])
      for (const [over, total] of [
        [0, 0],
        [0, 500],
        [1, 500],
        [500, 500],
      ] as const) {
        const end = foretoldEnd({ since: SINCE, now: SINCE + elapsed, over, total });
        expect(Number.isSafeInteger(end)).toBe(true);
        expect(end).toBeGreaterThanOrEqual(SINCE + elapsed);
      }
  });
});

describe('the end that another task of the campaign lets expect', () => {
  const later = SINCE + HOUR;

  it('is as long after the start as that one took, for as many callees', () => {
    expect(expectedEnd({ notBefore: later, calleesTotal: 500 }, LIKE)).toBe(later + 16 * MINUTE);
  });

  it('is shorter or longer by the dialling only, for fewer or more callees', () => {
    expect(expectedEnd({ notBefore: later, calleesTotal: 250 }, LIKE)).toBe(later + 14 * MINUTE);
    expect(expectedEnd({ notBefore: later, calleesTotal: 1_000 }, LIKE)).toBe(later + 20 * MINUTE);
  });

  it('is never before the start, whatever the provider said of its calls', () => {
    const nonsense = { ...LIKE, dialsTo: SINCE - HOUR, endAt: SINCE - HOUR };
    expect(expectedEnd({ notBefore: later, calleesTotal: 1 }, nonsense)).toBe(later);
    const long = { ...LIKE, dialsFrom: SINCE - DAYS, dialsTo: SINCE + DAYS };
    expect(expectedEnd({ notBefore: later, calleesTotal: 1 }, long)).toBeGreaterThanOrEqual(later);
  });
});

const DAYS = 3 * 24 * HOUR;

describe('the end of a task that is found ended', () => {
  const now = SINCE + 10 * MINUTE;

  it('is that of its last call, where its record tells', () => {
    expect(endOfTask(SINCE, now, now - 40 * SECOND)).toBe(now - 40 * SECOND);
    expect(endOfTask(SINCE, now, SINCE - HOUR)).toBe(SINCE);
  });

  it('is supposed to be some time ago where nothing tells, so that looks do not get later and later', () => {
    let lasted = 10 * MINUTE;
    for (let task = 0; task < 50; task += 1) {
      const look = firstLook({ since: SINCE, now: SINCE, endAt: SINCE + lasted, oldest: false }, BOUNDS);
      lasted = endOfTask(SINCE, look, undefined) - SINCE;
    }
    expect(lasted).toBeLessThan(5 * MINUTE);
    expect(endOfTask(SINCE, now, now + HOUR)).toBe(SINCE + 9 * MINUTE);
  });
});

describe('the first look at a task', () => {
  const look = (lasts: number, oldest = false): number =>
    firstLook({ since: SINCE, now: SINCE, endAt: SINCE + lasts, oldest }, BOUNDS) - SINCE;

  it('is behind its end, by some tens of seconds at most', () => {
    for (const lasts of [SECOND, MINUTE, 4 * MINUTE, 40 * MINUTE]) {
      expect(look(lasts)).toBeGreaterThan(lasts);
      expect(look(lasts)).toBeLessThanOrEqual(lasts + 40 * SECOND);
    }
  });

  it('is no later than the interval for the oldest of a campaign, and than an hour for others', () => {
    expect(look(6 * HOUR, true)).toBe(BOUNDS.lookIntervalMax);
    expect(look(6 * HOUR)).toBe(12 * BOUNDS.lookIntervalMax);
  });

  it('is in the past for a task that should have ended', () => {
    const now = SINCE + HOUR;
    expect(firstLook({ since: SINCE, now, endAt: SINCE + MINUTE, oldest: true }, BOUNDS)).toBeLessThan(now);
  });
});

describe('the next look at a task that goes on', () => {
  it('leaves the tail of a task alone for a while, the longer the task', () => {
    const wait = (elapsed: number): number => {
      const now = SINCE + elapsed;
      return nextLook({ since: SINCE, now, endAt: now, oldest: true }, BOUNDS) - now;
    };
    expect(wait(0)).toBe(BOUNDS.lookIntervalMin);
    expect(wait(3 * MINUTE)).toBeGreaterThanOrEqual(18 * SECOND);
    expect(wait(10 * HOUR)).toBeLessThanOrEqual(40 * SECOND);
  });

  it('comes at the foretold end, and not later than the interval for the oldest', () => {
    const now = SINCE + 2 * MINUTE;
    const soon = { since: SINCE, now, endAt: now + 2 * MINUTE, oldest: true };
    expect(nextLook(soon, BOUNDS)).toBeGreaterThan(soon.endAt);
    expect(nextLook({ ...soon, endAt: now + HOUR }, BOUNDS)).toBe(now + BOUNDS.lookIntervalMax);
  });
});

describe('the look for late call records', () => {
  it('doubles the wait each time, between the two bounds', () => {
    const waits: number[] = [];
    for (let now = SINCE; waits.length < 12; ) {
      const next = nextRecordLookAt(SINCE, now, BOUNDS);
      waits.push(next - now);
      now = next;
    }
    expect(waits.slice(0, 4)).toEqual([2_000, 2_000, 4_000, 8_000]);
    expect(waits.at(-1)).toBe(BOUNDS.lookIntervalMax);
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
  });

  it('is not drawn nearer by a clock that went back', () => {
    expect(nextRecordLookAt(SINCE + MINUTE, SINCE, BOUNDS)).toBe(SINCE + BOUNDS.lookIntervalMin);
  });
});

describe('a task whose time ends before its calls do', () => {
  it('is looked at soon after that, not when its calls would have ended', () => {
    const now = 1_000_000;
    const bounds = { lookIntervalMin: 2_000, lookIntervalMax: 300_000 };
    const endAt = endWithin(now + 3 * 3_600_000, now + 600_000, now);
    expect(endAt).toBe(now + 600_000);
    const look = firstLook({ since: now, now, endAt, oldest: false }, bounds);
    expect(look).toBeGreaterThan(endAt);
    expect(look).toBeLessThanOrEqual(endAt + 40_000);
  });

  it('that is over already goes on to its last call, and is looked at ever less often for that', () => {
    expect(endWithin(5_000, 1_000, 2_000)).toBe(3_000);
    expect(endWithin(50_000, 1_000, 9_000)).toBe(17_000);
    expect(endWithin(5_000, 9_000, 2_000)).toBe(5_000);
  });

  it('and which was stopped is looked at soon, and ever less often once it should have ended all the same', () => {
    expect(nextStoppedLookAt(90_000, 60_000)).toBe(60_000 + STOPPED_LOOK_INTERVAL);
    expect(nextStoppedLookAt(0, HOUR)).toBe(HOUR + HOUR / 10);
  });
});

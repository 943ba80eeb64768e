import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CallingRules, openingAt } from '../../src/core/calling-window.ts';
import type { Blackout, CallingWindow } from '../../src/core/campaign.ts';
import { OPENING_HORIZON } from '../../src/core/limits.ts';
import { DAY, HOUR, type Instant, MINUTE } from '../../src/core/time.ts';
import { UnknownTimeZoneError } from '../../src/core/zone-clock.ts';

const RUNS = process.env.RINGMASTER_LONG === '1' ? 1_000_000 : 20_000;
const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const ZONES = [
  ...['Asia/Shanghai', 'America/New_York', 'Europe/London', 'Australia/Lord_Howe'],
  ...['Asia/Kathmandu', 'America/Sao_Paulo', 'Pacific/Apia', 'UTC'],
];
/** Clock changes of those zones: spring, autumn, half an hour, at midnight, and a whole day left out. */
const CHANGES = [
  ...[
    '2026-03-08T07:00Z',
    '2026-11-01T06:00Z',
    '2026-03-29T01:00Z',
    '2026-10-25T01:00Z',
    '2026-04-04T15:00Z',
  ],
  ...[
    '2026-10-03T15:30Z',
    '2018-11-04T03:00Z',
    '2019-02-17T02:00Z',
    '2011-12-30T10:00Z',
    '2012-03-31T14:00Z',
  ],
].map((text) => Date.parse(text));

const formats = new Map<string, Intl.DateTimeFormat>();

/** Minutes of wall time since 1970-01-01 00:00, as the runtime's own formatter shows it. */
function wallMinute(zone: string, at: Instant): number {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      ...{ timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
      ...{ hour: 'numeric', minute: 'numeric' },
    });
    formats.set(zone, format);
  }
  const parts: Record<string, number> = {};
  for (const { type, value } of format.formatToParts(at)) parts[type] = Number(value);
  const { year = 0, month = 0, day = 0, hour = 0, minute = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute) / MINUTE;
}

function minuteOf(text: string): number {
  return Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
}

/** Whether the rules' words, read literally, have this minute of wall time inside a window. */
function isInside(rules: CallingRules, wall: number): boolean {
  const day = Math.floor(wall / 1_440);
  const minute = wall - day * 1_440;
  const dateOf = (number: number) => new Date(number * DAY).toISOString().slice(0, 10);
  const nameOf = (number: number) => DAYS[(new Date(number * DAY).getUTCDay() + 6) % 7]!;
  const blackouts = rules.blackouts ?? [];
  const isHoliday = (number: number) =>
    rules.holidays.includes(dateOf(number)) ||
    blackouts.some(({ kind, from, to }) => kind === 'days' && from <= number * DAY && number * DAY < to);
  const isBlack = blackouts.some(
    ({ kind, from, to }) => kind === 'wall' && from <= wall * MINUTE && wall * MINUTE < to,
  );
  if (isHoliday(day) || isBlack) return false;
  const windows = rules.windows ?? [{ days: [...DAYS], from: '08:00', to: '21:00' }];
  return windows.some((window) => {
    const from = minuteOf(window.from);
    const to = minuteOf(window.to);
    if (from < to) return window.days.includes(nameOf(day)) && from <= minute && minute < to;
    if (window.days.includes(nameOf(day)) && from <= minute) return true;
    return window.days.includes(nameOf(day - 1)) && !isHoliday(day - 1) && minute < to;
  });
}

/**
 * The oracle. Open: every wall minute from the earliest that is still to come to the latest that has already been
 * is inside. On ordinary days that is the one minute shown; clocks that go back make it the repeated stretch.
 */
function isOpen(rules: CallingRules, zone: string, at: Instant): boolean {
  if (at < (rules.startAt ?? at) || at >= (rules.endAt ?? Number.POSITIVE_INFINITY)) return false;
  if (rules.blackouts?.some(({ kind, from, to }) => kind === 'instants' && from <= at && at < to))
    return false;
  const beijing = wallMinute('Asia/Shanghai', at) % 1_440;
  if (rules.platformHours === true && (beijing < 8 * 60 || beijing >= 21 * 60)) return false;
  const now = wallMinute(zone, at);
  let earliest = now;
  let latest = now;
  if (wallMinute(zone, at + 3 * HOUR) - wallMinute(zone, at - 3 * HOUR) !== 360) {
    const grid = Math.floor(at / (30 * MINUTE)) * 30 * MINUTE;
    for (let step = 0; step <= 3 * HOUR; step += 30 * MINUTE) {
      if (grid + step >= at) earliest = Math.min(earliest, wallMinute(zone, grid + step));
      latest = Math.max(latest, wallMinute(zone, Math.min(at, grid - step + 30 * MINUTE) - MINUTE));
    }
    latest = Math.max(now, latest);
  }
  for (let wall = earliest; wall <= latest; wall += 1) if (!isInside(rules, wall)) return false;
  return true;
}

/** Compares one answer with the oracle: at the instant, at the edge it names, and at minutes in between. */
function checkAnswer(rules: CallingRules, zone: string, at: Instant, probes: readonly number[]): void {
  const opening = openingAt(rules, zone, at);
  expect(opening.open, 'open at the instant').toBe(isOpen(rules, zone, at));
  const edge = opening.open ? opening.closesAt : (opening.opensAt ?? at + 10 * DAY);
  expect(edge).toBeGreaterThan(at);
  const between = probes.map((share) => Math.floor((at + share * (edge - at)) / MINUTE) * MINUTE);
  for (const probe of [...between.filter((one) => one >= at && one < edge), edge - MINUTE]) {
    if (probe < at) continue;
    expect(isOpen(rules, zone, probe), `at ${new Date(probe).toISOString()}`).toBe(opening.open);
  }
  const isFar = opening.open ? edge === at + OPENING_HORIZON : opening.opensAt === undefined;
  if (!isFar)
    expect(isOpen(rules, zone, edge), `at the edge ${new Date(edge).toISOString()}`).toBe(!opening.open);
}

const hourOrTwo = fc.oneof(fc.integer({ min: 0, max: 4 * 60 }), fc.integer({ min: 22 * 60, max: 1_440 }));
const clock = fc
  .oneof(hourOrTwo, fc.integer({ min: 0, max: 1_440 }))
  .map(
    (minute) => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`,
  );
const window: fc.Arbitrary<CallingWindow> = fc
  .record({ days: fc.subarray([...DAYS], { minLength: 1 }), from: clock, to: clock })
  .filter((one) => one.from !== one.to);
const near = fc
  .tuple(fc.constantFrom(...CHANGES), fc.integer({ min: -3 * 1_440, max: 3 * 1_440 }))
  .map(([change, minutes]) => change + minutes * MINUTE);
const anywhere = fc
  .integer({ min: Date.UTC(2011, 0, 1) / MINUTE, max: Date.UTC(2036, 0, 1) / MINUTE })
  .map((minute) => minute * MINUTE);
const instant = fc.oneof({ weight: 3, arbitrary: near }, anywhere);
/** Blackouts of all three kinds around an instant: days, wall times, and moments, all on whole minutes. */
const blackout = (at: Instant): fc.Arbitrary<Blackout> =>
  fc
    .record({
      kind: fc.constantFrom<Blackout['kind']>('days', 'wall', 'instants'),
      begin: fc.integer({ min: -3 * 1_440, max: 4 * 1_440 }),
      minutes: fc.integer({ min: 1, max: 3 * 1_440 }),
    })
    .map(({ kind, begin, minutes }) => {
      const from = at + begin * MINUTE;
      if (kind !== 'days') return { kind, from, to: from + minutes * MINUTE };
      const midnight = Math.floor(from / DAY) * DAY;
      return { kind, from: midnight, to: midnight + Math.ceil(minutes / 1_440) * DAY };
    });
const question = instant.chain((at) =>
  fc.record({
    at: fc.constant(at),
    zone: fc.constantFrom(...ZONES),
    windows: fc.option(fc.array(window, { minLength: 1, maxLength: 4 }), { nil: undefined }),
    holidays: fc
      .array(fc.integer({ min: -4, max: 4 }), { maxLength: 3 })
      .map((days) => days.map((day) => new Date(at + day * DAY).toISOString().slice(0, 10))),
    blackouts: fc.oneof(
      { weight: 2, arbitrary: fc.constant([]) },
      fc.array(blackout(at), { minLength: 1, maxLength: 2 }),
    ),
    platformHours: fc.option(fc.constant(true), { nil: undefined, freq: 3 }),
    startAt: fc.option(
      fc.integer({ min: -4_000, max: 4_000 }).map((minutes) => at + minutes * MINUTE),
      {
        ...{ nil: undefined, freq: 3 },
      },
    ),
    endAt: fc.option(
      fc.integer({ min: -1_000, max: 9_000 }).map((minutes) => at + minutes * MINUTE),
      {
        ...{ nil: undefined, freq: 3 },
      },
    ),
    probes: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 }),
  }),
);

const at = (text: string): Instant => Date.parse(text);
const everyDay = (from: string, to: string): CallingRules => ({
  windows: [{ days: [...DAYS], from, to }],
  holidays: [],
});

describe('calling windows against a brute-force oracle', () => {
  test(`${RUNS} random rules, zones and instants agree with the wall clock`, { timeout: 3_600_000 }, () => {
    fc.assert(
      fc.property(question, ({ at, zone, probes, ...rules }) => checkAnswer(rules, zone, at, probes)),
      { numRuns: RUNS },
    );
  });

  test.each(['America/New_York', 'Australia/Lord_Howe', 'America/Sao_Paulo'])(
    'every minute around the clock changes of %s is as the wall clock says',
    (zone) => {
      const sets: CallingRules[] = [
        everyDay('01:40', '01:50'),
        everyDay('02:10', '03:20'),
        everyDay('22:00', '01:30'),
        everyDay('23:00', '24:00'),
        everyDay('00:00', '24:00'),
        { ...everyDay('00:30', '00:20'), holidays: ['2026-11-01', '2019-02-17', '2026-04-05'] },
      ];
      for (const change of CHANGES.slice(0, 8)) {
        const rules = sets[CHANGES.indexOf(change) % sets.length]!;
        for (let minute = -300; minute <= 300; minute += 1) {
          const moment = change + minute * MINUTE;
          expect(openingAt(rules, zone, moment).open, new Date(moment).toISOString()).toBe(
            isOpen(rules, zone, moment),
          );
        }
      }
    },
  );
});

describe('calling windows in words', () => {
  test("a campaign that names no windows calls from 08:00 to 21:00 in the callee's zone", () => {
    const rules: CallingRules = { holidays: [] };
    expect(openingAt(rules, 'Asia/Shanghai', at('2026-11-23T03:00+08:00'))).toEqual({
      open: false,
      opensAt: at('2026-11-23T08:00+08:00'),
    });
    expect(openingAt(rules, 'America/New_York', at('2026-11-23T20:59-05:00'))).toEqual({
      open: true,
      closesAt: at('2026-11-23T21:00-05:00'),
    });
  });

  test('windows that overlap or adjoin close at their common end', () => {
    const rules: CallingRules = {
      windows: [
        { days: ['mon'], from: '09:00', to: '12:00' },
        { days: ['mon'], from: '12:00', to: '14:00' },
        { days: ['mon'], from: '13:00', to: '24:00' },
        { days: ['tue'], from: '00:00', to: '01:00' },
      ],
      holidays: [],
    };
    expect(openingAt(rules, 'UTC', at('2026-11-23T10:00Z'))).toEqual({
      open: true,
      closesAt: at('2026-11-24T01:00Z'),
    });
  });

  test('a window that began the evening before ends at the midnight of a holiday', () => {
    const rules = { ...everyDay('20:00', '02:00'), holidays: ['2026-12-25'] };
    expect(openingAt(rules, 'UTC', at('2026-12-24T23:00Z'))).toEqual({
      open: true,
      closesAt: at('2026-12-25T00:00Z'),
    });
    expect(openingAt(rules, 'UTC', at('2026-12-25T00:00Z'))).toEqual({
      open: false,
      opensAt: at('2026-12-26T20:00Z'),
    });
  });

  test('a start that the clock skips opens at the change, an end that it skips closes there', () => {
    const change = at('2026-03-08T07:00Z');
    expect(openingAt(everyDay('02:30', '05:00'), 'America/New_York', change - HOUR)).toEqual({
      open: false,
      opensAt: change,
    });
    expect(openingAt(everyDay('00:00', '02:30'), 'America/New_York', change - HOUR)).toEqual({
      open: true,
      closesAt: change,
    });
  });

  test('an hour that comes twice is not used to stay open past an end already reached', () => {
    const firstHalfPastOne = at('2026-11-01T05:30Z');
    const rules = everyDay('00:00', '01:30');
    expect(openingAt(rules, 'America/New_York', firstHalfPastOne - MINUTE)).toEqual({
      open: true,
      closesAt: firstHalfPastOne,
    });
    expect(openingAt(rules, 'America/New_York', firstHalfPastOne + 40 * MINUTE).open).toBe(false);
    expect(
      openingAt(everyDay('00:00', '24:00'), 'America/New_York', firstHalfPastOne + 40 * MINUTE).open,
    ).toBe(true);
  });

  test('a blackout of days makes each a holiday; one of hours cuts only those out', () => {
    const days = [{ kind: 'days' as const, from: at('2026-12-24T00:00Z'), to: at('2026-12-26T00:00Z') }];
    expect(
      openingAt({ ...everyDay('20:00', '02:00'), blackouts: days }, 'UTC', at('2026-12-23T23:00Z')),
    ).toEqual({
      open: true,
      closesAt: at('2026-12-24T00:00Z'),
    });
    expect(
      openingAt({ ...everyDay('20:00', '02:00'), blackouts: days }, 'UTC', at('2026-12-24T00:00Z')),
    ).toEqual({
      open: false,
      opensAt: at('2026-12-26T20:00Z'),
    });
    const hours = [{ kind: 'wall' as const, from: at('2026-12-24T12:00Z'), to: at('2026-12-24T13:00Z') }];
    const rules = { ...everyDay('09:00', '18:00'), blackouts: hours };
    const noon = at('2026-12-24T12:00+08:00');
    expect(openingAt(rules, 'Asia/Shanghai', noon - HOUR)).toEqual({ open: true, closesAt: noon });
    expect(openingAt(rules, 'Asia/Shanghai', noon)).toEqual({ open: false, opensAt: noon + HOUR });
    expect(openingAt(rules, 'Asia/Tokyo', noon - HOUR)).toEqual({ open: false, opensAt: noon });
    const moment = [{ ...hours[0]!, kind: 'instants' as const }];
    expect(openingAt({ ...rules, blackouts: moment }, 'Asia/Tokyo', at('2026-12-24T11:00+09:00'))).toEqual({
      open: true,
      closesAt: at('2026-12-24T18:00+09:00'),
    });
  });

  test("the platform's hours are those of Beijing for everybody, and no window reaches past them", () => {
    const rules = { ...everyDay('00:00', '24:00'), platformHours: true };
    const london = openingAt(rules, 'Europe/London', at('2026-11-23T12:59Z'));
    expect(london).toEqual({ open: true, closesAt: at('2026-11-23T21:00+08:00') });
    expect(openingAt(rules, 'Europe/London', at('2026-11-23T13:00Z'))).toEqual({
      open: false,
      opensAt: at('2026-11-24T08:00+08:00'),
    });
    const office = { ...everyDay('09:00', '18:00'), platformHours: true };
    expect(openingAt(office, 'America/Los_Angeles', at('2026-11-23T09:00-08:00'))).toEqual({
      open: false,
      opensAt: at('2026-11-23T16:00-08:00'),
    });
    expect(openingAt(office, 'America/Los_Angeles', at('2026-11-23T17:00-08:00'))).toEqual({
      open: true,
      closesAt: at('2026-11-23T18:00-08:00'),
    });
    const never = { ...everyDay('09:00', '10:00'), platformHours: true };
    expect(openingAt(never, 'America/New_York', at('2026-11-23T12:00Z'))).toEqual({
      open: false,
      opensAt: undefined,
    });
  });

  test('start and end of the campaign clip its windows', () => {
    const rules = {
      ...everyDay('09:00', '18:00'),
      startAt: at('2026-11-23T10:30Z'),
      endAt: at('2026-11-24T17:00Z'),
    };
    expect(openingAt(rules, 'UTC', at('2026-11-20T12:00Z'))).toEqual({ open: false, opensAt: rules.startAt });
    expect(openingAt(rules, 'UTC', at('2026-11-24T12:00Z'))).toEqual({ open: true, closesAt: rules.endAt });
    expect(openingAt(rules, 'UTC', rules.endAt)).toEqual({ open: false, opensAt: undefined });
    const endsFirst = { ...rules, endAt: at('2026-11-24T08:00Z') };
    expect(openingAt(endsFirst, 'UTC', at('2026-11-23T19:00Z'))).toEqual({ open: false, opensAt: undefined });
  });

  test('a campaign that starts in two years says so, though that is beyond the horizon', () => {
    const rules = { ...everyDay('09:00', '18:00'), startAt: at('2028-11-23T08:00Z') };
    expect(openingAt(rules, 'UTC', at('2026-11-23T12:00Z'))).toEqual({
      open: false,
      opensAt: at('2028-11-23T09:00Z'),
    });
  });

  test('nothing opens when every day is a holiday, and an empty list of windows never opens', () => {
    const holidays = Array.from({ length: 420 }, (_, day) =>
      new Date(at('2026-11-20T00:00Z') + day * DAY).toISOString().slice(0, 10),
    );
    const never = { open: false, opensAt: undefined };
    expect(openingAt({ ...everyDay('09:00', '18:00'), holidays }, 'UTC', at('2026-11-23T12:00Z'))).toEqual(
      never,
    );
    expect(openingAt({ windows: [], holidays: [] }, 'UTC', at('2026-11-23T12:00Z'))).toEqual(never);
  });

  test('a window that never closes names the horizon', () => {
    const now = at('2026-11-23T12:00Z');
    expect(openingAt(everyDay('00:00', '24:00'), 'UTC', now)).toEqual({
      open: true,
      closesAt: now + OPENING_HORIZON,
    });
  });

  test.each(['Mars/Olympus', '', '+08:00', 'Asia/Shangai'])(
    'the unknown zone "%s" never opens a window',
    (zone) => {
      expect(() => openingAt(everyDay('00:00', '24:00'), zone, at('2026-11-23T12:00Z'))).toThrow(
        UnknownTimeZoneError,
      );
    },
  );
});

/**
 * When calls are allowed, in the callee's own time.
 *
 * A window is wall-clock time on the days it names; a `to` before its `from` runs past midnight and belongs to the
 * day it starts on. On a holiday nothing is open: a window that began the evening before ends at midnight, and one
 * that would begin on the holiday does not run on into the next day. Windows that overlap or adjoin are one.
 *
 * On the days when clocks change, the cautious reading: a window opens once the wall clock has passed its start for
 * good, and closes when the wall clock first reaches its end. So a start or an end that the clock skips stands at
 * the moment of the change, and an hour that comes twice is never used to stay open past an end already reached.
 *
 * A blackout of whole days makes each of them a holiday. One between two times only cuts out what lies between, from
 * when the wall clock first reaches its start until it has passed its end for good. The platform's hours are cut out
 * of what is left, by the platform's own clock.
 */
import type { Blackout, CallingWindow } from './campaign.ts';
import {
  OPENING_BLOCK_DAYS,
  OPENING_BLOCKS_KEPT_MAX,
  OPENING_HORIZON,
  PLATFORM_HOURS_FROM,
  PLATFORM_HOURS_TO,
  PLATFORM_HOURS_ZONE,
  WINDOW_DEFAULT_FROM,
  WINDOW_DEFAULT_TO,
} from './limits.ts';
import { joined, type Stretch, within, without } from './stretch.ts';
import { DAY, HOUR, type Instant, MINUTE } from './time.ts';
import { zoneClock } from './zone-clock.ts';

export interface CallingRules {
  /** Absent: every day, in the default hours of limits.ts. Empty: never. */
  readonly windows?: readonly CallingWindow[] | undefined;
  /** Local dates such as `2026-12-25`. */
  readonly holidays: readonly string[];
  readonly blackouts?: readonly Blackout[] | undefined;
  /** Never outside 08:00 to 21:00 Beijing time, as the provider demands for the numbers it supplies (reference 3.6). */
  readonly platformHours?: boolean | undefined;
  readonly startAt?: Instant | undefined;
  readonly endAt?: Instant | undefined;
}

export type Opening =
  | { readonly open: true; readonly closesAt: Instant }
  | { readonly open: false; readonly opensAt: Instant | undefined };

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const BLOCK = OPENING_BLOCK_DAYS * DAY;
/** Wall clocks differ from UTC by at most 14 hours, and a zone may skip a whole day: three days cover both. */
const BLOCK_MARGIN_DAYS = 3;

const DEFAULT_WINDOWS: readonly CallingWindow[] = [
  { days: [...WEEKDAYS], from: WINDOW_DEFAULT_FROM, to: WINDOW_DEFAULT_TO },
];

function timeOfDay(text: string): number {
  return Number(text.slice(0, 2)) * HOUR + Number(text.slice(3, 5)) * MINUTE;
}

/** The open stretches of a day as offsets from its midnight, per weekday (0 is Monday). */
interface Week {
  /** With what runs on from the evening before. */
  readonly afterOpenDay: readonly (readonly Stretch[])[];
  /** After a holiday, from which nothing runs on. */
  readonly afterHoliday: readonly (readonly Stretch[])[];
}

function weekOf(windows: readonly CallingWindow[]): Week {
  const afterOpenDay: Stretch[][] = [];
  const afterHoliday: Stretch[][] = [];
  for (const [index, day] of WEEKDAYS.entries()) {
    const dayBefore = WEEKDAYS[(index + 6) % 7] ?? day;
    const own: Stretch[] = [];
    const fromDayBefore: Stretch[] = [];
    for (const window of windows) {
      const from = timeOfDay(window.from);
      const to = timeOfDay(window.to);
      const crosses = to < from;
      if (window.days.includes(day)) own.push({ from, to: crosses ? DAY : to });
      if (crosses && window.days.includes(dayBefore)) fromDayBefore.push({ from: 0, to });
    }
    afterOpenDay.push(joined([...own, ...fromDayBefore]));
    afterHoliday.push(joined(own));
  }
  return { afterOpenDay, afterHoliday };
}

/** The openings of one set of rules in one time zone, computed in blocks of days and kept. */
class OpeningCalendar {
  readonly #zone: string;
  readonly #week: Week;
  /** Days since 1970-01-01. */
  readonly #holidays: ReadonlySet<number>;
  readonly #blackouts: readonly Blackout[];
  readonly #platformHours: boolean;
  readonly #blocks = new Map<number, readonly Stretch[]>();

  constructor(rules: CallingRules, zone: string) {
    this.#zone = zone;
    this.#week = weekOf(rules.windows ?? DEFAULT_WINDOWS);
    this.#holidays = new Set(rules.holidays.map((date) => Date.parse(`${date}T00:00:00Z`) / DAY));
    this.#blackouts = rules.blackouts ?? [];
    this.#platformHours = rules.platformHours === true;
  }

  /** The first stretch that ends after `at` and begins no later than `horizon`. */
  next(at: Instant, horizon: Instant): Stretch | undefined {
    for (let block = Math.floor(at / BLOCK); block * BLOCK <= horizon; block += 1) {
      for (const stretch of this.#block(block)) {
        if (stretch.to > at) return stretch.from <= horizon ? stretch : undefined;
      }
    }
    return undefined;
  }

  #block(block: number): readonly Stretch[] {
    const known = this.#blocks.get(block);
    if (known !== undefined) return known;
    const clock = zoneClock(this.#zone, block * BLOCK);
    const instants = this.#wallStretches(block).map(({ from, to }) => ({
      from: clock.lastBefore(from),
      to: clock.firstReached(to),
    }));
    const closed = this.#blackouts.flatMap(({ kind, from, to }) => {
      if (kind === 'days') return [];
      return kind === 'wall' ? { from: clock.firstReached(from), to: clock.lastBefore(to) } : { from, to };
    });
    const open = without(joined(instants), joined(closed));
    const found = this.#platformHours ? within(open, platformHours(block)) : open;
    if (this.#blocks.size >= OPENING_BLOCKS_KEPT_MAX) this.#blocks.clear();
    this.#blocks.set(block, found);
    return found;
  }

  /** Open stretches of wall time around a block, the first and last in their full length or up to the horizon. */
  #wallStretches(block: number): Stretch[] {
    const firstDay = block * OPENING_BLOCK_DAYS - BLOCK_MARGIN_DAYS;
    const lastDay = (block + 1) * OPENING_BLOCK_DAYS + BLOCK_MARGIN_DAYS;
    const found: Stretch[] = [];
    for (let day = firstDay; day <= lastDay; day += 1) {
      for (const { from, to } of this.#day(day)) found.push({ from: day * DAY + from, to: day * DAY + to });
    }
    const stretches = joined(found);
    const first = stretches[0];
    if (first !== undefined) stretches[0] = { from: this.#beginning(first.from), to: first.to };
    const last = stretches.at(-1);
    if (last !== undefined) stretches[stretches.length - 1] = { from: last.from, to: this.#ending(last.to) };
    return stretches;
  }

  #beginning(from: number): number {
    const earliest = from - OPENING_HORIZON;
    let begin = from;
    while (begin % DAY === 0 && begin > earliest) {
      const dayBefore = begin / DAY - 1;
      const last = this.#day(dayBefore).at(-1);
      if (last?.to !== DAY) break;
      begin = dayBefore * DAY + last.from;
    }
    return begin;
  }

  #ending(to: number): number {
    const latest = to + OPENING_HORIZON;
    let end = to;
    while (end % DAY === 0 && end < latest) {
      const first = this.#day(end / DAY)[0];
      if (first?.from !== 0) break;
      end += first.to;
    }
    return end;
  }

  #day(day: number): readonly Stretch[] {
    if (this.#isHoliday(day)) return [];
    const week = this.#isHoliday(day - 1) ? this.#week.afterHoliday : this.#week.afterOpenDay;
    // 1970-01-01 was a Thursday; the second remainder brings days before it into the range.
    return week[(((day + 3) % 7) + 7) % 7] ?? [];
  }

  #isHoliday(day: number): boolean {
    if (this.#holidays.has(day)) return true;
    const midnight = day * DAY;
    return this.#blackouts.some(({ kind, from, to }) => kind === 'days' && from <= midnight && midnight < to);
  }
}

/**
 * The platform's hours of every day that has a part in the block. What is cut by them is shorter than a day, so a
 * stretch that reaches into the block is there in full, and no stretch is there only in part.
 */
function platformHours(block: number): Stretch[] {
  const clock = zoneClock(PLATFORM_HOURS_ZONE, block * BLOCK);
  const [from, to] = [timeOfDay(PLATFORM_HOURS_FROM), timeOfDay(PLATFORM_HOURS_TO)];
  return Array.from({ length: OPENING_BLOCK_DAYS + 2 }, (_, index) => {
    const midnight = (block * OPENING_BLOCK_DAYS + index - 1) * DAY;
    return { from: clock.lastBefore(midnight + from), to: clock.firstReached(midnight + to) };
  });
}

const calendars = new WeakMap<CallingRules, Map<string, OpeningCalendar>>();

function calendarOf(rules: CallingRules, zone: string): OpeningCalendar {
  let byZone = calendars.get(rules);
  if (byZone === undefined) {
    byZone = new Map();
    calendars.set(rules, byZone);
  }
  let calendar = byZone.get(zone);
  if (calendar === undefined) {
    calendar = new OpeningCalendar(rules, zone);
    byZone.set(zone, calendar);
  }
  return calendar;
}

/**
 * Whether a callee in `zone` may be called at `at`, and until when, or from when on. `opensAt` is undefined when
 * nothing opens before the rules' end, or within {@link OPENING_HORIZON}; a closing further away than that is given
 * as that. What is computed is kept for as long as the `rules` object lives, so pass the same object, unchanged.
 *
 * Throws UnknownTimeZoneError for a zone that this runtime does not know: it never opens a window.
 */
export function openingAt(rules: CallingRules, zone: string, at: Instant): Opening {
  const calendar = calendarOf(rules, zone);
  const start = Math.max(at, rules.startAt ?? at);
  const end = rules.endAt ?? Number.POSITIVE_INFINITY;
  const stretch = calendar.next(start, start + OPENING_HORIZON);
  const opensAt = stretch === undefined ? end : Math.max(stretch.from, start);
  if (stretch === undefined || opensAt >= end) return { open: false, opensAt: undefined };
  if (opensAt > at) return { open: false, opensAt };
  return { open: true, closesAt: Math.min(stretch.to, end, at + OPENING_HORIZON) };
}

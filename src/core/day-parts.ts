/** Parts of a callee's day, so that one who was not reached in one of them is tried in another. */
import { type CallingRules, type Opening, openingAt } from './calling-window.ts';
import { AFTERNOON_FROM, DAY_PART_SEARCH_MAX, EVENING_FROM } from './limits.ts';
import { DAY, type Instant } from './time.ts';
import { offsetAt } from './zone-clock.ts';

export type DayPart = 'morning' | 'afternoon' | 'evening';

/** The part of the day that the wall clock of `zone` shows: until noon, until five, or after. Throws UnknownTimeZoneError. */
export function dayPartAt(zone: string, at: Instant): DayPart {
  const wall = at + offsetAt(zone, at);
  const clock = new Date(((wall % DAY) + DAY) % DAY).toISOString().slice(11, 16);
  if (clock < AFTERNOON_FROM) return 'morning';
  return clock < EVENING_FROM ? 'afternoon' : 'evening';
}

const EVERY_DAY = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

function hours(...spans: readonly (readonly [from: string, to: string])[]): CallingRules {
  return { windows: spans.map(([from, to]) => ({ days: [...EVERY_DAY], from, to })), holidays: [] };
}

/** What is left of every day without one part. Constants, so that what they come to in a zone is computed once. */
const OTHER_PARTS: Readonly<Record<DayPart, CallingRules>> = {
  morning: hours([AFTERNOON_FROM, '24:00']),
  afternoon: hours(['00:00', AFTERNOON_FROM], [EVENING_FROM, '24:00']),
  evening: hours(['00:00', EVENING_FROM]),
};

/**
 * As `openingAt`, of the rules' windows outside the part of the day that `failedAt` lies in. `opensAt` is undefined
 * also where no window has another part within {@link DAY_PART_SEARCH_MAX}. Throws UnknownTimeZoneError.
 */
export function openingInOtherPart(
  rules: CallingRules,
  zone: string,
  at: Instant,
  failedAt: Instant,
): Opening {
  const others = OTHER_PARTS[dayPartAt(zone, failedAt)];
  for (let from = at; from <= at + DAY_PART_SEARCH_MAX; ) {
    const window = openingAt(rules, zone, from);
    const part = openingAt(others, zone, from);
    if (window.open && part.open) {
      if (from > at) return { open: false, opensAt: from };
      return { open: true, closesAt: Math.min(window.closesAt, part.closesAt) };
    }
    const next = window.open ? part : window;
    if (next.open || next.opensAt === undefined) break;
    from = next.opensAt;
  }
  return { open: false, opensAt: undefined };
}

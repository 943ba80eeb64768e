/**
 * What the wall clock of a time zone shows, kept as a short list of offsets so that a million questions cost
 * arithmetic and not a million calendar objects. The time zone data itself is the runtime's, read through Temporal.
 *
 * Two functions answer "when is it nine o'clock" for the days on which that is not one moment. Where the clock is
 * put forward and skips a time, both give the moment of the change. Where it is put back and shows a time twice,
 * {@link firstReached} gives the first and {@link lastBefore} the moment after which nothing earlier is shown again.
 */
import { Temporal } from 'temporal-polyfill';
import { isTimeZone } from './campaign.ts';
import { ZONES_KEPT_MAX } from './limits.ts';
import { DAY, type Instant, MINUTE } from './time.ts';

/** A wall-clock date and time as the instant it would be in UTC, in milliseconds. */
export type WallTime = number;

/** The runtime does not know a time zone that passed the door. Nothing is guessed: no window is open in it. */
export class UnknownTimeZoneError extends Error {
  override readonly name = 'UnknownTimeZoneError';
  constructor(zone: string) {
    super(`unknown time zone "${zone}"; use an IANA name such as "Asia/Shanghai"`);
  }
}

/** Stretches of one offset each, in order. The first has no known start and counts from minus infinity. */
interface Offsets {
  readonly starts: readonly Instant[];
  /** Wall time minus instant, in milliseconds. */
  readonly offsets: readonly number[];
}

/** Offsets are computed for four years at a time, with two more years on either side. */
const ERA = 1_461 * DAY;
const ERA_MARGIN = 731 * DAY;

const kept = new Map<string, Map<number, Offsets>>();

function computeOffsets(zone: string, era: number): Offsets {
  const until = (era + 1) * ERA + ERA_MARGIN;
  let at = Temporal.Instant.fromEpochMilliseconds(era * ERA - ERA_MARGIN).toZonedDateTimeISO(zone);
  const starts: Instant[] = [Number.NEGATIVE_INFINITY];
  const offsets: number[] = [at.offsetNanoseconds / 1e6];
  for (;;) {
    const next = at.getTimeZoneTransition('next');
    if (next === null || next.epochMilliseconds > until) return { starts, offsets };
    starts.push(next.epochMilliseconds);
    offsets.push(next.offsetNanoseconds / 1e6);
    at = next;
  }
}

/** The offsets of `zone` for at least two years on either side of `at`. Throws {@link UnknownTimeZoneError}. */
function offsetsAround(zone: string, at: Instant): Offsets {
  let eras = kept.get(zone);
  if (eras === undefined) {
    if (!isTimeZone(zone)) throw new UnknownTimeZoneError(zone);
    if (kept.size >= ZONES_KEPT_MAX) kept.clear();
    eras = new Map();
    kept.set(zone, eras);
  }
  const era = Math.floor(at / ERA);
  let offsets = eras.get(era);
  if (offsets === undefined) {
    offsets = computeOffsets(zone, era);
    eras.set(era, offsets);
  }
  return offsets;
}

/** What {@link zoneClock} gives. */
export interface ZoneClock {
  /** The first moment at which the wall clock shows `wall` or later. */
  firstReached(wall: WallTime): Instant;
  /** The moment from which on the wall clock never shows anything before `wall` again. */
  lastBefore(wall: WallTime): Instant;
}

/** A zone's clock for about two years before and after `around`. Throws {@link UnknownTimeZoneError}. */
export function zoneClock(zone: string, around: Instant): ZoneClock {
  const { starts, offsets } = offsetsAround(zone, around);
  const startOf = (index: number): Instant => starts[index] ?? Number.POSITIVE_INFINITY;
  return {
    firstReached(wall) {
      for (const [index, offset] of offsets.entries()) {
        if (startOf(index + 1) + offset > wall) return Math.max(startOf(index), wall - offset);
      }
      return Number.POSITIVE_INFINITY;
    },
    lastBefore(wall) {
      for (let index = offsets.length - 1; index >= 0; index -= 1) {
        const offset = offsets[index] ?? 0;
        if (startOf(index) + offset < wall) return Math.min(startOf(index + 1), wall - offset);
      }
      return Number.NEGATIVE_INFINITY;
    },
  };
}

/** Wall time of `zone` minus UTC at an instant, in milliseconds. Throws {@link UnknownTimeZoneError}. */
export function offsetAt(zone: string, at: Instant): number {
  const { starts, offsets } = offsetsAround(zone, at);
  let index = offsets.length - 1;
  while (index > 0 && (starts[index] ?? 0) > at) index -= 1;
  return offsets[index] ?? 0;
}

/** An instant as ISO 8601 in `zone` with its offset, to the second: `2026-11-23T09:00:00+08:00`. */
export function isoInZone(at: Instant, zone: string): string {
  const offset = offsetAt(zone, at);
  const wall = new Date(at + offset).toISOString().slice(0, 19);
  const minutes = Math.round(Math.abs(offset) / MINUTE);
  const hours = String(Math.floor(minutes / 60)).padStart(2, '0');
  return `${wall}${offset < 0 ? '-' : '+'}${hours}:${String(minutes % 60).padStart(2, '0')}`;
}

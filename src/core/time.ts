/** A point in time: milliseconds since the Unix epoch. The provider's seconds are converted in its adapter only. */
export type Instant = number;

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Whole seconds since the epoch, rounded up, so that a stored due time never lies before the time meant. */
export function toSecondsUp(at: Instant): number {
  return Math.ceil(at / SECOND);
}

/** The instant of a number of whole seconds since the epoch. */
export function fromSeconds(seconds: number): Instant {
  return seconds * SECOND;
}

/** The small words that campaign files are made of: ids, times, durations, zones, numbers. Each says what to write instead. */
import { isSupportedCountry } from 'libphonenumber-js/max';
import { z } from 'zod';
import { formatDuration, parseDuration } from '../duration.ts';
import { CAMPAIGN_DURATION_MAX, ZONES_KEPT_MAX } from '../limits.ts';
import { shownValue } from '../plain-problem.ts';
import type { Instant } from '../time.ts';

/** Campaign ids go into key names, task names and file paths, so they are short, plain and free of dots. */
export const CampaignId = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_-]{0,47}$/,
    'use 1 to 48 lower-case letters, digits, "-" or "_", not starting with "-" or "_"',
  );

/** Names that were found to be time zones: asking costs as much as all else in reading a campaign from the store. */
const known = new Set<string>();

/** True when this runtime knows the IANA time zone. What it does not know is refused, never guessed. */
export function isTimeZone(name: string): boolean {
  if (known.has(name)) return true;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    if (!/^[A-Za-z]/.test(name)) return false;
    if (known.size >= ZONES_KEPT_MAX) known.clear();
    known.add(name);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

export const TimeZone = z.string().refine(isTimeZone, {
  error: (issue) => `unknown time zone "${String(issue.input)}"; use an IANA name such as "Asia/Shanghai"`,
});

export const Duration = z.string().transform((text, context): number => {
  const ms = parseDuration(text);
  if (ms !== undefined && ms <= CAMPAIGN_DURATION_MAX) return ms;
  context.addIssue(
    ms === undefined
      ? `"${text}" is not a duration; write for example "90s", "10m", "2h" or "1d"`
      : `"${text}" is too long; the longest that a campaign may name is "${formatDuration(CAMPAIGN_DURATION_MAX)}"`,
  );
  return z.NEVER;
});

export const InstantText = z.iso
  .datetime({
    offset: true,
    error: ({ input }) =>
      `${shownValue(input)} is no such time; write a date and time with its offset, such as "2026-11-23T09:00:00+08:00"`,
  })
  .transform((text): Instant => Date.parse(text));

export const DateText = z.iso.date({
  error: ({ input }) => `${shownValue(input)} is no date; write it as "2026-12-25"`,
});

/** A time of day at which a window opens. */
export const OpeningTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, {
  error: ({ input }) => `${shownValue(input)} is no time at which a window opens; write it as "09:00"`,
});

/** A time of day at which a window closes, the end of the day among them. */
export const ClosingTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, {
  error: ({ input }) => `${shownValue(input)} is no time at which a window closes; write it as "12:00"`,
});

export const CALLER_REMEDY =
  'a caller number is digits with its country code, as the provider lists it (0086...)';
/** Short numbers have no country code; one with a trunk zero is written as people dial it at home. */
export const Caller = z.string().regex(/^(?:\+|00)?[1-9]\d{2,17}$/, CALLER_REMEDY);

/** A country whose numbers can be read in their national form. */
export const Region = z
  .string()
  .meta({ pattern: '^[A-Z]{2}$' })
  .refine(isSupportedCountry, {
    error: ({ input }) =>
      `${shownValue(input)} is no country with telephone numbers; use its two-letter code such as "CN" or "GB"`,
  });

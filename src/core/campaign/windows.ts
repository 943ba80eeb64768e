/** When a campaign may call: windows per weekday, days and times on which nothing is open, and whose clock counts. */
import { z } from 'zod';
import { BLACKOUTS_MAX, HOLIDAYS_MAX, WINDOWS_MAX } from '../limits.ts';
import { shownValue } from '../plain-problem.ts';
import { ClosingTime, DateText, OpeningTime } from './words.ts';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** From and to may be equal for a whole day only as 00:00 to 24:00; a `to` before `from` crosses midnight. */
export const Window = z
  .strictObject({
    days: z.array(z.enum(DAYS)).min(1).describe('`mon` to `sun`: the days on which it opens.'),
    from: OpeningTime.describe('When it opens, `00:00` to `23:59`.'),
    to: ClosingTime.describe('When it closes, up to `24:00`; earlier than `from` means on the next day.'),
  })
  .refine((window) => window.from !== window.to, {
    error: 'a window needs an end other than its start; the whole day is "00:00" to "24:00"',
  });

export type CallingWindow = z.infer<typeof Window>;

/**
 * A time without calls. `days`: whole local days, the last included, `from` and `to` at their midnights of wall time.
 * `wall`: from one wall-clock time to another where the callee is. `instants`: the same moments for everybody.
 * Milliseconds; the end is not included.
 */
export interface Blackout {
  readonly kind: 'days' | 'wall' | 'instants';
  readonly from: number;
  readonly to: number;
}

const error = ({ input }: { readonly input?: unknown }): string =>
  `${shownValue(input)} is no such time; write a date ("2026-12-24"), a local time ("2026-12-24T18:00"), or a time with its offset ("2026-12-24T18:00:00+08:00")`;
const BlackoutEdge = z.union([z.iso.date({ error }), z.iso.datetime({ local: true, offset: true, error })]);

function edgeKind(text: string): Blackout['kind'] {
  if (!text.includes('T')) return 'days';
  return /(?:Z|[+-]\d\d:?\d\d)$/.test(text) ? 'instants' : 'wall';
}

/** A date and time as if it were one of UTC: the wall time that it names. */
function edgeTime(text: string): number {
  if (edgeKind(text) === 'instants') return Date.parse(text);
  return Date.parse(text.includes('T') ? `${text}Z` : `${text}T00:00Z`);
}

const DAY_LENGTH = 86_400_000;

export const BlackoutWords = z
  .strictObject({ from: BlackoutEdge.describe('Its start.'), to: BlackoutEdge.describe('Its end.') })
  .transform(({ from, to }, context): Blackout => {
    const [kind, kindTo] = [edgeKind(from), edgeKind(to)];
    if (kind !== kindTo) {
      context.addIssue(
        'a blackout runs between two dates, two local times, or two times with offset; not one of each',
      );
      return z.NEVER;
    }
    const end = edgeTime(to) + (kind === 'days' ? DAY_LENGTH : 0);
    if (edgeTime(from) >= end) {
      context.addIssue('a blackout needs a "to" that is later than its "from"');
      return z.NEVER;
    }
    return { kind, from: edgeTime(from), to: end };
  });

/** The keys of a campaign file about when it calls. */
export const windowKeys = {
  windows: z
    .array(Window)
    .min(1, 'without a window nobody is ever called; name one, or leave "windows" out')
    .max(WINDOWS_MAX)
    .optional()
    .describe("When calls are allowed, by the callee's clock. Left out: every day from 08:00 to 21:00."),
  holidays: z
    .array(DateText)
    .max(HOLIDAYS_MAX)
    .default([])
    .describe("Days by the callee's clock on which nobody is called."),
  blackouts: z
    .array(BlackoutWords)
    .max(BLACKOUTS_MAX)
    .default([])
    .describe(
      'Times without calls: whole days ("2026-12-24" to "2026-12-26", the last included), times by the callee\'s clock ("2026-12-24T18:00"), or moments with their offset.',
    ),
  platformHours: z
    .enum(['auto', 'on', 'off'])
    .default('auto')
    .describe(
      '"on": calls keep to 08:00 to 21:00 Beijing time, as the provider demands for the numbers it supplies. "auto": unless all callers are known to be own numbers. "off": they need not.',
    ),
  timeZoneFrom: z
    .enum(['number', 'campaign'])
    .default('number')
    .describe(
      'Time zone of callees whose row names none. "number": that of the number\'s country where it has one clock only, else the campaign\'s. "campaign": always the campaign\'s.',
    ),
};

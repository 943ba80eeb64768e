/** How fast a campaign calls, and when it stops itself: the `pacing` and `breaker` parts of a campaign file. */
import { z } from 'zod';
import {
  BREAKER_CALLS_DEFAULT,
  BREAKER_SHARE_DEFAULT,
  CALLER_CHANNELS_MAX,
  CAMPAIGN_BATCH_CALLEES_DEFAULT,
  CAMPAIGN_BATCH_CALLEES_MAX,
  CAMPAIGN_CALLERS_MAX,
  LEAD_TIME_MAX,
} from '../limits.ts';
import { CALLER_REMEDY, Caller, Duration } from './words.ts';

const Channels = z.int().min(1).max(CALLER_CHANNELS_MAX);

const LeadTime = Duration.refine((ms) => ms <= LEAD_TIME_MAX, {
  error: 'a lead time goes up to "1h"; calls wait for it while their window is open',
});

export const Pacing = z
  .strictObject({
    calleesInFlightMax: z
      .int()
      .min(1)
      .max(1_000_000)
      .default(2_000)
      .describe('Callees of this campaign in a batch or a call at the same time.'),
    batchCalleesMax: z
      .int()
      .min(1)
      .max(CAMPAIGN_BATCH_CALLEES_MAX)
      .default(CAMPAIGN_BATCH_CALLEES_DEFAULT)
      .describe('Callees of one task at the provider.'),
    leadTime: LeadTime.prefault('10s').describe(
      'From the submission of a task to its first call: time to stop one that was placed twice.',
    ),
    channelsPerCaller: Channels.optional().describe(
      'Calls at a time of each caller that does not name its own "channels". Left out: 1 for numbers that the provider supplies, no limit of ours for own ones.',
    ),
    calleesPerMinute: z
      .number()
      .min(1)
      .max(1_000_000)
      .optional()
      .describe('Callees handed to the provider per minute. Left out: as many as the channels take.'),
  })
  .prefault({})
  .describe('How many at a time, and how fast.');

export type PacingSettings = z.infer<typeof Pacing>;

/** A caller number, or one with the calls that it can make at a time. */
const CallerWithChannels = z.strictObject({
  number: Caller.describe('The caller number.'),
  channels: Channels.optional().describe('Calls that it can make at a time.'),
});
const CallerEntry = z.union([Caller, CallerWithChannels], {
  error: ({ input }) =>
    typeof input === 'string'
      ? CALLER_REMEDY
      : `write a caller as its number, or as { "number": "0086...", "channels": 10 } with 1 to ${CALLER_CHANNELS_MAX} channels`,
});

type CallerEntry = z.infer<typeof CallerEntry>;

/** The number as requests have it: with "00" for "+", so that campaigns which share a caller call it the same. */
function numberOf(entry: CallerEntry): string {
  return (typeof entry === 'string' ? entry : entry.number).replace(/^\+/, '00');
}

/** The callers of a campaign. One that is there twice, however written, would be taken for two that ring at a time. */
export const Callers = z
  .array(CallerEntry)
  .min(1, 'name at least one caller number')
  .max(CAMPAIGN_CALLERS_MAX)
  .superRefine((entries, context) => {
    // The zero of a Chinese area code may stand behind the country code.
    const numbers = entries.map((entry) => numberOf(entry).replace(/^00860/, '0086'));
    for (const [at, number] of numbers.entries()) {
      const first = numbers.indexOf(number);
      if (first === at) continue;
      const message = `is the same number as callers[${first}]; name each once`;
      context.addIssue({ code: 'custom', path: [at], message });
    }
  })
  .describe(
    'Numbers that callees see, as the provider lists them (`0086...`); each a text, or an object where its channels are named too. A task gets one of them.',
  );

/** What follows from the callers as people write them: the numbers, and the channels where they are named. */
export function callersApart(entries: readonly CallerEntry[]): {
  readonly callers: string[];
  readonly callerChannels: Readonly<Record<string, number>>;
} {
  return {
    callers: entries.map(numberOf),
    callerChannels: Object.fromEntries(
      entries.flatMap((entry) =>
        typeof entry === 'string' || entry.channels === undefined ? [] : [[numberOf(entry), entry.channels]],
      ),
    ),
  };
}

export const Breaker = z
  .union([
    z.literal('off', { error: 'write "off", or when it opens: { "share": 0.3, "calls": 50 }' }),
    z.strictObject({
      share: z
        .number()
        .min(0.01)
        .max(1)
        .default(BREAKER_SHARE_DEFAULT)
        .describe('This share of the recent calls was refused by the provider or the network.'),
      calls: z
        .int()
        .min(1)
        .max(1_000_000)
        .default(BREAKER_CALLS_DEFAULT)
        .describe('At least so many recent calls are looked at.'),
    }),
  ])
  .prefault({})
  .describe('When the campaign pauses by itself, with the evidence in its reason. "off": never.');

export type BreakerSettings = z.infer<typeof Breaker>;

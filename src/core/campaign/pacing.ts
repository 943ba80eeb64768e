/** How fast a campaign calls, and when it stops itself: the `pacing` and `breaker` parts of a campaign file. */
import { z } from 'zod';
import {
  BREAKER_CALLS_DEFAULT,
  BREAKER_SHARE_DEFAULT,
  CALLER_CHANNELS_MAX,
  CAMPAIGN_BATCH_CALLEES_DEFAULT,
  CAMPAIGN_BATCH_CALLEES_MAX,
} from '../limits.ts';
import { Caller, Duration } from './words.ts';

const Channels = z.int().min(1).max(CALLER_CHANNELS_MAX);

export const Pacing = z
  .strictObject({
    calleesInFlightMax: z.int().min(1).max(1_000_000).default(2_000),
    batchCalleesMax: z.int().min(1).max(CAMPAIGN_BATCH_CALLEES_MAX).default(CAMPAIGN_BATCH_CALLEES_DEFAULT),
    leadTime: Duration.default(10_000),
    channelsPerCaller: Channels.optional(),
    calleesPerMinute: z.number().min(1).max(1_000_000).optional(),
  })
  .default({
    calleesInFlightMax: 2_000,
    batchCalleesMax: CAMPAIGN_BATCH_CALLEES_DEFAULT,
    leadTime: 10_000,
  });

export type PacingSettings = z.infer<typeof Pacing>;

/** A caller number, or one with the calls that it can make at a time. */
export const CallerEntry = z.union(
  [Caller, z.strictObject({ number: Caller, channels: Channels.optional() })],
  {
    error: ({ input }) =>
      typeof input === 'string'
        ? 'a caller number is digits, as the provider lists it (0086...)'
        : `write a caller as its number, or as { "number": "0086...", "channels": 10 } with 1 to ${CALLER_CHANNELS_MAX} channels`,
  },
);

/** What follows from the callers as people write them: the numbers, each once, and the channels where they are named. */
export function callersApart(entries: readonly z.infer<typeof CallerEntry>[]): {
  readonly callers: string[];
  readonly callerChannels: Readonly<Record<string, number>>;
} {
  const plain = entries.map((entry) => (typeof entry === 'string' ? { number: entry } : entry));
  return {
    callers: [...new Set(plain.map(({ number }) => number))],
    callerChannels: Object.fromEntries(
      plain.flatMap(({ number, channels }) => (channels === undefined ? [] : [[number, channels]])),
    ),
  };
}

export const Breaker = z
  .union([
    z.literal('off'),
    z.strictObject({
      share: z.number().min(0.01).max(1).default(BREAKER_SHARE_DEFAULT),
      calls: z.int().min(1).max(1_000_000).default(BREAKER_CALLS_DEFAULT),
    }),
  ])
  .default({ share: BREAKER_SHARE_DEFAULT, calls: BREAKER_CALLS_DEFAULT });

export type BreakerSettings = z.infer<typeof Breaker>;

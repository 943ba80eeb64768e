/** How often a number may be called, over all campaigns: the `caps` part of a campaign file. */
import { z } from 'zod';
import { CAP_CALLS_MAX, CAP_PERIOD_MAX, ROLLING_CAPS_MAX } from '../limits.ts';
import type { RetrySettings } from './retry.ts';
import { Duration } from './words.ts';

const Period = Duration.refine((ms) => ms >= 1_000 && ms <= CAP_PERIOD_MAX, {
  error: 'a cap counts over 1s to 31d, since dials are remembered for 31 days',
});
const Calls = z.int().min(1).max(CAP_CALLS_MAX);
const Rolling = z.strictObject({
  calls: Calls.describe('So many calls.'),
  per: Period.describe('In any stretch of time of this length, up to "31d".'),
});

/** What a file gets that says nothing are the provider's own caps (reference 3.6): calls beyond them are declined. */
export const Caps = z
  .strictObject({
    preset: z
      .enum(['platform', 'none'])
      .default('platform')
      .describe(
        '"platform": the provider\'s own caps hold as well, 5 calls in 24 h and 3 in 5 min. "none": only these.',
      ),
    perDay: Calls.optional().describe("Calls in a day of the callee's own time zone."),
    rolling: z
      .union([Rolling.transform((one) => [one]), z.array(Rolling).min(1).max(ROLLING_CAPS_MAX)])
      .default([])
      .describe('Calls in a period that rolls on: one such cap, or a list.'),
    minGap: Period.optional().describe('Time between the starts of two calls, up to "31d".'),
    lifetime: Calls.optional().describe('Attempts of a callee in this campaign.'),
  })
  .prefault({})
  .describe('How often a number may be called, over all campaigns of the installation.');

export type CapSettings = z.infer<typeof Caps>;

/** The retry policy of a campaign as far as its callees' lifetime lets it go. */
export function retryWithin({
  retry,
  caps,
}: {
  readonly retry: RetrySettings;
  readonly caps: CapSettings;
}): RetrySettings {
  const { lifetime } = caps;
  return lifetime === undefined || lifetime >= retry.attemptsMax
    ? retry
    : { ...retry, attemptsMax: lifetime };
}

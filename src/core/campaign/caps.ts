/** How often a number may be called, over all campaigns: the `caps` part of a campaign file. */
import { z } from 'zod';
import { CAP_CALLS_MAX, CAP_PERIOD_MAX, ROLLING_CAPS_MAX } from '../limits.ts';
import type { RetrySettings } from './retry.ts';
import { Duration } from './words.ts';

const Period = Duration.refine((ms) => ms >= 1_000 && ms <= CAP_PERIOD_MAX, {
  error: 'a cap counts over 1s to 31d, since dials are remembered for 31 days',
});
const Calls = z.int().min(1).max(CAP_CALLS_MAX);
const Rolling = z.strictObject({ calls: Calls, per: Period });

/**
 * `perDay`: in a day of the callee's own zone. `rolling`: in any stretch of that length, one cap or a list. `minGap`:
 * between the starts of two calls. `lifetime`: attempts of the callee in this campaign. The preset `platform` adds the
 * provider's own caps (reference 3.6) and is what a file gets that says nothing: calls beyond them are declined.
 */
export const Caps = z
  .strictObject({
    preset: z.enum(['platform', 'none']).default('platform'),
    perDay: Calls.optional(),
    rolling: z
      .union([Rolling.transform((one) => [one]), z.array(Rolling).min(1).max(ROLLING_CAPS_MAX)])
      .default([]),
    minGap: Period.optional(),
    lifetime: Calls.optional(),
  })
  .default({ preset: 'platform', rolling: [] });

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

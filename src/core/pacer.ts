/**
 * How fast callees are released to the provider. Each release puts the next one off by the time that the rate gives its
 * callees; time in which nothing was released is not made up for. So in any time at least as long as the spacing of
 * five batches no more than 1.2 times what the rate gives is released: also when a window opens on a long list, and
 * after an outage.
 */
import { CALL_TIME_ASSUMED, PACE_BATCH_CALLEES_MIN, PACE_BATCH_TIME, PACE_SHARE_OVER } from './limits.ts';
import { type Instant, MINUTE } from './time.ts';

/** What a pace is made from. */
export interface PaceFacts {
  /** As the campaign file says. */
  readonly calleesPerMinute?: number | undefined;
  /** Calls that all callers together make at a time; undefined where that is not known of each. */
  readonly channels: number | undefined;
  /** How long a call takes on average, milliseconds. */
  readonly callTime: number;
}

/** Callees per minute; undefined where nothing is known to pace by. The file's word counts, also beyond what channels can. */
export function paceOf({ calleesPerMinute, channels, callTime }: PaceFacts): number | undefined {
  if (calleesPerMinute !== undefined) return calleesPerMinute;
  if (channels === undefined) return undefined;
  return (PACE_SHARE_OVER * channels * MINUTE) / Math.max(callTime, CALL_TIME_ASSUMED / 1_000);
}

/** Callees of one batch at a pace: what it gives in {@link PACE_BATCH_TIME}. */
export function pacedBatch(perMinute: number): number {
  return Math.max(PACE_BATCH_CALLEES_MIN, Math.round((perMinute * PACE_BATCH_TIME) / MINUTE));
}

/** When the next batch may be released after one of `callees` at `now`, that was itself due at `allowedAt`. */
export function nextRelease(perMinute: number, callees: number, now: Instant, allowedAt: Instant): Instant {
  // A wake-up that comes a little late is no outage: its batch does not push all that follow.
  const from = now - allowedAt <= PACE_BATCH_TIME / 10 ? allowedAt : now;
  return Math.ceil(from + (callees * MINUTE) / perMinute);
}

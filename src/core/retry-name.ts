import { Temporal } from 'temporal-polyfill';
import { DAY, type Instant } from './time.ts';

export interface RetryBucket {
  readonly campaignId: string;
  readonly at: Instant;
  /** The campaign's own time zone, in which its operators think. */
  readonly zone: string;
  readonly callees: number;
}

/**
 * What operators read of the callees that are due together: `retry spring 14:30 (312 callees)`, with the date where
 * that is more than a day after `now`. Throws RangeError for a zone that this runtime does not know.
 */
export function retryName({ campaignId, at, zone, callees }: RetryBucket, now: Instant): string {
  const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone);
  const time = local.toPlainTime().toString({ smallestUnit: 'minute' });
  const day = at - now < DAY ? '' : `${local.toPlainDate().toString()} `;
  return `retry ${campaignId} ${day}${time} (${callees} ${callees === 1 ? 'callee' : 'callees'})`;
}

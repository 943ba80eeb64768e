import { type CalleeRecord, isCallable } from '../../core/callee.ts';
import { DUE_BUCKET, RECORD_BYTES } from '../../core/limits.ts';
import { fromSeconds, type Instant, SECOND, toSecondsUp } from '../../core/time.ts';
import type { DueCallee } from '../../ports/store.ts';
import { keysOf, type StoreContext } from './context.ts';
import { pageOf, refAt } from './keys.ts';
import { readStates } from './reads.ts';
import { peekWaiting, readRecord } from './record-codec.ts';

/** Due buckets are counted in whole seconds, as the records store due times. */
export const DUE_BUCKET_SECONDS = DUE_BUCKET / SECOND;

/** The bucket of a due time; "at once" (0) is bucket 0. */
export function dueBucketOf(due: Instant): number {
  return Math.floor(toSecondsUp(due) / DUE_BUCKET_SECONDS);
}

/** Where the due index counts a callee: undefined when it may not be claimed at all. */
export function duePlace(ref: number, record: CalleeRecord): string | undefined {
  return isCallable(record.state) ? `${record.zone} ${dueBucketOf(record.due)} ${pageOf(ref)}` : undefined;
}

async function pagesDue(
  context: StoreContext,
  campaignId: string,
  zone: number,
  bucket: number,
): Promise<number[]> {
  const pages = await context.client.hkeys(keysOf(context, campaignId).due(zone, bucket));
  return pages.map(Number).sort((a, b) => a - b);
}

/**
 * Callees of one page that wait in one due bucket of a zone, until `latest`. Looks at the stored bytes first:
 * most slots of a page are not wanted, and making a record of each would be most of the work.
 */
async function waitingOn(
  context: StoreContext,
  campaignId: string,
  page: number,
  place: { readonly zone: number; readonly bucket: number; readonly latest: Instant },
): Promise<DueCallee[]> {
  const states = await readStates(context, campaignId, page);
  const found: DueCallee[] = [];
  for (let offset = 0; offset < states.length; offset += RECORD_BYTES) {
    const waiting = peekWaiting(states, offset);
    if (
      waiting?.zone !== place.zone ||
      dueBucketOf(waiting.due) !== place.bucket ||
      waiting.due > place.latest
    )
      continue;
    const record = readRecord(states, offset);
    if (record !== undefined) found.push({ ref: refAt(page, offset / RECORD_BYTES), record });
  }
  return found;
}

/** Claimable callees of a zone that are due, earliest buckets first, in page order within a bucket. */
export async function dueCallees(
  context: StoreContext,
  campaignId: string,
  zone: number,
  now: Instant,
  max: number,
): Promise<DueCallee[]> {
  const keys = keysOf(context, campaignId);
  const buckets = await context.client.zrange(
    keys.dueBuckets(zone),
    '-inf',
    String(dueBucketOf(now)),
    'BYSCORE',
  );
  const found: DueCallee[] = [];
  for (const bucket of buckets.map(Number)) {
    for (const page of await pagesDue(context, campaignId, zone, bucket)) {
      const here = await waitingOn(context, campaignId, page, { zone, bucket, latest: now });
      found.push(...here.slice(0, max - found.length));
      if (found.length >= max) return found;
    }
  }
  return found;
}

/** The earliest due time of a zone, exactly; undefined when no callee of it waits. */
export async function nextDueAt(
  context: StoreContext,
  campaignId: string,
  zone: number,
): Promise<Instant | undefined> {
  const [first] = await context.client.zrange(keysOf(context, campaignId).dueBuckets(zone), '0', '0');
  if (first === undefined) return undefined;
  const bucket = Number(first);
  if (bucket === 0) return 0;
  let earliest: Instant | undefined;
  for (const page of await pagesDue(context, campaignId, zone, bucket)) {
    const here = await waitingOn(context, campaignId, page, {
      zone,
      bucket,
      latest: Number.POSITIVE_INFINITY,
    });
    for (const { record } of here) earliest = Math.min(earliest ?? record.due, record.due);
  }
  return earliest ?? fromSeconds(bucket * DUE_BUCKET_SECONDS);
}

/** All due buckets after "at once" with their callees, over all zones, earliest first. */
export async function dueBuckets(
  context: StoreContext,
  campaignId: string,
): Promise<{ readonly bucket: Instant; readonly callees: number }[]> {
  const totals = new Map<number, number>();
  for (const { bucket, callees } of await dueIndex(context, campaignId)) {
    if (bucket !== 0) totals.set(bucket, (totals.get(bucket) ?? 0) + callees);
  }
  return [...totals.entries()]
    .sort(([a], [b]) => a - b)
    .map(([bucket, callees]) => ({ bucket: fromSeconds(bucket * DUE_BUCKET_SECONDS), callees }));
}

export interface DueCount {
  readonly zone: number;
  /** Due time in seconds divided by the bucket's width; 0 for "at once". */
  readonly bucket: number;
  readonly page: number;
  readonly callees: number;
}

/** The whole due index, for the audit and the retry jobs. */
export async function dueIndex(context: StoreContext, campaignId: string): Promise<DueCount[]> {
  const keys = keysOf(context, campaignId);
  const zones = await context.client.llen(keys.zones);
  const counts: DueCount[] = [];
  for (let zone = 0; zone < zones; zone += 1) {
    for (const bucket of await context.client.zrange(keys.dueBuckets(zone), '0', '-1')) {
      const pages = await context.client.hgetall(keys.due(zone, Number(bucket)));
      for (const [page, callees] of Object.entries(pages)) {
        counts.push({ zone, bucket: Number(bucket), page: Number(page), callees: Number(callees) });
      }
    }
  }
  return counts;
}

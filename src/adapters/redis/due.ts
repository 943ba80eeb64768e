import type { ChainableCommander } from 'ioredis';
import { type CalleeRecord, isCallable } from '../../core/callee.ts';
import { DUE_BUCKET, RECORD_BYTES } from '../../core/limits.ts';
import { dueLane, dueLanes } from '../../core/row-limits.ts';
import { fromSeconds, type Instant, SECOND, toSecondsUp } from '../../core/time.ts';
import type { DueCallee } from '../../ports/store.ts';
import { keysOf, repliesOf, type StoreContext } from './context.ts';
import { pageOf, refAt } from './keys.ts';
import { readStates } from './reads.ts';
import { callerIn, dueAt, isInLane, isWaitingAt, readRecord } from './record-codec.ts';

/** Due buckets are counted in whole seconds, as the records store due times. */
export const DUE_BUCKET_SECONDS = DUE_BUCKET / SECOND;

/** The bucket of a due time; "at once" (0) is bucket 0. */
export function dueBucketOf(due: Instant): number {
  return Math.floor(toSecondsUp(due) / DUE_BUCKET_SECONDS);
}

/** Where the due index counts a callee: undefined when it may not be claimed at all. */
export function duePlace(ref: number, record: CalleeRecord): string | undefined {
  return isCallable(record.state)
    ? `${dueLane(record)} ${dueBucketOf(record.due)} ${pageOf(ref)}`
    : undefined;
}

async function pagesDue(
  context: StoreContext,
  campaignId: string,
  lane: string,
  bucket: number,
): Promise<number[]> {
  const pages = await context.client.hkeys(keysOf(context, campaignId).due(lane, bucket));
  return pages.map(Number).sort((a, b) => a - b);
}

/** Which callees of a page are meant: those in one due bucket of a lane, due until `latest`, and `wanted`; at most `max`. */
interface Waiting {
  readonly lane: string;
  readonly bucket: number;
  readonly latest: Instant;
  readonly max?: number;
  /** Asked with the caller that a callee's record names, 0 for none. */
  readonly wanted?: ((caller: number) => boolean) | undefined;
}

/** Looks at the stored bytes: most slots of a page are not wanted, and making a record of each would be most of the work. */
async function waitingOn(
  context: StoreContext,
  campaignId: string,
  page: number,
  { lane, bucket, latest, max = Number.POSITIVE_INFINITY, wanted }: Waiting,
): Promise<DueCallee[]> {
  const states = await readStates(context, campaignId, page);
  const [zone = Number.NaN, priority = 0] = lane.split('.').map(Number);
  const place = { zone, priority };
  const found: DueCallee[] = [];
  for (let offset = 0; offset < states.length && found.length < max; offset += RECORD_BYTES) {
    if (!isWaitingAt(states, offset) || !isInLane(states, offset, place)) continue;
    const due = dueAt(states, offset);
    if (due > latest || dueBucketOf(due) !== bucket) continue;
    if (wanted !== undefined && !wanted(callerIn(states, offset))) continue;
    const record = readRecord(states, offset);
    if (record !== undefined) found.push({ ref: refAt(page, offset / RECORD_BYTES), record });
  }
  return found;
}

/** The replies of as many commands as there are lanes: one round trip, also where all but one lane are empty. */
async function bucketsOfLanes(
  context: StoreContext,
  campaignId: string,
  zone: number,
  read: (pipeline: ChainableCommander, key: string) => unknown,
): Promise<{ readonly lane: string; readonly buckets: readonly number[] }[]> {
  const keys = keysOf(context, campaignId);
  const lanes = dueLanes(zone);
  const pipeline = context.client.pipeline();
  for (const lane of lanes) read(pipeline, keys.dueBuckets(lane));
  const replies = await repliesOf(pipeline);
  return lanes.flatMap((lane, at) => {
    const buckets = replies[at];
    return Array.isArray(buckets) && buckets.length > 0 ? [{ lane, buckets: buckets.map(Number) }] : [];
  });
}

/** Claimable callees of a zone that are due: by priority, earliest buckets first, in page order within a bucket. */
export async function dueCallees(
  context: StoreContext,
  campaignId: string,
  zone: number,
  now: Instant,
  max: number,
  wanted?: (caller: number) => boolean,
): Promise<DueCallee[]> {
  const latest = String(dueBucketOf(now));
  const lanes = await bucketsOfLanes(context, campaignId, zone, (pipeline, key) =>
    pipeline.zrange(key, '-inf', latest, 'BYSCORE'),
  );
  const found: DueCallee[] = [];
  for (const { lane, buckets } of lanes) {
    for (const bucket of buckets) {
      for (const page of await pagesDue(context, campaignId, lane, bucket)) {
        const left = max - found.length;
        found.push(
          ...(await waitingOn(context, campaignId, page, { lane, bucket, latest: now, max: left, wanted })),
        );
        if (found.length >= max) return found;
      }
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
  const lanes = await bucketsOfLanes(context, campaignId, zone, (pipeline, key) =>
    pipeline.zrange(key, '0', '0'),
  );
  const bucket = Math.min(...lanes.flatMap(({ buckets }) => buckets));
  if (bucket === 0) return 0;
  if (!Number.isFinite(bucket)) return undefined;
  const first = lanes.filter(({ buckets }) => buckets[0] === bucket);
  const times = await Promise.all(first.map(({ lane }) => earliestIn(context, campaignId, lane, bucket)));
  return Math.min(...times);
}

async function earliestIn(
  context: StoreContext,
  campaignId: string,
  lane: string,
  bucket: number,
): Promise<Instant> {
  const latest = Number.POSITIVE_INFINITY;
  let earliest: Instant | undefined;
  for (const page of await pagesDue(context, campaignId, lane, bucket)) {
    const here = await waitingOn(context, campaignId, page, { lane, bucket, latest });
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
  /** Left out: that of most callees. */
  readonly priority?: number;
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
    const lanes = await bucketsOfLanes(context, campaignId, zone, (pipeline, key) =>
      pipeline.zrange(key, '0', '-1'),
    );
    for (const { lane, buckets } of lanes) {
      const priority = lane.split('.')[1];
      const place = { zone, ...(priority !== undefined && { priority: Number(priority) }) };
      for (const bucket of buckets) {
        const pages = await context.client.hgetall(keys.due(lane, bucket));
        for (const [page, callees] of Object.entries(pages)) {
          counts.push({ ...place, bucket, page: Number(page), callees: Number(callees) });
        }
      }
    }
  }
  return counts;
}

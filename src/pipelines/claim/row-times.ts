/** Rows that say until when their callee may be called: nobody is claimed, or called again, beyond that. */
import type { BatchRecord } from '../../core/batch.ts';
import { type CalleeMove, type CalleeRef, moveCallee } from '../../core/callee.ts';
import { PAGE_SLOTS, ROW_TIME_PAGES_PER_SWEEP, TASK_TIME_MIN } from '../../core/limits.ts';
import { isPlaceable, isTimeOver, lastPlacing, nextTimeLook, sharers } from '../../core/row-limits.ts';
import type { Instant } from '../../core/time.ts';
import type { CampaignRecord, DueCallee, PageReading, Store } from '../../ports/store.ts';
import type { PipelineDeps } from '../deps.ts';
import type { Candidate, Claim } from './candidate.ts';

function ended({ ref, record }: DueCallee, notAfter: Instant, now: Instant): CalleeMove {
  const facts = { notAfter: new Date(notAfter).toISOString() };
  return moveCallee(ref, record, 'expire', { now, reason: 'row_time_over', facts });
}

/** Keeps back, and ends, those whose time leaves no room for a task any more. */
export async function withoutOverdue(
  deps: PipelineDeps,
  { campaign, now }: Claim,
  candidates: readonly Candidate[],
): Promise<readonly Candidate[]> {
  const { leadTime } = campaign.settings.pacing;
  const isLeft = ({ row }: Candidate): boolean => isPlaceable(row.limits?.notAfter, now, leadTime);
  const moves = candidates
    .filter((candidate) => !isLeft(candidate))
    .map((candidate) => ended(candidate, candidate.row.limits?.notAfter ?? now, now));
  if (moves.length === 0) return candidates;
  // Stale: somebody moved one of them meanwhile; the next look decides anew.
  await deps.store.apply(campaign.id, { name: 'expire_callees', now, moves });
  return candidates.filter(isLeft);
}

/** Those who go into one task with the first, since a task ends for all of them at once, and when it must end. */
export function sharingTime(
  candidates: readonly Candidate[],
  now: Instant,
): { readonly candidates: readonly Candidate[]; readonly rowsNotAfter: Instant | undefined } {
  const { indexes, notAfter } = sharers(
    candidates.map(({ row }) => row.limits?.notAfter),
    now,
  );
  const together = new Set(indexes);
  return { candidates: candidates.filter((_, index) => together.has(index)), rowsNotAfter: notAfter };
}

/** The time of a task of this batch, ended with that of its rows; undefined where that leaves none. */
export function withinRows(
  time: Pick<BatchRecord, 'notBefore' | 'notAfter'> | undefined,
  { rowsNotAfter }: Pick<BatchRecord, 'rowsNotAfter'>,
): Pick<BatchRecord, 'notBefore' | 'notAfter'> | undefined {
  if (time === undefined || rowsNotAfter === undefined) return time;
  const notAfter = Math.min(time.notAfter, rowsNotAfter);
  return notAfter - time.notBefore >= TASK_TIME_MIN ? { ...time, notAfter } : undefined;
}

/** When the time of these callees ends, for those whose does. Rows are read only of them. */
export async function rowEnds(
  deps: { readonly store: Pick<Store, 'rows'> },
  campaignId: string,
  callees: readonly DueCallee[],
): Promise<ReadonlyMap<CalleeRef, Instant>> {
  const refs = callees.flatMap(({ ref, record }) => (record.timed === true ? [ref] : []));
  if (refs.length === 0) return new Map();
  const rows = await deps.store.rows(campaignId, refs);
  return new Map(
    rows.flatMap((row, at): [CalleeRef, Instant][] => {
      const ref = refs[at];
      const notAfter = row.limits?.notAfter;
      return ref === undefined || notAfter === undefined ? [] : [[ref, notAfter]];
    }),
  );
}

/** By when these callees must be claimed, lest one of them runs out of time while it waits for others. */
export async function latestClaim(
  deps: PipelineDeps,
  { id, settings }: CampaignRecord,
  due: readonly DueCallee[],
): Promise<Instant> {
  const ends = await rowEnds(deps, id, due);
  const times = [...ends.values()].map((end) => lastPlacing(end, settings.pacing.leadTime) - TASK_TIME_MIN);
  return Math.min(...times, Number.POSITIVE_INFINITY);
}

/**
 * Ends callees that wait though their time is over, whatever the campaign does meanwhile. Looks at some pages at a
 * time; called again and again, it gets to all.
 */
export async function endTimedOut(deps: PipelineDeps, campaignId: string): Promise<void> {
  const now = deps.clock.now();
  for (const page of await deps.store.pagesTimedOut(campaignId, now, ROW_TIME_PAGES_PER_SWEEP)) {
    await endOnPage(deps, campaignId, await deps.store.pageReading(campaignId, page));
  }
}

async function endOnPage(deps: PipelineDeps, campaignId: string, reading: PageReading): Promise<void> {
  const now = deps.clock.now();
  const timed = reading.records.flatMap((record, slot) => {
    const notAfter = reading.rows[slot]?.limits?.notAfter;
    const ref = reading.page * PAGE_SLOTS + slot;
    return record === undefined || notAfter === undefined ? [] : [{ ref, record, notAfter }];
  });
  const moves = timed
    .filter((callee) => isTimeOver(callee, now))
    .map((callee) => ended(callee, callee.notAfter, now));
  if (moves.length > 0) {
    const stored = await deps.store.apply(campaignId, { name: 'expire_callees', now, moves });
    if (stored === 'stale') return;
    deps.log.info({ event: 'callees_timed_out', campaignId, callees: moves.length }, 'their time is over');
  }
  const left = timed.filter((callee) => !isTimeOver(callee, now));
  await deps.store.noteTimedPage(campaignId, reading, nextTimeLook(left, now));
}

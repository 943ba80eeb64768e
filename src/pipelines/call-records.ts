import type { BatchRecord } from '../core/batch.ts';
import { RECORDS_PER_REQUEST_MAX } from '../core/limits.ts';
import type { CallRecord } from '../core/outcome.ts';
import { MINUTE } from '../core/time.ts';
import type { CallOutcome } from '../ports/telephony.ts';
import type { PipelineDeps } from './deps.ts';

export interface FetchedRecords {
  readonly records: ReadonlyMap<string, CallRecord>;
  /** Sessions that were not asked for, because they do not fill a request yet or the provider is behind. */
  readonly left: ReadonlySet<string>;
}

/** Clocks of ours and the provider's may differ by this much (it refuses requests signed further off). */
const CLOCK_MARGIN = 5 * MINUTE;

export interface RecordWish {
  /** Also those that do not fill a request. */
  readonly takeAll: boolean;
  /** Readings before this one: with which group to begin. */
  readonly turn?: number;
  /** Some of the records were waited for long enough, so that all are asked for, to tell what is missing. */
  readonly insist?: boolean;
}

/**
 * Call records of the sessions, in full requests of a hundred; the remainder only where all are to be taken. A request
 * that brings nothing says that records are late just now: the rest is left for the next reading, which begins with
 * another group, so that a hundred records that never come keep no others waiting.
 */
export async function fetchRecords(
  deps: PipelineDeps,
  campaignId: string,
  batch: Pick<BatchRecord, 'id' | 'notBefore'>,
  sessionIds: readonly string[],
  { takeAll, turn = 0, insist = false }: RecordWish,
): Promise<FetchedRecords> {
  const records = new Map<string, CallRecord>();
  const full = sessionIds.length - (sessionIds.length % RECORDS_PER_REQUEST_MAX);
  const end = takeAll ? sessionIds.length : full;
  const left = new Set(sessionIds.slice(end));
  const groups = groupsFrom(sessionIds.slice(0, end), turn);
  for (const [at, group] of groups.entries()) {
    const from = batch.notBefore - CLOCK_MARGIN;
    const result = await deps.telephony.callRecords(group, from, deps.clock.now() + CLOCK_MARGIN);
    if (!result.ok) {
      const { code, kind, message } = result.failure;
      deps.log.warn({ event: 'call_records_failed', campaignId, batchId: batch.id, code, kind }, message);
    }
    const found = result.ok ? result.value : [];
    for (const [code, calls] of strangeEnds(found)) {
      deps.log.warn(
        { event: 'strange_end_code', campaignId, batchId: batch.id, endStatus: code, calls },
        'calls ended with a code that no outbound call should have',
      );
    }
    for (const record of found) records.set(record.sessionId, record);
    if (found.length === 0 && !insist) {
      // What was asked for counts as late; what was not asked for does not.
      for (const id of groups.slice(at + 1).flat()) left.add(id);
      break;
    }
  }
  return { records, left };
}

/** Sessions in groups of one request each: every other turn the first in front, as records come, else another. */
function groupsFrom(sessionIds: readonly string[], turn: number): string[][] {
  const groups: string[][] = [];
  for (let at = 0; at < sessionIds.length; at += RECORDS_PER_REQUEST_MAX) {
    groups.push(sessionIds.slice(at, at + RECORDS_PER_REQUEST_MAX));
  }
  const first = turn % 2 === 0 || groups.length === 0 ? 0 : Math.ceil(turn / 2) % groups.length;
  return [...groups.slice(first), ...groups.slice(0, first)];
}

/** How many of the calls ended with each code that the reference does not have for outbound calls. */
function strangeEnds(outcomes: readonly CallOutcome[]): ReadonlyMap<number, number> {
  const ends = new Map<number, number>();
  for (const { strangeEnd } of outcomes) {
    if (strangeEnd !== undefined) ends.set(strangeEnd, (ends.get(strangeEnd) ?? 0) + 1);
  }
  return ends;
}

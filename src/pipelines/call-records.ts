import type { BatchRecord } from '../core/batch.ts';
import { RECORDS_PER_REQUEST_MAX } from '../core/limits.ts';
import type { CallRecord } from '../core/outcome.ts';
import { MINUTE } from '../core/time.ts';
import type { PipelineDeps } from './deps.ts';

export interface FetchedRecords {
  readonly records: ReadonlyMap<string, CallRecord>;
  /** Sessions that were not asked for, because they do not fill a request yet or the provider is behind. */
  readonly left: ReadonlySet<string>;
}

/** Clocks of ours and the provider's may differ by this much (it refuses requests signed further off). */
const CLOCK_MARGIN = 5 * MINUTE;

/**
 * Call records of the sessions, in full requests of a hundred; the remainder only with `takeAll`. A request that
 * brings nothing says that records are late just now: the rest is left for the next reading.
 */
export async function fetchRecords(
  deps: PipelineDeps,
  campaignId: string,
  batch: BatchRecord,
  sessionIds: readonly string[],
  takeAll: boolean,
): Promise<FetchedRecords> {
  const records = new Map<string, CallRecord>();
  const full = sessionIds.length - (sessionIds.length % RECORDS_PER_REQUEST_MAX);
  const end = takeAll ? sessionIds.length : full;
  const left = new Set(sessionIds.slice(end));
  for (let at = 0; at < end; at += RECORDS_PER_REQUEST_MAX) {
    const group = sessionIds.slice(at, Math.min(at + RECORDS_PER_REQUEST_MAX, end));
    const from = batch.notBefore - CLOCK_MARGIN;
    const result = await deps.telephony.callRecords(group, from, deps.clock.now() + CLOCK_MARGIN);
    if (!result.ok) {
      const { code, kind, message } = result.failure;
      deps.log.warn({ event: 'call_records_failed', campaignId, batchId: batch.id, code, kind }, message);
    }
    const found = result.ok ? result.value : [];
    for (const record of found) records.set(record.sessionId, record);
    if (found.length === 0) {
      // What was asked for counts as late; what was not asked for does not.
      for (const id of sessionIds.slice(at + group.length, end)) left.add(id);
      break;
    }
  }
  return { records, left };
}

/**
 * Call records of applications with number protection. Their action knows no filter by session (reference 2.3), so
 * all records of a time are read, newest first, until those that are wanted have come; the others are kept for
 * whoever asks next.
 */
import {
  PROTECTED_PAGES_MAX,
  PROTECTED_RECORDS_KEPT_MAX,
  PROTECTED_WINDOW,
  RECORDS_PER_REQUEST_MAX,
} from '../../core/limits.ts';
import { SECOND, toSecondsUp } from '../../core/time.ts';
import type { CallOutcome, TelephonyFailure, TelephonyResult } from '../../ports/telephony.ts';
import { callOutcome } from './call-outcome.ts';
import type { ProviderClient } from './client.ts';

interface TimeWindow {
  readonly from: number;
  readonly to: number;
}

export type ProtectedRecords = (
  sessionIds: readonly string[],
  windows: readonly TimeWindow[],
) => Promise<TelephonyResult<readonly CallOutcome[]>>;

/**
 * Reads records by session where the provider only gives all of a time. One reading at a time: what the first reads
 * is most of what the others want. Late records are absent, as from {@link ProviderClient} with a filter.
 */
export function createProtectedRecords(
  client: ProviderClient,
  { sdkAppId, region }: { readonly sdkAppId: number; readonly region: string },
): ProtectedRecords {
  const kept = new Map<string, CallOutcome>();
  let turn: Promise<unknown> = Promise.resolve();

  const keep = (outcome: CallOutcome): void => {
    // Of two records for one session, the answered one tells more.
    if (kept.get(outcome.sessionId)?.disposition === 'answered') return;
    kept.set(outcome.sessionId, outcome);
    const [oldest] = kept.keys();
    if (kept.size > PROTECTED_RECORDS_KEPT_MAX && oldest !== undefined) kept.delete(oldest);
  };

  /** Reads records of a window until all that are missing have come; undefined, or why it could not. */
  const readWindow = async (
    window: TimeWindow,
    missing: ReadonlySet<string>,
  ): Promise<TelephonyFailure | undefined> => {
    for (let page = 0; page < PROTECTED_PAGES_MAX; page += 1) {
      const result = await client.request('DescribeProtectedTelCdr', {
        SdkAppId: sdkAppId,
        StartTimeStamp: Math.floor(window.from / SECOND),
        EndTimeStamp: toSecondsUp(window.to),
        PageSize: RECORDS_PER_REQUEST_MAX,
        PageNumber: page,
      });
      if (!result.ok) return result.failure;
      const { TelCdrList, TelCdrs, TotalCount } = result.value;
      const records = TelCdrList.length > 0 ? TelCdrList : TelCdrs;
      for (const record of records) {
        const outcome = callOutcome(record, region);
        if (outcome !== undefined) keep(outcome);
      }
      if (records.length === 0 || (page + 1) * RECORDS_PER_REQUEST_MAX >= TotalCount) return undefined;
      if ([...missing].every((id) => kept.has(id))) return undefined;
    }
    return undefined;
  };

  const read: ProtectedRecords = async (sessionIds, windows) => {
    const wanted = [...new Set(sessionIds)];
    const missing = (): ReadonlySet<string> => new Set(wanted.filter((id) => !kept.has(id)));
    for (const window of newestFirst(windows)) {
      const still = missing();
      if (still.size === 0) break;
      const failure = await readWindow(window, still);
      if (failure !== undefined) return { ok: false, failure };
    }
    return { ok: true, value: wanted.flatMap((id) => kept.get(id) ?? []) };
  };

  return (sessionIds, windows) => {
    const mine = turn.then(() => read(sessionIds, windows));
    turn = mine.catch(() => undefined);
    return mine;
  };
}

/** The windows in pieces, the newest first: calls that have just ended are what is asked for nearly always. */
function newestFirst(windows: readonly TimeWindow[]): TimeWindow[] {
  const pieces: TimeWindow[] = [];
  for (const { from, to } of [...windows].sort((a, b) => b.to - a.to)) {
    for (let end = to; end > from; end -= PROTECTED_WINDOW) {
      pieces.push({ from: Math.max(from, end - PROTECTED_WINDOW), to: end });
    }
  }
  return pieces;
}

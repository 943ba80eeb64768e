import { campaignOfImport } from '../core/import.ts';
import { SPOOL_ENTRIES_PER_CLEANING, SPOOL_FAILED_KEPT, SPOOL_UNKNOWN_KEPT } from '../core/limits.ts';
import type { Clock } from '../ports/clock.ts';
import type { Spool, SpoolEntry } from '../ports/spool.ts';
import type { Store } from '../ports/store.ts';

export interface CleanSpoolDeps {
  readonly store: Pick<Store, 'importRecord'>;
  readonly spool: Pick<Spool, 'entries' | 'remove'>;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * Removes what nobody will read any more and a crash has left in the spool: files of imports that are done, of those
 * that failed long ago, of none that is known, and those that were never finished. How many.
 */
export async function cleanSpool(deps: CleanSpoolDeps): Promise<number> {
  let removed = 0;
  for (const entry of await deps.spool.entries(SPOOL_ENTRIES_PER_CLEANING)) {
    if (!(await isLeftOver(deps, entry))) continue;
    await deps.spool.remove(entry.name);
    removed += 1;
  }
  return removed;
}

async function isLeftOver(deps: CleanSpoolDeps, { name, passing, writtenAt }: SpoolEntry): Promise<boolean> {
  const now = deps.clock.now();
  const record =
    passing || campaignOfImport(name) === undefined ? undefined : await deps.store.importRecord(name);
  if (record === undefined) return now - writtenAt >= SPOOL_UNKNOWN_KEPT;
  if (record.state === 'failed') return now - record.closedAt >= SPOOL_FAILED_KEPT;
  return record.state === 'done';
}

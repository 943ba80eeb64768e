import type { StoredFacts } from '../../ports/store.ts';
import { readCounts } from './campaigns.ts';
import { readBatchCallees, readOpenBatches } from './changes.ts';
import type { StoreContext } from './context.ts';
import { dueIndex } from './due.ts';
import { listImports } from './imports.ts';
import { missedIndex } from './reads.ts';
import { timedPages } from './timed-pages.ts';

/** Counts and indexes of a campaign. Read one after the other: the audit notices when they moved meanwhile. */
export async function auditFacts(context: StoreContext, campaignId: string): Promise<StoredFacts> {
  const open = await readOpenBatches(context, campaignId);
  const batches = await Promise.all(
    open.map(async (record) => ({
      record,
      callees: await readBatchCallees(context, campaignId, record.id),
    })),
  );
  const [due, missed, imports, counts, timed] = await Promise.all([
    dueIndex(context, campaignId),
    missedIndex(context, campaignId),
    listImports(context, campaignId),
    readCounts(context, campaignId),
    timedPages(context, campaignId),
  ]);
  return { counts, dueIndex: due, missedIndex: missed, batches, imports, timedPages: timed };
}

import type { Store } from '../../ports/store.ts';
import { auditFacts } from './audit-facts.ts';
import * as callers from './caller-facts.ts';
import * as campaigns from './campaigns.ts';
import * as changes from './changes.ts';
import type { StoreContext } from './context.ts';
import * as due from './due.ts';
import * as imports from './imports.ts';
import { findNumbers } from './number-index.ts';
import * as pageRows from './page-rows.ts';
import * as reads from './reads.ts';
import { rejections } from './rejections.ts';
import * as repeats from './repeats.ts';
import * as room from './room.ts';
import { loadScripts, type RedisClient } from './scripts.ts';
import * as servers from './servers.ts';
import * as tallies from './tallies.ts';
import * as timed from './timed-pages.ts';

/**
 * The store port on Redis. `prefix` starts every key name, so that several installations may share one server. `life`
 * names the life of the data, if that is known: left out, it is the server's run.
 */
export function createRedisStore(client: RedisClient, options: Pick<StoreContext, 'prefix' | 'life'>): Store {
  const context: StoreContext = { ...options, client, scripts: loadScripts(client) };
  return {
    createCampaign: (id, settings, now) => campaigns.createCampaign(context, id, settings, now),
    campaign: (id) => campaigns.readCampaign(context, id),
    campaignIds: () => campaigns.campaignIds(context),
    moveCampaign: (before, to, why) => campaigns.moveCampaign(context, before, to, why),
    campaignFile: (id) => campaigns.readCampaignFile(context, id),
    changeCampaign: (before, settings, why) => campaigns.changeCampaign(context, before, settings, why),
    noteTrail: (id, entry) => campaigns.noteTrail(context, id, entry),
    trail: (id) => campaigns.readTrail(context, id),
    counts: (id) => campaigns.readCounts(context, id),
    zoneIndex: (id, zone) => campaigns.zoneIndex(context, id, zone),

    openImport: (record) => imports.openImport(context, record),
    importRecord: (id) => imports.readImport(context, id),
    imports: (id) => imports.listImports(context, id),
    storeImportStep: (id, step) => imports.storeImportStep(context, id, step),
    noteImport: async (id, facts) => {
      await imports.noteImport(context, id, facts);
    },
    closeImport: (id, end) => imports.closeImport(context, id, end),
    noteHeader: (id, header, calleeColumn) => imports.noteHeader(context, id, header, calleeColumn),
    importHeader: (id) => imports.importHeader(context, id),
    describeRepeats: (id, page, origins) => repeats.describeRepeats(context, id, page, origins),
    undescribedRepeats: (id) => repeats.undescribedRepeats(context, id),
    rejections: (id) => rejections(context, id),
    findNumbers: (id, numbers) => findNumbers(context, id, numbers),

    pageReading: (id, page) => pageRows.readPageForChange(context, id, page),
    replaceRows: (id, reading, changed) => pageRows.replaceRows(context, id, reading, changed),

    tally: (id) => tallies.readTally(context, id),
    recentTally: (id) => tallies.readRecentTally(context, id),
    trimRecentTally: (id, fields) => tallies.trimRecentTally(context, id, fields),
    sharedRoom: () => room.readSharedRoom(context),
    holdRoom: (version, id, holding) => room.holdRoom(context, version, id, holding),

    apply: (id, change) => changes.applyChange(context, id, change),
    batch: (id, batchId) => changes.readBatch(context, id, batchId),
    batchCallees: (id, batchId) => changes.readBatchCallees(context, id, batchId),
    openBatches: (id) => changes.readOpenBatches(context, id),

    noteOrphan: async (id, orphan) => {
      await campaigns.noteOrphan(context, id, orphan);
    },
    orphans: (id) => campaigns.readOrphans(context, id),

    installation: () => servers.installation(context),
    seeServer: (id, now) => servers.seeServer(context, id, now),
    noteCompared: (id, run) => servers.noteCompared(context, id, run),

    noteCallers: (id, facts) => callers.noteCallers(context, id, facts),
    callerFacts: (id) => callers.readCallerFacts(context, id),

    dueCallees: (id, zone, now, max, wanted) => due.dueCallees(context, id, zone, now, max, wanted),
    nextDueAt: (id, zone) => due.nextDueAt(context, id, zone),
    dueBuckets: (id) => due.dueBuckets(context, id),

    calleesIn: (id, states, fromPage, max) => reads.calleesIn(context, id, states, fromPage, max),
    pagesTimedOut: (id, now, max) => timed.pagesTimedOut(context, id, now, max),
    noteTimedPage: (id, reading, lookAt) => timed.noteTimedPage(context, id, reading, lookAt),
    missedCallees: (id, max) => reads.missedCallees(context, id, max),
    records: (id, refs) => reads.readCalleeRecords(context, id, refs),
    rows: (id, refs) => reads.readRows(context, id, refs),
    story: (id, ref) => reads.readStory(context, id, ref),
    findCallee: async (id, number) => (await findNumbers(context, id, [String(number)]))[0],
    pages: (id) => reads.storedPages(context, id),
    pageStories: (id, page) => reads.pageStories(context, id, page),
    auditFacts: (id) => auditFacts(context, id),
  };
}

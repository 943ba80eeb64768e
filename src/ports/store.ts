import type { BatchCallees, BatchRecord } from '../core/batch.ts';
import type { CalleeMove, CalleeRecord, CalleeRef, CalleeState, CalleeStory } from '../core/callee.ts';
import type { CallerFacts } from '../core/caller-facts.ts';
import type { CampaignState } from '../core/campaign.ts';
import type { ImportRecord, Rejection } from '../core/import.ts';
import type { CalleeRow } from '../core/page.ts';
import type { RowLimits } from '../core/row-limits.ts';
import type { Tally } from '../core/statistics.ts';
import type { Instant } from '../core/time.ts';
import type { CampaignCounts, CampaignRecord, CampaignStore, TrailEntry } from './campaign-store.ts';
import type { RoomStore } from './room-store.ts';
import type { ServerStore } from './server-store.ts';
import type { TallyStore } from './tally-store.ts';

export type { CampaignCounts, CampaignRecord, TrailEntry };

/** One page of callees as an import hands it over: at most PAGE_SLOTS candidates. */
export interface PageDraft {
  /** Made by packPage. */
  readonly text: string;
  /** E.164 digits by slot. A number the campaign already has becomes an empty slot, counted as duplicate. */
  readonly numbers: readonly string[];
  /** Index into the campaign's zones, by slot. */
  readonly zones: Uint8Array;
  /** What rows say of when they may be called, by slot; left out where none says anything. */
  readonly limits?: ReadonlyMap<number, RowLimits>;
}

/** One step of an import, stored in one atomic move together with the checkpoint it reaches. */
export interface ImportStep {
  /** Rows done before this step, as the importer believes; the step is refused when the store says otherwise. */
  readonly rowsBefore: number;
  readonly rowsAfter: number;
  readonly page: PageDraft | undefined;
  /** Rows of this step that are not in the page: rejected, duplicates seen before storing, suppressed. */
  readonly rejections: readonly Rejection[];
  readonly now: Instant;
}

/** How a list turned out to be written. */
export type ImportFacts = Pick<ImportRecord, 'encoding' | 'delimiter' | 'encodingSure' | 'format' | 'sheet'>;

export type ImportStepResult =
  | {
      readonly stored: true;
      readonly accepted: number;
      readonly duplicate: number;
      /** Slots of the page that stayed empty, since the campaign has their numbers: say of what rows they are. */
      readonly repeats?: { readonly page: number; readonly slots: readonly number[] } | undefined;
    }
  /** Another importer is further (or this one read an old record): read the import again. */
  | { readonly stored: false };

/** Where a row stood in its file, and what it held. */
export interface RowOrigin {
  readonly line: number;
  readonly cells: readonly string[];
}

/** A page as it was read in order to change rows of it. */
export interface PageReading {
  readonly page: number;
  /** By slot. */
  readonly rows: readonly CalleeRow[];
  readonly records: readonly (CalleeRecord | undefined)[];
  /** Tells the rows from any others that the page had or will have. */
  readonly token: string;
}

/** A callee whose attributes change while its state stays. */
export interface RowChange {
  readonly slot: number;
  readonly row: CalleeRow;
  /** As read. The change is refused when it is no longer so. */
  readonly before: CalleeRecord;
  readonly after: CalleeRecord;
}

/** One atomic change: all of it is written, or, where anything is no longer as it was read, nothing. */
export interface Change {
  /** What it is, for logs: claim_batch, accept_batch, record_outcomes ... */
  readonly name: string;
  readonly now: Instant;
  readonly moves: readonly CalleeMove[];
  readonly batch?: {
    /** Undefined for a new batch. */
    readonly before: BatchRecord | undefined;
    readonly after: BatchRecord;
    /** Set with a new batch. A batch that ends drops its list: the story of each callee has it. */
    readonly callees?: BatchCallees;
  };
  /** Refuse unless the campaign is still in this state. */
  readonly whileCampaign?: CampaignState;
  /** What it adds to the campaign's tallies (core/statistics.ts): field -> increment. */
  readonly tally?: Tally;
}

/** A task of ours by name that is not the accepted submission of its batch: a create that landed late. */
export interface OrphanTask {
  readonly taskId: number;
  readonly name: string;
  readonly at: Instant;
  readonly settled: boolean;
}

export interface DueCallee {
  readonly ref: CalleeRef;
  readonly record: CalleeRecord;
}

/** A page in full, for reports, audits and replays. */
export interface StoredPage {
  readonly page: number;
  /** By slot; undefined where a slot is empty (a duplicate). */
  readonly records: readonly (CalleeRecord | undefined)[];
  readonly rows: readonly CalleeRow[];
}

/** What an audit compares with the pages. */
export interface StoredFacts {
  readonly counts: CampaignCounts;
  /** The whole due index: `bucket` is the due time in whole seconds over the bucket's width, 0 for "at once". */
  readonly dueIndex: readonly {
    readonly zone: number;
    /** Left out: that of most callees. */
    readonly priority?: number | undefined;
    readonly bucket: number;
    readonly page: number;
    readonly callees: number;
  }[];
  /** Pages that are looked at for callees whose time is over. */
  readonly timedPages: readonly number[];
  /** Callees per page that wait for the retry policy, as the index counts them. */
  readonly missedIndex: readonly { readonly page: number; readonly callees: number }[];
  /** Batches that are not over. */
  readonly batches: readonly { readonly record: BatchRecord; readonly callees: BatchCallees }[];
  readonly imports: readonly ImportRecord[];
}

export interface Store extends CampaignStore, RoomStore, ServerStore, TallyStore {
  /**
   * Registers an import, or opens one that failed again, behind its last row and with the new wish if there is one.
   * False: it is under way, or done.
   */
  openImport(record: ImportRecord): Promise<boolean>;
  importRecord(importId: string): Promise<ImportRecord | undefined>;
  imports(campaignId: string): Promise<ImportRecord[]>;
  storeImportStep(importId: string, step: ImportStep): Promise<ImportStepResult>;
  /** Facts found while reading (encoding, delimiter, columns), before the first step. */
  noteImport(importId: string, facts: ImportFacts): Promise<void>;
  /** The names of the file's columns, and of the one with the numbers, before the first step. */
  noteHeader(importId: string, header: readonly string[], calleeColumn: string): Promise<void>;
  /** Undefined until it was noted. */
  importHeader(importId: string): Promise<readonly string[] | undefined>;
  /**
   * Keeps where the empty slots of a page came from, once the reply to its step has named them. Again the same:
   * nothing changes. Until then, {@link rejections} has no line for them, and cells made from what is stored.
   */
  describeRepeats(importId: string, page: number, repeats: ReadonlyMap<number, RowOrigin>): Promise<void>;
  /** Rows of empty slots that nobody described, since the process that stored them was cut off: row -> place. */
  undescribedRepeats(
    importId: string,
  ): Promise<ReadonlyMap<number, { readonly page: number; readonly slot: number }>>;
  /** Ends an import as done or failed, once. A completed campaign that got callees runs again. */
  closeImport(
    importId: string,
    end: { readonly state: 'done' | 'failed'; readonly reason: string; readonly now: Instant },
  ): Promise<void>;
  /** Rows that made no new callee, in file order. Duplicates of earlier rows are among them, with the row they repeat. */
  rejections(importId: string): AsyncIterable<Rejection>;
  /** Of these numbers, those that the campaign has, with their callee. Saves building pages of duplicates. */
  findNumbers(campaignId: string, numbers: readonly string[]): Promise<(CalleeRef | undefined)[]>;

  pageReading(campaignId: string, page: number): Promise<PageReading>;
  /**
   * Changes attributes of callees of a page: all, or, where its rows or one of their records are no longer as read,
   * none. A batch that is made at the same moment has either the old or the new of each callee.
   */
  replaceRows(
    campaignId: string,
    reading: PageReading,
    changes: readonly RowChange[],
  ): Promise<'done' | 'stale'>;

  /** Writes a change, or nothing. `stale`: something it was decided on has changed; read and decide again. */
  apply(campaignId: string, change: Change): Promise<'done' | 'stale'>;

  /**
   * Callees of a zone that may be claimed, are due and `wanted`, at most `max`: by priority, and of one in page order
   * within the earliest due buckets. `wanted` is asked in that order, with the caller that a callee's record names
   * (0: none), and nothing is read of whom it does not want: there may be as many as the campaign has.
   */
  dueCallees(
    campaignId: string,
    zone: number,
    now: Instant,
    max: number,
    wanted?: (caller: number) => boolean,
  ): Promise<DueCallee[]>;
  /** When the earliest callee of the zone is due, exactly; 0 for "at once"; undefined when none waits. */
  nextDueAt(campaignId: string, zone: number): Promise<Instant | undefined>;
  /** Due buckets that hold callees, with how many. */
  dueBuckets(campaignId: string): Promise<{ readonly bucket: Instant; readonly callees: number }[]>;
  /** Callees in a state, from a page on; `next` is the page to go on with. */
  calleesIn(
    campaignId: string,
    states: readonly CalleeState[],
    fromPage: number,
    max: number,
  ): Promise<{ readonly callees: DueCallee[]; readonly next: number | undefined }>;
  /** Pages on which the time of a callee may be over at `now`, at most `max`. */
  pagesTimedOut(campaignId: string, now: Instant, max: number): Promise<number[]>;
  /**
   * Remembers when to look at a page again for callees whose time is over; undefined: no more. `stale`: its rows are
   * not as read any more.
   */
  noteTimedPage(
    campaignId: string,
    reading: Pick<PageReading, 'page' | 'token'>,
    lookAt: Instant | undefined,
  ): Promise<'done' | 'stale'>;
  /** Callees waiting for the retry policy (missed). */
  missedCallees(campaignId: string, max: number): Promise<DueCallee[]>;

  batch(campaignId: string, batchId: number): Promise<BatchRecord | undefined>;
  batchCallees(campaignId: string, batchId: number): Promise<BatchCallees>;
  /** Batches that are not over. */
  openBatches(campaignId: string): Promise<BatchRecord[]>;

  /** Remembers a task that is none of our accepted submissions; `settled` once its calls are counted. */
  noteOrphan(campaignId: string, orphan: OrphanTask): Promise<void>;
  orphans(campaignId: string): Promise<OrphanTask[]>;

  /** Keeps what the provider said of callers of the campaign, in place of what was kept of the same callers. */
  noteCallers(campaignId: string, facts: readonly CallerFacts[]): Promise<void>;
  /** The latest of each caller that was ever noted, in no order; none until the provider was asked. */
  callerFacts(campaignId: string): Promise<CallerFacts[]>;

  records(campaignId: string, refs: readonly CalleeRef[]): Promise<(CalleeRecord | undefined)[]>;
  rows(campaignId: string, refs: readonly CalleeRef[]): Promise<CalleeRow[]>;
  story(campaignId: string, ref: CalleeRef): Promise<CalleeStory[]>;
  findCallee(campaignId: string, number: number): Promise<CalleeRef | undefined>;
  pages(campaignId: string): AsyncIterable<StoredPage>;
  /** Stories of a whole page, by slot. */
  pageStories(campaignId: string, page: number): Promise<ReadonlyMap<number, CalleeStory[]>>;
  /** All that is kept beside the pages, as near to one moment as it can be read. */
  auditFacts(campaignId: string): Promise<StoredFacts>;
}

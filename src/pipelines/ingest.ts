import { assert, present } from '../core/assert.ts';
import { AppError } from '../core/errors.ts';
import type { ImportRecord } from '../core/import.ts';
import type { ListReader } from '../ports/list-reader.ts';
import type { CampaignRecord, Store } from '../ports/store.ts';
import { isFileFault, type ReadDeps, type ReadEnd, type ReadOptions, readList } from './ingest/read-list.ts';

export type { IngestProgress } from './ingest/read-list.ts';
export type IngestOptions = ReadOptions;

export interface IngestDeps extends ReadDeps {
  readonly reader: ListReader;
  /** The path under which the file of an import waits. */
  readonly openFile: (importId: string) => string | Promise<string>;
  /** Forgets the file of an import that is done: nothing reads it any more. Left out: it stays. */
  readonly dropFile?: (importId: string) => Promise<void>;
}

/** How a run ended: the import is over (`done`, `failed`), or was stopped by the signal. */
export interface IngestResult {
  readonly outcome: 'done' | 'failed' | 'stopped';
  readonly record: ImportRecord;
}

/**
 * Takes the rows of an import's file into its campaign, from where the last run got to. Each step is stored
 * together with the row it reaches, so that this may be killed at any point, run again, or run twice at once:
 * the accounting is the same, and rows = accepted + duplicate + suppressed + rejected at every moment.
 *
 * A file that cannot be taken, or not any further, ends the import as failed with a reason that names the place
 * and the remedy; what was stored before that place stays. Throws what may pass (Redis away), and then leaves the
 * import open: run it again. An import that is over already is answered as it is.
 */
export async function ingestImport(
  deps: IngestDeps,
  importId: string,
  options: IngestOptions = {},
): Promise<IngestResult> {
  let rowsBefore = -1;
  for (;;) {
    const record = await readRecord(deps.store, importId);
    if (record.state === 'done' || record.state === 'failed') return over(deps, record, record.state);
    const campaign = present(await deps.store.campaign(record.campaignId), `campaign of ${importId}`);
    if (campaign.state === 'cancelled') {
      return close(deps, record, 'failed', 'the campaign is cancelled; import the list into another one');
    }
    if (record.rows === rowsBefore) {
      throw new AppError('store_conflict', `${importId}: the rows behind ${rowsBefore} were refused`);
    }
    const read = await readOn(deps, campaign, record, options);
    if (read.end === 'overtaken') {
      rowsBefore = record.rows;
      continue;
    }
    const reached = await readRecord(deps.store, importId);
    if (read.end === 'stopped') return { outcome: 'stopped', record: reached };
    if (read.fault !== undefined) return close(deps, reached, 'failed', faultReason(read.fault, reached));
    const left = reached.state === 'done' || reached.state === 'failed' ? undefined : reached.rows;
    assert(left === undefined || left === read.rows, `${importId}: ${read.rows} rows read, ${left} stored`);
    return close(deps, reached, 'done', read.rows === 0 ? 'the file has a header and no rows' : '');
  }
}

/** Reads the file behind the rows done. A fault of the file as a whole is a value, everything else is thrown. */
async function readOn(
  deps: IngestDeps,
  campaign: CampaignRecord,
  record: ImportRecord,
  options: IngestOptions,
): Promise<ReadEnd> {
  try {
    const list = await deps.reader.open(await deps.openFile(record.id), record.wish);
    const { encoding, encodingSure, delimiter, format, sheet } = list;
    await deps.store.noteImport(record.id, { encoding, encodingSure, delimiter, format, sheet });
    return await readList(deps, { campaign, record, list }, options);
  } catch (error) {
    if (isFileFault(error)) return { end: 'file', rows: record.rows, fault: error };
    throw error;
  }
}

function faultReason(fault: AppError, reached: ImportRecord): string {
  if (reached.rows === 0) return `${fault.message}. No row was taken`;
  return `${fault.message}. Rows 1 to ${reached.rows} were taken, nothing from row ${reached.rows + 1} on`;
}

async function close(
  deps: IngestDeps,
  record: ImportRecord,
  state: 'done' | 'failed',
  reason: string,
): Promise<IngestResult> {
  const sum = record.accepted + record.duplicate + record.suppressed + record.rejected;
  assert(sum === record.rows, `${record.id}: ${record.rows} rows stored, ${sum} accounted for`);
  await deps.store.closeImport(record.id, { state, reason, now: deps.clock.now() });
  const closed = await readRecord(deps.store, record.id);
  return over(deps, closed, closed.state === 'failed' ? 'failed' : 'done');
}

/**
 * The rows of a list that is done are all stored, those not taken with their cells, so its file is not needed any
 * more. That of a failed import stays: a person may want to know what was wrong with it.
 */
async function over(
  deps: IngestDeps,
  record: ImportRecord,
  outcome: 'done' | 'failed',
): Promise<IngestResult> {
  if (outcome === 'done') await deps.dropFile?.(record.id);
  return { outcome, record };
}

async function readRecord(store: Store, importId: string): Promise<ImportRecord> {
  const record = await store.importRecord(importId);
  if (record === undefined) throw new AppError('import_not_found', `there is no import "${importId}"`);
  return record;
}

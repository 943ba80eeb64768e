import type { ResolvedColumns } from '../../core/columns.ts';
import { type ErrorListCells, errorListCells } from '../../core/error-list.ts';
import { AppError } from '../../core/errors.ts';
import type { ImportRecord } from '../../core/import.ts';
import { findHead } from '../../core/list-head.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ListBlock, OpenList } from '../../ports/list-reader.ts';
import type { CampaignRecord, Store } from '../../ports/store.ts';
import type { Suppression } from '../../ports/suppression.ts';
import { emptyFault, headFault } from './head-fault.ts';
import { type JudgeRows, judgeKnown } from './judge.ts';
import { ListRows } from './list-rows.ts';
import { RowMapper, rowTimes } from './row-mapper.ts';
import { StepBuilder } from './step-builder.ts';
import { StepLine } from './step-line.ts';
import { SuppressedRows } from './suppressed-rows.ts';
import { judgeUpdates } from './update-rows.ts';

export interface ReadDeps {
  readonly store: Store;
  /** Left out: rows are not looked up here, only before their callees are called. */
  readonly suppression?: Suppression | undefined;
  readonly clock: Clock;
}

export interface IngestProgress {
  /** Rows stored, and bytes read of how many. */
  readonly rows: number;
  readonly bytesRead: number;
  readonly bytesTotal: number;
}

export interface ReadOptions {
  /** Called after every stored step. */
  readonly onProgress?: (progress: IngestProgress) => void;
  /** Stops the import at the next step: what is stored stays, and the next run goes on behind it. */
  readonly signal?: AbortSignal;
}

export interface ListOfImport {
  readonly campaign: CampaignRecord;
  readonly record: ImportRecord;
  readonly list: OpenList;
}

export type ReadEnd =
  /** Another importer of the same list got further. */
  | { readonly end: 'overtaken' }
  /** The signal came. */
  | { readonly end: 'stopped' }
  /** Every row that could be read is stored; `rows` counts them. A fault says why there are no more. */
  | { readonly end: 'file'; readonly rows: number; readonly fault: AppError | undefined };

/** True for what is wrong with a file, which no other try will mend. */
export function isFileFault(error: unknown): error is AppError {
  return error instanceof AppError && (error.code === 'file_invalid' || error.code === 'file_unreadable');
}

/**
 * Reads a list from its header on, passes over the rows that the import has done, and stores the others. Throws
 * AppError `file_invalid` when no row of it can be taken at all. Nothing is on its way to the store any more when
 * this returns or throws.
 */
export async function readList(deps: ReadDeps, from: ListOfImport, options: ReadOptions): Promise<ReadEnd> {
  const { list, record } = from;
  let bytesRead = 0;
  const line = new StepLine(deps.store, record.id, (rows) =>
    options.onProgress?.({ rows, bytesRead, bytesTotal: list.bytes }),
  );
  let rows: ListRows | undefined;
  let fault: AppError | undefined;
  try {
    try {
      for await (const block of list.blocks()) {
        bytesRead = block.bytesRead;
        if (block.records.length === 0) continue;
        let first = 0;
        if (rows === undefined) {
          const header = readHeader(block, from);
          rows = await openRows(deps, from, header, line);
          first = header.firstRow;
        }
        const end = await rows.take(block, first, options.signal);
        if (end === 'overtaken') return { end };
        if (end === 'stopped') return { end };
      }
    } catch (error) {
      if (!isFileFault(error)) throw error;
      fault = error;
    }
    if (rows === undefined) {
      throw fault ?? emptyFault(list);
    }
    if ((await rows.finish()) === 'overtaken') return { end: 'overtaken' };
    return { end: 'file', rows: rows.read, fault };
  } finally {
    await line.settle();
  }
}

/** What the first line of a list says. */
export interface ListHeader {
  readonly columns: ResolvedColumns;
  /** For a list of rows that an import did not take: gives their cells as they were in the list before it. */
  readonly errorCells: ErrorListCells | undefined;
  /** Index of the record of the first block with which the rows begin: 1 behind a header, 0 where there is none. */
  readonly firstRow: number;
}

/** Takes the header from the first block. Throws AppError `file_invalid` when it does not say what is what. */
export function readHeader(
  block: ListBlock,
  { campaign, list }: Pick<ListOfImport, 'campaign' | 'list'>,
): ListHeader {
  const broken = block.faults.get(0);
  if (broken !== undefined) {
    throw new AppError('file_invalid', `line ${block.lines[0]}, the header: ${broken.message}`);
  }
  const errorCells = errorListCells(block.records[0] ?? []);
  const whole = Math.min(...block.faults.keys(), block.records.length);
  const records = errorCells === undefined ? block.records.slice(0, whole) : [errorCells.header];
  const found = findHead(records, campaign.settings);
  if (!found.ok) throw headFault(found.message, list);
  return { columns: found.columns, errorCells, firstRow: errorCells === undefined ? found.firstRow : 1 };
}

/** Gets ready for the rows behind the header. */
async function openRows(
  deps: ReadDeps,
  { campaign, record }: ListOfImport,
  { columns, errorCells }: ListHeader,
  line: StepLine,
): Promise<ListRows> {
  await deps.store.noteHeader(record.id, columns.headers, columns.headers[columns.callee] ?? '');
  const isResumed = record.rows > 0;
  return new ListRows(deps, {
    campaign,
    record,
    mapper: new RowMapper(columns, campaign.settings, rowTimes(campaign, record.createdAt)),
    errorCells,
    builder: new StepBuilder(record.id, columns, record.rows),
    line,
    suppressed: suppressedRows(deps, campaign.id),
    judge: await judgeOf(deps, campaign, record, columns),
    undescribed: isResumed ? await deps.store.undescribedRepeats(record.id) : new Map(),
  });
}

function suppressedRows({ suppression, clock }: ReadDeps, campaignId: string): SuppressedRows | undefined {
  return suppression && new SuppressedRows({ suppression, clock }, campaignId);
}

/** Rows are looked up before pages are made of them only where the campaign has callees of other lists. */
async function judgeOf(
  deps: ReadDeps,
  campaign: CampaignRecord,
  record: ImportRecord,
  columns: ResolvedColumns,
): Promise<JudgeRows | undefined> {
  if (record.mode === 'update') {
    const zoneOf = (zone: string): Promise<number> => deps.store.zoneIndex(campaign.id, zone);
    return judgeUpdates(deps.store, { campaignId: campaign.id, importId: record.id, columns, zoneOf });
  }
  const { accepted } = await deps.store.counts(campaign.id);
  return accepted > record.accepted ? judgeKnown(deps.store, campaign.id) : undefined;
}

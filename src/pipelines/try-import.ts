import type { CalleeRef } from '../core/callee.ts';
import { maskedValue } from '../core/error-list.ts';
import { type ImportMode, type ImportRecord, importId, PLACE, type Rejection } from '../core/import.ts';
import { DRY_RUN_REASONS_MAX } from '../core/limits.ts';
import type { ListWish } from '../core/list-wish.ts';
import { suppressedText } from '../core/suppression.ts';
import type { Clock } from '../ports/clock.ts';
import type { ListReader, OpenList } from '../ports/list-reader.ts';
import type { Spool } from '../ports/spool.ts';
import type { CampaignRecord, Store } from '../ports/store.ts';
import type { Suppression } from '../ports/suppression.ts';
import { type AddImportSource, requireTaking, spooled } from './add-import.ts';
import { emptyFault } from './ingest/head-fault.ts';
import type { JudgeRows, Repeat } from './ingest/judge.ts';
import { isFileFault, type ListHeader, readHeader } from './ingest/read-list.ts';
import { type Candidate, type MappedRow, RowMapper, restored, rowTimes } from './ingest/row-mapper.ts';
import { judgeUpdates } from './ingest/update-rows.ts';
import { findSuppressed } from './suppression.ts';

export interface TryImportDeps {
  readonly store: Pick<
    Store,
    'campaign' | 'importRecord' | 'findNumbers' | 'rows' | 'pageReading' | 'replaceRows'
  >;
  readonly spool: Pick<Spool, 'put' | 'discard'>;
  readonly reader: ListReader;
  readonly suppression: Suppression;
  readonly clock: Pick<Clock, 'now'>;
}

/** A row that would make no callee, with the value at fault masked. */
export interface TriedRow extends Omit<Rejection, 'cells' | 'of'> {
  readonly value: string;
}

/** What an import of the file would do now. `rows` is the sum of the seven counts behind it. */
export interface DryRun {
  readonly campaign: string;
  readonly fileName: string;
  readonly mode: ImportMode;
  readonly rows: number;
  readonly added: number;
  readonly unchanged: number;
  /** Rows with other attributes than the callee has, which waits for a call: an update would change them. */
  readonly changed: number;
  /** The same, but the callee is being called or was to its end: not even an update changes it. */
  readonly alreadyCalled: number;
  /** Rows that repeat an earlier row of the file. */
  readonly duplicate: number;
  readonly suppressed: number;
  readonly rejected: number;
  readonly encoding: string;
  readonly delimiter: string;
  /** Why no row behind these would be taken; empty where there is nothing. */
  readonly fault: string;
  /** The import of the very same bytes, if there is one that did not fail: importing them again does nothing. */
  readonly alreadyImported: string | null;
  /** The first rows that would not be taken. */
  readonly reasons: readonly TriedRow[];
}

interface Tried {
  readonly rows: number;
  readonly fault: string;
}

/**
 * Reads a list as an import would and says what would become of its rows, without storing anything: the copy in the
 * spool is removed whatever happens. Throws what an import would be refused with before its first row.
 */
export async function tryImport(
  deps: TryImportDeps,
  campaignId: string,
  source: AddImportSource,
  options: { readonly wish?: ListWish | undefined; readonly onRows?: (rows: number) => void } = {},
): Promise<DryRun> {
  const campaign = await requireTaking(deps, campaignId);
  const { fileName, mode = 'add' } = source;
  const file = await spooled(deps.spool, source);
  try {
    const id = importId(campaignId, file.sha256, mode);
    const held = await deps.store.importRecord(id);
    const list = await deps.reader.open(file.path, options.wish);
    const tally = new Tally(deps, campaign);
    const { rows, fault } = await readRows(deps, { campaign, list, id }, tally, options.onRows);
    return {
      ...{ campaign: campaignId, fileName, mode, rows, ...tally.counts },
      ...{ encoding: list.encoding, delimiter: list.delimiter, fault },
      alreadyImported: isTaken(held) ? id : null,
      reasons: await tally.reasons(id),
    };
  } finally {
    await deps.spool.discard(file);
  }
}

function isTaken(held: ImportRecord | undefined): boolean {
  return held !== undefined && held.state !== 'failed';
}

interface TriedList {
  readonly campaign: CampaignRecord;
  readonly list: OpenList;
  readonly id: string;
}

async function readRows(
  deps: TryImportDeps,
  from: TriedList,
  tally: Tally,
  onRows: ((rows: number) => void) | undefined,
): Promise<Tried> {
  let read: ReadRows | undefined;
  try {
    for await (const block of from.list.blocks()) {
      if (block.records.length === 0) continue;
      const isFirst = read === undefined;
      read ??= openRows(deps, from, readHeader(block, from), tally);
      const own = read.header.errorCells === undefined ? block : restored(block, read.header.errorCells);
      await read.take(read.mapper.map(own, isFirst ? read.header.firstRow : 0, read.rows + 1));
      onRows?.(read.rows);
    }
  } catch (error) {
    if (read === undefined || !isFileFault(error)) throw error;
    await read.finish();
    return { rows: read.rows, fault: error.message };
  }
  if (read === undefined) throw emptyFault(from.list);
  await read.finish();
  return { rows: read.rows, fault: '' };
}

interface ReadRows {
  readonly header: ListHeader;
  readonly mapper: RowMapper;
  readonly rows: number;
  take(mapped: readonly MappedRow[]): Promise<void>;
  finish(): Promise<void>;
}

/** Rows are judged as an update would judge them, since that tells rows that differ from rows that do not. */
function openRows(deps: TryImportDeps, from: TriedList, header: ListHeader, tally: Tally): ReadRows {
  const { campaign, id } = from;
  const { columns } = header;
  // A zone that is not in use yet is none that a callee could have.
  const zoneOf = (zone: string): number => campaign.zones.indexOf(zone);
  const judge = judgeUpdates(deps.store, {
    campaignId: campaign.id,
    importId: id,
    columns,
    zoneOf,
    dryRun: true,
  });
  let rows = 0;
  let waiting: MappedRow[] = [];
  const finish = async (): Promise<void> => {
    const judged = waiting;
    waiting = [];
    await tally.add(judged, judge, header);
  };
  return {
    header,
    mapper: new RowMapper(columns, campaign.settings, rowTimes(campaign, deps.clock.now())),
    get rows() {
      return rows;
    },
    async take(mapped) {
      rows += mapped.length;
      for (const row of mapped) waiting.push(row);
      if (waiting.length >= (judge.rowsTogether ?? 0)) await finish();
    },
    finish,
  };
}

type Counts = Record<
  'added' | 'unchanged' | 'changed' | 'alreadyCalled' | 'duplicate' | 'suppressed' | 'rejected',
  number
>;

const COUNT_OF = {
  updated: 'changed',
  unchanged: 'unchanged',
  already_called: 'alreadyCalled',
  duplicate: 'duplicate',
} as const satisfies Record<Repeat['code'], keyof Counts>;

/** Counts how rows would end, and keeps the first that would not be taken. */
class Tally {
  readonly counts: Counts = {
    ...{ added: 0, unchanged: 0, changed: 0, alreadyCalled: 0, duplicate: 0, suppressed: 0, rejected: 0 },
  };
  readonly #deps: TryImportDeps;
  readonly #campaign: CampaignRecord;
  readonly #kept: { readonly rejection: Rejection; readonly value: string }[] = [];

  constructor(deps: TryImportDeps, campaign: CampaignRecord) {
    this.#deps = deps;
    this.#campaign = campaign;
  }

  async add(rows: readonly MappedRow[], judge: JudgeRows, { columns }: ListHeader): Promise<void> {
    const candidates = rows.filter((row): row is Candidate => row.ok);
    const numbers = candidates.map((row) => row.digits);
    const { entries } = await findSuppressed(this.#deps, this.#campaign.id, numbers);
    const repeats = await judge(candidates.filter((row) => !entries.has(row.digits)));
    const column = columns.headers[columns.callee] ?? '';
    for (const row of rows) {
      const repeat = row.ok ? repeats.get(row.row) : undefined;
      const entry = row.ok ? entries.get(row.digits) : undefined;
      if (!row.ok) {
        this.counts.rejected += 1;
        this.#keep(row.rejection, columns.headers);
      } else if (entry !== undefined) {
        this.counts.suppressed += 1;
        const why = { code: 'suppressed', message: suppressedText(entry) };
        this.#keep({ ...placeOf(row, column), kind: 'suppressed', ...why }, columns.headers);
      } else if (repeat !== undefined) {
        this.counts[COUNT_OF[repeat.code]] += 1;
        if (repeat.code === 'updated' || repeat.code === 'unchanged') continue;
        const { code, message, of } = repeat;
        const why = { code, message, ...(of !== undefined && { of }) };
        this.#keep({ ...placeOf(row, column), kind: 'duplicate', ...why }, columns.headers);
      } else this.counts.added += 1;
    }
  }

  #keep(rejection: Rejection, header: readonly string[]): void {
    if (this.#kept.length >= DRY_RUN_REASONS_MAX) return;
    this.#kept.push({ rejection, value: maskedValue(rejection, header) });
  }

  async reasons(id: string): Promise<TriedRow[]> {
    return Promise.all(
      this.#kept.map(async ({ rejection, value }) => {
        const { cells: _cells, of, message, ...rest } = rejection;
        const place = of === undefined ? '' : await this.#placeOf(of, id);
        return { ...rest, message: message.replace(PLACE, place), value };
      }),
    );
  }

  async #placeOf(ref: CalleeRef, id: string): Promise<string> {
    const [row] = await this.#deps.store.rows(this.#campaign.id, [ref]);
    if (row === undefined) return 'a row';
    return row.importId === id ? `row ${row.row}` : `row ${row.row} of ${row.importId}`;
  }
}

function placeOf(
  { row, line, cells }: Candidate,
  column: string,
): Pick<Rejection, 'row' | 'line' | 'column' | 'cells'> {
  return { row, line, column, cells };
}

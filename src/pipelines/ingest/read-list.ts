import { resolveColumns } from '../../core/columns.ts';
import { AppError } from '../../core/errors.ts';
import type { ImportRecord } from '../../core/import.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ListBlock, OpenList } from '../../ports/list-reader.ts';
import type { CampaignRecord, Store } from '../../ports/store.ts';
import { type MappedRow, RowMapper } from './row-mapper.ts';
import { StepBuilder } from './step-builder.ts';
import { StepLine } from './step-line.ts';

export interface ReadDeps {
  readonly store: Store;
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
        const isFirst = rows === undefined;
        rows ??= await readHeader(deps, from, block, line);
        const end = await rows.take(block, isFirst ? 1 : 0, options.signal);
        if (end === 'overtaken') return { end };
        if (end === 'stopped') return { end };
      }
    } catch (error) {
      if (!isFileFault(error)) throw error;
      fault = error;
    }
    if (rows === undefined) {
      throw fault ?? new AppError('file_invalid', 'the file is empty; its first line must name the columns');
    }
    if ((await rows.finish()) === 'overtaken') return { end: 'overtaken' };
    return { end: 'file', rows: rows.read, fault };
  } finally {
    await line.settle();
  }
}

/** Takes the header from the first block. Throws AppError `file_invalid` when it does not say what is what. */
async function readHeader(
  deps: ReadDeps,
  { campaign, record }: ListOfImport,
  block: ListBlock,
  line: StepLine,
): Promise<ListRows> {
  const broken = block.faults.get(0);
  if (broken !== undefined) {
    throw new AppError('file_invalid', `line ${block.lines[0]}, the header: ${broken.message}`);
  }
  const found = resolveColumns(block.records[0] ?? [], campaign.settings.columns);
  if (!found.ok) throw new AppError('file_invalid', found.message);
  const { accepted } = await deps.store.counts(campaign.id);
  return new ListRows(deps, {
    campaignId: campaign.id,
    rowsDone: record.rows,
    mapper: new RowMapper(found.columns, campaign.settings),
    builder: new StepBuilder(record.id, found.columns, record.rows),
    line,
    mayRepeat: accepted > record.accepted,
  });
}

interface ListParts {
  readonly campaignId: string;
  readonly rowsDone: number;
  readonly mapper: RowMapper;
  readonly builder: StepBuilder;
  readonly line: StepLine;
  /** The campaign has callees of other lists: rows are looked up before pages are made of them. */
  readonly mayRepeat: boolean;
}

/** The rows of one list behind its header, on their way from cells to stored steps. */
class ListRows {
  /** Rows read so far, those done before this run among them. */
  read = 0;
  readonly #deps: ReadDeps;
  readonly #parts: ListParts;
  /** Time zone -> its index in the campaign. */
  readonly #zones = new Map<string, number>();

  constructor(deps: ReadDeps, parts: ListParts) {
    this.#deps = deps;
    this.#parts = parts;
  }

  /** Takes the rows of a block from index `first` on. */
  async take(
    block: ListBlock,
    first: number,
    signal: AbortSignal | undefined,
  ): Promise<'taken' | 'overtaken' | 'stopped'> {
    const { mapper, builder, line, rowsDone } = this.#parts;
    const skipped = Math.min(block.records.length - first, Math.max(0, rowsDone - this.read));
    const mapped = mapper.map(block, first + skipped, this.read + skipped + 1);
    this.read += block.records.length - first;
    await this.#resolveZones(mapped);
    const known = this.#parts.mayRepeat ? await this.#knownNumbers(mapped) : undefined;
    for (const row of mapped) {
      if (!row.ok) builder.reject(row.rejection);
      else if (known?.has(row.digits)) {
        builder.repeat(row, 'the campaign has a callee with this number already');
      } else builder.add(row, row.zone === undefined ? 0 : (this.#zones.get(row.zone) ?? 0));
      if (!builder.full) continue;
      if (signal?.aborted) return 'stopped';
      const step = builder.take(this.#deps.clock.now());
      if (step !== undefined && (await line.push(step)) === 'overtaken') return 'overtaken';
    }
    return signal?.aborted ? 'stopped' : 'taken';
  }

  /** Stores what is left. Throws AppError `file_invalid` when the list ended before the rows already done. */
  async finish(): Promise<'stored' | 'overtaken'> {
    const { builder, line, rowsDone } = this.#parts;
    if (this.read < rowsDone) {
      const found = `the file now has ${this.read} rows, but ${rowsDone} had been read before`;
      throw new AppError('file_invalid', `${found}; it was changed meanwhile, import it as a new file`);
    }
    const step = builder.take(this.#deps.clock.now());
    if (step !== undefined && (await line.push(step)) === 'overtaken') return 'overtaken';
    return line.drain();
  }

  /** Learns the index of every zone among the rows that is new: zones of a list are few, rows many. */
  async #resolveZones(mapped: readonly MappedRow[]): Promise<void> {
    for (const row of mapped) {
      if (!row.ok || row.zone === undefined || this.#zones.has(row.zone)) continue;
      this.#zones.set(row.zone, await this.#deps.store.zoneIndex(this.#parts.campaignId, row.zone));
    }
  }

  async #knownNumbers(mapped: readonly MappedRow[]): Promise<ReadonlySet<string>> {
    const numbers = mapped.flatMap((row) => (row.ok ? [row.digits] : []));
    const found = await this.#deps.store.findNumbers(this.#parts.campaignId, numbers);
    return new Set(numbers.filter((_, index) => found[index] !== undefined));
  }
}

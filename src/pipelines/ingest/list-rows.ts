import type { ErrorListCells } from '../../core/error-list.ts';
import { AppError } from '../../core/errors.ts';
import type { ImportRecord } from '../../core/import.ts';
import type { SuppressionEntry } from '../../core/suppression.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ListBlock } from '../../ports/list-reader.ts';
import type { CampaignRecord, RowOrigin, Store } from '../../ports/store.ts';
import { blockOrigins } from './block-origins.ts';
import type { JudgeRows, Repeat } from './judge.ts';
import { type Candidate, type MappedRow, type RowMapper, restored } from './row-mapper.ts';
import type { StepBuilder } from './step-builder.ts';
import type { StepLine } from './step-line.ts';
import type { SuppressedRows } from './suppressed-rows.ts';

export interface ListParts {
  readonly campaign: CampaignRecord;
  readonly record: ImportRecord;
  readonly mapper: RowMapper;
  readonly errorCells: ErrorListCells | undefined;
  readonly builder: StepBuilder;
  readonly line: StepLine;
  /** Undefined: nothing is known of any number, so every row may be a new callee. */
  readonly judge: JudgeRows | undefined;
  /** Left out: no row is looked up in suppression lists here. */
  readonly suppressed?: SuppressedRows | undefined;
  /** Rows of an earlier run whose line and cells it could not store any more: row -> the empty slot they left. */
  readonly undescribed: ReadonlyMap<number, { readonly page: number; readonly slot: number }>;
}

const NO_REPEATS: ReadonlyMap<number, Repeat> = new Map();
const NOBODY: ReadonlyMap<string, SuppressionEntry> = new Map();

function isCandidate(row: MappedRow): row is Candidate {
  return row.ok;
}

/** The rows of one list behind its header, on their way from cells to stored steps. */
export class ListRows {
  /** Rows read so far, those done before this run among them. */
  read = 0;
  readonly #deps: { readonly store: Store; readonly clock: Clock };
  readonly #parts: ListParts;
  /** Time zone -> its index in the campaign. */
  readonly #zones = new Map<string, number>();
  /** Rows read that wait to be judged together. */
  #waiting: MappedRow[] = [];
  /** What was found of the rows to describe: page -> slot -> row. */
  readonly #found = new Map<number, Map<number, RowOrigin>>();

  constructor(deps: { readonly store: Store; readonly clock: Clock }, parts: ListParts) {
    this.#deps = deps;
    this.#parts = parts;
  }

  /** Takes the rows of a block from index `first` on. */
  async take(
    read: ListBlock,
    first: number,
    signal: AbortSignal | undefined,
  ): Promise<'taken' | 'overtaken' | 'stopped'> {
    const { mapper, builder, record, errorCells, judge, suppressed } = this.#parts;
    suppressed?.ask();
    const block = errorCells === undefined ? read : restored(read, errorCells);
    const skipped = Math.min(block.records.length - first, Math.max(0, record.rows - this.read));
    if (skipped > 0) this.#pass(block, first, skipped);
    const mapped = mapper.map(block, first + skipped, this.read + skipped + 1);
    builder.readFrom(blockOrigins(read, this.read + 1 - first, errorCells));
    this.read += block.records.length - first;
    if (judge?.rowsTogether === undefined) return this.#store(mapped, signal);
    for (const row of mapped) this.#waiting.push(row);
    return this.#waiting.length < judge.rowsTogether ? 'taken' : this.#storeWaiting(signal);
  }

  /** Stores what is left. Throws AppError `file_invalid` when the list ended before the rows already done. */
  async finish(): Promise<'stored' | 'overtaken'> {
    const { builder, line, record } = this.#parts;
    if (this.read < record.rows) {
      const found = `the file now has ${this.read} rows, but ${record.rows} had been read before`;
      throw new AppError('file_invalid', `${found}; it was changed meanwhile, import it as a new file`);
    }
    if ((await this.#storeWaiting(undefined)) === 'overtaken') return 'overtaken';
    const built = builder.take(this.#deps.clock.now());
    if (built !== undefined && (await line.push(built)) === 'overtaken') return 'overtaken';
    for (const [page, repeats] of this.#found) {
      await this.#deps.store.describeRepeats(record.id, page, repeats);
    }
    return line.drain();
  }

  /** Passes over rows that an earlier run has done, but for what it left to say about them. */
  #pass(block: ListBlock, first: number, count: number): void {
    const { judge, mapper, undescribed } = this.#parts;
    if (judge?.pass !== undefined) {
      judge.pass(
        mapper
          .map(block, first, this.read + 1)
          .slice(0, count)
          .filter(isCandidate),
      );
    }
    if (undescribed.size === 0) return;
    for (let index = first; index < first + count; index += 1) {
      const place = undescribed.get(this.read + 1 + index - first);
      if (place === undefined) continue;
      const page = this.#found.get(place.page) ?? new Map<number, RowOrigin>();
      page.set(place.slot, { line: block.lines[index] ?? 0, cells: block.records[index] ?? [] });
      this.#found.set(place.page, page);
    }
  }

  #storeWaiting(signal: AbortSignal | undefined): Promise<'taken' | 'overtaken' | 'stopped'> {
    const rows = this.#waiting;
    this.#waiting = [];
    return this.#store(rows, signal);
  }

  async #store(
    mapped: readonly MappedRow[],
    signal: AbortSignal | undefined,
  ): Promise<'taken' | 'overtaken' | 'stopped'> {
    const { builder, line, judge, suppressed } = this.#parts;
    await this.#resolveZones(mapped);
    const listed = (await suppressed?.among(mapped)) ?? NOBODY;
    const callable = (row: MappedRow): row is Candidate => row.ok && !listed.has(row.digits);
    const repeats = judge === undefined ? NO_REPEATS : await judge(mapped.filter(callable));
    for (const row of mapped) {
      const repeat = row.ok ? repeats.get(row.row) : undefined;
      const entry = row.ok ? listed.get(row.digits) : undefined;
      if (!row.ok) builder.reject(row.rejection);
      else if (entry !== undefined) builder.suppress(row, entry);
      else if (repeat !== undefined) builder.repeat(row, repeat);
      else builder.add(row, row.zone === undefined ? 0 : (this.#zones.get(row.zone) ?? 0));
      if (!builder.full) continue;
      if (signal?.aborted) return 'stopped';
      const built = builder.take(this.#deps.clock.now());
      if (built !== undefined && (await line.push(built)) === 'overtaken') return 'overtaken';
    }
    return signal?.aborted ? 'stopped' : 'taken';
  }

  /** Learns the index of every zone among the rows that is new: zones of a list are few, rows many. */
  async #resolveZones(mapped: readonly MappedRow[]): Promise<void> {
    for (const row of mapped) {
      if (!row.ok || row.zone === undefined || this.#zones.has(row.zone)) continue;
      this.#zones.set(row.zone, await this.#deps.store.zoneIndex(this.#parts.campaign.id, row.zone));
    }
  }
}

import { assert } from '../core/assert.ts';
import { resolveColumns } from '../core/columns.ts';
import { AppError } from '../core/errors.ts';
import { PAGE_SLOTS } from '../core/limits.ts';
import { parsePhone } from '../core/phone.ts';
import { listName } from '../core/suppression.ts';
import type { Instant } from '../core/time.ts';
import type { ListBlock, ListReader, OpenList } from '../ports/list-reader.ts';
import type { CampaignRecord } from '../ports/store.ts';
import type { SuppressionCause } from '../ports/suppression.ts';
import { isFileFault } from './ingest/read-list.ts';
import {
  AddInput,
  campaignsOf,
  type NamedList,
  namedList,
  noteAction,
  parseListInput,
  requireExpiry,
  type SuppressionDeps,
  suppressCallees,
} from './suppress-numbers.ts';

/** A row that put nobody on the list, and why. Holds no number. */
export interface RefusedRow {
  /** The first row, behind a header if there is one, is 1. */
  readonly row: number;
  /** Line of the file on which it starts, from 1. */
  readonly line: number;
  readonly code: string;
  readonly message: string;
}

/** How the rows of a file ended: `rows` = added + known + rejected. */
export interface SuppressListResult {
  readonly list: string;
  readonly rows: number;
  readonly added: number;
  readonly known: number;
  readonly rejected: number;
  /** Callees that waited and are ended now; callees in a batch or a call, whose tasks are looked at next. */
  readonly suppressed: number;
  readonly calling: number;
  /** Why no row behind these was taken; empty where there is nothing. */
  readonly fault: string;
}

export interface SuppressListSource {
  readonly path: string;
  /** What the file is called, for people. */
  readonly fileName: string;
}

export interface SuppressListOptions {
  readonly onRefused?: (row: RefusedRow) => Promise<void> | void;
  readonly onRows?: (rows: number) => void;
  /** Stops between two pages of rows, with the signal's reason: what was added stays. */
  readonly signal?: AbortSignal;
}

/**
 * Puts every number of a file on a list, in any form that imports take, with a header or as a bare column of numbers.
 * Holds a page of rows at a time. The same file again finishes what was cut off: numbers that were added are known.
 * Throws AppError `file_unreadable` or `file_invalid` where no row can be read, and what `suppressNumber` throws.
 */
export async function suppressList(
  deps: SuppressionDeps & { readonly reader: ListReader },
  input: unknown,
  source: SuppressListSource,
  options: SuppressListOptions = {},
): Promise<SuppressListResult> {
  const { campaignId, by, reason, expires } = parseListInput(AddInput, input);
  const named = await namedList(deps, campaignId);
  const now = deps.clock.now();
  const expiresAt = requireExpiry(expires, named.zone, now);
  const cause = { reason, by, source: source.fileName.slice(0, 255), now };
  const list = await deps.reader.open(source.path);
  const campaigns = await campaignsOf(deps, named.list);
  const taker = new RowTaker(deps, { named, cause, expiresAt, campaigns }, options);
  try {
    return { list: listName(named.list), ...(await takeRows(list, taker, options)) };
  } finally {
    // Also of a file that was cut off: what was added stays, so it is told.
    await noteAction(deps, named.list, cause, 'import', taker.counts.added);
  }
}

async function takeRows(list: OpenList, taker: RowTaker, { signal }: SuppressListOptions) {
  let fault = '';
  try {
    for await (const block of list.blocks()) {
      signal?.throwIfAborted();
      if (block.records.length > 0) await taker.take(block);
    }
  } catch (error) {
    if (!isFileFault(error) || !taker.hasBegun) throw error;
    fault = error.message;
  }
  if (!taker.hasBegun) throw new AppError('file_invalid', 'the file is empty; it names no number');
  await taker.finish();
  const { rows, added, known, rejected } = taker.counts;
  assert(
    added + known + rejected === rows,
    `${rows} rows read, ${added} + ${known} + ${rejected} accounted for`,
  );
  return { ...taker.counts, fault };
}

interface Taking {
  readonly named: NamedList;
  readonly cause: SuppressionCause;
  readonly expiresAt: Instant | undefined;
  readonly campaigns: readonly CampaignRecord[];
}

class RowTaker {
  readonly counts = { rows: 0, added: 0, known: 0, rejected: 0, suppressed: 0, calling: 0 };
  readonly #deps: SuppressionDeps;
  readonly #taking: Taking;
  readonly #options: SuppressListOptions;
  #column: number | undefined;
  #numbers: string[] = [];

  constructor(deps: SuppressionDeps, taking: Taking, options: SuppressListOptions) {
    this.#deps = deps;
    this.#taking = taking;
    this.#options = options;
  }

  get hasBegun(): boolean {
    return this.#column !== undefined;
  }

  async take(block: ListBlock): Promise<void> {
    let first = 0;
    if (this.#column === undefined) {
      const found = numberColumn(block, this.#taking.named.region);
      this.#column = found.column;
      first = found.hasHeader ? 1 : 0;
    }
    for (let index = first; index < block.records.length; index += 1) {
      this.counts.rows += 1;
      await this.#takeRow(block, index, this.#column);
      if (this.#numbers.length >= PAGE_SLOTS) await this.finish();
    }
  }

  async #takeRow(block: ListBlock, index: number, column: number): Promise<void> {
    const fault = block.faults.get(index);
    const phone = parsePhone(block.records[index]?.[column] ?? '', this.#taking.named.region);
    if (fault === undefined && phone.ok) {
      this.#numbers.push(phone.digits);
      return;
    }
    this.counts.rejected += 1;
    const { code, message } = fault ?? (phone.ok ? { code: '', message: '' } : phone);
    const line = block.lines[index] ?? 0;
    await this.#options.onRefused?.({ row: this.counts.rows, line, code, message });
  }

  /** Stores the numbers gathered so far, and ends the callees that wait under them. */
  async finish(): Promise<void> {
    const numbers = this.#numbers;
    this.#numbers = [];
    const { named, cause, expiresAt, campaigns } = this.#taking;
    const entries = numbers.map((number) => ({ number, expiresAt }));
    const { added, known } = await this.#deps.suppression.add(named.list, entries, cause);
    this.counts.added += added;
    this.counts.known += known;
    const callees = await suppressCallees(this.#deps, campaigns, [...new Set(numbers)]);
    this.counts.suppressed += callees.suppressed;
    this.counts.calling += callees.calling;
    this.#options.onRows?.(this.counts.rows);
    this.#options.signal?.throwIfAborted();
  }
}

/** The column of numbers: by its header, or where the first line is data already, the one cell in it that is a number. */
function numberColumn(
  block: ListBlock,
  region: string,
): { readonly column: number; readonly hasHeader: boolean } {
  const broken = block.faults.get(0);
  if (broken !== undefined) throw new AppError('file_invalid', `line ${block.lines[0]}: ${broken.message}`);
  const cells = block.records[0] ?? [];
  const numbers = [...cells.keys()].filter((index) => parsePhone(cells[index] ?? '', region).ok);
  const [only] = numbers;
  if (only !== undefined && numbers.length === 1) return { column: only, hasHeader: false };
  const found = resolveColumns(cells, { variables: {} });
  if (!found.ok) throw new AppError('file_invalid', found.message);
  return { column: found.columns.callee, hasHeader: true };
}

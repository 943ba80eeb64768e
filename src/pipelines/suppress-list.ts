import { assert } from '../core/assert.ts';
import { AppError } from '../core/errors.ts';
import { PAGE_SLOTS, SUPPRESSION_OWN_REASONS_MAX, SUPPRESSION_ROWS_TOGETHER } from '../core/limits.ts';
import type { ListWish } from '../core/list-wish.ts';
import { parsePhone } from '../core/phone.ts';
import { listName } from '../core/suppression.ts';
import {
  type OwnWords,
  ownWords,
  type SuppressionColumns,
  type SuppressionHead,
  suppressionHead,
} from '../core/suppression-columns.ts';
import type { Instant } from '../core/time.ts';
import type { ListBlock, ListReader, OpenList } from '../ports/list-reader.ts';
import type { CampaignRecord } from '../ports/store.ts';
import type { SuppressionCause, SuppressionNumber } from '../ports/suppression.ts';
import { headFault } from './ingest/head-fault.ts';
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
  /** Header of the column at fault; empty where it is the row as a whole. */
  readonly column: string;
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
  /** Rows with a reason, or an expiry, of their own; and rows whose reason was one too many and is that of the file. */
  readonly ownReasons: number;
  readonly ownExpiries: number;
  readonly reasonsLeftOut: number;
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
  /** What is known of its form; the rest is found from its bytes. */
  readonly wish?: ListWish | undefined;
}

export interface SuppressListOptions {
  readonly onRefused?: (row: RefusedRow) => Promise<void> | void;
  readonly onRows?: (rows: number) => void;
  /** Stops between two pages of rows, with the signal's reason: what was added stays. */
  readonly signal?: AbortSignal;
}

/**
 * Puts every number of a file on a list, in any form that imports take, with a header or as a bare column of numbers.
 * Columns for a reason and an expiry hold for their rows; where a cell is empty, what was said for the file does.
 * Holds some pages of rows at a time. The same file again finishes what was cut off: numbers that were added are known.
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
  const file = await deps.reader.open(source.path, source.wish);
  const campaigns = await campaignsOf(deps, named.list);
  const taker = new RowTaker(deps, { file, named, cause, expiresAt, campaigns, now }, options);
  try {
    return { list: listName(named.list), ...(await takeRows(file, taker, options)) };
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
  if (!taker.hasBegun) throw headFault('the file is empty; it names no number', list);
  await taker.finish();
  const { rows, added, known, rejected } = taker.counts;
  assert(
    added + known + rejected === rows,
    `${rows} rows read, ${added} + ${known} + ${rejected} accounted for`,
  );
  return { ...taker.counts, fault };
}

/** What a campaign may say about such cells is nothing to a suppression list: none of the numbers may be left out. */
const SEVERAL = 'the cell holds several numbers; give each its own row';

interface Taking {
  readonly file: OpenList;
  readonly named: NamedList;
  readonly cause: SuppressionCause;
  readonly expiresAt: Instant | undefined;
  readonly campaigns: readonly CampaignRecord[];
  readonly now: Instant;
}

class RowTaker {
  readonly counts = {
    ...{ rows: 0, added: 0, known: 0, rejected: 0, suppressed: 0, calling: 0 },
    ...{ ownReasons: 0, ownExpiries: 0, reasonsLeftOut: 0 },
  };
  readonly #deps: SuppressionDeps;
  readonly #taking: Taking;
  readonly #options: SuppressListOptions;
  #columns: SuppressionColumns | undefined;
  /** Numbers gathered, by reason, and how many. */
  #gathered = new Map<string, SuppressionNumber[]>();
  #waiting = 0;
  readonly #ownReasons = new Set<string>();

  constructor(deps: SuppressionDeps, taking: Taking, options: SuppressListOptions) {
    this.#deps = deps;
    this.#taking = taking;
    this.#options = options;
  }

  get hasBegun(): boolean {
    return this.#columns !== undefined;
  }

  async take(block: ListBlock): Promise<void> {
    let first = 0;
    if (this.#columns === undefined) {
      const found = headOf(block, this.#taking);
      this.#columns = found.columns;
      first = found.firstRow;
    }
    for (let index = first; index < block.records.length; index += 1) {
      this.counts.rows += 1;
      await this.#takeRow(block, index, this.#columns);
      const together = this.#gathered.size > 1 ? SUPPRESSION_ROWS_TOGETHER : PAGE_SLOTS;
      if (this.#waiting >= together) await this.finish();
    }
  }

  async #takeRow(block: ListBlock, index: number, columns: SuppressionColumns): Promise<void> {
    const { named, now } = this.#taking;
    const cells = block.records[index] ?? [];
    const fault = block.faults.get(index);
    if (fault !== undefined) return this.#refuse(block, index, { column: '', ...fault });
    const phone = parsePhone(cells[columns.callee] ?? '', named.region);
    if (!phone.ok) {
      const column = columns.headers[columns.callee] ?? '';
      const message = phone.code === 'number_several' ? SEVERAL : phone.message;
      return this.#refuse(block, index, { column, code: phone.code, message });
    }
    const own = ownWords(columns, cells, named.zone, now);
    if (!own.ok) return this.#refuse(block, index, own);
    this.#gather(phone.digits, own.words);
  }

  async #refuse(
    block: ListBlock,
    index: number,
    { column, code, message }: Pick<RefusedRow, 'column' | 'code' | 'message'>,
  ): Promise<void> {
    this.counts.rejected += 1;
    const line = block.lines[index] ?? 0;
    await this.#options.onRefused?.({ row: this.counts.rows, line, column, code, message });
  }

  #gather(number: string, { reason, expiresAt }: OwnWords): void {
    const why = reason === undefined ? this.#taking.cause.reason : this.#ownReason(reason);
    if (expiresAt !== undefined) this.counts.ownExpiries += 1;
    const until = expiresAt === undefined ? this.#taking.expiresAt : (expiresAt ?? undefined);
    const entry = { number, expiresAt: until };
    const held = this.#gathered.get(why);
    if (held === undefined) this.#gathered.set(why, [entry]);
    else held.push(entry);
    this.#waiting += 1;
  }

  /** A number is listed whatever its reason: one reason too many is left out, never the number. */
  #ownReason(reason: string): string {
    const room = this.#ownReasons.size < SUPPRESSION_OWN_REASONS_MAX;
    if (!room && !this.#ownReasons.has(reason)) {
      this.counts.reasonsLeftOut += 1;
      return this.#taking.cause.reason;
    }
    this.#ownReasons.add(reason);
    this.counts.ownReasons += 1;
    return reason;
  }

  /** Stores the numbers gathered so far, and ends the callees that wait under them. */
  async finish(): Promise<void> {
    const gathered = this.#gathered;
    this.#gathered = new Map();
    this.#waiting = 0;
    const { named, cause, campaigns } = this.#taking;
    for (const [reason, entries] of gathered) {
      const { added, known } = await this.#deps.suppression.add(named.list, entries, { ...cause, reason });
      this.counts.added += added;
      this.counts.known += known;
    }
    const numbers = new Set([...gathered.values()].flat().map(({ number }) => number));
    const callees = await suppressCallees(this.#deps, campaigns, [...numbers]);
    this.counts.suppressed += callees.suppressed;
    this.counts.calling += callees.calling;
    this.#options.onRows?.(this.counts.rows);
    this.#options.signal?.throwIfAborted();
  }
}

/** The columns of a list, and where its rows begin. Throws AppError `file_invalid` where it does not say what is what. */
function headOf(block: ListBlock, { named, file }: Taking): Extract<SuppressionHead, { ok: true }> {
  const broken = block.faults.get(0);
  if (broken !== undefined) throw new AppError('file_invalid', `line ${block.lines[0]}: ${broken.message}`);
  const whole = Math.min(...block.faults.keys(), block.records.length);
  const found = suppressionHead(block.records.slice(0, whole), named.region);
  if (!found.ok) throw headFault(found.message, file);
  return found;
}

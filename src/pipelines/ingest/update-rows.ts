import { present } from '../../core/assert.ts';
import type { CalleeRef } from '../../core/callee.ts';
import type { ResolvedColumns } from '../../core/columns.ts';
import { AppError } from '../../core/errors.ts';
import { PLACE } from '../../core/import.ts';
import { PAGE_SLOTS, STALE_RETRIES_MAX, UPDATE_ROWS_TOGETHER } from '../../core/limits.ts';
import { hasLimits } from '../../core/row-limit-cells.ts';
import { calledText, decideRowUpdate, type RowAttributes, type RowUpdate } from '../../core/row-update.ts';
import type { RowChange, Store } from '../../ports/store.ts';
import { type JudgeRows, knownCallees, type Repeat } from './judge.ts';
import type { Candidate } from './row-mapper.ts';
import { SeenNumbers } from './seen-numbers.ts';

export interface UpdateOptions {
  readonly campaignId: string;
  readonly importId: string;
  readonly columns: ResolvedColumns;
  /** The index of a time zone in the campaign. */
  readonly zoneOf: (zone: string) => Promise<number> | number;
  /** Only say what would be changed. */
  readonly dryRun?: boolean;
}

type PageRows = readonly (readonly [Candidate, CalleeRef])[];

/**
 * Compares rows with the callees that have their numbers, and changes those that differ and wait for a call. Columns
 * that the list lacks stay as they are. Of several rows with one number the first counts. A change is stored before
 * the step that accounts for it; should the process be cut off in between, the callee itself says which row changed
 * it last, so that the next run accounts for that row as this one would have.
 */
export function judgeUpdates(
  store: Pick<Store, 'findNumbers' | 'pageReading' | 'replaceRows'>,
  options: UpdateOptions,
): JudgeRows {
  const seen = new SeenNumbers();
  const judge = async (rows: readonly Candidate[]): Promise<ReadonlyMap<number, Repeat>> => {
    const repeats = new Map<number, Repeat>();
    const firsts: Candidate[] = [];
    for (const row of rows) {
      const first = seen.first(row.digits, row.row);
      if (first === row.row) firsts.push(row);
      else repeats.set(row.row, { code: 'duplicate', message: `the same number as row ${first}` });
    }
    const known = await knownCallees(store, options.campaignId, firsts);
    for (const [page, pageRows] of byPage(known)) {
      for (const [row, repeat] of await updatePage(store, options, page, pageRows)) repeats.set(row, repeat);
    }
    return repeats;
  };
  const pass = (rows: readonly Candidate[]): void => {
    for (const row of rows) seen.first(row.digits, row.row);
  };
  return Object.assign(judge, { pass, rowsTogether: UPDATE_ROWS_TOGETHER });
}

function byPage(known: ReadonlyMap<Candidate, CalleeRef>): Map<number, [Candidate, CalleeRef][]> {
  const pages = new Map<number, [Candidate, CalleeRef][]>();
  for (const entry of known) {
    const page = Math.floor(entry[1] / PAGE_SLOTS);
    const here = pages.get(page);
    if (here === undefined) pages.set(page, [entry]);
    else here.push(entry);
  }
  return pages;
}

/** Decides and stores what the rows do to callees of one page; anew where somebody else was faster. */
async function updatePage(
  store: Pick<Store, 'pageReading' | 'replaceRows'>,
  options: UpdateOptions,
  page: number,
  rows: PageRows,
): Promise<Map<number, Repeat>> {
  for (let turn = 0; turn < STALE_RETRIES_MAX; turn += 1) {
    const reading = await store.pageReading(options.campaignId, page);
    const repeats = new Map<number, Repeat>();
    const changes: RowChange[] = [];
    for (const [candidate, of] of rows) {
      const slot = of % PAGE_SLOTS;
      const before = present(reading.records[slot], `record of callee ${of}`);
      const held = present(reading.rows[slot], `row of callee ${of}`);
      const by = { importId: options.importId, row: candidate.row };
      const decided = decideRowUpdate(held, before, await attributesOf(candidate, options), by);
      repeats.set(candidate.row, { ...wordsOf(decided, calledText(before)), of });
      if (decided.kind === 'change') changes.push({ slot, before, row: decided.row, after: decided.after });
    }
    if (changes.length === 0 || options.dryRun === true) return repeats;
    if ((await store.replaceRows(options.campaignId, reading, changes)) === 'done') return repeats;
  }
  throw new AppError('store_conflict', `page ${page} of ${options.campaignId} changed whenever it was read`);
}

async function attributesOf(
  { uui, values, zone, limits = {} }: Candidate,
  { columns, zoneOf }: UpdateOptions,
): Promise<RowAttributes> {
  const { notBefore, notAfter, priority } = columns;
  return {
    ...(columns.uui !== undefined && { uui }),
    variables: Object.fromEntries(columns.variables.map(({ name }, index) => [name, values[index] ?? ''])),
    // The first zone of a campaign is its own.
    ...(columns.timeZone !== undefined && { zone: zone === undefined ? 0 : await zoneOf(zone) }),
    ...(hasLimits(columns) && {
      limits: {
        ...(notBefore !== undefined && { notBefore: limits.notBefore }),
        ...(notAfter !== undefined && { notAfter: limits.notAfter }),
        ...(priority !== undefined && { priority: limits.priority }),
      },
    }),
  };
}

function wordsOf({ kind }: RowUpdate, called: string): Repeat {
  switch (kind) {
    case 'change':
    case 'updated':
      return { code: 'updated', message: `changed the attributes of ${PLACE}` };
    case 'unchanged':
      return { code: 'unchanged', message: `${PLACE} has the same attributes` };
    case 'already_called':
      return { code: 'already_called', message: `unchanged: already called, since ${PLACE} ${called}` };
  }
}

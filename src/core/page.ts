import { assert } from './assert.ts';
import { type RowLimits, rowLimits } from './row-limits.ts';
import { fromSeconds, SECOND } from './time.ts';

/**
 * The static rows of one page as text: a JSON header line, then all cells of all rows joined by a separator.
 * Every row has the same width, so no row needs a mark of its own, and building it is one join.
 */
const SEPARATOR = '\u001f';
const ESCAPE = '\u001a';
/** Stands for a variable that a row does not have: rows of a page have all names, once one of them was given more. */
const ABSENT = `${ESCAPE}2`;
/** Cells before the variables: row number in the file, E.164 digits, UUI. */
const FIXED_CELLS = 3;

export interface CalleeRow {
  readonly importId: string;
  /** Number of the row in its file: the first row after the header is 1. */
  readonly row: number;
  /** E.164 digits without "+", as an exact integer. */
  readonly number: number;
  /** The operator's own UUI; empty where there is none. */
  readonly uui: string;
  readonly variables: Readonly<Record<string, string>>;
  /** The row that changed it last; left out where none did. */
  readonly updatedBy?: RowPlace;
  /** When it may be called; left out where the row bounds nothing. */
  readonly limits?: RowLimits;
}

/** A row of a file. */
export interface RowPlace {
  readonly importId: string;
  readonly row: number;
}

interface PageHeader {
  readonly importId: string;
  readonly variables: readonly string[];
  /** Imports that changed rows. Then each row has one more fixed cell: the index of one and the row in it, or empty. */
  readonly updates?: readonly string[];
  /** Each row has one more fixed cell, behind that of updates: its limits as {@link limitsCell} writes them. */
  readonly limits?: true;
}

/** How a page's text is written where some of its rows are bound. */
export interface PageForm {
  /** One more cell per row, behind its UUI, made by {@link limitsCell}. */
  readonly limits?: boolean;
  /** The texts that the cells were cut from are known to hold no {@link holdsPageMarks}: to look is a third of the work. */
  readonly plain?: boolean;
}

/** True for a text that holds what sets the cells of a page apart. */
export function holdsPageMarks(text: string): boolean {
  return text.includes(SEPARATOR) || text.includes(ESCAPE);
}

/** Limits as a cell of a page: seconds of notBefore and notAfter, and the priority; empty where there are none. */
export function limitsCell(limits: RowLimits | undefined): string {
  if (limits === undefined) return '';
  const { notBefore, notAfter, priority } = limits;
  const seconds = [notBefore, notAfter].map((at) => (at === undefined ? '' : at / SECOND));
  return [...seconds, priority ?? ''].join(':');
}

function readLimits(cell: string): RowLimits | undefined {
  if (cell === '') return undefined;
  const [notBefore, notAfter, priority] = cell
    .split(':')
    .map((part) => (part === '' ? undefined : Number(part)));
  return rowLimits({
    notBefore: notBefore === undefined ? undefined : fromSeconds(notBefore),
    notAfter: notAfter === undefined ? undefined : fromSeconds(notAfter),
    priority,
  });
}

/**
 * Packs rows into a page's text. `cells` is flat: per row its number in the file, the E.164 digits, the UUI,
 * its limits where the form has them, then one cell per name in `variables`.
 */
export function packPage(
  importId: string,
  variables: readonly string[],
  cells: readonly string[],
  form: PageForm = {},
): string {
  const width = FIXED_CELLS + (form.limits === true ? 1 : 0) + variables.length;
  assert(
    cells.length % width === 0,
    `page of ${importId}: ${cells.length} cells do not fill rows of ${width}`,
  );
  const header: PageHeader = { importId, variables, ...(form.limits === true && { limits: true }) };
  const body = cells.join(SEPARATOR);
  const plain =
    form.plain === true ||
    (!body.includes(ESCAPE) && occurrences(body, SEPARATOR) === Math.max(0, cells.length - 1));
  return `${JSON.stringify(header)}\n${plain ? body : cells.map(escaped).join(SEPARATOR)}`;
}

function escaped(cell: string): string {
  if (!holdsPageMarks(cell)) return cell;
  return cell.replaceAll(ESCAPE, `${ESCAPE}0`).replaceAll(SEPARATOR, `${ESCAPE}1`);
}

function occurrences(text: string, mark: string): number {
  let found = 0;
  for (let at = text.indexOf(mark); at !== -1; at = text.indexOf(mark, at + 1)) found += 1;
  return found;
}

/** Packs rows of one import that were changed since {@link packPage} packed them: they may differ in their variables. */
export function repackPage(rows: readonly CalleeRow[]): string {
  const [first] = rows;
  assert(first !== undefined, 'a page has rows');
  const names = new Set<string>();
  const importIds = new Set<string>();
  for (const { variables, updatedBy } of rows) {
    for (const name of Object.keys(variables)) names.add(name);
    if (updatedBy !== undefined) importIds.add(updatedBy.importId);
  }
  const variables = [...names];
  const updates = [...importIds];
  const bound = rows.some((row) => row.limits !== undefined);
  const cells: string[] = [];
  for (const { importId, row, number, uui, variables: values, updatedBy, limits } of rows) {
    assert(importId === first.importId, 'rows of one page are of one import');
    cells.push(String(row), String(number), escaped(uui));
    const place = updatedBy && `${updates.indexOf(updatedBy.importId)}:${updatedBy.row}`;
    if (updates.length > 0) cells.push(place ?? '');
    if (bound) cells.push(limitsCell(limits));
    for (const name of variables)
      cells.push(Object.hasOwn(values, name) ? escaped(values[name] ?? '') : ABSENT);
  }
  const header: PageHeader = {
    importId: first.importId,
    variables,
    ...(updates.length > 0 && { updates }),
    ...(bound && { limits: true }),
  };
  return `${JSON.stringify(header)}\n${cells.join(SEPARATOR)}`;
}

function updatedBy(updates: readonly string[], cell: string): RowPlace | undefined {
  if (cell === '') return undefined;
  const [index, row] = cell.split(':').map(Number);
  return { importId: updates[index ?? -1] ?? '', row: row ?? 0 };
}

/** The rows that {@link packPage} or {@link repackPage} packed, by slot. */
export function unpackPage(text: string): CalleeRow[] {
  const headerEnd = text.indexOf('\n');
  const { importId, variables, updates, limits } = JSON.parse(text.slice(0, headerEnd)) as PageHeader;
  const body = text.slice(headerEnd + 1);
  if (body === '') return [];
  const plain = body.split(SEPARATOR);
  const cells: readonly (string | undefined)[] = body.includes(ESCAPE) ? plain.map(unescaped) : plain;
  const limitsAt = FIXED_CELLS + (updates === undefined ? 0 : 1);
  const fixed = limitsAt + (limits === undefined ? 0 : 1);
  const width = fixed + variables.length;
  const rows: CalleeRow[] = [];
  for (let start = 0; start < cells.length; start += width) {
    const named: Record<string, string> = {};
    for (const [index, name] of variables.entries()) {
      const value = cells[start + fixed + index];
      if (value !== undefined) named[name] = value;
    }
    const update = updates && updatedBy(updates, cells[start + FIXED_CELLS] ?? '');
    const bounds = limits && readLimits(cells[start + limitsAt] ?? '');
    rows.push({
      importId,
      row: Number(cells[start]),
      number: Number(cells[start + 1]),
      uui: cells[start + 2] ?? '',
      variables: named,
      ...(update !== undefined && { updatedBy: update }),
      ...(bounds !== undefined && { limits: bounds }),
    });
  }
  return rows;
}

function unescaped(cell: string): string | undefined {
  return cell === ABSENT
    ? undefined
    : cell.replaceAll(`${ESCAPE}1`, SEPARATOR).replaceAll(`${ESCAPE}0`, ESCAPE);
}

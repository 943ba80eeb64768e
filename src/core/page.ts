import { assert } from './assert.ts';

/**
 * The static rows of one page as text: a JSON header line, then all cells of all rows joined by a separator.
 * Every row has the same width, so no row needs a mark of its own, and building it is one join.
 */
const SEPARATOR = '\u001f';
const ESCAPE = '\u001a';
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
}

interface PageHeader {
  readonly importId: string;
  readonly variables: readonly string[];
}

/**
 * Packs rows into a page's text. `cells` is flat: per row its number in the file, the E.164 digits, the UUI,
 * then one cell per name in `variables`.
 */
export function packPage(importId: string, variables: readonly string[], cells: readonly string[]): string {
  const width = FIXED_CELLS + variables.length;
  assert(
    cells.length % width === 0,
    `page of ${importId}: ${cells.length} cells do not fill rows of ${width}`,
  );
  const header: PageHeader = { importId, variables };
  const body = cells.join(SEPARATOR);
  const plain = !body.includes(ESCAPE) && occurrences(body, SEPARATOR) === Math.max(0, cells.length - 1);
  return `${JSON.stringify(header)}\n${plain ? body : cells.map(escaped).join(SEPARATOR)}`;
}

function escaped(cell: string): string {
  return cell.replaceAll(ESCAPE, `${ESCAPE}0`).replaceAll(SEPARATOR, `${ESCAPE}1`);
}

function occurrences(text: string, mark: string): number {
  let found = 0;
  for (let at = text.indexOf(mark); at !== -1; at = text.indexOf(mark, at + 1)) found += 1;
  return found;
}

/** The rows that {@link packPage} packed, by slot. */
export function unpackPage(text: string): CalleeRow[] {
  const headerEnd = text.indexOf('\n');
  const { importId, variables } = JSON.parse(text.slice(0, headerEnd)) as PageHeader;
  const body = text.slice(headerEnd + 1);
  if (body === '') return [];
  const plain = body.split(SEPARATOR);
  const cells = body.includes(ESCAPE)
    ? plain.map((cell) => cell.replaceAll(`${ESCAPE}1`, SEPARATOR).replaceAll(`${ESCAPE}0`, ESCAPE))
    : plain;
  const width = FIXED_CELLS + variables.length;
  const rows: CalleeRow[] = [];
  for (let start = 0; start < cells.length; start += width) {
    const named: Record<string, string> = {};
    for (const [index, name] of variables.entries()) named[name] = cells[start + FIXED_CELLS + index] ?? '';
    rows.push({
      importId,
      row: Number(cells[start]),
      number: Number(cells[start + 1]),
      uui: cells[start + 2] ?? '',
      variables: named,
    });
  }
  return rows;
}

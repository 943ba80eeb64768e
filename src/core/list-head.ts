/** Where the rows of a list begin: behind its header, which may stand below a title, or at once where it has none. */
import { shownHeader } from './column-names.ts';
import { type ColumnsResult, resolveColumns, type WantedColumns } from './columns.ts';
import { TITLE_LINES_MAX } from './limits.ts';
import { parsePhone } from './phone.ts';

export type HeadResult =
  | (Extract<ColumnsResult, { ok: true }> & {
      /** Index of the record with which the rows begin. */
      readonly firstRow: number;
    })
  | Extract<ColumnsResult, { ok: false }>;

/** By what the head of a list is found. */
export interface HeadRules {
  readonly columns: WantedColumns;
  readonly defaultRegion: string;
}

type Cells = readonly string[];

function filled(cells: Cells): number {
  return cells.filter((cell) => cell.trim() !== '').length;
}

function holdsNumber(cells: Cells, { defaultRegion }: HeadRules): boolean {
  return cells.some((cell) => parsePhone(cell, defaultRegion).ok);
}

/**
 * The columns of a list without a header: the one whose cell in the first row is a number, and all others under their
 * places, `column_2` and so on. Undefined where no cell of it is a number, or the campaign's names make it clear
 * that the list should have a header.
 */
function withoutHeader(first: Cells, rules: HeadRules): HeadResult | undefined {
  const { columns, defaultRegion } = rules;
  const places = [...first.keys()].filter((index) => parsePhone(first[index] ?? '', defaultRegion).ok);
  const [callee, other] = places;
  if (callee === undefined) return undefined;
  const numbered = first.map((_, index) => `column_${index + 1}`);
  const byName = resolveColumns(numbered, columns);
  if (byName.ok) return places.includes(byName.columns.callee) ? { ...byName, firstRow: 0 } : undefined;
  if (columns?.callee === undefined && other !== undefined) {
    const words = places.map((index) => `"column_${index + 1}"`).join(' or ');
    const example = `"columns": {"callee":"column_${callee + 1}"}`;
    const orNamed = columns === undefined ? '' : `, or name it in the campaign file, for example ${example}`;
    return {
      ok: false,
      code: 'column_unclear',
      message: `the list has no header line, and which column is the number to call: ${words}? Put a line with names above${orNamed}`,
    };
  }
  const named = resolveColumns(numbered.with(callee, 'phone'), columns);
  return named.ok ? { ...named, firstRow: 0 } : undefined;
}

/** True where a line names the number to call, even if what it names is not clear. */
function isHeader(found: ColumnsResult): boolean {
  return found.ok || found.code === 'column_unclear' || found.code === 'header_duplicate';
}

/**
 * The header below the lines of a title, each of which names nothing: a title, who made the list and when, groups of
 * columns. A title of a single cell may be a usual name, so a line right below single cells that names columns is the
 * header whatever they say. Nothing that could be a row is passed over: a number above the header is asked back.
 */
function belowTitle(records: readonly Cells[], rules: HeadRules, isNamed: boolean): HeadResult | undefined {
  let holdsRow = false;
  for (const [at, cells] of records.slice(0, TITLE_LINES_MAX + 1).entries()) {
    const found = at > 0 && filled(cells) > 1 ? resolveColumns(cells, rules.columns) : undefined;
    if (found !== undefined && isHeader(found) && !holdsNumber(cells, rules)) {
      if (holdsRow) return numberAbove(cells);
      return found.ok ? { ...found, firstRow: at + 1 } : found;
    }
    holdsRow ||= holdsNumber(cells, rules);
    if (isNamed && (holdsRow || filled(cells) > 1)) return undefined;
  }
  return undefined;
}

function numberAbove(cells: Cells): HeadResult {
  const name = shownHeader(cells.find((cell) => cell.trim() !== '') ?? '');
  return {
    ok: false,
    code: 'header_missing',
    message: `the line that begins with "${name.slice(0, 40)}" names the columns, but a line above it holds a number; remove the lines above it`,
  };
}

/** True for a first line that may be the first of a title, or the first row of a list without a header. */
function namesNothing(found: Extract<ColumnsResult, { ok: false }>): boolean {
  const { code } = found;
  return code === 'callee_column_missing' || code === 'header_missing' || code === 'column_missing';
}

/**
 * Finds the header of a list among its first records. It is the first of them, unless that is a title above a line that
 * names the columns. A first record that holds a number and names nothing is a row already: then the columns are called
 * `phone` and, by their places, `column_2` and so on. What is unclear is asked back as by {@link resolveColumns}.
 */
export function findHead(records: readonly Cells[], rules: HeadRules): HeadResult {
  const first = records[0] ?? [];
  const found = resolveColumns(first, rules.columns);
  if (found.ok && filled(first) > 1) return { ...found, firstRow: 1 };
  if (found.ok) return belowTitle(records, rules, true) ?? { ...found, firstRow: 1 };
  if (!namesNothing(found)) return found;
  return withoutHeader(first, rules) ?? belowTitle(records, rules, false) ?? found;
}

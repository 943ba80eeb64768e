/** Where the rows of a list begin: behind its header, which may stand below a title, or at once where it has none. */
import type { CampaignSettings } from './campaign.ts';
import { type ColumnsResult, resolveColumns } from './columns.ts';
import { TITLE_LINES_MAX } from './limits.ts';
import { parsePhone } from './phone.ts';

export type HeadResult =
  | (Extract<ColumnsResult, { ok: true }> & {
      /** Index of the record with which the rows begin. */
      readonly firstRow: number;
    })
  | Extract<ColumnsResult, { ok: false }>;

type Cells = readonly string[];

function filled(cells: Cells | undefined): number {
  return (cells ?? []).filter((cell) => cell.trim() !== '').length;
}

/**
 * The columns of a list without a header: the one whose cell in the first row is a number, and all others under their
 * places, `column_2` and so on. Undefined where no cell of it is a number, or the campaign's names make it clear
 * that the list should have a header.
 */
function withoutHeader(first: Cells, settings: CampaignSettings): HeadResult | undefined {
  const places = [...first.keys()].filter(
    (index) => parsePhone(first[index] ?? '', settings.defaultRegion).ok,
  );
  const [callee, other] = places;
  if (callee === undefined) return undefined;
  const numbered = first.map((_, index) => `column_${index + 1}`);
  const byName = resolveColumns(numbered, settings.columns);
  if (byName.ok) return places.includes(byName.columns.callee) ? { ...byName, firstRow: 0 } : undefined;
  if (settings.columns.callee === undefined && other !== undefined) {
    const columns = places.map((index) => `"column_${index + 1}"`).join(' or ');
    const example = `"columns": {"callee":"column_${callee + 1}"}`;
    return {
      ok: false,
      code: 'column_unclear',
      message: `the list has no header line, and which column is the number to call: ${columns}? Put a line with names above, or name it in the campaign file, for example ${example}`,
    };
  }
  const named = resolveColumns(numbered.with(callee, 'phone'), settings.columns);
  return named.ok ? { ...named, firstRow: 0 } : undefined;
}

/** The header below lines of a single filled cell each, if the next line is one. */
function belowTitle(records: readonly Cells[], settings: CampaignSettings): HeadResult | undefined {
  let at = 0;
  while (at < TITLE_LINES_MAX && at < records.length && filled(records[at]) <= 1) at += 1;
  const candidate = records[at];
  if (at === 0 || candidate === undefined || filled(candidate) < 2) return undefined;
  const found = resolveColumns(candidate, settings.columns);
  return found.ok ? { ...found, firstRow: at + 1 } : undefined;
}

/**
 * Finds the header of a list among its first records. It is the first of them, unless that is a title: a single filled
 * cell above a line that names the columns. A first record that holds a number and names nothing is a row already: then
 * the columns are called `phone` and, by their places, `column_2` and so on. What is unclear is asked back as by
 * {@link resolveColumns}.
 */
export function findHead(records: readonly Cells[], settings: CampaignSettings): HeadResult {
  const first = records[0] ?? [];
  const found = resolveColumns(first, settings.columns);
  const titled = filled(first) <= 1 ? belowTitle(records, settings) : undefined;
  if (titled !== undefined) return titled;
  if (found.ok) return { ...found, firstRow: 1 };
  const headless =
    found.code === 'column_unclear' || found.code === 'header_too_wide'
      ? undefined
      : withoutHeader(first, settings);
  return headless ?? found;
}

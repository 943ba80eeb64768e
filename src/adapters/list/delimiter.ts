import { isCalleeHeader } from '../../core/columns.ts';
import { DELIMITER_RECORDS } from '../../core/limits.ts';
import type { Dialect } from './dialect.ts';
import { RecordCutter } from './record-cutter.ts';

/** In the order of preference between equals. */
const DELIMITERS = [',', '\t', ';', '|'] as const;
/** How Excel writes the delimiter of a file into its first line. */
const HINT = /^"?sep=([^\r\n"])"?(?:\r\n|\n|\r)/i;

interface Shape {
  readonly delimiter: string;
  readonly score: number;
  readonly width: number;
}

/** How well the text parts into columns: the share of records as wide as most, and more where a cell names the number. */
function shapeOf(text: string, dialect: Dialect, isWhole: boolean): Shape {
  const cutter = new RecordCutter(dialect);
  const records = cutter.cut(text, isWhole).records.slice(0, DELIMITER_RECORDS);
  const times = new Map<number, number>();
  for (const { length } of records) times.set(length, (times.get(length) ?? 0) + 1);
  const [width = 1, most = 0] = [...times].sort((a, b) => b[1] - a[1] || b[0] - a[0])[0] ?? [];
  const named = records.slice(0, 10).some((cells) => cells.length > 1 && cells.some(isCalleeHeader));
  const share = width > 1 ? most / records.length : 0;
  return { delimiter: dialect.delimiter, score: share + (named ? 1 : 0), width };
}

/**
 * Tells the delimiter from the beginning of a list: the hint of Excel, else the one by which most records have equally
 * many cells, quotes respected; one that sets apart a cell naming the number comes first. A list of one column has a
 * comma. `isWhole` says that `text` is the whole list.
 */
export function findDelimiter(text: string, dialect: Omit<Dialect, 'delimiter'>, isWhole: boolean): string {
  const hint = HINT.exec(text)?.[1];
  if (hint !== undefined) return hint;
  const shapes = DELIMITERS.map((delimiter) => shapeOf(text, { ...dialect, delimiter }, isWhole));
  const [best] = shapes.sort((a, b) => b.score - a.score || b.width - a.width);
  return best !== undefined && best.score > 0 ? best.delimiter : ',';
}

/** The text without a first line that only hints at the delimiter. */
export function withoutHint(text: string): string {
  return text.replace(HINT, '');
}

/** The cells of a row that say when its callee is called, and what is wrong with them. */
import type { ResolvedColumns } from './columns.ts';
import { ROW_TIMES_KEPT_MAX } from './limits.ts';
import { type RowLimits, rowLimits } from './row-limits.ts';
import { parseRowTime, type TimeEdge } from './row-time.ts';
import type { Instant } from './time.ts';
import { isoInZone } from './zone-clock.ts';

/** What of a campaign bears on the times of a row. */
export interface RowTimes {
  /** The time zone of rows that name none. */
  readonly zone: string;
  /** When the campaign begins, or the list was added if that was later; and when it ends. */
  readonly begin: Instant;
  readonly end: Instant;
}

export type RowLimitFault =
  | 'not_before_unclear'
  | 'not_before_too_late'
  | 'not_after_unclear'
  | 'not_after_too_early'
  | 'priority_unclear';

export type RowLimitsResult =
  | { readonly ok: true; readonly limits: RowLimits | undefined }
  | { readonly ok: false; readonly column: string; readonly code: RowLimitFault; readonly message: string };

const PRIORITIES: ReadonlyMap<string, number> = new Map(
  [
    ['1', 'p1', 'highest', 'urgent', '最高', '紧急', '緊急'],
    ['2', 'p2', 'high', '高'],
    ['3', 'p3', 'normal', 'medium', 'default', '中', '普通', '一般'],
    ['4', 'p4', 'low', '低'],
    ['5', 'p5', 'lowest', '最低'],
  ].flatMap((words, at) => words.map((word): [string, number] => [word, at + 1])),
);

/** Times by how they are written: lists repeat few of them many times. `false` for what is none. */
const knownTimes = new Map<string, Instant | false>();

function timeOf(text: string, zone: string, edge: TimeEdge): Instant | false {
  const key = `${edge} ${zone} ${text}`;
  const known = knownTimes.get(key);
  if (known !== undefined) return known;
  if (knownTimes.size >= ROW_TIMES_KEPT_MAX) knownTimes.clear();
  const at = parseRowTime(text, zone, edge) ?? false;
  knownTimes.set(key, at);
  return at;
}

function cellOf(cells: readonly string[], index: number | undefined): string {
  return index === undefined ? '' : (cells[index] ?? '').trim();
}

function refused(
  headers: readonly string[],
  index: number | undefined,
  code: RowLimitFault,
  message: string,
): RowLimitsResult {
  return { ok: false, column: headers[index ?? -1] ?? '', code, message };
}

const TIME_REMEDY =
  'write "2026-11-23 09:00" (in the time zone of the callee) or "2026-11-23T09:00:00+08:00", or leave the cell empty';

/** True where a list has a column that bounds or orders calls. */
export function hasLimits({ notBefore, notAfter, priority }: ResolvedColumns): boolean {
  return notBefore !== undefined || notAfter !== undefined || priority !== undefined;
}

/**
 * The limits of a row whose callee is in `zone`. An empty cell says nothing. Refused is what cannot be understood, and
 * what would leave no moment in which the callee may be called.
 */
export function mapLimits(
  columns: ResolvedColumns,
  cells: readonly string[],
  zone: string,
  { begin, end }: RowTimes,
): RowLimitsResult {
  const { headers } = columns;
  const text = {
    notBefore: cellOf(cells, columns.notBefore),
    notAfter: cellOf(cells, columns.notAfter),
    priority: cellOf(cells, columns.priority),
  };
  const notBefore = text.notBefore === '' ? undefined : timeOf(text.notBefore, zone, 'begin');
  const notAfter = text.notAfter === '' ? undefined : timeOf(text.notAfter, zone, 'end');
  const priority =
    text.priority === '' ? undefined : PRIORITIES.get(text.priority.normalize('NFKC').toLowerCase());
  if (notBefore === false) {
    const message = `the earliest time of a call cannot be understood; ${TIME_REMEDY}`;
    return refused(headers, columns.notBefore, 'not_before_unclear', message);
  }
  if (notAfter === false) {
    const message = `the latest time of a call cannot be understood; ${TIME_REMEDY}`;
    return refused(headers, columns.notAfter, 'not_after_unclear', message);
  }
  if (text.priority !== '' && priority === undefined) {
    const message = 'the priority cannot be understood; write 1 (first) to 5 (last), or leave the cell empty';
    return refused(headers, columns.priority, 'priority_unclear', message);
  }
  if (notAfter !== undefined && notBefore !== undefined && notAfter <= notBefore) {
    const message = 'the latest time of a call is not after the earliest; correct one of them';
    return refused(headers, columns.notAfter, 'not_after_too_early', message);
  }
  if (notAfter !== undefined && notAfter <= begin) {
    const message = `the latest time of a call is over before calling begins (${isoInZone(begin, zone)}); write a later one`;
    return refused(headers, columns.notAfter, 'not_after_too_early', message);
  }
  if (notBefore !== undefined && notBefore >= end) {
    const message = `the campaign ends (${isoInZone(end, zone)}) before the earliest time of a call; write an earlier one`;
    return refused(headers, columns.notBefore, 'not_before_too_late', message);
  }
  return { ok: true, limits: rowLimits({ notBefore, notAfter, priority }) };
}

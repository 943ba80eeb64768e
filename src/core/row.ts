/** One row of a list: a callee, or the column at fault and why. Runs once per row of a million, so it makes little. */

import { assert } from './assert.ts';
import { isTimeZone } from './campaign.ts';
import type { ResolvedColumns } from './columns.ts';
import { ZONES_KEPT_MAX } from './limits.ts';
import { type PhoneFault, parsePhone } from './phone.ts';
import { hasLimits, mapLimits, type RowLimitFault, type RowTimes } from './row-limit-cells.ts';
import type { RowLimits } from './row-limits.ts';

export interface RowRules {
  /** Two-letter country of numbers without a country code. */
  readonly region: string;
  /** UUI_BYTES_MAX, less what we append ourselves. */
  readonly uuiBytesMax: number;
  /** Of several numbers in a cell the first is taken; left out: the row is refused. */
  readonly several?: 'first' | undefined;
  /** The zone of a number's country, for rows that name none; left out: always the campaign's own. */
  readonly zoneOfCountry?: ((country: string) => string | undefined) | undefined;
  /** Needed for lists with columns that bound calls. */
  readonly times?: RowTimes | undefined;
}

export type RowFault =
  | PhoneFault
  | 'row_empty'
  | 'row_too_short'
  | 'row_too_long'
  | 'uui_too_long'
  | 'time_zone_unknown'
  | RowLimitFault;

export type RowResult =
  | {
      readonly ok: true;
      /** E.164 digits without "+". */
      readonly digits: string;
      /** The operator's own, unchanged; empty where there is none. */
      readonly uui: string;
      /** Undefined: the campaign's own zone. */
      readonly zone: string | undefined;
      /** One per variable of the columns, in their order. */
      readonly values: string[];
      /** Left out: the row bounds nothing. */
      readonly limits?: RowLimits;
    }
  | { readonly ok: false; readonly column: string; readonly code: RowFault; readonly message: string };

/** Zones by how they are written in lists; `false` for what is none. Asking the runtime costs far more than a row. */
const knownZones = new Map<string, string | false>();

/** The time zone that a cell names, in its usual spelling where only the case differs; false when there is none. */
function zoneNamed(name: string): string | false {
  const known = knownZones.get(name);
  if (known !== undefined) return known;
  if (knownZones.size >= ZONES_KEPT_MAX) knownZones.clear();
  const zone = isTimeZone(name) && usualSpelling(name);
  knownZones.set(name, zone);
  return zone;
}

/** Undefined, the campaign's own, unless the number's country is known and has another. */
function zoneOfNumber(country: string | undefined, rules: RowRules): string | undefined {
  return country === undefined ? undefined : rules.zoneOfCountry?.(country);
}

function usualSpelling(name: string): string {
  const usual = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  return usual.toLowerCase() === name.toLowerCase() ? usual : name;
}

/** Bytes of UTF-8, counted only where the length alone does not settle it: a UTF-16 unit takes at most three. */
function isLongerThan(text: string, bytesMax: number): boolean {
  if (text.length * 3 <= bytesMax) return false;
  return new TextEncoder().encode(text).length > bytesMax;
}

function widthFault(columns: ResolvedColumns, cells: readonly string[]): RowResult | undefined {
  const width = columns.headers.length;
  if (cells.every((cell) => cell.trim() === '')) {
    return { ok: false, column: '', code: 'row_empty', message: 'the row is empty; remove it' };
  }
  if (cells.length <= columns.callee) {
    const found = `the row has ${cells.length} of ${width} cells and none for the number`;
    return {
      ok: false,
      column: '',
      code: 'row_too_short',
      message: `${found}; check its delimiters and quotes`,
    };
  }
  const extra = cells.slice(width).some((cell) => cell.trim() !== '');
  const stray = columns.unnamed.some((index) => (cells[index] ?? '').trim() !== '');
  if (!extra && !stray) return undefined;
  const what = extra
    ? `the row has ${cells.length} cells but the header ${width}`
    : 'the row fills a column without a name';
  const remedy = 'quote cells that hold a delimiter, or name the column';
  return { ok: false, column: '', code: 'row_too_long', message: `${what}; ${remedy}` };
}

/**
 * Maps the cells of one row. Missing cells at the end count as empty, unless the number is among them; more cells
 * than columns are refused unless they are empty. No message holds a number.
 */
export function mapRow(columns: ResolvedColumns, cells: readonly string[], rules: RowRules): RowResult {
  const { headers } = columns;
  const number = cells[columns.callee] ?? '';
  if (cells.length !== headers.length || columns.unnamed.length > 0 || number.trim() === '') {
    const fault = widthFault(columns, cells);
    if (fault !== undefined) return fault;
  }
  const phone = parsePhone(number, rules.region, rules.several);
  if (!phone.ok) {
    return { ok: false, column: headers[columns.callee] ?? '', code: phone.code, message: phone.message };
  }
  const uui = columns.uui === undefined ? '' : (cells[columns.uui] ?? '');
  if (isLongerThan(uui, rules.uuiBytesMax)) {
    const message = `the UUI is longer than ${rules.uuiBytesMax} bytes; shorten it`;
    return { ok: false, column: headers[columns.uui ?? -1] ?? '', code: 'uui_too_long', message };
  }
  const zoneName = columns.timeZone === undefined ? '' : (cells[columns.timeZone] ?? '').trim();
  const zone = zoneName === '' ? zoneOfNumber(phone.country, rules) : zoneNamed(zoneName);
  if (zone === false) {
    const message =
      'the time zone is unknown; use an IANA name such as "Asia/Shanghai", or leave the cell empty';
    return { ok: false, column: headers[columns.timeZone ?? -1] ?? '', code: 'time_zone_unknown', message };
  }
  const values: string[] = [];
  for (const variable of columns.variables) values.push(cells[variable.index] ?? '');
  if (!hasLimits(columns)) return { ok: true, digits: phone.digits, uui, zone, values };
  assert(rules.times !== undefined, 'the times of the campaign are known where rows have some of their own');
  const limited = mapLimits(columns, cells, zone ?? rules.times.zone, rules.times);
  if (!limited.ok) return limited;
  const { limits } = limited;
  return { ok: true, digits: phone.digits, uui, zone, values, ...(limits !== undefined && { limits }) };
}

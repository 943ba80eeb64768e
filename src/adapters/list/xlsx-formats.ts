import { DAY, SECOND } from '../../core/time.ts';

/** What a number format makes of a number, as far as a list is concerned. */
export type NumberFormat =
  | { readonly kind: 'number' }
  | { readonly kind: 'date' }
  /** Leading zeros, so that 1065521000 shows as 01065521000: at least so many digits. */
  | { readonly kind: 'padded'; readonly digits: number };

const NUMBER: NumberFormat = { kind: 'number' };
const DATE: NumberFormat = { kind: 'date' };

/** Formats that have a number and no code in the file, and are dates (ECMA-376 part 1, 18.8.30). */
function isBuiltInDate(id: number): boolean {
  return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58);
}

/** The meaning of a number format: its id, and its code where the file defines one. */
export function numberFormat(id: number, code: string | undefined): NumberFormat {
  if (code === undefined) return isBuiltInDate(id) ? DATE : NUMBER;
  const [positive = ''] = code.split(';');
  const bare = positive.replace(/"[^"]*"|\\.|_.|\*./g, '');
  if (/^0{2,}$/.test(bare)) return { kind: 'padded', digits: bare.length };
  const marks = bare.replace(/\[(?:h+|m+|s+)\]/gi, 'h').replace(/\[[^\]]*\]/g, '');
  return /[ymdhs]/i.test(marks.replace(/general/i, '')) ? DATE : NUMBER;
}

const EPOCH_1900 = Date.UTC(1899, 11, 30);
const EPOCH_1904 = Date.UTC(1904, 0, 1);
/** The last day of the year 9999: what is beyond is no date, whatever its format says. */
const SERIAL_MAX = 2_958_466;

/**
 * A date of Excel as ISO text without a zone: `2026-11-22`, `2026-11-22T09:30:00`, or `09:30:00` for a time alone.
 * Undefined for a number that is no date.
 */
export function dateText(serial: number, is1904: boolean): string | undefined {
  if (!(serial >= 0 && serial < SERIAL_MAX)) return undefined;
  // Excel believes in 29 February 1900, so that its days before that are one less than they are counted here.
  const days = !is1904 && serial < 60 ? serial + 1 : serial;
  const at = Math.round(((is1904 ? EPOCH_1904 : EPOCH_1900) + days * DAY) / SECOND) * SECOND;
  const [date = '', time = ''] = new Date(at).toISOString().slice(0, 19).split('T');
  if (serial < 1) return time;
  return time === '00:00:00' ? date : `${date}T${time}`;
}

/**
 * A number as a person would read it off: whole ones with all their digits, never as 1.38E+10, others with the 15
 * digits that Excel keeps. Whole numbers beyond 2^53 have lost digits and stay in the short form, which says so.
 */
export function numberText(text: string, format: NumberFormat): string {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) return text;
  if (!Number.isInteger(value)) return String(Number(value.toPrecision(15)));
  if (!Number.isSafeInteger(value)) return value.toExponential().replace('e', 'E');
  const digits = String(value);
  return format.kind === 'padded' ? digits.padStart(format.digits, '0') : digits;
}

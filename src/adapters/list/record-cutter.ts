import { BROKEN_ROW_CHARACTERS_KEPT, ROW_CHARACTERS_MAX } from '../../core/limits.ts';
import type { RecordFault } from '../../ports/list-reader.ts';
import type { Dialect } from './dialect.ts';

/** Records as they were cut out of the text, with their lines and faults as in ListBlock. */
export interface CutRecords {
  readonly records: string[][];
  readonly lines: number[];
  readonly faults: Map<number, RecordFault>;
}

/** Takes records that hold quotes apart: cells of each text, in the same order. */
export type ParseQuoted = (texts: readonly string[]) => string[][];

const NEWLINE = 0x0a;
const RETURN = 0x0d;
/** What {@link recordEnd} answers instead of a place. */
const OPEN = -1;
const BROKEN = -2;

const FAULTS = {
  open: {
    code: 'broken_quoting',
    message:
      'a quote opened on this line is not closed; close it, or double every quote inside a quoted field',
  },
  broken: {
    code: 'broken_quoting',
    message: 'text follows a closing quote; double every quote inside a quoted field',
  },
  long: {
    code: 'row_too_big',
    message: `the row has more than ${ROW_CHARACTERS_MAX} characters; shorten it`,
  },
} as const satisfies Record<string, RecordFault>;

/**
 * Finds where records begin and end in text that comes in stretches of whole lines. Most records of a list hold
 * no quote: those are cut at the delimiter right here, several times faster than any parser that looks at every
 * character; the others are collected and parsed together.
 *
 * What is badly quoted costs one line, never the rest of the file: when the quoting of a record cannot be
 * understood, or does not end within the bound of a row, its first line is a fault and the next line is read
 * afresh.
 */
export class RecordCutter {
  readonly #dialect: Dialect;
  readonly #parseQuoted: ParseQuoted;
  /** The beginning of a record whose end has not come yet. */
  #held = '';
  #line = 1;

  constructor(dialect: Dialect, parseQuoted: ParseQuoted) {
    this.#dialect = dialect;
    this.#parseQuoted = parseQuoted;
  }

  /** The records that end in `text`; with `atEnd` also the one that the end of the file ends. */
  cut(text: string, atEnd: boolean): CutRecords {
    const { delimiter, quote } = this.#dialect;
    const all = this.#held === '' ? text : this.#held + text;
    const out: CutRecords = { records: [], lines: [], faults: new Map() };
    const quoted: { readonly index: number; readonly text: string }[] = [];
    let at = 0;
    let nextQuote = all.indexOf(quote);
    while (at < all.length) {
      const newline = all.indexOf('\n', at);
      if (newline === -1 && !atEnd) break;
      const lineEnd = newline === -1 ? all.length : newline;
      if (nextQuote !== -1 && nextQuote < at) nextQuote = all.indexOf(quote, at);
      const plain = nextQuote === -1 || nextQuote > lineEnd;
      const end = plain ? lineEnd : recordEnd(all, at, lineEnd, nextQuote, atEnd, this.#dialect);
      if (end === OPEN && !atEnd && all.length - at <= ROW_CHARACTERS_MAX) break;
      const index = out.records.length;
      const record = end < 0 ? '' : withoutReturn(all, at, end);
      if (end < 0 || end - at > ROW_CHARACTERS_MAX) {
        out.faults.set(index, faultOf(end, lineEnd - at));
        out.records.push([withoutReturn(all, at, lineEnd).slice(0, BROKEN_ROW_CHARACTERS_KEPT)]);
        out.lines.push(this.#line);
      } else if (record !== '') {
        if (!plain) quoted.push({ index, text: record });
        out.records.push(plain ? record.split(delimiter) : []);
        out.lines.push(this.#line);
      }
      const next = (end < 0 ? lineEnd : end) + 1;
      this.#line += plain || end < 0 ? 1 : newlines(all, at, next);
      at = next;
    }
    this.#held = all.slice(at);
    const cells = quoted.length === 0 ? [] : this.#parseQuoted(quoted.map((record) => record.text));
    for (const [position, { index }] of quoted.entries()) out.records[index] = cells[position] ?? [];
    return out;
  }
}

/**
 * Where the record that starts at `start` ends: the place of its line break, or the end of the text at the end
 * of the file. OPEN when that lies beyond the text, BROKEN when its quoting cannot be understood. A quote opens
 * a field only as its first character. `lineEnd` ends the first line, `quote` is the first quote on it.
 */
function recordEnd(
  text: string,
  start: number,
  lineEnd: number,
  quote: number,
  atEnd: boolean,
  dialect: Dialect,
): number {
  let field = start;
  let end = lineEnd;
  let opening = quote;
  for (;;) {
    if (opening === -1 || opening > end) return end;
    if (opening !== field && text[opening - 1] !== dialect.delimiter) {
      opening = text.indexOf(dialect.quote, opening + 1);
      continue;
    }
    const after = afterClosingQuote(text, opening, dialect);
    if (after === OPEN || (after >= text.length && !atEnd)) return OPEN;
    if (after >= text.length || text.charCodeAt(after) === NEWLINE) return after;
    if (
      text.charCodeAt(after) === RETURN &&
      (text.charCodeAt(after + 1) === NEWLINE || after + 1 === text.length)
    ) {
      return after + 1;
    }
    if (text[after] !== dialect.delimiter) return BROKEN;
    field = after + 1;
    if (field > end) {
      end = text.indexOf('\n', field);
      if (end === -1 && !atEnd) return OPEN;
      if (end === -1) end = text.length;
    }
    opening = text.indexOf(dialect.quote, field);
  }
}

/** The place behind the quote that closes the one at `opening`; OPEN when the text has none. */
function afterClosingQuote(text: string, opening: number, dialect: Dialect): number {
  let at = opening;
  for (;;) {
    at = text.indexOf(dialect.quote, at + 1);
    if (at === -1) return OPEN;
    if (text[at + 1] !== dialect.quote) return at + 1;
    at += 1;
  }
}

function faultOf(end: number, lineCharacters: number): RecordFault {
  if (end >= 0 || lineCharacters > ROW_CHARACTERS_MAX) return FAULTS.long;
  return end === BROKEN ? FAULTS.broken : FAULTS.open;
}

function withoutReturn(text: string, start: number, end: number): string {
  return text.slice(start, end > start && text.charCodeAt(end - 1) === RETURN ? end - 1 : end);
}

function newlines(text: string, start: number, end: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', start); at !== -1 && at < end; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

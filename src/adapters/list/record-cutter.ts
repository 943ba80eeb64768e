import { parse } from 'csv-parse/sync';
import { assert } from '../../core/assert.ts';
import { BROKEN_ROW_CHARACTERS_KEPT, ROW_CHARACTERS_MAX } from '../../core/limits.ts';
import type { RecordFault } from '../../ports/list-reader.ts';
import { type Dialect, parserOptions } from './dialect.ts';
import { LineEnds } from './line-ends.ts';

/** Records as they were cut out of the text, with their lines and faults as in ListBlock. */
export interface CutRecords {
  readonly records: string[][];
  readonly lines: number[];
  readonly faults: Map<number, RecordFault>;
}

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
 * Finds where records begin and end in text that comes in stretches of whole lines, ended by LF, CRLF or CR in any
 * mixture. Most records of a list hold no quote: those are split at the delimiter, several times faster than by any
 * parser that looks at every character; the others are collected and taken apart together by csv-parse.
 *
 * What is badly quoted costs one line, never the rest of the file: when the quoting of a record cannot be
 * understood, or does not end within the bound of a row, its first line is a fault and the next line is read
 * afresh.
 */
export class RecordCutter {
  readonly #dialect: Dialect;
  /** The beginning of a record whose end has not come yet. */
  #held = '';
  #line: number;

  /** `firstLine` is the number of the line with which the text begins. */
  constructor(dialect: Dialect, firstLine = 1) {
    this.#dialect = dialect;
    this.#line = firstLine;
  }

  /** The text of a record whose end has not come yet: the next text goes on from there. */
  get held(): string {
    return this.#held;
  }

  /** The records that end in `text`; with `atEnd` also the one that the end of the file ends. */
  cut(text: string, atEnd: boolean): CutRecords {
    const { delimiter, quote } = this.#dialect;
    const all = this.#held === '' ? text : this.#held + text;
    const out: CutRecords = { records: [], lines: [], faults: new Map() };
    const quoted: { readonly index: number; readonly text: string }[] = [];
    const ends = new LineEnds(all);
    let at = 0;
    let nextQuote = all.indexOf(quote);
    while (at < all.length) {
      const lineEnd = ends.from(at);
      if (!atEnd && ends.isOpen(lineEnd)) break;
      if (nextQuote !== -1 && nextQuote < at) nextQuote = all.indexOf(quote, at);
      const plain = nextQuote === -1 || nextQuote > lineEnd;
      const end = plain ? lineEnd : recordEnd(all, at, ends, nextQuote, atEnd, this.#dialect);
      if (end === OPEN && !atEnd && all.length - at <= ROW_CHARACTERS_MAX) break;
      const index = out.records.length;
      if (end < 0 || end - at > ROW_CHARACTERS_MAX) {
        out.faults.set(index, faultOf(end, lineEnd - at));
        out.records.push([all.slice(at, Math.min(lineEnd, at + BROKEN_ROW_CHARACTERS_KEPT))]);
        out.lines.push(this.#line);
      } else if (end > at) {
        const record = all.slice(at, end);
        if (!plain) quoted.push({ index, text: record });
        out.records.push(plain ? record.split(delimiter) : []);
        out.lines.push(this.#line);
      }
      this.#line += end <= lineEnd ? 1 : 1 + ends.countIn(at, end);
      at = ends.after(end < 0 ? lineEnd : end);
    }
    this.#held = all.slice(at);
    const cells = parseQuoted(quoted, this.#dialect);
    for (const [position, { index }] of quoted.entries()) out.records[index] = cells[position] ?? [];
    return out;
  }
}

/**
 * Where the record that starts at `start` ends: the place of its line break, or the end of the text at the end
 * of the file. OPEN when that lies beyond the text, BROKEN when its quoting cannot be understood. A quote opens
 * a field only as its first character. `quote` is the first quote on its first line.
 */
function recordEnd(
  text: string,
  start: number,
  ends: LineEnds,
  quote: number,
  atEnd: boolean,
  dialect: Dialect,
): number {
  let field = start;
  let end = ends.from(start);
  let opening = quote;
  for (;;) {
    if (opening === -1 || opening > end) return end;
    if (opening !== field && text[opening - 1] !== dialect.delimiter) {
      opening = text.indexOf(dialect.quote, opening + 1);
      continue;
    }
    const after = afterClosingQuote(text, opening, dialect);
    if (after === OPEN || (after >= text.length && !atEnd)) return OPEN;
    const behind = text[after];
    if (behind === undefined || behind === '\n' || behind === '\r') {
      return !atEnd && ends.isOpen(after) ? OPEN : after;
    }
    if (behind !== dialect.delimiter) return BROKEN;
    field = after + 1;
    if (field > end) {
      end = ends.from(field);
      if (!atEnd && ends.isOpen(end)) return OPEN;
    }
    opening = text.indexOf(dialect.quote, field);
  }
}

/** Cells of records that hold a quote, in the same order. One parser takes them all: to set one up costs more than a record. */
function parseQuoted(quoted: readonly { readonly text: string }[], dialect: Dialect): string[][] {
  if (quoted.length === 0) return [];
  const records: string[][] = parse(quoted.map(({ text }) => text).join('\n'), parserOptions(dialect));
  assert(
    records.length === quoted.length,
    `csv-parse found ${records.length} records in ${quoted.length} that were cut`,
  );
  return records;
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

const RETURN = 0x0d;
const NEWLINE = 0x0a;

/**
 * Where the lines of a text end: at LF, CRLF or CR, in any mixture. Asked from front to back it looks at each
 * character once, so that a file without a single CR costs nothing for the chance of one.
 */
export class LineEnds {
  readonly #text: string;
  #asked = 0;
  #newline: number;
  #carriage: number;

  constructor(text: string) {
    this.#text = text;
    this.#newline = text.indexOf('\n');
    this.#carriage = text.indexOf('\r');
  }

  /** Place of the first line break from `at` on, which of CRLF is the CR; the length of the text where it has none. */
  from(at: number): number {
    const back = at < this.#asked;
    this.#asked = at;
    if (back || (this.#newline !== -1 && this.#newline < at)) this.#newline = this.#text.indexOf('\n', at);
    if (back || (this.#carriage !== -1 && this.#carriage < at)) this.#carriage = this.#text.indexOf('\r', at);
    if (this.#newline === -1) return this.#carriage === -1 ? this.#text.length : this.#carriage;
    return this.#carriage === -1 ? this.#newline : Math.min(this.#newline, this.#carriage);
  }

  /** True where the break at `end` may lie beyond the text, in whole or in part: a CR whose LF is still to come. */
  isOpen(end: number): boolean {
    if (end >= this.#text.length) return true;
    return end === this.#text.length - 1 && this.#text.charCodeAt(end) === RETURN;
  }

  /** The place behind the line break at `end`. */
  after(end: number): number {
    const pair = this.#text.charCodeAt(end) === RETURN && this.#text.charCodeAt(end + 1) === NEWLINE;
    return end + (pair ? 2 : 1);
  }

  /** Line breaks between two places. */
  countIn(start: number, end: number): number {
    return this.#text.slice(start, end).match(/\r\n|\r|\n/g)?.length ?? 0;
  }
}

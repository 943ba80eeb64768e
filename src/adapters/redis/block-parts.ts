import { present } from '../../core/assert.ts';
import { ByteReader, ByteWriter } from './byte-writer.ts';

/** Texts that a block is born with: the sides that hang up, so that small blocks are small too. */
const KNOWN_TEXTS = ['seat', 'user', 'system', ''];

/**
 * Writes a history block in two parts: numbers and texts, which repeat and deflate well, and random bytes, which do
 * not and would only spoil the statistics of the rest. Numbers are in 7-bit groups; signed ones alternate around 0.
 */
export class BlockWriter extends ByteWriter {
  readonly #random = new ByteWriter();
  readonly #texts = new Map(KNOWN_TEXTS.map((text, at) => [text, at]));

  signed(value: number): void {
    this.varint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** Random bytes, from an even number of hexadecimal digits; their number is not stored. */
  randomHex(digits: string): void {
    this.#random.hex(digits);
  }

  /** The sixteen bytes of the UUID that stands in `text` at `at`; false, and nothing written, where there is none. */
  randomUuid(text: string, at: number): boolean {
    return this.#random.uuid(text, at);
  }

  /** A text that others of the block may equal: the number of the one before, or 0 and the text itself. */
  sharedText(text: string): void {
    const known = this.#texts.get(text);
    if (known !== undefined) {
      this.varint(known + 1);
      return;
    }
    this.#texts.set(text, this.#texts.size);
    this.varint(0);
    this.#textOrDigits(text);
  }

  /** Digits that a double holds exactly, leading zeros counted, take half the bytes of text. */
  #textOrDigits(text: string): void {
    const zeros = /^0*/.exec(text)?.[0].length ?? 0;
    if (/^\d{1,20}$/.test(text) && Number.isSafeInteger(Number(text)) && zeros < 20) {
      this.u8(zeros + 1);
      this.varint(Number(text));
      return;
    }
    this.u8(0);
    this.text(text);
  }

  /** The random bytes behind their number. */
  randomBytes(): Buffer {
    const bytes = this.#random.done();
    const size = new ByteWriter();
    size.varint(bytes.length);
    return Buffer.concat([size.done(), bytes]);
  }
}

/** Reads back what BlockWriter wrote: its random bytes, then the rest once `unfold` made it plain. */
export class BlockReader extends ByteReader {
  readonly #random: ByteReader;
  readonly #texts = [...KNOWN_TEXTS];

  constructor(bytes: Buffer, unfold: (rest: Buffer) => Buffer) {
    const size = new ByteReader(bytes);
    const length = size.varint();
    const random = size.raw(length);
    super(unfold(bytes.subarray(size.at)));
    this.#random = new ByteReader(random);
  }

  signed(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  randomHex(bytes: number): string {
    return this.#random.raw(bytes).toString('hex');
  }

  randomUuid(): string {
    const hex = this.randomHex(16);
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  }

  sharedText(): string {
    const known = this.varint();
    if (known > 0) return present(this.#texts[known - 1], `text ${known}`);
    const text = this.#textOrDigits();
    this.#texts.push(text);
    return text;
  }

  #textOrDigits(): string {
    const zeros = this.u8();
    if (zeros === 0) return this.text();
    const rest = this.varint();
    return '0'.repeat(zeros - 1) + (rest === 0 ? '' : String(rest));
  }
}

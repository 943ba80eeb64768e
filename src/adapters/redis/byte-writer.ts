/** Stands for the value of what is no hexadecimal digit: a byte made with it is none. */
const NO_DIGIT = 0x100;
/** Values of the hexadecimal digits in lower case, by character code. */
const DIGITS = Uint16Array.from({ length: 128 }, (_, code) => {
  const value = '0123456789abcdef'.indexOf(String.fromCharCode(code));
  return value < 0 ? NO_DIGIT : value;
});
const UUID_LENGTH = 36;
const UUID_BYTES = 16;
const DASH = 0x2d;

/** Appends numbers and text to a growing buffer. Varints are LEB128: seven bits a byte, low bits first. */
export class ByteWriter {
  #bytes = Buffer.allocUnsafe(1_024);
  #length = 0;

  #room(size: number): void {
    if (this.#length + size <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + size));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }

  u8(value: number): void {
    this.#room(1);
    this.#bytes[this.#length++] = value;
  }

  u16(value: number): void {
    this.#room(2);
    this.#bytes.writeUInt16LE(value, this.#length);
    this.#length += 2;
  }

  u32(value: number): void {
    this.#room(4);
    this.#bytes.writeUInt32LE(value, this.#length);
    this.#length += 4;
  }

  u48(value: number): void {
    this.#room(6);
    this.#bytes.writeUIntLE(value, this.#length, 6);
    this.#length += 6;
  }

  varint(value: number): void {
    this.#room(8);
    let rest = value;
    while (rest >= 0x8000_0000) {
      this.#bytes[this.#length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    // Most numbers are small, and shifting is much cheaper than dividing.
    for (; rest >= 0x80; rest >>>= 7) this.#bytes[this.#length++] = (rest & 0x7f) | 0x80;
    this.#bytes[this.#length++] = rest;
  }

  text(value: string): void {
    const size = Buffer.byteLength(value);
    this.varint(size);
    this.#room(size);
    this.#bytes.write(value, this.#length);
    this.#length += size;
  }

  /** Bytes from an even number of hexadecimal digits. */
  hex(digits: string): void {
    this.#room(digits.length / 2);
    this.#length += this.#bytes.write(digits, this.#length, 'hex');
  }

  /**
   * The sixteen bytes of the UUID that stands in `text` at `at`. Writes nothing and gives false where there is none in
   * lower case. By hand, since regular expression, slices and conversion took a fifth of the time that a call takes.
   */
  uuid(text: string, at: number): boolean {
    if (text.length < at + UUID_LENGTH) return false;
    this.#room(UUID_BYTES);
    const bytes = this.#bytes;
    let to = this.#length;
    for (let from = at; from < at + UUID_LENGTH; from += 2) {
      const place = from - at;
      if (place === 8 || place === 13 || place === 18 || place === 23) {
        if (text.charCodeAt(from) !== DASH) return false;
        from += 1;
      }
      const byte =
        ((DIGITS[text.charCodeAt(from)] ?? NO_DIGIT) << 4) | (DIGITS[text.charCodeAt(from + 1)] ?? NO_DIGIT);
      if (byte > 0xff) return false;
      bytes[to++] = byte;
    }
    this.#length = to;
    return true;
  }

  raw(value: Buffer): void {
    this.#room(value.length);
    value.copy(this.#bytes, this.#length);
    this.#length += value.length;
  }

  /** The bytes written so far; valid until the next write. */
  done(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }
}

/** Reads back what ByteWriter wrote, in the same order. */
export class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** Bytes read so far. */
  get at(): number {
    return this.#at;
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  u8(): number {
    return this.#bytes.readUInt8(this.#at++);
  }

  u16(): number {
    this.#at += 2;
    return this.#bytes.readUInt16LE(this.#at - 2);
  }

  u32(): number {
    this.#at += 4;
    return this.#bytes.readUInt32LE(this.#at - 4);
  }

  u48(): number {
    this.#at += 6;
    return this.#bytes.readUIntLE(this.#at - 6, 6);
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.u8();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  text(): string {
    const size = this.varint();
    this.#at += size;
    return this.#bytes.toString('utf8', this.#at - size, this.#at);
  }

  raw(size: number): Buffer {
    this.#at += size;
    return this.#bytes.subarray(this.#at - size, this.#at);
  }
}

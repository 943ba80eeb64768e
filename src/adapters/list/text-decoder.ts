import { isAscii, isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import iconv from 'iconv-lite';
import type { Encoding } from '../../core/list-wish.ts';

/** Encodings of lines: UTF-16 has become UTF-8 before its lines are cut. */
export type LineEncoding = Exclude<Encoding, 'utf-16le' | 'utf-16be'>;

export interface LineDecoder {
  /** The text of whole lines; undefined where a byte of them means nothing in this encoding. */
  decode(bytes: Buffer): string | undefined;
  /** The text with a mark in place of what means nothing. */
  decodeLoosely(bytes: Buffer): string;
  /** Place of the first byte at which decoding cannot go on. */
  firstInvalid(bytes: Buffer): number;
}

/** What the runtime's converter for Big5 makes of the characters of Hong Kong, and what no list holds otherwise. */
const PRIVATE_USE = /[\ue000-\uf8ff]/;
const REPLACEMENT = '\ufffd';
/** The bytes 80 to 9F, where Windows-1252 differs from Latin-1; five of them mean nothing and stay as they are. */
const WINDOWS_1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

function strictly(decoder: TextDecoder, bytes: Buffer): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** The runtime decodes Windows-1252 as Latin-1 in some releases, so this does it by hand. */
function windows1252(bytes: Buffer): string {
  const text = bytes.toString('latin1');
  return text.replace(/[\x80-\x9f]/g, (mark) => WINDOWS_1252[mark.charCodeAt(0) - 0x80] ?? mark);
}

/** Big5 with the characters of Hong Kong, which the runtime's much faster converter does not know. */
function big5(fast: TextDecoder, bytes: Buffer): string | undefined {
  const quick = strictly(fast, bytes);
  if (quick !== undefined && !PRIVATE_USE.test(quick)) return quick;
  const text = iconv.decode(bytes, 'big5');
  return text.includes(REPLACEMENT) ? undefined : text;
}

/** Where the longest beginning ends that decodes whole. A character that is cut off or broken begins there. */
function firstInvalid(label: string, bytes: Buffer): number {
  let valid = 0;
  let invalid = bytes.length + 1;
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >>> 1;
    try {
      new TextDecoder(label, { fatal: true }).decode(bytes.subarray(0, middle), { stream: true });
      valid = middle;
    } catch {
      invalid = middle;
    }
  }
  const strict = new TextDecoder(label, { fatal: true });
  while (valid > 0 && strictly(strict, bytes.subarray(0, valid)) === undefined) valid -= 1;
  return valid;
}

function strictDecoder(encoding: LineEncoding): (bytes: Buffer) => string | undefined {
  if (encoding === 'utf-8') return (bytes) => (isUtf8(bytes) ? bytes.toString('utf8') : undefined);
  if (encoding === 'windows-1252') return windows1252;
  const decoder = new TextDecoder(encoding, { fatal: true });
  return encoding === 'big5' ? (bytes) => big5(decoder, bytes) : (bytes) => strictly(decoder, bytes);
}

/** How lines are decoded that are written in `encoding`. A byte-order mark is part of the text. */
export function lineDecoder(encoding: LineEncoding): LineDecoder {
  const strict = strictDecoder(encoding);
  return {
    // Most lines of most lists are ASCII, which is the same in all of these encodings.
    decode: (bytes) => (isAscii(bytes) ? bytes.toString('latin1') : strict(bytes)),
    decodeLoosely: (bytes) => strict(bytes) ?? new TextDecoder(encoding).decode(bytes),
    firstInvalid: (bytes) => firstInvalid(encoding, bytes),
  };
}

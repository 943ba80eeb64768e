import { isAscii } from 'node:buffer';
import { AppError } from '../../core/errors.ts';
import { DAMAGED_LINES_MIN } from '../../core/limits.ts';
import type { Encoding } from '../../core/list-wish.ts';
import type { ByteSource } from './byte-source.ts';
import { type LineBlock, lineBlocks } from './line-blocks.ts';
import { type LineDecoder, type LineEncoding, lineDecoder } from './text-decoder.ts';
import { utf16Source } from './utf16-source.ts';

/** A stretch of whole lines. Only the last block of a file may lack the line break at its end. */
export interface TextBlock {
  readonly text: string;
  /** Bytes of the file read so far. */
  readonly bytesRead: number;
}

/** Where a byte-order mark may stand: files that were joined have one in their middle. */
const BYTE_ORDER_MARK = /(^|[\r\n])\ufeff+/g;

/** The bytes of a source, and how to decode its lines. */
export function lineSource(source: ByteSource, encoding: Encoding): [ByteSource, LineEncoding] {
  if (encoding !== 'utf-16le' && encoding !== 'utf-16be') return [source, encoding];
  return [utf16Source(source, encoding), 'utf-8'];
}

/** Stands in text for bytes that mean nothing in its encoding; itself it is no character and in no list. */
export const DAMAGE = '\uffff';

/**
 * Decodes a file into blocks of whole lines, in bounded memory. Byte-order marks are dropped. Bytes that mean nothing
 * in `encoding` become DAMAGE: what was cut off or mixed up in a few lines costs these lines only. Where many lines of
 * a block are so, the file is in another encoding from there on: throws AppError `file_invalid` that names the first
 * such byte, after having given every whole line before it.
 */
export async function* textBlocks(source: ByteSource, encoding: Encoding): AsyncGenerator<TextBlock> {
  const [lines, lineEncoding] = lineSource(source, encoding);
  const decoder = lineDecoder(lineEncoding);
  for await (const block of lineBlocks(lines)) {
    const { bytes, cut } = block;
    const text = cut ? decoder.decodeLoosely(bytes) : decoder.decode(bytes);
    const bytesRead = source.fileBytesRead;
    if (text !== undefined) yield { text: withoutMarks(text), bytesRead };
    else {
      const mended = mend(decoder, bytes);
      yield { text: withoutMarks(mended.text), bytesRead };
      if (mended.failedAt !== undefined) throw undecodable(encoding, block, mended.failedAt);
    }
  }
}

function withoutMarks(text: string): string {
  return text.includes('\ufeff') ? text.replace(BYTE_ORDER_MARK, '$1') : text;
}

interface Mended {
  readonly text: string;
  /** Where the block is not damaged but written in another encoding: the place; `text` is what stands before it. */
  readonly failedAt: number | undefined;
}

/** The text of a block in which some bytes mean nothing, line by line. */
function mend(decoder: LineDecoder, bytes: Buffer): Mended {
  const texts: string[] = [];
  const damaged: number[] = [];
  let beyondAscii = 0;
  for (let at = 0; at < bytes.length; ) {
    const end = lineEndBehind(bytes, at);
    const line = bytes.subarray(at, end);
    if (!isAscii(line)) beyondAscii += 1;
    const text = decoder.decode(line);
    if (text === undefined) damaged.push(at);
    texts.push(text ?? decoder.decodeLoosely(line).replaceAll('\ufffd', DAMAGE));
    at = end;
  }
  const [first = 0] = damaged;
  if (damaged.length < DAMAGED_LINES_MIN || damaged.length * 10 < beyondAscii) {
    return { text: texts.join(''), failedAt: undefined };
  }
  const failedAt = first + decoder.firstInvalid(bytes.subarray(first, lineEndBehind(bytes, first)));
  return { text: decoder.decodeLoosely(bytes.subarray(0, first)), failedAt };
}

/** Behind the end of the line at `at`; CRLF parts into a line and a blank one, which is none. */
function lineEndBehind(bytes: Buffer, at: number): number {
  const newline = bytes.indexOf(0x0a, at);
  const carriage = bytes.subarray(at, newline < 0 ? bytes.length : newline).indexOf(0x0d);
  if (carriage >= 0) return at + carriage + 1;
  return newline < 0 ? bytes.length : newline + 1;
}

function undecodable(encoding: Encoding, block: LineBlock, at: number): AppError {
  const place = block.endsAt - block.bytes.length + at + 1;
  return new AppError(
    'file_invalid',
    `the file is not ${encoding.toUpperCase()} from byte ${place} on; save it as "CSV UTF-8", or name its encoding with --encoding, and import it again`,
  );
}

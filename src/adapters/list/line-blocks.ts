import { LIST_READ_BYTES, ROW_CHARACTERS_MAX } from '../../core/limits.ts';
import type { ByteSource } from './byte-source.ts';

/** A stretch of whole lines. Only the last one of a file may lack the line break at its end. */
export interface LineBlock {
  /** Valid until the next block is asked for. */
  readonly bytes: Buffer;
  /** Place in the unpacked file at which they end. */
  readonly endsAt: number;
  /** True for the beginning of a line too long to be a row: its last character may be cut. */
  readonly cut: boolean;
}

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const LINE_BREAK = Buffer.from('\n');
/** More bytes than this are certainly more characters than a row may have, in every encoding. */
const LINE_BYTES_KEPT = 4 * ROW_CHARACTERS_MAX + 4;

/**
 * The bytes of a file in blocks of whole lines, about LIST_READ_BYTES each. Lines end with LF, CRLF or CR, bytes
 * that are part of no other character in any encoding read here. Memory stays bounded whatever the file holds: of
 * a line too long to be a row only the beginning is given, which is still too long to be one.
 */
export async function* lineBlocks(source: ByteSource): AsyncGenerator<LineBlock> {
  // One buffer for the whole file: the beginning of a line whose end has not come yet, then the bytes just read.
  const buffer = Buffer.alloc(LINE_BYTES_KEPT + LIST_READ_BYTES);
  let read = 0;
  let held = 0;
  let droppingLine = false;
  for (;;) {
    const size = await source.read(buffer.subarray(held, held + LIST_READ_BYTES));
    if (size === 0) break;
    read += size;
    const all = buffer.subarray(0, held + size);
    let start = 0;
    if (droppingLine) {
      start = afterFirstBreak(all);
      if (start === 0) {
        // A CR at the very end may be half of a line break: it is looked at again with what follows.
        held = all.at(-1) === RETURN ? 1 : 0;
        buffer[0] = RETURN;
        continue;
      }
      droppingLine = false;
    }
    const end = Math.max(start, afterLastBreak(all));
    if (end > start) yield { bytes: all.subarray(start, end), endsAt: read - all.length + end, cut: false };
    held = all.length - end;
    buffer.copyWithin(0, end, all.length);
    if (held > LINE_BYTES_KEPT) {
      const endsAt = read - held + LINE_BYTES_KEPT;
      yield { bytes: buffer.subarray(0, LINE_BYTES_KEPT), endsAt, cut: true };
      yield { bytes: LINE_BREAK, endsAt, cut: false };
      held = buffer[held - 1] === RETURN ? 1 : 0;
      buffer[0] = RETURN;
      droppingLine = true;
    }
  }
  if (held > 0 && !droppingLine) yield { bytes: buffer.subarray(0, held), endsAt: read, cut: false };
}

/** Behind the last line break whose end is known: a CR at the very end may be followed by its LF. */
function afterLastBreak(bytes: Buffer): number {
  const carriage = bytes.length < 2 ? -1 : bytes.lastIndexOf(RETURN, bytes.length - 2);
  return Math.max(bytes.lastIndexOf(NEWLINE), carriage) + 1;
}

/** Behind the first line break whose end is known; 0 when there is none. */
function afterFirstBreak(bytes: Buffer): number {
  const newline = bytes.indexOf(NEWLINE);
  const carriage = bytes.indexOf(RETURN);
  if (carriage < 0 || carriage === bytes.length - 1) return newline + 1;
  if (newline >= 0 && newline <= carriage + 1) return newline + 1;
  return carriage + 1;
}

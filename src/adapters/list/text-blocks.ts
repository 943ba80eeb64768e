import { isUtf8 } from 'node:buffer';
import { AppError } from '../../core/errors.ts';
import { LIST_READ_BYTES, ROW_CHARACTERS_MAX } from '../../core/limits.ts';

/** A stretch of whole lines. Only the last block of a file may lack the line break at its end. */
export interface TextBlock {
  readonly text: string;
  /** Bytes of the file read so far. */
  readonly bytesRead: number;
}

/** Fills `into` from the file's position on; the number of bytes read, 0 at the end of the file. */
export type ReadBytes = (into: Buffer) => Promise<number>;

const NEWLINE = 0x0a;
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
const REPLACEMENT = '\ufffd';
const REPLACEMENT_BYTES = Buffer.from(REPLACEMENT);
/** More bytes of UTF-8 than this are certainly more characters than a row may have. */
const LINE_BYTES_KEPT = 3 * ROW_CHARACTERS_MAX + 3;

/**
 * Decodes a file into blocks of whole lines, about LIST_READ_BYTES each. Memory stays bounded whatever the file
 * holds: of a line too long to be a row only the beginning is given, which is still too long to be one.
 * A byte-order mark is dropped. Throws AppError `file_invalid` at the first byte that is not UTF-8, after having
 * given every whole line before it.
 */
export async function* textBlocks(read: ReadBytes): AsyncGenerator<TextBlock> {
  // One buffer for the whole file: the beginning of a line whose end has not come yet, then the bytes just read.
  const buffer = Buffer.alloc(LINE_BYTES_KEPT + LIST_READ_BYTES);
  let bytesRead = 0;
  let held = 0;
  let droppingLine = false;
  for (;;) {
    const size = await read(buffer.subarray(held, held + LIST_READ_BYTES));
    if (size === 0) break;
    bytesRead += size;
    const all = buffer.subarray(0, held + size);
    let start = 0;
    if (droppingLine) {
      start = all.indexOf(NEWLINE) + 1;
      if (start === 0) continue;
      droppingLine = false;
    }
    const end = Math.max(start, all.lastIndexOf(NEWLINE) + 1);
    if (end > start) yield* decoded(all.subarray(start, end), bytesRead - all.length + end, bytesRead);
    held = all.length - end;
    buffer.copyWithin(0, end, all.length);
    if (held > LINE_BYTES_KEPT) {
      const kept = wholeCharacters(buffer, LINE_BYTES_KEPT);
      yield* decoded(buffer.subarray(0, kept), bytesRead - held + kept, bytesRead);
      yield { text: '\n', bytesRead };
      held = 0;
      droppingLine = true;
    }
  }
  if (held > 0) yield* decoded(buffer.subarray(0, held), bytesRead, bytesRead);
}

/** The largest number of bytes up to `bytesMax` that ends where a character ends. */
function wholeCharacters(buffer: Buffer, bytesMax: number): number {
  let end = bytesMax;
  while (end > bytesMax - 4 && ((buffer[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return end;
}

/** `endsAt` is the place in the file, in bytes, at which `whole` ends. */
function* decoded(whole: Buffer, endsAt: number, bytesRead: number): Generator<TextBlock> {
  const marked = endsAt === whole.length && whole.subarray(0, BOM.length).equals(BOM);
  const bytes = marked ? whole.subarray(BOM.length) : whole;
  if (isUtf8(bytes)) {
    yield { text: bytes.toString('utf8'), bytesRead };
    return;
  }
  const at = firstInvalidByte(bytes);
  const wholeLines = bytes.subarray(0, bytes.lastIndexOf(NEWLINE, at) + 1);
  if (wholeLines.length > 0) yield { text: wholeLines.toString('utf8'), bytesRead };
  const place = endsAt - bytes.length + at + 1;
  throw new AppError(
    'file_invalid',
    `the file is not UTF-8 at byte ${place}; save it as "CSV UTF-8" and import it again`,
  );
}

function firstInvalidByte(bytes: Buffer): number {
  const text = bytes.toString('utf8');
  // A decoder puts the replacement character where it cannot go on; one that the file itself holds is valid.
  for (let from = 0; ; from += 1) {
    from = text.indexOf(REPLACEMENT, from);
    if (from === -1) return bytes.length;
    const at = Buffer.byteLength(text.slice(0, from));
    if (!bytes.subarray(at, at + REPLACEMENT_BYTES.length).equals(REPLACEMENT_BYTES)) return at;
  }
}

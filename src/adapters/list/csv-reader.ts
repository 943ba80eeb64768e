import { AppError } from '../../core/errors.ts';
import { LIST_READ_BYTES } from '../../core/limits.ts';
import type { ListWish } from '../../core/list-wish.ts';
import { holdsPageMarks } from '../../core/page.ts';
import type { ListBlock, OpenList, RecordFault } from '../../ports/list-reader.ts';
import { type ByteSource, gzipSource, plainSource } from './byte-source.ts';
import { findDelimiter, withoutHint } from './delimiter.ts';
import { detectEncoding, markedEncoding } from './detect-encoding.ts';
import type { Dialect } from './dialect.ts';
import { refuseWhatIsNoText } from './file-kind.ts';
import { type CutRecords, RecordCutter } from './record-cutter.ts';
import { DAMAGE, textBlocks } from './text-blocks.ts';

const QUOTE = '"';

const FAULTS = {
  zeros: {
    code: 'row_damaged',
    message: 'the row holds zero bytes, which no text has: the file was damaged or cut off; export it again',
  },
  undecodable: {
    code: 'row_damaged',
    message:
      'the row holds bytes that mean nothing in the encoding of the file, such as half a character; write the marked cell again',
  },
} as const satisfies Record<string, RecordFault>;

export interface TextFile {
  readonly path: string;
  /** Size of the file. */
  readonly bytes: number;
  readonly packed: boolean;
}

/**
 * Opens a list that is text, or text packed by gzip: finds its encoding from all of its bytes and its delimiter from
 * its first records, as far as `wish` does not name them. Throws AppError `file_invalid` for what is no text.
 */
export async function openText(file: TextFile, wish: ListWish): Promise<OpenList> {
  const { path, bytes, packed } = file;
  const open = async (): Promise<ByteSource> => (packed ? gzipSource(path) : plainSource(path));
  const head = await closing(open, readHead);
  const marked = markedEncoding(head);
  const { encoding, sure } =
    wish.encoding === undefined
      ? (marked ?? (await detected(open, head)))
      : { encoding: wish.encoding, sure: 100 };
  refuseWhatIsNoText(head, encoding === 'utf-16le' || encoding === 'utf-16be');
  const beginning = await closing(open, (source) => readBeginning(source, { encoding, quote: QUOTE }));
  const delimiter =
    wish.delimiter ?? findDelimiter(beginning.text, { encoding, quote: QUOTE }, beginning.isWhole);
  return {
    bytes,
    format: packed ? 'gzip' : 'text',
    encoding,
    encodingSure: sure,
    delimiter,
    sheet: '',
    async *blocks() {
      const source = await open();
      try {
        yield* csvBlocks(source, { encoding, delimiter, quote: QUOTE });
      } finally {
        await source.close();
      }
    },
  };
}

async function closing<T>(
  open: () => Promise<ByteSource>,
  work: (source: ByteSource) => Promise<T>,
): Promise<T> {
  const source = await open();
  try {
    return await work(source);
  } finally {
    await source.close();
  }
}

async function detected(open: () => Promise<ByteSource>, head: Buffer): ReturnType<typeof detectEncoding> {
  // What is no text has no encoding, and is refused with what it is.
  refuseWhatIsNoText(head, false);
  return closing(open, detectEncoding);
}

async function readHead(source: ByteSource): Promise<Buffer> {
  const head = Buffer.alloc(LIST_READ_BYTES);
  let size = 0;
  for (;;) {
    const more = await source.read(head.subarray(size));
    size += more;
    if (more === 0 || size === head.length) return head.subarray(0, size);
  }
}

/** The first text of a list, about LIST_READ_BYTES of it. What ends it early is met again where it is read. */
async function readBeginning(
  source: ByteSource,
  { encoding }: Omit<Dialect, 'delimiter'>,
): Promise<{ text: string; isWhole: boolean }> {
  let text = '';
  try {
    for await (const block of textBlocks(source, encoding)) {
      text += block.text;
      if (text.length >= LIST_READ_BYTES / 4) return { text, isWhole: false };
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
  }
  return { text, isWhole: true };
}

/** The records in the bytes of `source`, as OpenList.blocks promises. Excel's hint of a delimiter is no record. */
export async function* csvBlocks(source: ByteSource, dialect: Dialect): AsyncGenerator<ListBlock> {
  let cutter: RecordCutter | undefined;
  let suspect = false;
  let plain = true;
  for await (const block of textBlocks(source, dialect.encoding)) {
    const text = cutter === undefined ? withoutHint(block.text) : block.text;
    cutter ??= new RecordCutter(dialect, text === block.text ? 1 : 2);
    suspect ||= text.includes('\0') || text.includes(DAMAGE);
    plain &&= !holdsPageMarks(text);
    yield { ...cutBlock(cutter, text, false, suspect, dialect), plain, bytesRead: block.bytesRead };
  }
  if (cutter === undefined) return;
  yield { ...cutBlock(cutter, '', true, suspect, dialect), plain, bytesRead: source.fileBytesRead };
}

/** Cuts the next text, and tells how to cut it once more. */
function cutBlock(
  cutter: RecordCutter,
  text: string,
  atEnd: boolean,
  suspect: boolean,
  dialect: Dialect,
): Omit<ListBlock, 'bytesRead' | 'plain'> {
  const { held } = cutter;
  const cut = cutter.cut(text, atEnd);
  if (suspect) markDamage(cut);
  const again = (): ListBlock['records'] => {
    const anew = new RecordCutter(dialect).cut(held + text, atEnd);
    if (suspect) markDamage(anew);
    return anew.records;
  };
  return { ...cut, again };
}

/** Makes faults of the records that hold what no text holds. */
function markDamage({ records, faults }: CutRecords): void {
  for (const [index, cells] of records.entries()) {
    const zeros = cells.some((cell) => cell.includes('\0'));
    if (!zeros && !cells.some((cell) => cell.includes(DAMAGE))) continue;
    if (!faults.has(index)) faults.set(index, zeros ? FAULTS.zeros : FAULTS.undecodable);
    records[index] = cells.map((cell) => cell.replaceAll('\0', '').replaceAll(DAMAGE, '\ufffd'));
  }
}

import { type FileHandle, open } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { assert } from '../../core/assert.ts';
import { AppError } from '../../core/errors.ts';
import type { ListBlock, ListReader, OpenList } from '../../ports/list-reader.ts';
import { COMMA_SEPARATED, type Dialect, parserOptions } from './dialect.ts';
import { RecordCutter } from './record-cutter.ts';
import { type ReadBytes, textBlocks } from './text-blocks.ts';

/** What the operating system says when a path is at fault, not the machine, and what to do about it. */
const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'the file is missing; import it again',
  EACCES: 'the file may not be read; allow this user to read it and import it again',
  EPERM: 'the file may not be read; allow this user to read it and import it again',
  EISDIR: 'this is a folder, not a file; name the CSV file',
  ENOTDIR: 'the file is missing; import it again',
};

/**
 * Reads CSV lists from disk as the ListReader port says: UTF-8 with or without a byte-order mark, lines ended by
 * LF or CRLF, fields in double quotes with breaks and doubled quotes in them, rows of any number of cells.
 */
export function csvListReader(dialect: Dialect = COMMA_SEPARATED): ListReader {
  return { open: (path) => openCsv(path, dialect) };
}

async function openCsv(path: string, dialect: Dialect): Promise<OpenList> {
  const handle = await openFile(path);
  try {
    const facts = await handle.stat();
    if (facts.isDirectory()) throw unreadable(path, 'EISDIR');
    return {
      bytes: facts.size,
      encoding: dialect.encoding,
      delimiter: dialect.delimiter,
      blocks: () => blocksOf(path, dialect),
    };
  } finally {
    await handle.close();
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw code in UNREADABLE ? unreadable(path, code, error) : error;
  }
}

function unreadable(path: string, code: string, cause?: unknown): AppError {
  return new AppError('file_unreadable', `${path}: ${UNREADABLE[code] ?? code}`, { cause });
}

async function* blocksOf(path: string, dialect: Dialect): AsyncGenerator<ListBlock> {
  const handle = await openFile(path);
  try {
    yield* csvBlocks(async (into) => (await handle.read(into, 0, into.length)).bytesRead, dialect);
  } finally {
    await handle.close();
  }
}

/** The records in the bytes that `read` gives, as OpenList.blocks promises. */
export async function* csvBlocks(read: ReadBytes, dialect: Dialect): AsyncGenerator<ListBlock> {
  const cutter = new RecordCutter(dialect, (texts) => parseQuoted(texts, dialect));
  let bytesRead = 0;
  for await (const block of textBlocks(read)) {
    if (bytesRead === 0 && block.text.includes('\r') && !block.text.includes('\n')) {
      throw new AppError(
        'file_invalid',
        'the lines of the file end with CR alone; save it with Windows or Unix line ends and import it again',
      );
    }
    bytesRead = block.bytesRead;
    yield { ...cutter.cut(block.text, false), bytesRead };
  }
  yield { ...cutter.cut('', true), bytesRead };
}

function parseQuoted(texts: readonly string[], dialect: Dialect): string[][] {
  const records: string[][] = parse(texts.join('\n'), parserOptions(dialect));
  assert(
    records.length === texts.length,
    `csv-parse found ${records.length} records in ${texts.length} that were cut`,
  );
  return records;
}

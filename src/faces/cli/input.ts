import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { AppError } from '../../core/errors.ts';
import { ENCODINGS } from '../../core/list-wish.ts';
import type { ListSource } from './backend.ts';
import type { CliIo } from './deps.ts';

/** Options that say how a list is written. */
export const FORM_OPTIONS = {
  encoding: ['--encoding <name>', `how the file is written, if not as found: ${ENCODINGS.join(', ')}`],
  delimiter: ['--delimiter <character>', 'what parts its cells, if not as found; "tab" for a tab'],
  sheet: ['--sheet <name>', 'the sheet of a workbook, if not its first'],
} as const;

export interface FormOptions {
  readonly encoding?: string;
  readonly delimiter?: string;
  readonly sheet?: string;
}

const REMEDIES: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'we may not read it; change its permissions',
  EISDIR: 'it is a directory; name a file in it',
};

function unreadable(file: string, error: unknown): AppError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reason = REMEDIES[code] ?? (error instanceof Error ? error.message : String(error));
  return new AppError('file_unreadable', `${file} cannot be read: ${reason}`, { cause: error });
}

async function readAll(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

/** All of a small file, or of standard input for "-". Throws AppError `file_unreadable`. */
export async function readBytes(io: CliIo, file: string): Promise<Uint8Array> {
  try {
    return file === '-' ? await readAll(io.stdin) : await readFile(file);
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** A list to import: a file, or standard input for "-". Throws AppError `file_unreadable`. */
export async function findList(io: CliIo, file: string): Promise<ListSource> {
  if (file === '-')
    return { fileName: 'standard input', path: undefined, bytes: undefined, open: () => io.stdin };
  const found = await stat(file).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  if (found.isDirectory())
    throw new AppError('file_unreadable', `${file} cannot be read: ${REMEDIES.EISDIR}`);
  return {
    fileName: basename(file),
    path: file,
    // What is no plain file, such as a pipe, has no length of its own.
    bytes: found.isFile() ? found.size : undefined,
    async *open() {
      try {
        yield* createReadStream(file);
      } catch (error) {
        throw unreadable(file, error);
      }
    },
  };
}

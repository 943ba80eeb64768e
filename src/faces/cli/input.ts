import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { AppError } from '../../core/errors.ts';
import type { AddImportSource } from '../../pipelines/add-import.ts';
import type { CliIo } from './deps.ts';

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

async function readAll(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts).toString('utf8');
}

/** The text of a small file, or of standard input for "-". Throws AppError `file_unreadable`. */
export async function readText(io: CliIo, file: string): Promise<string> {
  try {
    return file === '-' ? await readAll(io.stdin) : await readFile(file, 'utf8');
  } catch (error) {
    throw unreadable(file, error);
  }
}

/** A list to import, opened but not read: a file, or standard input for "-". Throws AppError `file_unreadable`. */
export async function openList(io: CliIo, file: string): Promise<AddImportSource> {
  if (file === '-') return { fileName: 'standard input', content: io.stdin };
  try {
    if ((await stat(file)).isDirectory())
      throw new AppError('file_unreadable', `${file} cannot be read: ${REMEDIES.EISDIR}`);
  } catch (error) {
    throw error instanceof AppError ? error : unreadable(file, error);
  }
  const content = async function* (): AsyncIterable<Uint8Array> {
    try {
      yield* createReadStream(file);
    } catch (error) {
      throw unreadable(file, error);
    }
  };
  return { fileName: basename(file), content: content() };
}

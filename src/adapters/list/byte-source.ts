import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { AppError } from '../../core/errors.ts';
import { LIST_READ_BYTES, LIST_UNPACKED_BYTES_MAX } from '../../core/limits.ts';

/** The bytes of a list, unpacked, from front to back. */
export interface ByteSource {
  /** Fills `into` from where the last read ended; the number of bytes read, 0 at the end. */
  read(into: Buffer): Promise<number>;
  /** Bytes of the file behind it that were read so far: fewer than were given where the file is packed. */
  readonly fileBytesRead: number;
  close(): Promise<void>;
}

/** What the operating system says when a path is at fault, not the machine, and what to do about it. */
const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'the file is missing; import it again',
  EACCES: 'the file may not be read; allow this user to read it and import it again',
  EPERM: 'the file may not be read; allow this user to read it and import it again',
  EISDIR: 'this is a folder, not a file; name the file in it',
  ENOTDIR: 'the file is missing; import it again',
};

function unreadable(path: string, code: string, cause?: unknown): AppError {
  return new AppError('file_unreadable', `${path}: ${UNREADABLE[code] ?? code}`, { cause });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** An error of the operating system about a path as AppError `file_unreadable`; anything else is thrown as it is. */
function explained(path: string, error: unknown): unknown {
  const code = codeOf(error);
  return code in UNREADABLE ? unreadable(path, code, error) : error;
}

/** Opens a file for reading. Throws AppError `file_unreadable` with the place and the remedy. */
export async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (error) {
    throw explained(path, error);
  }
}

/** Size and first bytes of a file. Throws AppError `file_unreadable`, also for a folder. */
export async function fileHead(path: string, bytes: number): Promise<{ size: number; head: Buffer }> {
  const handle = await openFile(path);
  try {
    const facts = await handle.stat();
    if (facts.isDirectory()) throw unreadable(path, 'EISDIR');
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes), 0, bytes, 0);
    return { size: facts.size, head: buffer.subarray(0, bytesRead) };
  } finally {
    await handle.close();
  }
}

/** The bytes of a file as they are. */
export async function plainSource(path: string): Promise<ByteSource> {
  const handle = await openFile(path);
  let fileBytesRead = 0;
  return {
    async read(into) {
      const { bytesRead } = await handle.read(into, 0, into.length);
      fileBytesRead += bytesRead;
      return bytesRead;
    },
    get fileBytesRead() {
      return fileBytesRead;
    },
    close: () => handle.close(),
  };
}

/**
 * The bytes that a gzip file packs, a few pieces in memory at a time. Reading throws AppError `file_invalid` where
 * the file is damaged or cut off, and where it unpacks to more than any list: such a file is made to fill a disk.
 */
export function gzipSource(path: string): ByteSource {
  const file = createReadStream(path, { highWaterMark: LIST_READ_BYTES });
  const unzip = createGunzip({ chunkSize: LIST_READ_BYTES });
  file.on('error', (error) => unzip.destroy(error));
  const pieces: AsyncIterator<Buffer> = file.pipe(unzip)[Symbol.asyncIterator]();
  let left: Buffer = Buffer.alloc(0);
  let unpacked = 0;
  return {
    async read(into) {
      if (left.length === 0) left = await nextPiece(path, pieces);
      const size = left.copy(into);
      left = left.subarray(size);
      unpacked += size;
      if (unpacked <= LIST_UNPACKED_BYTES_MAX) return size;
      const most = LIST_UNPACKED_BYTES_MAX / 2 ** 30;
      throw new AppError('file_invalid', `the file unpacks to more than ${most} GB; split the list`);
    },
    get fileBytesRead() {
      return file.bytesRead;
    },
    close() {
      file.destroy();
      unzip.destroy();
      return Promise.resolve();
    },
  };
}

async function nextPiece(path: string, pieces: AsyncIterator<Buffer>): Promise<Buffer> {
  try {
    const next = await pieces.next();
    return next.done ? Buffer.alloc(0) : next.value;
  } catch (error) {
    if (!/^Z_|^ERR_ZLIB|^ERR_TRAILING/.test(codeOf(error))) throw explained(path, error);
    throw new AppError(
      'file_invalid',
      'the gzip file is damaged or cut off; make it again and import it again',
      { cause: error },
    );
  }
}

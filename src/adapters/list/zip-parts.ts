import type { Readable } from 'node:stream';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { AppError } from '../../core/errors.ts';
import { LIST_UNPACKED_BYTES_MAX, WORKBOOK_PART_BYTES_MAX } from '../../core/limits.ts';

export interface ZipPart {
  readonly name: string;
  /** Unpacked, as the archive says; reading more than that fails. */
  readonly bytes: number;
}

/** The parts of a ZIP archive on disk; one is read at a time, none is held. */
export interface ZipParts {
  part(name: string): ZipPart | undefined;
  names(): Iterable<string>;
  /** Its unpacked bytes. Iterating throws AppError `file_invalid` where it is damaged. */
  pieces(part: ZipPart): AsyncIterable<Buffer>;
  close(): void;
}

function damaged(cause: unknown): AppError {
  return new AppError(
    'file_invalid',
    'the workbook is damaged, cut off or protected; open it in Excel, save it anew and import it again',
    { cause },
  );
}

async function readEntries(zip: ZipFile): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>();
  for await (const entry of zip.eachEntry())
    entries.set(entry.fileName.replace(/^\//, '').toLowerCase(), entry);
  return entries;
}

/** Opens an archive by its directory. Throws AppError `file_invalid` where it cannot be read. */
export async function openZip(path: string): Promise<ZipParts> {
  let zip: ZipFile;
  let entries: Map<string, Entry>;
  try {
    zip = await openPromise(path, { autoClose: false, lazyEntries: true });
    entries = await readEntries(zip).catch((error: unknown) => {
      zip.close();
      throw error;
    });
  } catch (error) {
    throw damaged(error);
  }
  const part = (name: string): ZipPart | undefined => {
    const entry = entries.get(name.toLowerCase());
    return entry === undefined ? undefined : { name, bytes: entry.uncompressedSize };
  };
  return {
    part,
    names: () => entries.keys(),
    async *pieces({ name }) {
      const entry = entries.get(name.toLowerCase());
      if (entry === undefined) return;
      if (entry.uncompressedSize > LIST_UNPACKED_BYTES_MAX) throw tooLarge(name, LIST_UNPACKED_BYTES_MAX);
      let stream: Readable | undefined;
      try {
        stream = await zip.openReadStreamPromise(entry);
        const pieces: AsyncIterable<Buffer> = stream;
        yield* pieces;
      } catch (error) {
        throw error instanceof AppError ? error : damaged(error);
      } finally {
        stream?.destroy();
      }
    },
    close: () => zip.close(),
  };
}

function tooLarge(name: string, bytesMax: number): AppError {
  const most = Math.round(bytesMax / 2 ** 20);
  return new AppError(
    'file_invalid',
    `${name} of the workbook unpacks to more than ${most} MB; save the sheet as "CSV UTF-8" and import that`,
  );
}

/** Refuses a part that is held as a whole and is too large for that. */
export function requireSmall(part: ZipPart): ZipPart {
  if (part.bytes > WORKBOOK_PART_BYTES_MAX) throw tooLarge(part.name, WORKBOOK_PART_BYTES_MAX);
  return part;
}

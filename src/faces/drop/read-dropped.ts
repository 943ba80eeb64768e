import { constants } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { isFsError, isUntouched, type Sighting, sight, sightingOf } from './sighting.ts';

/**
 * Why a dropped file could not be read to its end. `passing`: it was written to, replaced or taken away meanwhile, or
 * the disk had a fault; the next look sees what is there then. `denied`: a person must change something.
 */
export class DroppedFileFault extends Error {
  override readonly name = 'DroppedFileFault';
  readonly kind: 'passing' | 'denied';
  constructor(kind: 'passing' | 'denied', message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.kind = kind;
  }
}

/** Never through a link, and never waiting for the other end of a pipe. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

function openFault(error: unknown): DroppedFileFault {
  if (isFsError(error, 'EACCES', 'EPERM')) {
    const remedy = 'allow the user of this service to read it and drop it again';
    return new DroppedFileFault('denied', `the file may not be read; ${remedy}`, { cause: error });
  }
  return new DroppedFileFault('passing', 'the file cannot be opened', { cause: error });
}

/** Throws unless the open file is the one that was seen, lies where its path says, and has not been touched since. */
async function expectSame(file: FileHandle, path: string, seen: Sighting): Promise<void> {
  const held = sightingOf(await file.stat({ bigint: true }));
  const there = await sight(path);
  if (held.kind === 'file' && isUntouched(seen, held) && isUntouched(seen, there)) {
    const real = await realpath(path).catch(() => undefined);
    if (real === path) return;
  }
  throw new DroppedFileFault('passing', 'the file changed while it was being read');
}

/**
 * The bytes of a dropped file. Throws DroppedFileFault, in place of its end, when the file is no longer the one that
 * was seen: whoever consumes this has either every byte of it, or an error. `path` is absolute and free of links.
 */
export async function* readDropped(
  path: string,
  seen: Sighting,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let file: FileHandle;
  try {
    file = await open(path, OPEN_FLAGS);
  } catch (error) {
    throw openFault(error);
  }
  try {
    await expectSame(file, path, seen);
    let bytes = 0;
    for await (const chunk of file.createReadStream({ autoClose: false })) {
      if (signal?.aborted) throw new DroppedFileFault('passing', 'the watcher is stopping');
      bytes += chunk.length;
      if (bytes > seen.bytes) throw new DroppedFileFault('passing', 'the file grew while it was being read');
      yield chunk;
    }
    await expectSame(file, path, seen);
  } catch (error) {
    if (error instanceof DroppedFileFault) throw error;
    throw new DroppedFileFault('passing', 'the file could not be read to its end', { cause: error });
  } finally {
    await file.close();
  }
}

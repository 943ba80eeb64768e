import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { assert } from '../core/assert.ts';
import type { Spool, SpooledFile } from '../ports/spool.ts';

/** Marks a file that has no lasting name yet: after a crash it may be removed, nothing points to it. */
const PASSING = '.part';

/** Writes all chunks and gives their hash and length. The bytes are on the disk when it resolves. */
async function copyInto(
  file: FileHandle,
  source: AsyncIterable<Uint8Array>,
): Promise<Omit<SpooledFile, 'path'>> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of source) {
    hash.update(chunk);
    bytes += chunk.byteLength;
    await file.appendFile(chunk);
  }
  await file.sync();
  return { sha256: hash.digest('hex'), bytes };
}

/** A rename is on the disk once its directory is. */
async function syncDirectory(dir: string): Promise<void> {
  const handle = await open(dir, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The spool in `directory`, which is made when first needed. A kept file survives a power cut, whole. */
export function createSpool(directory: string): Spool {
  const dir = resolve(directory);
  const pathOf = (name: string) => {
    assert(/^[\w-][\w.-]*$/.test(name) && !name.endsWith(PASSING), 'a name in the spool is one plain word');
    return join(dir, name);
  };
  return {
    pathOf,
    async put(source) {
      await mkdir(dir, { recursive: true, mode: 0o700 });
      const path = join(dir, `${randomUUID()}${PASSING}`);
      try {
        const file = await open(path, 'wx', 0o600);
        const facts = await copyInto(file, source).finally(() => file.close());
        return { path, ...facts };
      } catch (error) {
        await rm(path, { force: true });
        throw error;
      }
    },
    async keep(file, name) {
      await rename(file.path, pathOf(name));
      await syncDirectory(dir);
    },
    async discard(file) {
      await rm(file.path, { force: true });
    },
  };
}

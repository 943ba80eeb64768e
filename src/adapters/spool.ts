import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { assert } from '../core/assert.ts';
import type { Spool, SpoolEntry, SpooledFile } from '../ports/spool.ts';

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

function plainName(name: string): string {
  assert(/^[\w-][\w.-]*$/.test(name), 'a name in the spool is one plain word');
  return name;
}

/** Files of ours only: what somebody else put there is none of our business, nor is what goes away meanwhile. */
async function entriesOf(dir: string, max: number): Promise<SpoolEntry[]> {
  const found: SpoolEntry[] = [];
  const names = await readdir(dir).catch((error: unknown) => {
    if (isMissing(error)) return [];
    throw error;
  });
  for (const name of names.sort()) {
    if (found.length >= max) break;
    if (!/^[\w-][\w.-]*$/.test(name)) continue;
    const stats = await lstat(join(dir, name)).catch(() => undefined);
    if (stats?.isFile() !== true) continue;
    found.push({ name, passing: name.endsWith(PASSING), writtenAt: Math.floor(stats.mtimeMs) });
  }
  return found;
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** The spool in `directory`, which is made when first needed. A kept file survives a power cut, whole. */
export function createSpool(directory: string): Spool {
  const dir = resolve(directory);
  const pathOf = (name: string) => {
    assert(!name.endsWith(PASSING), 'the lasting name of a file is one plain word');
    return join(dir, plainName(name));
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
    async remove(name) {
      await rm(join(dir, plainName(name)), { force: true });
    },
    entries: (max) => entriesOf(dir, max),
  };
}

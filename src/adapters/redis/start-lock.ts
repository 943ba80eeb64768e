import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { AppError } from '../../core/errors.ts';
import { EMBEDDED_LOCK_STALE, EMBEDDED_LOCK_WAIT_MAX } from '../../core/limits.ts';

const POLL_MS = 20;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** True when a process with this id exists, whoever it belongs to. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function tryTake(path: string, token: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600);
    await file.writeFile(token);
    await file.close();
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Its holder died, or holds it for longer than any start takes. */
async function isStale(path: string, token: string): Promise<boolean> {
  const pid = Number(token.split(' ')[0]);
  if (pid > 0 && !isAlive(pid)) return true;
  try {
    return Date.now() - (await stat(path)).mtimeMs > EMBEDDED_LOCK_STALE;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Moves a stale lock away, whole: of several that try, one gets it. What turns out to be another's lock is put back. */
async function breakStale(path: string, token: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (isMissing(error)) return;
    throw error;
  }
  const taken = await readIfThere(aside);
  if (taken !== undefined && taken !== token) await tryTake(path, taken);
  await rm(aside, { force: true });
}

/**
 * Runs `work` while this process alone holds the lock file at `path`. A lock whose holder died is broken. Throws
 * AppError `redis_unavailable` when it cannot be had in time; it names the file.
 */
export async function withStartLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const token = `${process.pid} ${randomUUID()}`;
  const deadline = Date.now() + EMBEDDED_LOCK_WAIT_MAX;
  while (!((await tryTake(path, token)) && (await readIfThere(path)) === token)) {
    const holder = await readIfThere(path);
    if (holder !== undefined && holder !== token && (await isStale(path, holder))) {
      await breakStale(path, holder);
      continue;
    }
    if (Date.now() > deadline) {
      throw new AppError('redis_unavailable', `another process holds ${path}; end it, or remove the file`);
    }
    await pause(POLL_MS);
  }
  try {
    return await work();
  } finally {
    if ((await readIfThere(path)) === token) await rm(path, { force: true });
  }
}

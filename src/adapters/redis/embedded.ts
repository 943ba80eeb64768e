/**
 * The private Redis of an installation without REDIS_URL. All processes that share a data directory share it: the
 * first one starts it, the last one to leave stops it, and its data stays.
 *
 * What keeps this true:
 * - Starting and stopping happen under one lock file, so there are never two servers on one append-only file.
 * - Each process that uses the server has a file in `users/`, named after its process id.
 * - A watchdog (a few lines of shell around the server) ends the server within seconds once no user is alive. So a
 *   process that is killed leaves no server behind, and takes none away from the others. The end is a regular one:
 *   the append-only file is written out first. A server that dies itself loses at most its last second.
 * - The server runs in a session of its own: Ctrl-C reaches us, and we stop it after our own work is stored.
 */
import { randomUUID } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../core/errors.ts';
import { EMBEDDED_START_MAX, EMBEDDED_STOP_MAX } from '../../core/limits.ts';
import {
  ask,
  becomesDown,
  becomesReady,
  type EmbeddedAddress,
  endingIsDecided,
  knownAddress,
  mayBeServer,
  type Places,
  placesIn,
  serverPid,
  shutDown,
  startServer,
} from './embedded-server.ts';
import { isAlive, withStartLock } from './start-lock.ts';

export interface EmbeddedRedis {
  readonly address: EmbeddedAddress;
  /** For messages: the socket's path, or host and port. */
  readonly where: string;
  /** False when it ran already. */
  readonly started: boolean;
  /** Names the life of its data, which goes on over a restart unless a server died and may have lost its last writes. */
  life(): Promise<string>;
  /** Leaves it; resolves when it is down if nobody else uses it. Its data is kept. */
  stop(): Promise<void>;
}

async function liveUsers(places: Places): Promise<number> {
  let live = 0;
  for (const name of await readdir(places.users)) {
    if (isAlive(Number(name.split('-')[0]))) live += 1;
    else await rm(join(places.users, name), { force: true });
  }
  return live;
}

/** The address of a server that runs and stays, now that we are among its users; undefined when one must be started. */
async function runningServer(places: Places): Promise<EmbeddedAddress | undefined> {
  await endingIsDecided(places, EMBEDDED_STOP_MAX);
  const address = await knownAddress(places);
  const answer = address === undefined ? 'none' : await ask(address);
  if (address === undefined || answer === 'none') return undefined;
  return answer === 'ready' || (await becomesReady(address, () => true)) ? address : undefined;
}

/** A second server on the same file would ruin it, so the one before must be gone for certain. */
async function waitForLast(places: Places): Promise<void> {
  if (await becomesDown(places, EMBEDDED_START_MAX)) return;
  const pid = await serverPid(places);
  if (pid === undefined || !(await mayBeServer(pid))) return;
  const message = `process ${pid} holds the private Redis in ${places.dir} but does not answer; end it`;
  throw new AppError('redis_unavailable', message);
}

async function leave(places: Places, user: string): Promise<void> {
  await withStartLock(places.lock, async () => {
    await rm(user, { force: true });
    if ((await liveUsers(places)) > 0) return;
    const address = await knownAddress(places);
    if (address === undefined || (await ask(address)) === 'none') return;
    await shutDown(address);
    await becomesDown(places, EMBEDDED_STOP_MAX);
  });
}

/**
 * Uses the private server under `directory`, starting it when it does not run. Throws AppError `redis_missing` when
 * there is no binary and `redis_unavailable` when it does not come up; both say what to do.
 */
export async function startEmbeddedRedis(directory: string): Promise<EmbeddedRedis> {
  const places = placesIn(directory);
  await mkdir(places.users, { recursive: true, mode: 0o700 });
  await chmod(places.dir, 0o700);
  const user = join(places.users, `${process.pid}-${randomUUID()}`);
  return withStartLock(places.lock, async () => {
    await writeFile(user, '', { mode: 0o600 });
    try {
      const running = await runningServer(places);
      if (running === undefined) await waitForLast(places);
      const address = running ?? (await startServer(places));
      const where = address.path ?? `${address.host}:${address.port}`;
      return {
        address,
        where,
        started: running === undefined,
        life: () => readFile(places.life, 'utf8'),
        stop: () => leave(places, user),
      };
    } catch (error) {
      await rm(user, { force: true });
      throw error;
    }
  });
}

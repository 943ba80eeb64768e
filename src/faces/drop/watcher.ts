import { mkdir, realpath } from 'node:fs/promises';
import { type FSWatcher, watch } from 'chokidar';
import { AppError } from '../../core/errors.ts';
import {
  DROP_FOLLOW_INTERVAL,
  DROP_LOOK_DELAY,
  DROP_LOOK_INTERVAL,
  DROP_LOOK_REST,
} from '../../core/limits.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import { DropFolder } from './drop-folder.ts';
import type { DropDeps } from './take.ts';

export interface WatcherOptions {
  /** The drop folder, made when it is not there. */
  readonly dir: string;
  readonly settleMs: number;
  readonly bytesMax: number;
  /** How often files are looked at where the file system tells nothing; undefined where it does. */
  readonly pollMs: number | undefined;
}

export interface Watcher {
  /** Resolves once the first look is over. */
  ready(): Promise<void>;
  /** Takes no more files, and waits for those that are being put away. */
  close(): Promise<void>;
}

/** Absolute and free of links: what lies under it is compared with this. */
async function openRoot(dir: string): Promise<string> {
  try {
    await mkdir(dir, { recursive: true });
    return await realpath(dir);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('settings_invalid', `DROP_DIR cannot be used: ${reason}`, { cause });
  }
}

/** Signs from the file system only say "look": what is there, and whether it is whole, each look sees for itself. */
function listen(root: string, pollMs: number | undefined, log: Log, hint: () => void): FSWatcher {
  const signs = watch(root, {
    depth: 1,
    followSymlinks: false,
    ignoreInitial: true,
    ignorePermissionErrors: true,
    usePolling: pollMs !== undefined,
    ...(pollMs !== undefined && { interval: pollMs, binaryInterval: pollMs }),
  });
  // What was dropped while it began to listen gave no sign: one more look finds it.
  signs.on('ready', hint);
  signs.on('all', hint);
  signs.on('error', (error) =>
    log.warn(
      { event: 'drop_signs_fault', err: error },
      'files are found by looking only, which takes longer',
    ),
  );
  return signs;
}

/** Sleep that ends early when there is something to see. */
class Bell {
  #rung = false;
  #nap: AbortController | undefined;
  /** The file system gave a sign since the last look. */
  hinted = false;

  ring = (): void => {
    this.#rung = true;
    this.#nap?.abort();
  };

  hint = (): void => {
    this.hinted = true;
    this.ring();
  };

  /** Resolves after `ms`, or as soon as the bell is rung, or at once when it was rung since the last sleep. */
  async sleep(clock: Clock, ms: number): Promise<void> {
    if (!this.#rung) {
      this.#nap = new AbortController();
      await clock.sleep(ms, this.#nap.signal).catch(() => {});
    }
    this.#rung = false;
  }
}

interface Round {
  readonly bell: Bell;
  readonly signal: AbortSignal;
  /** Told after the first look. */
  readonly begun: () => void;
}

/** Looks until the signal comes. A fault (Redis away, the folder not mounted) is told once and waited out. */
async function lookOn({ clock, log }: DropDeps, folder: DropFolder, round: Round): Promise<void> {
  const { bell, signal, begun } = round;
  let lookAt = clock.now();
  let restedAt = lookAt;
  let told = '';
  while (!signal.aborted) {
    try {
      const startedAt = clock.now();
      if (startedAt >= Math.max(restedAt, bell.hinted ? 0 : lookAt)) {
        lookAt = startedAt + DROP_LOOK_INTERVAL;
        bell.hinted = false;
        await folder.look();
        // A folder so full that a look takes long is looked at more seldom, so that looking is not all we do.
        restedAt = clock.now() + Math.min(DROP_LOOK_INTERVAL, DROP_LOOK_REST * (clock.now() - startedAt));
      }
      if (folder.isFollowing) await folder.follow();
      told = '';
    } catch (error) {
      const fault = error instanceof Error ? error.message : String(error);
      if (fault !== told)
        log.error({ event: 'drop_fault', err: error }, 'the drop folder is looked at again later');
      told = fault;
    }
    begun();
    lookAt = Math.max(restedAt, Math.min(lookAt, folder.lookAt ?? lookAt));
    const nextAt = folder.isFollowing ? Math.min(lookAt, clock.now() + DROP_FOLLOW_INTERVAL) : lookAt;
    await bell.sleep(clock, nextAt - clock.now());
    if (!signal.aborted) await clock.sleep(DROP_LOOK_DELAY, signal).catch(() => {});
  }
}

/**
 * Watches the drop folder until closed. Looks when the file system gives a sign, when a file may have become whole,
 * and every so often without any reason, so that a lost sign costs some seconds and nothing else. `ready` rejects
 * with AppError `settings_invalid` when the folder cannot be used.
 */
export function startWatcher(deps: DropDeps, options: WatcherOptions): Watcher {
  const stop = new AbortController();
  const bell = new Bell();
  let over: Promise<void> | undefined;
  const ready = new Promise<void>((begun, failed) => {
    over = watchUntil(deps, options, { bell, signal: stop.signal, begun }).catch(failed);
  });
  // Whoever does not ask whether it is ready closes it all the same.
  ready.catch(() => {});
  return {
    ready: () => ready,
    close: async () => {
      stop.abort();
      bell.ring();
      await over;
    },
  };
}

async function watchUntil(deps: DropDeps, options: WatcherOptions, round: Round): Promise<void> {
  const { settleMs, bytesMax, pollMs, dir } = options;
  const root = await openRoot(dir);
  const settings = { root, settleMs, bytesMax, trustTimes: pollMs === undefined };
  const folder = new DropFolder(deps, settings, round.bell.ring);
  const signs = listen(root, pollMs, deps.log, round.bell.hint);
  try {
    await lookOn(deps, folder, round);
  } finally {
    await signs.close();
    await folder.close();
  }
}

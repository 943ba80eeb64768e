import { readFile, rename, writeFile } from 'node:fs/promises';
import { type Snapshot, snapshotSchema } from './world.ts';

/** Between the first change and the write that saves it: many changes, one write. */
const SAVE_DELAY_MS = 500;
/** Saving a large world takes its time; it may take this share of it at most. */
const SAVE_SHARE_MAX = 0.1;

/** The world kept in a file, or undefined when there is no file yet. Throws for a file that is none of ours. */
export async function loadState(file: string): Promise<Snapshot | undefined> {
  try {
    return snapshotSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new Error(`${file} holds no state of the simulator; move it away to begin anew`, { cause: error });
  }
}

export interface StateKeeper {
  /** Something changed: save soon. */
  changed(): void;
  /** Saves what is to be saved and stops. Rejects when the file cannot be written. */
  close(): Promise<void>;
}

/** Keeps a file up to date with the text that `take` gives. One write at a time, each of them whole or not at all. */
export function createStateKeeper(file: string, take: () => string): StateKeeper {
  let delayMs = SAVE_DELAY_MS;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  const write = async () => {
    const began = performance.now();
    await writeFile(`${file}.part`, take());
    await rename(`${file}.part`, file);
    delayMs = Math.max(SAVE_DELAY_MS, (performance.now() - began) / SAVE_SHARE_MAX);
  };
  const saveNow = () => {
    timer = undefined;
    writing = writing.then(write);
    // Whoever closes hears of the failure; until then it must not end the process.
    writing.catch(() => {});
  };
  return {
    changed() {
      timer ??= setTimeout(saveNow, delayMs);
    },
    async close() {
      clearTimeout(timer);
      await writing.catch(() => {});
      await write();
    },
  };
}

import { randomUUID } from 'node:crypto';
import { constants, createWriteStream } from 'node:fs';
import { copyFile, link, mkdir, readdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../../core/errors.ts';
import { DROP_NAMES_MAX, DROP_PASSING_KEPT } from '../../core/limits.ts';
import type { Instant } from '../../core/time.ts';
import {
  END_FOLDERS,
  type EndFolder,
  ERRORS_ENDING,
  numberedName,
  PASSING_PREFIX,
  SUMMARY_ENDING,
} from './names.ts';
import { arrivedAt, hasSameContent, isFsError, isUntouched, type Sighting, sight } from './sighting.ts';

/** A file in a campaign's folder, as it was seen when its fate was sealed. */
export interface DroppedFile {
  /** The campaign's folder, absolute and free of links. */
  readonly folder: string;
  readonly name: string;
  readonly seen: Sighting;
}

export interface Outcome {
  readonly end: EndFolder;
  /** The same outcome of the same file always has the same text: that is how a restart knows its own work again. */
  readonly summary: object;
  /** Lines of the rows not taken; undefined when there are none. */
  readonly errors?: AsyncIterable<string> | undefined;
}

/**
 * `gone`: the file is no longer there, taken by another watcher or by a person. `changed`: other bytes lie under its
 * name now, and they stay where they are. In both cases nothing was left behind.
 */
export type PutAway = { readonly how: 'moved'; readonly name: string } | { readonly how: 'gone' | 'changed' };

/**
 * Moves a file into `done` or `failed`, with its summary and its errors beside it. The move comes last: until then
 * the file lies in the campaign's folder and would be found again, so this may be killed anywhere and run again, or
 * run twice at once. The summary is made first, in one step that fails when there is one: it reserves the name, so no
 * earlier file is ever overwritten. Throws errors of the file system, and AppError `file_unreadable` when `end` is no
 * folder to be trusted.
 */
export async function putAway(file: DroppedFile, outcome: Outcome): Promise<PutAway> {
  const present = await sight(join(file.folder, file.name));
  if (present === undefined) return { how: 'gone' };
  if (!isUntouched(file.seen, present)) return { how: 'changed' };
  const dir = await endFolder(file.folder, outcome.end);
  const passing = join(dir, `${PASSING_PREFIX}${randomUUID()}`);
  try {
    if (outcome.errors !== undefined) await pipeline(outcome.errors, createWriteStream(`${passing}.errors`));
    const text = `${JSON.stringify(outcome.summary, null, 2)}\n`;
    await writeFile(passing, text, { flush: true });
    const reserved = await reserve(dir, file, { passing, text });
    if (reserved === undefined) return { how: 'gone' };
    const { name, ours } = reserved;
    if (outcome.errors !== undefined) await rename(`${passing}.errors`, join(dir, name + ERRORS_ENDING));
    const how = await move(file, join(dir, name));
    if (how === 'moved') return { how, name };
    // Another watcher may have taken up our summary and moved the file under its name: then it belongs there.
    if (ours && (await sight(join(dir, name))) === undefined) {
      await rm(join(dir, name + SUMMARY_ENDING), { force: true });
      await rm(join(dir, name + ERRORS_ENDING), { force: true });
    }
    return { how };
  } finally {
    await rm(passing, { force: true });
    await rm(`${passing}.errors`, { force: true });
  }
}

/** The folder, made when first needed. A link in its place could lead anywhere, so it is refused. */
async function endFolder(campaignFolder: string, end: EndFolder): Promise<string> {
  if ((await realpath(campaignFolder)) !== campaignFolder) {
    throw new AppError(
      'file_unreadable',
      "a symbolic link took the place of the campaign's folder; remove it",
    );
  }
  const dir = join(campaignFolder, end);
  await mkdir(dir).catch((error: unknown) => {
    if (!isFsError(error, 'EEXIST')) throw error;
  });
  if ((await sight(dir))?.kind === 'folder') return dir;
  throw new AppError('file_unreadable', `"${end}" in the campaign's folder is no folder; remove it`);
}

/**
 * Makes the summary under the first name that is free, or takes up one that the very same outcome left half done.
 * Undefined: a name is taken because another watcher has just moved this very file. A summary under the next name would be
 * of nothing, and stay if we were killed before we saw that.
 */
async function reserve(
  dir: string,
  file: DroppedFile,
  { passing, text }: { readonly passing: string; readonly text: string },
): Promise<{ readonly name: string; readonly ours: boolean } | undefined> {
  for (let nth = 1; nth <= DROP_NAMES_MAX; nth += 1) {
    const wanted = numberedName(file.name, nth);
    if ((await sight(join(dir, wanted))) !== undefined) {
      if ((await sight(join(file.folder, file.name))) === undefined) return undefined;
      continue;
    }
    const summary = join(dir, wanted + SUMMARY_ENDING);
    if ((await sight(summary)) === undefined) {
      if ((await sight(join(dir, wanted + ERRORS_ENDING))) !== undefined) continue;
      if (await linkNew(passing, summary)) return { name: wanted, ours: true };
    }
    if ((await readFile(summary, 'utf8').catch(() => '')) === text) return { name: wanted, ours: false };
  }
  throw new AppError('file_unreadable', `${DROP_NAMES_MAX} files of one name are in "${dir}"; archive some`);
}

/** Gives a file a second name unless something has it. File systems without hard links get a copy. */
async function linkNew(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to).catch((error: unknown) => {
      if (isFsError(error, 'EEXIST')) throw error;
      return copyFile(from, to, constants.COPYFILE_EXCL);
    });
    return true;
  } catch (error) {
    if (isFsError(error, 'EEXIST')) return false;
    throw error;
  }
}

/**
 * The last step. Another file may have come under the name in the instant before the move: then that one is put back
 * where it was dropped, since nobody has read it.
 */
async function move(file: DroppedFile, to: string): Promise<'moved' | 'gone' | 'changed'> {
  const from = join(file.folder, file.name);
  const present = await sight(from);
  if (present === undefined) return 'gone';
  if (!isUntouched(file.seen, present)) return 'changed';
  try {
    await rename(from, to);
  } catch (error) {
    if (isFsError(error, 'ENOENT')) return 'gone';
    throw error;
  }
  const moved = await sight(to);
  if (moved === undefined || hasSameContent(file.seen, moved)) return 'moved';
  if (await linkNew(to, from)) await rm(to);
  return 'changed';
}

/** Removes what an outcome left behind that was killed while it was being written. */
export async function removeLeftovers(campaignFolder: string, now: Instant): Promise<void> {
  for (const end of END_FOLDERS) {
    const dir = join(campaignFolder, end);
    if ((await sight(dir))?.kind !== 'folder') continue;
    for (const name of await readdir(dir)) {
      if (!name.startsWith(PASSING_PREFIX)) continue;
      const seen = await sight(join(dir, name));
      if (seen !== undefined && arrivedAt(seen) < now - DROP_PASSING_KEPT)
        await rm(join(dir, name), { force: true });
    }
  }
}

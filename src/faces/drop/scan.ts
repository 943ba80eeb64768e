import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { END_FOLDERS, kindOfName } from './names.ts';
import { isFsError, type Sighting, sight } from './sighting.ts';

/** Something in a campaign's folder that is to be taken, or refused. */
export interface Found {
  readonly campaign: string;
  readonly folder: string;
  readonly name: string;
  readonly seen: Sighting;
}

/** Something that stays where it is, and why: for the log, once. */
export interface Oddity {
  readonly where: string;
  readonly why: string;
}

export interface Scan {
  /** Names of the campaigns' folders. */
  readonly folders: readonly string[];
  readonly found: readonly Found[];
  readonly oddities: readonly Oddity[];
}

/** One look at everything under the drop folder, two levels deep. `root` is absolute and free of links. */
export async function scanFolder(root: string): Promise<Scan> {
  const folders: string[] = [];
  const found: Found[] = [];
  const oddities: Oddity[] = [];
  for (const entry of await readdir(root, { withFileTypes: true })) {
    const { name } = entry;
    if (entry.isDirectory() && !name.startsWith('.')) {
      folders.push(name);
      await scanCampaign(root, name, found, oddities);
    } else if (entry.isSymbolicLink()) {
      oddities.push({ where: name, why: 'a symbolic link in place of a folder is not followed' });
    } else if (!entry.isDirectory() && kindOfName(name) !== 'ignored') {
      oddities.push({ where: name, why: 'a file belongs into the folder of its campaign' });
    }
  }
  return { folders, found, oddities };
}

async function scanCampaign(
  root: string,
  campaign: string,
  found: Found[],
  oddities: Oddity[],
): Promise<void> {
  const folder = join(root, campaign);
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if (isFsError(error, 'ENOENT', 'ENOTDIR')) return;
    if (!isFsError(error, 'EACCES', 'EPERM')) throw error;
    oddities.push({ where: campaign, why: 'we may not read this folder; allow the user of this service to' });
    return;
  }
  const ends: readonly string[] = END_FOLDERS;
  for (const name of names) {
    if (ends.includes(name) || kindOfName(name) === 'ignored') continue;
    const where = `${campaign}/${name}`;
    const seen = await sight(join(folder, name));
    if (seen?.kind === 'file' || seen?.kind === 'link') found.push({ campaign, folder, name, seen });
    else if (seen?.kind === 'folder') oddities.push({ where, why: 'folders inside a campaign are not read' });
    else if (seen?.kind === 'other') oddities.push({ where, why: 'this is neither a file nor a folder' });
    else if (name.includes('\ufffd')) oddities.push({ where, why: 'the name is not UTF-8; rename the file' });
  }
}

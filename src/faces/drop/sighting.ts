import { constants } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import type { Instant } from '../../core/time.ts';
import { isPlainText, kindOfName } from './names.ts';

/** A file as it was seen at one moment. Two equal sightings are the same bytes, as far as a file system tells. */
export interface Sighting {
  readonly kind: 'file' | 'link' | 'folder' | 'other';
  readonly bytes: number;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

interface Facts {
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

export function sightingOf(facts: Facts): Sighting {
  const kind = facts.isFile()
    ? 'file'
    : facts.isSymbolicLink()
      ? 'link'
      : facts.isDirectory()
        ? 'folder'
        : 'other';
  return { kind, bytes: Number(facts.size), mtimeNs: facts.mtimeNs, ctimeNs: facts.ctimeNs };
}

/** True for an error of the file system with one of these codes, such as ENOENT. */
export function isFsError(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

/** What lies at a path, a link itself and not what it points to; undefined when there is nothing. */
export async function sight(path: string): Promise<Sighting | undefined> {
  try {
    return sightingOf(await lstat(path, { bigint: true }));
  } catch (error) {
    if (isFsError(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}

/** The same bytes under the same name. Inode numbers are left out: some network file systems make them up. */
export function isUntouched(a: Sighting, b: Sighting | undefined): boolean {
  return b !== undefined && hasSameContent(a, b) && a.ctimeNs === b.ctimeNs;
}

/** The same bytes, perhaps under another name: a rename changes the ctime only. */
export function hasSameContent(a: Sighting, b: Sighting): boolean {
  return a.kind === b.kind && a.bytes === b.bytes && a.mtimeNs === b.mtimeNs;
}

/** When the file came under its name, got its rights or was written last, whichever was latest. */
export function arrivedAt(seen: Sighting): Instant {
  return Number(seen.ctimeNs / 1_000_000n);
}

/**
 * For how long the bytes had not changed when the file came under its name: writing sets both times, a rename only
 * the ctime. So a file that was written long ago and is moved in is known to be whole at the first look.
 */
export function restBeforeArrival(seen: Sighting): number {
  return Math.max(0, Number((seen.ctimeNs - seen.mtimeNs) / 1_000_000n));
}

const TAIL_BYTES = 16;

/**
 * False for a file that ends where a writer seldom stops: a text list in the middle of a line, a campaign file
 * before its last brace, a file without a byte. Half a line may hold half a number, so it is given more time.
 */
export async function endsWell(path: string, name: string, seen: Sighting): Promise<boolean> {
  if (seen.kind !== 'file') return true;
  if (seen.bytes === 0) return false;
  const isCampaign = kindOfName(name) === 'campaign';
  if (!isCampaign && !isPlainText(name)) return true;
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const tail = Buffer.alloc(TAIL_BYTES);
    const { bytesRead } = await file.read(tail, 0, TAIL_BYTES, Math.max(0, seen.bytes - TAIL_BYTES));
    const text = tail.subarray(0, bytesRead).toString('latin1');
    // In UTF-16 a zero byte stands beside the line break.
    return isCampaign ? text.trimEnd().endsWith('}') : /[\r\n]\0?$/.test(text);
  } finally {
    await file.close();
  }
}

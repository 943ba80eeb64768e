import { CampaignId } from '../../core/campaign.ts';
import { LIST_ENDINGS } from '../../core/import.ts';
import { FILE_NAME_BYTES_MAX } from '../../core/limits.ts';

/** Folders inside a campaign's folder that hold what is over. */
export const END_FOLDERS = ['done', 'failed'] as const;
export type EndFolder = (typeof END_FOLDERS)[number];

export const SUMMARY_ENDING = '.summary.json';
export const ERRORS_ENDING = '.errors.csv';
/** Ours alone, while an outcome is being written: begins with a dot, so that no look takes it for a list. */
export const PASSING_PREFIX = '.ringmaster-';

/** Copies under way as common programs name them, and what systems and editors leave beside files. */
const PASSING_ENDINGS = ['.part', '.partial', '.filepart', '.crdownload', '.download', '.tmp', '.swp', '~'];
const LEFT_BEHIND = ['thumbs.db', 'desktop.ini'];

/** What a name in a campaign's folder stands for. `foreign`: a file that we do not read. */
export type NameKind = 'ignored' | 'campaign' | 'list' | 'foreign';

export function kindOfName(name: string): NameKind {
  const lower = name.toLowerCase();
  if (name.startsWith('.') || name.startsWith('~$') || LEFT_BEHIND.includes(lower)) return 'ignored';
  if (PASSING_ENDINGS.some((ending) => lower.endsWith(ending))) return 'ignored';
  if (lower === 'campaign.json') return 'campaign';
  return LIST_ENDINGS.some((ending) => lower.endsWith(ending)) ? 'list' : 'foreign';
}

/** True for lists that are lines of text, whose last line should be whole. */
export function isPlainText(name: string): boolean {
  return /\.(csv|tsv|txt)$/i.test(name);
}

/** Why a folder cannot stand for a campaign; undefined when it can. */
export function campaignIdFault(folder: string): string | undefined {
  const parsed = CampaignId.safeParse(folder);
  if (parsed.success) return undefined;
  return parsed.error.issues.map((issue) => issue.message).join('; ');
}

/** The longest beginning of `text` that fits into so many bytes of UTF-8, cut between characters. */
function fitting(text: string, bytesMax: number): string {
  let fit = '';
  let bytes = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > bytesMax) break;
    fit += character;
  }
  return fit;
}

/**
 * The name under which the nth file called `name` is put away: itself, then `list-2.csv`, `list-3.csv` and so on.
 * The ending stays last, so that it can be dropped again; shortened where what goes beside it would not fit.
 */
export function numberedName(name: string, nth: number): string {
  const [, stem = name, ending = ''] = /^(.+?)((?:\.[A-Za-z0-9]{1,8})?(?:\.gz)?)$/is.exec(name) ?? [];
  const tail = `${nth === 1 ? '' : `-${nth}`}${ending}`;
  const room = FILE_NAME_BYTES_MAX - SUMMARY_ENDING.length - Buffer.byteLength(tail);
  return `${fitting(stem, room)}${tail}`;
}

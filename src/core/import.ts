import type { CalleeRef } from './callee.ts';
import type { ListWish } from './list-wish.ts';
import type { Instant } from './time.ts';

export type ImportState = 'waiting' | 'reading' | 'done' | 'failed';

/** What a row does whose number the campaign has: nothing, or change the attributes of a callee that waits. */
export type ImportMode = 'add' | 'update';

/** One file for one campaign. `rows` = accepted + duplicate + suppressed + rejected at every checkpoint. */
export interface ImportRecord {
  /** `<campaign>-i<hash of the bytes>`: the same bytes for the same campaign are the same import. */
  readonly id: string;
  readonly campaignId: string;
  readonly state: ImportState;
  /** Why it failed, or empty. */
  readonly reason: string;
  readonly fileName: string;
  readonly bytes: number;
  readonly createdAt: Instant;
  readonly closedAt: Instant;
  readonly rows: number;
  readonly accepted: number;
  readonly duplicate: number;
  readonly suppressed: number;
  readonly rejected: number;
  readonly encoding: string;
  readonly delimiter: string;
  /** How sure the encoding is, in percent. Left out: not read yet. */
  readonly encodingSure?: number | undefined;
  /** `text`, `gzip` or `xlsx`. Left out: not read yet. */
  readonly format?: string | undefined;
  /** Name of the sheet that was read, of a workbook. */
  readonly sheet?: string | undefined;
  /** What was said of the file's form when it was added. */
  readonly wish?: ListWish | undefined;
  /** Left out: `add`. */
  readonly mode?: ImportMode;
  /** Rows that changed a callee; they count as duplicate. Left out: none. */
  readonly updated?: number;
}

export type RejectionKind = 'rejected' | 'duplicate' | 'suppressed';

/** A row that was not taken, why, and its original cells, so that nothing is lost. */
export interface Rejection {
  readonly kind: RejectionKind;
  /** Number of the row in its file: the first row after the header is 1. */
  readonly row: number;
  /** Line of the file on which the row starts, from 1. */
  readonly line: number;
  /** Header of the column at fault; empty when it is the row as a whole. */
  readonly column: string;
  /** Short code, for example `number_too_short`. */
  readonly code: string;
  /** A sentence that says what is wrong and what to do. Never holds the whole number. */
  readonly message: string;
  /** Its cells as they were in the file. A row that did what it was to do (updated, unchanged) keeps none. */
  readonly cells: readonly string[];
  /** The callee that has the number. In what is stored, {@link PLACE} in the message stands for its row. */
  readonly of?: CalleeRef;
}

/** Where the row of a callee goes in the message of a {@link Rejection} that was stored with `of`. */
export const PLACE = '{row}';

/** True for a row of an update that did what it was to do: it changed its callee, or there was nothing to change. */
export function isSettled({ code }: Pick<Rejection, 'code'>): boolean {
  return code === 'updated' || code === 'unchanged';
}

/**
 * The id of an import; `contentHash` is the SHA-256 of the file as lower-case hex. The same bytes as an update are
 * another import, since they do something else: its id is made from another part of the hash.
 */
export function importId(campaignId: string, contentHash: string, mode: ImportMode = 'add'): string {
  const from = mode === 'add' ? 0 : 12;
  return `${campaignId}-i${contentHash.slice(from, from + 12)}`;
}

/** The campaign that an import id belongs to; undefined when the text is not an import id. */
export function campaignOfImport(id: string): string | undefined {
  return /^(.+)-i[0-9a-f]{12}$/.exec(id)?.[1];
}

/** Endings of the files that are taken for lists. What a file really holds is found from its bytes. */
export const LIST_ENDINGS: readonly string[] = ['.csv', '.tsv', '.txt', '.gz', '.xlsx'];

/** Columns that a list of rows not taken has behind its own. When it is imported again, they are no part of it. */
export const ERROR_COLUMNS: readonly string[] = [
  'ringmaster_row',
  'ringmaster_line',
  'ringmaster_column',
  'ringmaster_code',
  'ringmaster_reason',
];

import type { Instant } from './time.ts';

export type ImportState = 'waiting' | 'reading' | 'done' | 'failed';

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
  readonly cells: readonly string[];
}

/** The id of an import; `contentHash` is lower-case hex. */
export function importId(campaignId: string, contentHash: string): string {
  return `${campaignId}-i${contentHash.slice(0, 12)}`;
}

/** The campaign that an import id belongs to; undefined when the text is not an import id. */
export function campaignOfImport(id: string): string | undefined {
  return /^(.+)-i[0-9a-f]{12}$/.exec(id)?.[1];
}

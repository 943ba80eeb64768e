/**
 * What commands need of an installation, whether it is reached through its own parts (`local/`) or through its API
 * (`remote/`). Commands know nothing else of it, so that they print the same and end with the same code either way.
 * Whatever cannot be done is an AppError with a message for the operator.
 */
import type { Writable } from 'node:stream';
import type { z } from 'zod';
import type { AccessRole } from '../../core/access.ts';
import type { CalleeState } from '../../core/callee.ts';
import type { ImportMode } from '../../core/import.ts';
import type { ListWish } from '../../core/list-wish.ts';
import type { ReportTotals } from '../../core/report.ts';
import type { ActionName, CalleeActionName } from '../../pipelines/actions.ts';
import type { RefusedRow } from '../../pipelines/suppress-list.ts';
import type { Clock } from '../../ports/clock.ts';
import type {
  CalleeLine,
  CampaignDocument,
  ImportDocument,
  RejectionDocument,
  WaitingCallee,
} from '../documents.ts';
import type { Audit } from '../http/schema/audit.ts';
import type { DryRun } from '../http/schema/import.ts';
import type { Key, NewKey } from '../http/schema/key.ts';
import type { Preflight } from '../http/schema/progress.ts';
import type {
  ListAction,
  ListCleared,
  ListImport,
  SuppressedNumber,
  SuppressionEntry,
} from '../http/schema/suppression.ts';
import type { Finding } from './finding.ts';

/** How long a reading may be asked for again while nobody answers: a moment, or as long as a restart takes. */
export type Patience = 'asked' | 'watching';

/** What an action came to. */
export interface Done {
  /** A sentence for people. */
  readonly text: string;
  readonly warnings?: readonly { readonly text: string; readonly remedy: string }[] | undefined;
}

/** `same`: it was there already with the same settings; `changed` names those that are others now. */
export type PutOutcome =
  | { readonly outcome: 'created' | 'same' }
  | { readonly outcome: 'changed'; readonly fields: readonly string[] };

export interface CampaignBackend {
  /** Stores a campaign file; one that exists with other settings is changed by `isUpdate` only, and refused otherwise. */
  putCampaign(id: string, json: unknown, isUpdate: boolean): Promise<PutOutcome>;
  campaign(id: string, patience?: Patience): Promise<CampaignDocument>;
  /** By id. */
  campaigns(): AsyncIterable<CampaignDocument>;
  actOnCampaign(action: ActionName, id: string, disposition: string | undefined): Promise<Done>;
  /** The zone in which times of the campaign are shown. */
  timeZoneOf(id: string): Promise<string>;
}

/** A list to take: known to be there, not opened yet. */
export interface ListSource {
  /** What it is called, for people. */
  readonly fileName: string;
  /** Undefined for standard input. */
  readonly path: string | undefined;
  /** Undefined where nobody knows before its end: it is a pipe, and can be read once only. */
  readonly bytes: number | undefined;
  /** Its bytes, from the beginning. Throws AppError `file_unreadable`. */
  open(): AsyncIterable<Uint8Array>;
}

/** What is said of a list. */
export interface ImportWish {
  readonly source: ListSource;
  readonly mode: ImportMode;
  readonly wish: ListWish | undefined;
}

export interface ImportBackend {
  /** `exists`: the very same bytes were imported already. */
  addImport(
    campaignId: string,
    wish: ImportWish,
  ): Promise<{ readonly outcome: 'added' | 'exists'; readonly document: ImportDocument }>;
  /** What an import would do now; `onRows` is told how many were read, where that is known. */
  tryImport(
    campaignId: string,
    wish: ImportWish,
    onRows: (rows: number) => void,
  ): Promise<z.infer<typeof DryRun>>;
  /** Of a campaign, the oldest first. */
  imports(campaignId: string): Promise<readonly ImportDocument[]>;
  importOf(id: string, patience?: Patience): Promise<ImportDocument>;
  /** Rows that made no callee, in the order of the list. The import is there. */
  rejections(id: string): AsyncIterable<RejectionDocument>;
  /** The same as CSV to mend. */
  importErrors(id: string): AsyncIterable<string | Uint8Array>;
}

export interface CalleeBackend {
  /** By number, id or row. */
  callee(campaignId: string, text: string): Promise<WaitingCallee>;
  /** In row order. */
  callees(campaignId: string, state: CalleeState | undefined): AsyncIterable<CalleeLine>;
  actOnCallee(action: CalleeActionName, campaignId: string, text: string): Promise<Done>;
}

export interface CheckBackend {
  /** Writes the CSV to `out` and ends it; gives the totals of its lines. `onRows` is told how many were written. */
  report(campaignId: string, out: Writable, onRows: (rows: number) => void): Promise<ReportTotals>;
  /** `onPage` is told of pages that were looked at, where that is known. */
  audit(campaignId: string | undefined, onPage: () => void): Promise<z.infer<typeof Audit>>;
  preflight(campaignId: string): Promise<z.infer<typeof Preflight>>;
  /** Everything that can be checked behind what the command line knows of itself. Never throws. */
  diagnose(): Promise<Finding[]>;
}

/** Entries of a list are added with these words; undefined campaign: the list of all. */
export interface SuppressionWords {
  readonly campaign: string | undefined;
  readonly reason: string | undefined;
  readonly expires: string | undefined;
}

export interface SuppressionBackend {
  suppress(number: string, words: SuppressionWords): Promise<z.infer<typeof SuppressedNumber>>;
  /** `removed`: false where the list did not have it. */
  allow(
    number: string,
    campaign: string | undefined,
  ): Promise<{ readonly list: string; readonly removed: boolean }>;
  clearList(campaign: string | undefined): Promise<z.infer<typeof ListCleared>>;
  entries(campaign: string | undefined): AsyncIterable<z.infer<typeof SuppressionEntry>>;
  /** Oldest first. */
  listActions(campaign: string | undefined): Promise<readonly z.infer<typeof ListAction>[]>;
  /** `onRefused` is told of rows that put nobody on the list: of all, or of the first. */
  importNumbers(
    list: Omit<ImportWish, 'mode'>,
    words: SuppressionWords,
    told: { onRefused(row: RefusedRow): Promise<void>; onRows(rows: number): void },
  ): Promise<Omit<z.infer<typeof ListImport>, 'rejections'>>;
  /** The zone in which ends of entries are shown. */
  listZone(campaign: string | undefined): Promise<string>;
}

export interface KeyBackend {
  createKey(wanted: {
    readonly name: string | undefined;
    readonly role: AccessRole;
  }): Promise<z.infer<typeof NewKey> & { readonly secret: string }>;
  keys(): Promise<readonly z.infer<typeof Key>[]>;
  /** By id or name. */
  revokeKey(which: string): Promise<Omit<z.infer<typeof Key>, 'lastUsedAt'>>;
}

export interface CliBackend
  extends CampaignBackend,
    ImportBackend,
    CalleeBackend,
    CheckBackend,
    SuppressionBackend,
    KeyBackend {
  readonly clock: Clock;
  /** How often something that is waited for is looked at. */
  readonly lookInterval: number;
  close(): Promise<void>;
}

import type { SuppressionEntry, SuppressionList } from '../core/suppression.ts';
import type { Instant } from '../core/time.ts';

/** What a look-up found. */
export interface SuppressionFindings {
  /**
   * Grows with every number that is added to one of the lists asked. A look-up need not be repeated while
   * {@link Suppression.version} still gives the same.
   */
  readonly version: number;
  /** Entries that hold, by number. The global list goes before a campaign's. */
  readonly entries: ReadonlyMap<string, SuppressionEntry>;
}

/** Where and why numbers are added or removed, for every entry and for the trail of the list. */
export interface SuppressionCause {
  /** The operator's words. Never a phone number. */
  readonly reason: string;
  readonly by: string;
  /** The name of a file, or `single`. */
  readonly source: string;
  readonly now: Instant;
}

export interface SuppressionNumber {
  /** E.164 digits without "+". */
  readonly number: string;
  /** From then on it holds no longer; rounded up to whole seconds. Undefined: for ever. */
  readonly expiresAt: Instant | undefined;
}

/** One line of a list's trail: who did what, and when. Never a number. */
export interface SuppressionAction {
  readonly at: Instant;
  readonly by: string;
  readonly did: 'add' | 'remove' | 'import' | 'clear';
  /** Entries that came or went. */
  readonly entries: number;
  readonly reason: string;
  readonly source: string;
}

/** An entry as it is listed. With a key set, numbers are not known any more: their digest stands instead. */
export interface ListedNumber {
  readonly number: string | undefined;
  readonly digest: string | undefined;
  readonly entry: SuppressionEntry;
}

/**
 * The suppression lists: one for all campaigns, one per campaign that has any. Every method throws AppError
 * `settings_invalid` where a list was stored under another key than this process has (or under none): a look-up
 * that finds nobody for that reason would be a call that must not be made.
 */
export interface Suppression {
  /** Throws, as above, for any list that this process could not read. For the start of a process. */
  check(): Promise<void>;
  /** The lists with entries that hold for a campaign; none costs one small read. */
  lists(campaignId: string): Promise<readonly SuppressionList[]>;
  /** The version that a look-up in these lists would give now. */
  version(lists: readonly SuppressionList[]): Promise<number>;
  /** Of these numbers (E.164 digits), those that are listed at `now`. */
  find(
    lists: readonly SuppressionList[],
    numbers: readonly string[],
    now: Instant,
  ): Promise<SuppressionFindings>;
  /**
   * Adds numbers. One that the list has already stays as it is, but the longer of two expiries stands; one that
   * has expired is added anew. `added + known` are the numbers given.
   */
  add(
    list: SuppressionList,
    numbers: readonly SuppressionNumber[],
    cause: SuppressionCause,
  ): Promise<{ readonly added: number; readonly known: number }>;
  /** Takes a number off; false when the list does not have it. */
  remove(list: SuppressionList, number: string): Promise<boolean>;
  /** Takes every number off, some at a time; how many. Numbers added meanwhile may stay. */
  clear(list: SuppressionList): Promise<number>;
  /** Every entry, expired ones that were not dropped yet included. One that is added meanwhile may be missed or come twice. */
  entries(list: SuppressionList): AsyncIterable<ListedNumber>;
  /**
   * Some entries, from a place on that an earlier call gave, or from the beginning; `next` is the place to go on from,
   * undefined at the end. Entries added or removed meanwhile may be missed or come twice.
   */
  someEntries(
    list: SuppressionList,
    place: number,
  ): Promise<{ readonly entries: readonly ListedNumber[]; readonly next: number | undefined }>;
  /** How many entries the list has. */
  size(list: SuppressionList): Promise<number>;
  /** Keeps a line of the list's trail; the oldest are dropped beyond a bound. */
  noteAction(list: SuppressionList, action: SuppressionAction): Promise<void>;
  /** The trail, oldest first. */
  actions(list: SuppressionList): Promise<SuppressionAction[]>;
  /** Drops some entries that have expired; called again and again, it gets to all. How many were dropped. */
  dropExpired(now: Instant): Promise<number>;
}

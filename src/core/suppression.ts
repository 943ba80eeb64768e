/** Suppression lists (do not call): who is on one, until when, and what that does to a callee. */
import { type CalleeMove, type CalleeRecord, type CalleeRef, moveCallee } from './callee.ts';
import { SUPPRESSION_REASON_MAX } from './limits.ts';
import { oneLine } from './one-line.ts';
import type { Instant } from './time.ts';
import { isoInZone, zoneClock } from './zone-clock.ts';

/** The list that holds for every campaign, or the one of a campaign. */
export type SuppressionList = 'global' | { readonly campaignId: string };

/** The zone in which dates of the list of all campaigns are understood and shown: a campaign's own default. */
export const GLOBAL_LIST_ZONE = 'Asia/Shanghai';

/** Why a number is on a list. Never holds the number. */
export interface SuppressionEntry {
  readonly list: SuppressionList;
  /** The operator's words; may be empty. */
  readonly reason: string;
  /** Who put it there, and by what: the name of a file, or `single`. */
  readonly by: string;
  readonly source: string;
  readonly addedAt: Instant;
  /** From then on it holds no longer; undefined: for ever. */
  readonly expiresAt: Instant | undefined;
}

/** How a list is called in sentences, facts and JSON: `global`, or the campaign's id behind `campaign `. */
export function listName(list: SuppressionList): string {
  return list === 'global' ? 'global' : `campaign ${list.campaignId}`;
}

/** True until the moment at which the entry expires. */
export function holds(entry: Pick<SuppressionEntry, 'expiresAt'>, now: Instant): boolean {
  return entry.expiresAt === undefined || entry.expiresAt > now;
}

/** Which list, why and until when, as a sentence for whoever mends a list. */
export function suppressedText(entry: SuppressionEntry): string {
  const why = entry.reason === '' ? '' : `: ${entry.reason}`;
  const until = entry.expiresAt === undefined ? '' : ` (until ${new Date(entry.expiresAt).toISOString()})`;
  return `on the suppression list "${listName(entry.list)}"${why}${until}`;
}

/**
 * Ends a waiting callee (initial, pending_retry) whose number is listed. The facts say which list and why. Throws
 * ForbiddenMoveError in any other state: a call that goes on is never taken back.
 */
export function suppressCallee(
  ref: CalleeRef,
  before: CalleeRecord,
  entry: SuppressionEntry,
  now: Instant,
): CalleeMove {
  const facts = {
    list: listName(entry.list),
    listed: new Date(entry.addedAt).toISOString(),
    ...(entry.reason !== '' && { listReason: entry.reason }),
  };
  return moveCallee(ref, before, 'suppress', { now, reason: 'suppressed_by_list', facts });
}

/**
 * True while the provider may still dial a callee of a live task. What cannot be understood counts as that; a call
 * that rings or is over does not, nor does a callee that the task does not have.
 */
export function mayStillBeDialled(state: string | undefined): boolean {
  return state === 'initial' || state === 'pending_retry' || state === 'unknown';
}

/** The words of an operator, without outer blanks and line breaks; undefined when they are too many to store with every entry. */
export function parseReason(text: string): string | undefined {
  const reason = oneLine(text).trim();
  return reason.length > SUPPRESSION_REASON_MAX ? undefined : reason;
}

/**
 * When an entry expires: a date is the moment at which that day begins in `zone`, a date and time needs its offset.
 * Undefined for anything else, dates that no calendar has among them.
 */
export function parseExpiry(text: string, zone: string): Instant | undefined {
  if (/^\d{4}-\d\d-\d\d$/.test(text)) {
    const wall = Date.parse(`${text}T00:00:00Z`);
    if (Number.isNaN(wall) || new Date(wall).toISOString().slice(0, 10) !== text) return undefined;
    return zoneClock(zone, wall).firstReached(wall);
  }
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : at;
}

/** An entry's end for people. */
export function expiryText(expiresAt: Instant | undefined, zone: string): string {
  return expiresAt === undefined ? 'for good' : `until ${isoInZone(expiresAt, zone)}`;
}

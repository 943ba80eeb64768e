/**
 * What really happened, as the carrier would know it: the judge of "nobody is dialled twice". It is read from
 * the calls themselves and from nothing that any client was told.
 */
import { parseSubmissionName } from '../../core/batch.ts';
import { isDeclined, numberOf, type World } from './world.ts';

/** One dial, or one call that the dialling rules declined before it rang. Times in ms since the epoch. */
export interface LedgerEntry {
  readonly number: string;
  /** The number that was shown, as the task was given it. */
  readonly caller: string;
  readonly taskId: number;
  readonly taskName: string;
  /** The callee's place in its task, from 0. */
  readonly callee: number;
  readonly at: number;
  readonly endAt: number;
  readonly sessionId: string;
  /** Counts the calls of this number over all tasks, from 1. */
  readonly attempt: number;
  readonly endStatus: number;
  /** True where the provider declined (108 to 111): not a dial. */
  readonly declined: boolean;
}

export interface LedgerSummary {
  readonly dials: number;
  readonly declined: number;
  /** Different numbers that were dialled. */
  readonly numbers: number;
  /** Dials of a number that an earlier dial already stood for, see {@link isDuplicate}. */
  readonly duplicateDials: number;
}

/** All calls in the order they were made. */
export function* ledgerEntries(world: World): Generator<LedgerEntry> {
  for (const call of world.calls) {
    yield {
      number: numberOf(world, call),
      caller: call.caller,
      taskId: call.taskId,
      taskName: world.tasks.get(call.taskId)?.name ?? '',
      callee: call.callee,
      at: call.at,
      endAt: call.endAt,
      sessionId: call.sessionId,
      attempt: call.ordinal,
      endStatus: call.endStatus,
      declined: isDeclined(call.endStatus),
    };
  }
}

/** Counts dials and the ones that should not have been. */
export function summarise(entries: Iterable<LedgerEntry>): LedgerSummary {
  const dialsOf = new Map<string, LedgerEntry[]>();
  let dials = 0;
  let declined = 0;
  let duplicateDials = 0;
  for (const entry of entries) {
    if (entry.declined) {
      declined += 1;
      continue;
    }
    dials += 1;
    const earlier = dialsOf.get(entry.number);
    if (earlier === undefined) {
      dialsOf.set(entry.number, [entry]);
      continue;
    }
    if (earlier.some((dial) => isDuplicate(dial, entry))) duplicateDials += 1;
    earlier.push(entry);
  }
  return { dials, declined, numbers: dialsOf.size, duplicateDials };
}

/**
 * Whether two dials of one number stand for the same attempt, or disturb the callee at the same time:
 * - they overlap in time; or
 * - two places of one task hold the number; or
 * - two tasks have the same name, or names that differ in the submission only (`<campaign>.<batch>.<n>`).
 * Tries of one place of one task are what was ordered, and no duplicates.
 */
function isDuplicate(earlier: LedgerEntry, later: LedgerEntry): boolean {
  if (later.at < earlier.endAt) return true;
  if (earlier.taskId === later.taskId) return earlier.callee !== later.callee;
  return earlier.taskName !== '' && batchOf(earlier.taskName) === batchOf(later.taskName);
}

function batchOf(taskName: string): string {
  const parts = parseSubmissionName(taskName);
  return parts === undefined ? taskName : `${parts.campaignId}.${parts.batchId}`;
}

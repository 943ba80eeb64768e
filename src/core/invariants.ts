/**
 * What is always true of a campaign, each rule a small function over plain facts. The audit (audit.ts) collects
 * them; tests and readiness checks ask the same ones.
 */
import type { BatchState } from './batch.ts';
import { batchStates } from './batch.ts';
import {
  type CalleeRecord,
  type CalleeRef,
  type CalleeState,
  type CalleeStory,
  isCallable,
  isFinalCallee,
} from './callee.ts';
import { DIALS_OVERDUE_MAX, DUE_BUCKET } from './limits.ts';
import { isFinal } from './machine.ts';
import type { RowCounters } from './report.ts';
import { dueLane, limitMarks, type RowLimits } from './row-limits.ts';
import { type Instant, SECOND, toSecondsUp } from './time.ts';

/** Every rule with the sentence it keeps. */
export const RULES = {
  accepted_in_states:
    'every accepted callee is in exactly one state: the counts per state add up to the accepted',
  counts_match_pages: 'the kept counts are those of the records: states, dispositions, attempts, callees',
  due_index:
    'every callable callee is counted in exactly one due bucket of its zone, priority and page, and nobody else is',
  batch_lists_callee: 'a batched or calling callee belongs to an open batch that lists it',
  batch_open_count: "an open batch's open callees are those of its list that are batched or calling with it",
  missed_index: 'the index of missed callees holds exactly the missed callees',
  import_rows: 'every row read ended as accepted, duplicate, suppressed or rejected',
  import_accepted: 'the accepted rows of all imports are the accepted callees',
  attempts_bound: 'nobody is called more often than the retry policy allows',
  final_reason: 'a final callee has a reason',
  story_agrees: "the last line of a callee's story says what its record says",
  number_unique:
    'no number is in the campaign twice: the number index leads from each number to its one callee',
  row_present: 'every callee has its row',
  zone_known: 'every callee has a time zone of the campaign',
  row_limits: "a callee's record has the marks of its row: its priority, and that its time ends",
  dials_settled: 'reservations of calls are settled or renewed soon after their lease ran out',
  timed_page: 'a page with a callee that is not final, and whose time ends, is looked at for that',
} as const;

export type Rule = keyof typeof RULES;

export interface Violation {
  readonly rule: Rule;
  /** A campaign, import, batch or callee, by its id. Never a number. */
  readonly where: string;
  readonly detail: string;
}

/** Nothing, or what is wrong. Every rule gives this, so that a caller can simply join them. */
export type Findings = readonly Violation[];

export const NO_FINDINGS: Findings = [];

/** One violation as {@link Findings}. */
export function finding(rule: Rule, where: string, detail: string): Findings {
  return [{ rule, where, detail }];
}

/** How a callee is named in a violation. */
export function calleeName(ref: CalleeRef): string {
  return `callee ${ref}`;
}

/** The parts of a batch that the rules read, and the callees it lists. */
export interface BatchFacts {
  readonly id: number;
  readonly state: BatchState;
  readonly calleesOpen: number;
  readonly refs: ReadonlySet<CalleeRef>;
}

/** Reservations of calls for the callees of a batch, and until when they are believed. */
export interface ClaimFacts {
  readonly batchId: number;
  readonly leaseUntil: Instant;
}

/** True while a batch holds this callee, so that only this batch may move it. */
export function isHeld(state: CalleeState): boolean {
  return state === 'batched' || state === 'calling';
}

/** accepted_in_states: the counts per state against the accepted, from one reading of the counts. */
export function checkStateSum(
  where: string,
  states: Readonly<Record<string, number>>,
  accepted: number,
): Findings {
  const sum = Object.values(states).reduce((total, count) => total + count, 0);
  const negative = Object.entries(states).find(([, count]) => count < 0);
  if (negative !== undefined)
    return finding('accepted_in_states', where, `${negative[1]} callees in ${negative[0]}`);
  if (sum === accepted) return NO_FINDINGS;
  return finding('accepted_in_states', where, `${accepted} accepted, but ${sum} in all states`);
}

/** counts_match_pages, for one group of counts. A name that one side lacks counts as 0 there. */
export function checkCounts(
  where: string,
  what: string,
  kept: Readonly<Record<string, number>>,
  counted: Readonly<Record<string, number>>,
): Findings {
  const names = [...new Set([...Object.keys(kept), ...Object.keys(counted)])];
  return names
    .filter((name) => (kept[name] ?? 0) !== (counted[name] ?? 0))
    .flatMap((name) => {
      const detail = `${what} ${name}: ${kept[name] ?? 0} kept, ${counted[name] ?? 0} found in the pages`;
      return finding('counts_match_pages', where, detail);
    });
}

/** import_rows, for one import at any of its checkpoints. */
export function checkImport(where: string, counters: RowCounters): Findings {
  const { rows, accepted, duplicate, suppressed, rejected } = counters;
  const ended = accepted + duplicate + suppressed + rejected;
  if (ended === rows) return NO_FINDINGS;
  const parts = `${accepted} accepted, ${duplicate} duplicate, ${suppressed} suppressed, ${rejected} rejected`;
  return finding('import_rows', where, `${rows} rows read, but ${parts}`);
}

/** import_accepted, over all imports of a campaign. */
export function checkImportsAccepted(
  where: string,
  imports: readonly RowCounters[],
  accepted: number,
): Findings {
  const sum = imports.reduce((total, one) => total + one.accepted, 0);
  if (sum === accepted) return NO_FINDINGS;
  return finding(
    'import_accepted',
    where,
    `imports accepted ${sum} rows, but ${accepted} callees are counted`,
  );
}

/** attempts_bound. `allowed` is the policy's maximum and what an operator granted beyond it. */
export function checkAttempts(ref: CalleeRef, record: CalleeRecord, allowed: number): Findings {
  if (record.attempts <= allowed) return NO_FINDINGS;
  return finding('attempts_bound', calleeName(ref), `${record.attempts} attempts, but ${allowed} allowed`);
}

/** final_reason. */
export function checkFinalReason(ref: CalleeRef, record: CalleeRecord): Findings {
  if (!isFinalCallee(record.state) || record.reason !== 'none') return NO_FINDINGS;
  return finding('final_reason', calleeName(ref), `${record.state} without a reason`);
}

/** row_limits. `row`: what the page stores of the callee. */
export function checkLimits(
  ref: CalleeRef,
  record: CalleeRecord,
  row: { readonly limits?: RowLimits } | undefined,
): Findings {
  const marks = limitMarks(row?.limits);
  if (record.priority === marks.priority && record.timed === marks.timed) return NO_FINDINGS;
  const says = `priority ${record.priority ?? 'none'}, ${record.timed ? 'an' : 'no'} end`;
  const is = `priority ${marks.priority ?? 'none'}, ${marks.timed ? 'an' : 'no'} end`;
  return finding('row_limits', calleeName(ref), `the record says ${says}; the row says ${is}`);
}

/** dials_settled, for one claim of a batch. */
export function checkDials(claim: ClaimFacts, now: Instant): Findings {
  if (now - claim.leaseUntil <= DIALS_OVERDUE_MAX) return NO_FINDINGS;
  const ended = new Date(claim.leaseUntil).toISOString();
  const detail = `its reservations ran out at ${ended} and nobody settled them, as the sweep of the role retry does`;
  return finding('dials_settled', `batch ${claim.batchId}`, detail);
}

/** timed_page, for one callee. */
export function checkTimed(ref: CalleeRef, record: CalleeRecord, isLookedAt: boolean): Findings {
  if (record.timed !== true || isFinalCallee(record.state) || isLookedAt) return NO_FINDINGS;
  return finding('timed_page', calleeName(ref), 'its time ends, and nobody will look at its page');
}

/** zone_known. */
export function checkZone(ref: CalleeRef, record: CalleeRecord, zonesTotal: number): Findings {
  if (record.zone < zonesTotal) return NO_FINDINGS;
  return finding('zone_known', calleeName(ref), `zone ${record.zone} of ${zonesTotal}`);
}

/**
 * story_agrees. A callee that was never moved has no story. A note that waits for a call record changes the
 * record's reason without a line of its own; the line of a call that landed late leaves the record's reason.
 */
export function checkStory(ref: CalleeRef, record: CalleeRecord, last: CalleeStory | undefined): Findings {
  const where = calleeName(ref);
  if (last === undefined) {
    if (record.state === 'initial' && record.attempts === 0) return NO_FINDINGS;
    return finding('story_agrees', where, `${record.state} without a story`);
  }
  const says = `${last.to}, ${last.reason}, ${last.attempts} attempts`;
  const is = `${record.state}, ${record.reason}, ${record.attempts} attempts`;
  const sameReason =
    last.reason === record.reason || record.reason === 'awaiting_record' || last.reason === 'orphan_call';
  if (last.to === record.state && last.attempts === record.attempts && sameReason) return NO_FINDINGS;
  return finding('story_agrees', where, `the story ends with ${says}; the record says ${is}`);
}

/** number_unique: the index leads from the callee's number back to the callee. */
export function checkNumber(ref: CalleeRef, indexed: CalleeRef | undefined): Findings {
  if (indexed === ref) return NO_FINDINGS;
  const detail =
    indexed === undefined ? 'its number is not in the index' : `its number leads to callee ${indexed}`;
  return finding('number_unique', calleeName(ref), detail);
}

/** batch_lists_callee. `batch` is the one that the record names; undefined where none with that id is open. */
export function checkHeld(ref: CalleeRef, record: CalleeRecord, batch: BatchFacts | undefined): Findings {
  if (!isHeld(record.state)) return NO_FINDINGS;
  const where = calleeName(ref);
  const says = `${record.state} with batch ${record.batch}`;
  if (batch === undefined) return finding('batch_lists_callee', where, `${says}, which is not open`);
  if (isFinal(batchStates, batch.state)) {
    return finding('batch_lists_callee', where, `${says}, which is ${batch.state}`);
  }
  if (batch.refs.has(ref)) return NO_FINDINGS;
  return finding('batch_lists_callee', where, `${says}, which does not list it`);
}

/** batch_open_count. `held` is the number of callees found batched or calling with this batch. */
export function checkBatchOpen(batch: BatchFacts, held: number): Findings {
  if (batch.calleesOpen === held) return NO_FINDINGS;
  return finding('batch_open_count', `batch ${batch.id}`, `${batch.calleesOpen} open kept, ${held} found`);
}

/** missed_index, for one callee. */
export function checkMissed(ref: CalleeRef, record: CalleeRecord, inIndex: boolean): Findings {
  if ((record.state === 'missed') === inIndex) return NO_FINDINGS;
  return finding(
    'missed_index',
    calleeName(ref),
    `${record.state}, but ${inIndex ? '' : 'not '}in the index`,
  );
}

/** Where the due index counts a callable callee: its lane (zone and priority) and due bucket. Undefined for all others. */
export function duePlaceOf(record: CalleeRecord): string | undefined {
  if (!isCallable(record.state)) return undefined;
  return `${dueLane(record)} ${Math.floor(toSecondsUp(record.due) / (DUE_BUCKET / SECOND))}`;
}

/** due_index, for one page: callees per place as the index keeps them against as the records say. */
export function checkDue(
  page: number,
  kept: ReadonlyMap<string, number>,
  counted: ReadonlyMap<string, number>,
): Findings {
  const places = [...new Set([...kept.keys(), ...counted.keys()])];
  return places
    .filter((place) => (kept.get(place) ?? 0) !== (counted.get(place) ?? 0))
    .flatMap((place) => {
      const [zone, bucket] = place.split(' ');
      const detail = `zone ${zone}, bucket ${bucket}: ${kept.get(place) ?? 0} kept, ${counted.get(place) ?? 0} found`;
      return finding('due_index', `page ${page}`, detail);
    });
}

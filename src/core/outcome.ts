import {
  type CalleeMove,
  type CalleeRecord,
  type CalleeRef,
  type CallFacts,
  moveCallee,
  undialledState,
} from './callee.ts';
import { type Disposition, dispositionFacts } from './disposition.ts';
import { RETURNS_MAX } from './limits.ts';
import type { Reason } from './reasons.ts';
import type { Instant } from './time.ts';

/** What a task reading says of one callee, together with what is known of its calls. */
export interface CalleeReading {
  readonly state: 'initial' | 'answered' | 'unanswered' | 'calling' | 'pending_retry' | 'unknown' | 'absent';
  readonly stateCode: number;
  readonly sessionIds: readonly string[];
  /** Records that have come, by session. */
  readonly records: ReadonlyMap<string, CallRecord>;
}

export interface CallRecord {
  readonly disposition: Disposition;
  readonly facts: CallFacts;
}

export interface OutcomeRules {
  readonly now: Instant;
  /** The task is over at the provider: nothing more will happen to its callees. */
  readonly taskEnded: boolean;
  /** How long a call record is waited for. */
  readonly recordWaitMax: number;
  /** We ended the task ourselves: who was not dialled comes back for this reason, and it is not counted as a return. */
  readonly stopped?: Reason | undefined;
  /** The task is given up in this state of it: whom the provider is not done with is a person's from now on. */
  readonly abandonedIn?: number | undefined;
}

/**
 * True where the provider is done with the callee: it says answered or unanswered, or its task has ended. Only
 * then is there an outcome to record.
 */
export function isOver(reading: Pick<CalleeReading, 'state'>, taskEnded: boolean): boolean {
  return taskEnded || reading.state === 'answered' || reading.state === 'unanswered';
}

/** States from the one that tells most to the one that tells least, where a task names a callee more than once. */
const TELLING: readonly CalleeReading['state'][] = [
  ...(['answered', 'calling', 'unknown', 'unanswered', 'pending_retry', 'initial', 'absent'] as const),
];

/**
 * One reading of a callee from all that a task lists of its number, which may be more than one though we sent it once:
 * every session is its own, and it is over only when all of them are. Nothing listed: it is absent.
 */
export function readingOf(
  listed: readonly Omit<CalleeReading, 'records'>[],
  taskEnded: boolean,
): Omit<CalleeReading, 'records'> & { readonly over: boolean } {
  const [first = { state: 'absent' as const, stateCode: -1, sessionIds: [] }] = listed;
  if (listed.length <= 1) return { ...first, over: isOver(first, taskEnded) };
  const open = listed.filter((one) => !isOver(one, taskEnded));
  const rank = ({ state }: Pick<CalleeReading, 'state'>): number => TELLING.indexOf(state);
  const telling = (open.length > 0 ? open : listed).reduce((most, one) =>
    rank(one) < rank(most) ? one : most,
  );
  const sessionIds = [...new Set(listed.flatMap((one) => one.sessionIds))];
  return { ...telling, sessionIds, over: open.length === 0 };
}

/**
 * What a reading does to a callee that we hold as calling: its move, or undefined when it is not over yet.
 * Attempts are counted from the provider's sessions. A call record that is late is waited for; after the limit
 * the task's own answered/unanswered stands, with the detail marked missing.
 */
export function decideOutcome(
  ref: CalleeRef,
  before: CalleeRecord,
  reading: CalleeReading,
  rules: OutcomeRules,
): CalleeMove | undefined {
  const { now, taskEnded, abandonedIn } = rules;
  const strange = strangeness(reading, rules);
  if (!isOver(reading, taskEnded) && abandonedIn === undefined) return undefined;
  if (reading.state === 'absent' && strange === undefined)
    return moveCallee(ref, before, 'park', { now, reason: 'callee_missing_in_task' });
  if (reading.sessionIds.length === 0) {
    const claimsCall = reading.state === 'answered' || reading.state === 'unanswered';
    if (claimsCall || strange !== undefined) return recordOutcome(ref, before, reading, rules);
    // "Calling" without a session in a task that has ended may yet become one; the others will not.
    if (reading.state !== 'calling') return notDialled(ref, before, rules);
  }
  const complete = reading.sessionIds.length > 0 && reading.sessionIds.every((id) => reading.records.has(id));
  if (complete) return recordOutcome(ref, before, reading, rules);
  const waitsSince = before.due;
  if (waitsSince !== 0 && now - waitsSince >= rules.recordWaitMax)
    return recordOutcome(ref, before, reading, rules);
  if (waitsSince !== 0) return undefined;
  return moveCallee(ref, before, 'await_record', { now, reason: 'awaiting_record', change: { due: now } });
}

/** What only a person can find out about a callee: a state that nobody knows, of it or of a task that was given up. */
function strangeness(
  reading: CalleeReading,
  { taskEnded, abandonedIn }: OutcomeRules,
): Readonly<Record<string, number>> | undefined {
  if (abandonedIn !== undefined && !isOver(reading, taskEnded)) return { taskState: abandonedIn };
  return reading.state === 'unknown' ? { calleeState: reading.stateCode } : undefined;
}

/** Back to where it came from, at no attempt's cost; too often in a row, and a person must look. */
function notDialled(ref: CalleeRef, before: CalleeRecord, { now, stopped }: OutcomeRules): CalleeMove {
  const returns = before.returns + (stopped === undefined ? 1 : 0);
  if (stopped === undefined && returns >= RETURNS_MAX) {
    return moveCallee(ref, before, 'park', {
      now,
      reason: 'returned_too_often',
      change: { returns, due: 0 },
    });
  }
  const change = { returns, due: 0 };
  return moveCallee(ref, before, 'not_dialled', {
    now,
    reason: stopped ?? 'task_ended_undialled',
    to: undialledState(before),
    change,
  });
}

function recordOutcome(
  ref: CalleeRef,
  before: CalleeRecord,
  reading: CalleeReading,
  rules: OutcomeRules,
): CalleeMove {
  const { now } = rules;
  const calls = reading.sessionIds.map((sessionId): CallRecord => {
    const stands: Disposition = reading.state === 'answered' ? 'answered' : 'record_missing';
    return (
      reading.records.get(sessionId) ?? { disposition: stands, facts: { sessionId, recordMissing: true } }
    );
  });
  calls.sort((a, b) => (a.facts.startedAt ?? 0) - (b.facts.startedAt ?? 0));
  const connected = calls.findLast((call) => dispositionFacts(call.disposition).connected);
  const withoutCalls: Disposition = reading.state === 'answered' ? 'answered' : 'record_missing';
  const disposition = (connected ?? calls.at(-1))?.disposition ?? withoutCalls;
  const costly = calls.filter((call) => dispositionFacts(call.disposition).cost).length;
  const strange = strangeness(reading, rules);
  if (strange !== undefined) {
    // What the state means is a person's to find out; the calls that there were count all the same.
    return moveCallee(ref, before, 'park', {
      now,
      reason: 'unknown_provider_state',
      change: { attempts: before.attempts + costly, due: 0 },
      calls: calls.map((call) => call.facts),
      facts: strange,
    });
  }
  // The provider says that it called but names no session: that counts as the one dial it claims.
  const attempts = before.attempts + (calls.length === 0 ? 1 : costly);
  const declined = attempts === before.attempts;
  const answered = dispositionFacts(disposition).connected;
  return moveCallee(ref, before, answered ? 'answer' : 'miss', {
    now,
    reason: answered ? 'call_answered' : declined ? 'provider_declined' : 'call_missed',
    change: { disposition, attempts, returns: declined ? before.returns + 1 : 0, due: 0 },
    calls: calls.map((call) => call.facts),
  });
}

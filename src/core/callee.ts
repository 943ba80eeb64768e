import type { CallFacts } from './call-facts.ts';
import type { Disposition } from './disposition.ts';
import { isFinal, nextState, type StateTable, statesOf } from './machine.ts';
import type { Reason } from './reasons.ts';
import type { Instant } from './time.ts';

export type { CallFacts } from './call-facts.ts';

export type CalleeState =
  | 'initial'
  | 'batched'
  | 'calling'
  | 'missed'
  | 'pending_retry'
  | 'needs_attention'
  | 'answered'
  | 'unanswered'
  | 'suppressed'
  | 'expired'
  | 'cancelled';

export type CalleeEvent =
  | 'claim'
  | 'accept'
  | 'release'
  | 'park'
  | 'await_record'
  | 'answer'
  | 'miss'
  | 'not_dialled'
  | 'retry'
  | 'exhaust'
  | 'stop'
  | 'resume'
  | 'give_up'
  | 'hasten'
  | 'reopen'
  | 'suppress'
  | 'postpone'
  | 'expire'
  | 'cancel';

/**
 * What may happen to a callee next. A state says that, and only that; how a call ended is a disposition.
 * The words are the provider's where it has one (initial, calling, answered, unanswered, pending retry).
 */
export const calleeStates: StateTable<CalleeState, CalleeEvent> = {
  initial: {
    owner: 'dispatch',
    mayLast: 'until dialled',
    moves: {
      claim: ['batched'],
      postpone: ['initial'],
      give_up: ['unanswered'],
      suppress: ['suppressed'],
      expire: ['expired'],
      cancel: ['cancelled'],
    },
  },
  batched: {
    owner: 'dispatch',
    mayLast: 'minutes',
    moves: { accept: ['calling'], release: ['initial', 'pending_retry'], park: ['needs_attention'] },
  },
  calling: {
    owner: 'poll',
    mayLast: "the task's life",
    moves: {
      await_record: ['calling'],
      answer: ['answered'],
      miss: ['missed'],
      not_dialled: ['initial', 'pending_retry'],
      park: ['needs_attention'],
    },
  },
  missed: {
    owner: 'retry',
    mayLast: 'minutes',
    moves: { retry: ['pending_retry'], exhaust: ['unanswered'], stop: ['unanswered'], cancel: ['cancelled'] },
  },
  pending_retry: {
    owner: 'dispatch',
    mayLast: 'until it is due',
    moves: {
      claim: ['batched'],
      postpone: ['pending_retry'],
      hasten: ['pending_retry'],
      give_up: ['unanswered'],
      suppress: ['suppressed'],
      expire: ['expired'],
      cancel: ['cancelled'],
    },
  },
  needs_attention: {
    owner: 'operator',
    mayLast: 'no bound, but counted and alarmed',
    moves: { resume: ['initial', 'pending_retry'], give_up: ['unanswered'], cancel: ['cancelled'] },
  },
  answered: { owner: null, mayLast: 'for ever', moves: {} },
  unanswered: {
    owner: null,
    mayLast: 'for ever, unless an operator wants one more attempt',
    moves: { reopen: ['pending_retry'] },
  },
  suppressed: { owner: null, mayLast: 'for ever', moves: {} },
  expired: { owner: null, mayLast: 'for ever', moves: {} },
  cancelled: { owner: null, mayLast: 'for ever', moves: {} },
};

export const CALLEE_STATES: readonly CalleeState[] = statesOf(calleeStates);

/** True for the states that the dispatcher may claim from, once the callee is due. */
export function isCallable(state: CalleeState): boolean {
  return state === 'initial' || state === 'pending_retry';
}

export function isFinalCallee(state: CalleeState): boolean {
  return isFinal(calleeStates, state);
}

/** Where a callee lives in its campaign: `page * PAGE_SLOTS + slot`, in row order. Never a phone number. */
export type CalleeRef = number;

/** The stored state of one callee: fixed size, changed in place by scripts that compare what they expect. */
export interface CalleeRecord {
  readonly state: CalleeState;
  /** Why it is in that state. */
  readonly reason: Reason;
  /** How its latest attempt ended; undefined before the first. */
  readonly disposition: Disposition | undefined;
  /** Attempts that count: dials of the carrier, counted from the provider's sessions. */
  readonly attempts: number;
  /** How often it came back undialled or refused by the provider, at no attempt's cost, since the last dial. */
  readonly returns: number;
  /** Index into the campaign's list of time zones. */
  readonly zone: number;
  /**
   * When it may be claimed (initial, pending_retry; 0 is "at once"), or when the provider first called it
   * over while its call record was still missing (calling; 0 is "not yet").
   */
  readonly due: Instant;
  /** Number of its latest batch; 0 before the first. */
  readonly batch: number;
  /** Before whom it is called among those that are due, 1 first, 5 last. Left out: 3, as most. */
  readonly priority?: number;
  /** Its row says after when it is never called. Left out: it does not. */
  readonly timed?: true;
  /**
   * Who called it last: the place of the caller in the campaign's list, from 1, and below zero where the next attempt
   * is another caller's. Left out: nobody yet.
   */
  readonly caller?: number;
  /** Counts every change, modulo 256, so that an old reading can never pass for the present one. */
  readonly version: number;
}

/** One line of a callee's story: what moved it, when and why. Stored with every move, never rewritten. */
export interface CalleeStory {
  readonly at: Instant;
  readonly from: CalleeState | undefined;
  readonly to: CalleeState;
  readonly reason: Reason;
  readonly disposition?: Disposition;
  readonly attempts: number;
  readonly batch?: number;
  readonly due?: Instant;
  readonly calls?: readonly CallFacts[];
  /** Anything else that a person needs to understand the reason. Short; never a phone number. */
  readonly facts?: Readonly<Record<string, string | number>>;
}

/** A decided but not yet stored change of one callee. The store applies it only if `before` is still what it holds. */
export interface CalleeMove {
  readonly ref: CalleeRef;
  readonly before: CalleeRecord;
  readonly after: CalleeRecord;
  /** Undefined for a note that changes no state (await_record). */
  readonly story: CalleeStory | undefined;
}

export interface MoveDetails {
  readonly now: Instant;
  readonly reason: Reason;
  /** Needed where the table gives the event more than one target. */
  readonly to?: CalleeState;
  readonly change?: Partial<
    Pick<CalleeRecord, 'disposition' | 'attempts' | 'returns' | 'due' | 'batch' | 'caller'>
  >;
  readonly calls?: readonly CallFacts[];
  readonly facts?: Readonly<Record<string, string | number>>;
}

/**
 * The record with a change; what the change leaves out, or has as undefined, stays. Field by field: one is made for
 * every callee moved, and spreading takes longer than all else about it.
 */
function changed(
  before: CalleeRecord,
  change: NonNullable<MoveDetails['change']>,
  state: CalleeState,
  reason: Reason,
): CalleeRecord {
  const after: { -readonly [Field in keyof CalleeRecord]: CalleeRecord[Field] } = {
    state,
    reason,
    disposition: change.disposition ?? before.disposition,
    attempts: change.attempts ?? before.attempts,
    returns: change.returns ?? before.returns,
    zone: before.zone,
    due: change.due ?? before.due,
    batch: change.batch ?? before.batch,
    version: (before.version + 1) % 256,
  };
  const caller = change.caller ?? before.caller;
  if (caller !== undefined) after.caller = caller;
  if (before.priority !== undefined) after.priority = before.priority;
  if (before.timed !== undefined) after.timed = before.timed;
  return after;
}

/**
 * Decides the change that `event` makes to a callee. Pure; the store compares and writes.
 * Throws ForbiddenMoveError where the state table has no such move.
 */
export function moveCallee(
  ref: CalleeRef,
  before: CalleeRecord,
  event: CalleeEvent,
  details: MoveDetails,
): CalleeMove {
  const state = nextState(calleeStates, before.state, event, details.to);
  const after = changed(before, details.change ?? {}, state, details.reason);
  const isNoted = event === 'postpone' || event === 'hasten';
  if (state === before.state && !isNoted) return { ref, before, after, story: undefined };
  // Field by field: one of these is made for every callee moved, and spreading what may be absent costs most of it.
  const story: { -readonly [Field in keyof CalleeStory]: CalleeStory[Field] } = {
    at: details.now,
    from: before.state,
    to: state,
    reason: details.reason,
    attempts: after.attempts,
  };
  if (after.disposition !== undefined) story.disposition = after.disposition;
  if (after.batch !== 0) story.batch = after.batch;
  if (state === 'pending_retry' || event === 'postpone') story.due = after.due;
  if (details.calls !== undefined) story.calls = details.calls;
  if (details.facts !== undefined) story.facts = details.facts;
  return { ref, before, after, story };
}

/** Where a callee goes that was claimed but not dialled: back to where an attempt's count says it came from. */
export function undialledState(record: CalleeRecord): 'initial' | 'pending_retry' {
  return record.attempts === 0 ? 'initial' : 'pending_retry';
}

/**
 * A call that no move of ours led to: a task landed late and dialled before it was stopped. It counts as an
 * attempt and stands in the story; the state, whatever it is, stays.
 */
export function noteOrphanCall(
  ref: CalleeRef,
  before: CalleeRecord,
  details: {
    readonly now: Instant;
    readonly calls: readonly CallFacts[];
    /** The callee's attempts with those of the calls that count: what the provider declined does not. */
    readonly attempts: number;
    readonly batch: number;
  },
): CalleeMove {
  const { attempts } = details;
  return {
    ref,
    before,
    after: { ...before, attempts, version: (before.version + 1) % 256 },
    story: {
      at: details.now,
      from: before.state,
      to: before.state,
      reason: 'orphan_call',
      attempts,
      batch: details.batch,
      calls: details.calls,
    },
  };
}

/** What operators do to callees: each a move that says who asked, or undefined where there is nothing to do. */
import {
  type CalleeMove,
  type CalleeRecord,
  type CalleeRef,
  type CalleeState,
  moveCallee,
  undialledState,
} from './callee.ts';
import type { Instant } from './time.ts';

export type CalleeWish = 'retry_now' | 'give_up' | 'resume';

/** The states of callees that a wish may move. */
export const WISH_STATES: Readonly<Record<CalleeWish, readonly CalleeState[]>> = {
  retry_now: ['pending_retry', 'needs_attention', 'unanswered'],
  give_up: ['initial', 'pending_retry', 'needs_attention'],
  resume: ['needs_attention'],
};

/**
 * - `retry_now`: a callee that waits for its next attempt is due at once; one that needs attention, or has ended as
 *   unanswered, is called once more. Windows, caps and suppression lists hold all the same.
 * - `give_up`: a callee that waits, or needs attention, ends as unanswered.
 * - `resume`: a callee that needs attention waits for its next attempt, at once.
 *
 * Undefined for a callee in another state, for one that is due already, and where a further call would be one more than
 * `lifetime` allows: the cap would end it in another way than it ended.
 */
export function wishMove(
  wish: CalleeWish,
  ref: CalleeRef,
  before: CalleeRecord,
  { now, by, lifetime }: { readonly now: Instant; readonly by: string; readonly lifetime: number },
): CalleeMove | undefined {
  const { state } = before;
  if (!WISH_STATES[wish].includes(state)) return undefined;
  if (wish !== 'give_up' && before.attempts >= lifetime) return undefined;
  const facts = { by };
  const change = { due: 0, returns: 0 };
  if (wish === 'give_up')
    return moveCallee(ref, before, 'give_up', { now, reason: 'given_up_by_operator', facts });
  if (state === 'needs_attention') {
    const reason = wish === 'resume' ? 'resumed_by_operator' : 'retry_now_by_operator';
    return moveCallee(ref, before, 'resume', { now, reason, to: undialledState(before), change, facts });
  }
  const details = { now, reason: 'retry_now_by_operator', change, facts } as const;
  if (state === 'unanswered') return moveCallee(ref, before, 'reopen', details);
  return before.due <= now ? undefined : moveCallee(ref, before, 'hasten', details);
}

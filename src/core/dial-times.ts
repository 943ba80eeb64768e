/** When a callee was really dialled, by the line of its story that tells how an attempt ended. */
import type { CalleeState, CalleeStory } from './callee.ts';
import type { Reason } from './reasons.ts';
import type { Instant } from './time.ts';

/** It was with the provider, and nobody can tell what the provider did: that counts as a dial. */
const UNTOLD: ReadonlySet<Reason> = new Set([
  'task_vanished',
  'unknown_provider_state',
  'callee_missing_in_task',
]);

/** True while the callee is with a batch or a task, so that it may be dialled at any moment. */
export function mayBeDialled(state: CalleeState): boolean {
  return state === 'batched' || state === 'calling';
}

/**
 * The dials that a line of a story tells of: as many of its calls as cost an attempt (108 to 111 do not, reference
 * 3.6), the latest where not all do. A call whose time is not known counts as one of the moment at which it was told.
 */
export function dialTimesOf(line: CalleeStory, attemptsBefore: number): Instant[] {
  const known = (line.calls ?? []).map(({ startedAt = line.at }) => startedAt).sort((a, b) => a - b);
  const costly = Math.max(line.attempts - attemptsBefore, 0);
  const dials = costly === 0 ? [] : known.slice(-costly);
  while (dials.length < costly) dials.push(line.at);
  return dials.length === 0 && UNTOLD.has(line.reason) ? [line.at] : dials;
}

/** The dials of the callee in one batch, by its whole story; none where it was never dialled, or never in that batch. */
export function dialsInBatch(story: readonly CalleeStory[], batch: number): Instant[] {
  const ended = story.findLastIndex(
    (line) =>
      line.batch === batch && line.from !== undefined && mayBeDialled(line.from) && !mayBeDialled(line.to),
  );
  const line = story[ended];
  return line === undefined ? [] : dialTimesOf(line, story[ended - 1]?.attempts ?? 0);
}

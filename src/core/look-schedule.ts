import type { Instant } from './time.ts';

export interface LookBounds {
  readonly lookIntervalMin: number;
  readonly lookIntervalMax: number;
}

export interface TaskProgress {
  /** When the task began to dial, and now. */
  readonly since: Instant;
  readonly now: Instant;
  /** Callees that are over, of how many. */
  readonly over: number;
  readonly total: number;
}

/** Of the time elapsed: no look is further away than this, so that a slow task is still seen to move. */
const ELAPSED_SHARE_MAX = 0.25;
/** Of the time elapsed: no look is nearer than this, so that the tail of a task is not watched call by call. */
const ELAPSED_SHARE_MIN = 0.05;

/**
 * When to read a running task again. Calls of one task end at a steady rate, so its end can be foretold from what
 * is over by now; the next look is placed just behind it. A look that finds the task ended is the only one that a
 * task really needs.
 */
export function nextLookAt(progress: TaskProgress, bounds: LookBounds): Instant {
  const elapsed = Math.max(progress.now - progress.since, 1);
  const share = progress.over / Math.max(progress.total, 1);
  const remaining = share > 0 ? (elapsed * (1 - share)) / share : elapsed;
  const nearest = Math.max(bounds.lookIntervalMin, elapsed * ELAPSED_SHARE_MIN);
  const furthest = Math.max(bounds.lookIntervalMax, elapsed * ELAPSED_SHARE_MAX);
  return Math.ceil(progress.now + Math.min(Math.max(remaining, nearest), furthest));
}

/** When to ask again for call records that were late: soon at first, then ever further apart. */
export function nextRecordLookAt(waitsSince: Instant, now: Instant, bounds: LookBounds): Instant {
  const waited = Math.max(now - waitsSince, 0);
  return now + Math.min(Math.max(waited, bounds.lookIntervalMin), bounds.lookIntervalMax);
}

/** What a row says about when its callee is called: from when on, until when, and before whom. */
import type { CalleeRecord } from './callee.ts';
import { isCallable, isFinalCallee } from './callee.ts';
import {
  ROW_PRIORITY_DEFAULT,
  ROW_TIME_AMPLE,
  ROW_TIME_LOOK_AGAIN,
  ROW_TIME_SHORT,
  TASK_TIME_MIN,
} from './limits.ts';
import type { RetryDecision } from './retry-policy.ts';
import { fromSeconds, type Instant, SECOND, toSecondsUp } from './time.ts';

/** Whole seconds, so that they are stored as they were read. What is left out is as the campaign says. */
export interface RowLimits {
  /** Not called before. */
  readonly notBefore?: Instant;
  /** Never called from then on. */
  readonly notAfter?: Instant;
  /** 1 is called first, 5 last; 3 is left out. */
  readonly priority?: number;
}

/** The limits without what is left out, times in whole seconds inwards; undefined where nothing is left. */
export function rowLimits(limits: {
  readonly notBefore?: Instant | undefined;
  readonly notAfter?: Instant | undefined;
  readonly priority?: number | undefined;
}): RowLimits | undefined {
  const { notBefore, notAfter, priority } = limits;
  const known = {
    ...(notBefore !== undefined && { notBefore: fromSeconds(toSecondsUp(notBefore)) }),
    ...(notAfter !== undefined && { notAfter: fromSeconds(Math.floor(notAfter / SECOND)) }),
    ...(priority !== undefined && priority !== ROW_PRIORITY_DEFAULT && { priority }),
  };
  return Object.keys(known).length === 0 ? undefined : known;
}

/** What a record keeps of the limits of its row: its order among others, and that there is an end to look up. */
export function limitMarks(limits: RowLimits | undefined): Pick<CalleeRecord, 'priority' | 'timed'> {
  if (limits === undefined) return {};
  const { priority, notAfter } = limits;
  return { ...(priority !== undefined && { priority }), ...(notAfter !== undefined && { timed: true }) };
}

/** Where callees wait that are claimed together: those of a time zone, and of them those of a priority. */
export function dueLane({ zone, priority }: Pick<CalleeRecord, 'zone' | 'priority'>): string {
  return priority === undefined ? String(zone) : `${zone}.${priority}`;
}

/** The lanes of a time zone, the one that is claimed from first in front. */
export function dueLanes(zone: number): string[] {
  return [1, 2, 3, 4, 5].map((priority) =>
    dueLane(priority === ROW_PRIORITY_DEFAULT ? { zone } : { zone, priority }),
  );
}

/**
 * True where a task placed at `now` would have the least of time before `notAfter`. Undefined: it has no end.
 * A callee for which this is false will never be called again.
 */
export function isPlaceable(notAfter: Instant | undefined, now: Instant, leadTime: number): boolean {
  if (notAfter === undefined) return true;
  return notAfter - fromSeconds(toSecondsUp(now + leadTime)) >= TASK_TIME_MIN;
}

/** The last moment at which a task for the callee may be placed. */
export function lastPlacing(notAfter: Instant, leadTime: number): Instant {
  return notAfter - TASK_TIME_MIN - leadTime;
}

/** A retry that would come after the callee's time is none. */
export function limitRetry(
  decision: RetryDecision,
  notAfter: Instant | undefined,
  leadTime: number,
): RetryDecision {
  if (decision.kind !== 'retry' || isPlaceable(notAfter, decision.dueAt, leadTime)) return decision;
  return { kind: 'exhaust', reason: 'no_window_left' };
}

/** How much time is left, in classes; 0 is enough for any task. */
function timeClass(notAfter: Instant | undefined, now: Instant): number {
  const left = (notAfter ?? Number.POSITIVE_INFINITY) - now;
  if (left >= ROW_TIME_AMPLE) return 0;
  return 1 + Math.floor(Math.log2(ROW_TIME_AMPLE / Math.max(left, ROW_TIME_SHORT)));
}

/**
 * Which of the callees that are due go into one task with the first, since a task ends for all of them at once:
 * indexes in order, and when the task must end. `notAfters`: one per callee.
 */
export function sharers(
  notAfters: readonly (Instant | undefined)[],
  now: Instant,
): { readonly indexes: readonly number[]; readonly notAfter: Instant | undefined } {
  const wanted = timeClass(notAfters[0], now);
  const indexes = [...notAfters.keys()].filter((index) => timeClass(notAfters[index], now) === wanted);
  const ends = indexes.flatMap((index) => notAfters[index] ?? []);
  return { indexes, notAfter: ends.length === 0 ? undefined : Math.min(...ends) };
}

/** A callee with the end of its row's time. */
export interface TimedCallee {
  readonly record: CalleeRecord;
  readonly notAfter: Instant;
}

/** True for one that waits though its time is over: it is ended. */
export function isTimeOver({ record, notAfter }: TimedCallee, now: Instant): boolean {
  return isCallable(record.state) && notAfter <= now;
}

/**
 * When to look at these callees again for one whose time is over; undefined where none is left that could be called.
 * One that is in a call, or waits for a person, though its time is over is looked at again after a while.
 */
export function nextTimeLook(callees: readonly TimedCallee[], now: Instant): Instant | undefined {
  const times = callees
    .filter(({ record }) => !isFinalCallee(record.state))
    .map(({ notAfter }) => (notAfter > now ? notAfter : now + ROW_TIME_LOOK_AGAIN));
  return times.length === 0 ? undefined : Math.min(...times);
}

/** Bounds of what single rows say about when their callees are called. Each with the reason for its value. */
import { HOUR, MINUTE } from '../time.ts';

/** Different texts of times kept while a list is read: lists repeat a few hundred, and reading one costs microseconds. */
export const ROW_TIMES_KEPT_MAX = 10_000;

/** Callees that need not be called before or after others. */
export const ROW_PRIORITY_DEFAULT = 3;

/**
 * Callees whose time ends after this much are placed together with those whose time does not end: hardly a task takes
 * longer, and one that does gives its last callees back. What ends sooner is placed with what ends about as soon,
 * within a factor of two down to the shorter time: six kinds of tasks at most, and none is cut short for one callee.
 */
export const ROW_TIME_AMPLE = 4 * HOUR;
export const ROW_TIME_SHORT = 15 * MINUTE;

/** Pages that one sweep looks through for callees whose time is over: some tens of milliseconds. */
export const ROW_TIME_PAGES_PER_SWEEP = 32;

/** Until a page is looked at again on which a callee is in a call, or waits for a person, though its time is over. */
export const ROW_TIME_LOOK_AGAIN = MINUTE;

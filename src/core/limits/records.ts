import { HOUR } from '../time.ts';

/**
 * Records of applications with number protection come unfiltered (reference 2.3), so the time is read in pieces of
 * this length, the newest first. Twice the padding of a window: the newest piece then has an hour of calls in it.
 */
export const PROTECTED_WINDOW = 2 * HOUR;

/** Pages of such a piece: 20,000 calls in two hours, more than 50 numbers of one channel make. */
export const PROTECTED_PAGES_MAX = 200;

/** Records kept for the next who asks: at some 500 bytes each about 10 MB, and more than an hour of calls. */
export const PROTECTED_RECORDS_KEPT_MAX = 20_000;

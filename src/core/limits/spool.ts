/** Bounds of the spool. Each with the reason for its value. */
import { DAY } from '../time.ts';

/** Files of the spool that one cleaning looks at: each costs a read of its import, and thousands would mean that none is ever taken. */
export const SPOOL_ENTRIES_PER_CLEANING = 2_000;

/** How long the file of a failed import stays for whoever looks for what was wrong with it. Importing it again brings it anew. */
export const SPOOL_FAILED_KEPT = 30 * DAY;

/** How long a file stays of which no import is known, or that was never finished. No upload takes that long. */
export const SPOOL_UNKNOWN_KEPT = DAY;

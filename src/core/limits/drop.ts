/** Bounds of the drop folder. Each with the reason for its value. */
import { HOUR, SECOND } from '../time.ts';

/**
 * How long a dropped file must lie untouched before it is taken for whole. Copies over a network stall for some
 * seconds; a list that is taken too early may end in half a number, one that is taken later only waits.
 */
export const DROP_SETTLE = 5 * SECOND;

/** Times the settle time that a dropped file must rest when it ends where a writer seldom stops, as in the middle of a line. */
export const DROP_SETTLE_UNFINISHED = 3;

/** Bytes of a dropped list: six million rows of 80 bytes. More is a wrong file rather than a list of people. */
export const DROP_BYTES_MAX = 512 * 1024 * 1024;

/** Bytes of a campaign file, which is read into memory. The largest in use have some kilobytes. */
export const CAMPAIGN_FILE_BYTES_MAX = 1024 * 1024;

/** Between two looks into the drop folder that nothing asked for: finds what the file system did not tell. */
export const DROP_LOOK_INTERVAL = 10 * SECOND;

/** Between a sign of change and the look at it, so that a file being written does not cause a look per write. */
export const DROP_LOOK_DELAY = 100;

/** Times the length of a look that passes before the next one. */
export const DROP_LOOK_REST = 4;

/** Between two readings of the imports that dropped files have become. */
export const DROP_FOLLOW_INTERVAL = 500;

/** After a fault that may pass (Redis away, disk full), until a dropped file is tried again. */
export const DROP_RETRY = 5 * SECOND;

/** Dropped files that are copied to the spool, or put away, at the same time: half of the threads Node has for files. */
export const DROP_WORK_MAX = 2;

/**
 * Imports of dropped files that are followed at once; other files wait in the folder. Each has a copy in the spool, and
 * lists are read one after the other anyway.
 */
export const DROP_FOLLOWED_MAX = 100;

/** Imports of dropped files that are read from the store at the same time. */
export const DROP_READS_MAX = 16;

/** Files of one name in a done or failed folder. One a day for 27 years; more, and somebody copies in a loop. */
export const DROP_NAMES_MAX = 10_000;

/** How long an unfinished file of ours may lie in a done or failed folder before it is a crash's leftover. */
export const DROP_PASSING_KEPT = HOUR;

/** Bytes of a file's name that every common file system takes. */
export const FILE_NAME_BYTES_MAX = 255;

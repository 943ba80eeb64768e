import { HOUR, MINUTE, SECOND } from '../time.ts';

/** Pages of one list of the account (numbers, audios) that are read: 20 or 50 entries each, so some thousand. */
export const ACCOUNT_PAGES_MAX = 100;

/** Entries of a page of numbers: the provider's default, since what it does with larger ones is undocumented (reference 2.4). */
export const NUMBERS_PAGE = 20;

/** A package or number that ends so soon after a campaign is expected to end is warned about. */
export const EXPIRY_MARGIN = 24 * HOUR;

/** Attempts from which on the outcomes of a campaign itself, and no assumption, tell how its next ones will end. */
export const OUTCOMES_LEARNT_MIN = 200;

/** Of these, how many must be of one number of attempt for it to have outcomes of its own: the third ends otherwise than the first. */
export const OUTCOMES_OF_ATTEMPT_MIN = 100;

/** Recent calls from which on their length is that of the next ones. */
export const CALLS_LEARNT_MIN = 50;

/** What is assumed of calls while nothing is known: settings, since only the operator knows whom they call. */
export const ASSUMED_ANSWERED_PERCENT = 45;
export const ASSUMED_DEAD_PERCENT = 3;
export const ASSUMED_ANSWERED_TIME = MINUTE;
export const ASSUMED_MISSED_TIME = 30 * SECOND;

/** Calls at a time of an own number, whose trunk nobody but its carrier knows, where the campaign file names none. */
export const ASSUMED_CHANNELS = 30;

/** How far off what was assumed may be, and what was learnt, beside the chance of a sample: shares of the value. */
export const ASSUMED_SPREAD = 0.25;
export const LEARNT_SPREAD = 0.05;

/**
 * A forecast plays a campaign in steps. Finer ones than the shortest tell nothing, longer ones than the longest blur
 * the ends of windows, and more than this many take longer than anybody waits.
 */
export const FORECAST_STEP_MIN = 5 * SECOND;
export const FORECAST_STEP_MAX = 5 * MINUTE;
export const FORECAST_STEPS_MAX = 40_000;
/** Steps that the time with calls is cut into, as long as that keeps them between the two. */
export const FORECAST_STEPS_WANTED = 600;

/** Callees that a forecast reads at a time. */
export const FORECAST_CALLEES_READ = 20_000;

/** Sound files that a campaign file may name: an IVR plays a handful. */
export const CAMPAIGN_AUDIOS_MAX = 50;

/** Dials of a callee that a forecast remembers: no cap preset counts more at a time. */
export const FORECAST_DIALS_KEPT_MAX = 6;

/** Times that a forecast puts a due time off, by a cap and by a window in turn, until what it is then counts. */
export const FORECAST_PUT_OFF_MAX = 4;

/** Cohorts taken off a list of a forecast before the place that they took is given back. */
export const FORECAST_TAKEN_MAX = 1_000;

/** Numbers that doctor names when they are out of order; a large account may have hundreds. */
export const NUMBERS_NAMED_MAX = 5;

/** Bounds of caps across campaigns and of the ledger that they are counted in. Each with the reason for its value. */
import { DAY, MINUTE, SECOND } from '../time.ts';

/** The provider's own caps per callee, over all callers of the account (reference 3.6). */
export const PLATFORM_CAPS = [
  { calls: 5, per: DAY },
  { calls: 3, per: 5 * MINUTE },
] as const;

/** The longest period that a cap may count over: a month of 31 days. Dials are remembered for this long. */
export const CAP_PERIOD_MAX = 31 * DAY;

/** Dials that a cap may allow, and rolling caps of one campaign. More is a slip of the pen rather than a cap. */
export const CAP_CALLS_MAX = 1_000;
export const ROLLING_CAPS_MAX = 8;

/** Times of dials come in whole seconds, rounded down: a dial may have begun up to this much later than it says. */
export const DIAL_TIME_GRAIN = SECOND;

/**
 * How long a reservation is believed without asking. Most calls are over by then; for a task that goes on the sweep
 * asks its callees' records, which costs one reading per batch. After a crash a number waits no longer than this.
 */
export const DIAL_LEASE = 30 * MINUTE;

/** A callee that waits for what becomes of a reservation is looked at again no sooner than this: it would only wait on. */
export const CAP_LOOK_MIN = 5 * MINUTE;

/** A batch that was claimed longer ago than this has its reservations looked at once more before it is submitted. */
export const DIALS_FRESH = 30 * SECOND;

/** Claims with overdue reservations that one sweep settles: some hundred callees each. */
export const OVERDUE_CLAIMS_PER_SWEEP = 8;

/**
 * How long after the end of its lease a claim must have been settled or renewed: hundreds of sweeps. One
 * that is older is looked after by nobody, and keeps its numbers from being called. Claims that an audit reads.
 */
export const DIALS_OVERDUE_MAX = 30 * MINUTE;
export const OVERDUE_CLAIMS_PER_AUDIT = 1_000;

/**
 * Parts of the ledger, each on a cluster slot of its own. A claim of some hundred callees asks each once, and that is
 * half of what it costs, so there are no more than a cluster can use. A divisor of 64, since one digit tells the part.
 * Part of the stored format: with other parts, earlier dials would not be found.
 */
export const LEDGER_SHARDS = 8;

/**
 * Dials per bucket of a day on average, and twice as many in one that waits for its split. More would save a few bytes
 * per dial, and make each look-up read as much longer.
 */
export const LEDGER_BUCKET_RECORDS = 16;

/** Numbers that one script compares and writes: under two milliseconds in which Redis does nothing else. */
export const LEDGER_NUMBERS_PER_SCRIPT = 256;

/** How long a day of the ledger is kept after its last dial: the longest period, the day itself, and one to spare. */
export const LEDGER_DAY_KEPT = CAP_PERIOD_MAX + 2 * DAY;

/** Difference between the clocks of processes, and of the provider, for which the day to come is looked at too. */
export const LEDGER_CLOCK_SKEW = 10 * MINUTE;

/**
 * Times that a reservation is decided anew because somebody else reserved or settled the same number first. Each time one
 * of them gets through; a dozen dispatchers of campaigns that share a list may all want the same numbers at once.
 */
export const LEDGER_TRIES_MAX = 60;

/** So many tries follow each other at once; from then on each waits a little longer, by chance, so that they part. */
export const LEDGER_TRIES_AT_ONCE = 3;
export const LEDGER_TRY_PAUSE_MAX = 30;

/** Claims with reservations that one process remembers: what they allow never changes, so this only stops a leak. */
export const LEDGER_CLAIMS_KEPT_MAX = 4_096;

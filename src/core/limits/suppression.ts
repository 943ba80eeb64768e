/** Bounds of suppression lists. Each with the reason for its value. */
/**
 * Parts of a suppression list, each on a cluster slot of its own, so that a large list spreads. A look-up asks each
 * once, whatever the number of callees. Part of the stored format: a change needs the lists to be imported again.
 */
export const SUPPRESSION_SHARDS = 8;

/**
 * Entries per bucket of a suppression list on average. A bucket that waits for its split holds up to twice as many,
 * which stays far below the 128 up to which every Redis keeps a hash a listpack. More would save a byte per entry and
 * make each look-up read longer.
 */
export const SUPPRESSION_BUCKET_ENTRIES = 32;

/** Numbers that one script looks up or adds: one or two milliseconds in which Redis does nothing else. */
export const SUPPRESSION_NUMBERS_PER_SCRIPT = 256;

/** Characters of the base64url text kept of a number's HMAC-SHA256: 72 bits, so that ten million entries meet a stranger once in 10^14 look-ups. */
export const SUPPRESSION_DIGEST_CHARACTERS = 12;

/** Characters of the key of hashed lists, at least: numbers are few enough to be guessed through a weak one. */
export const SUPPRESSION_KEY_MIN = 32;

/**
 * Different reasons that rows of one file may have of their own. Each is stored once, but a file with a sentence per
 * number would store as many; numbers beyond this are listed all the same, for the reason of the file.
 */
export const SUPPRESSION_OWN_REASONS_MAX = 500;

/** Numbers of a file gathered before they are stored where their reasons differ, since those of one are stored together. */
export const SUPPRESSION_ROWS_TOGETHER = 8_192;

/** Characters of the reason of an entry. */
export const SUPPRESSION_REASON_MAX = 200;

/** Lines of a suppression list's trail. */
export const SUPPRESSION_TRAIL_MAX = 10_000;

/** Different causes of entries kept in memory by one process. There is one per file imported, so this only stops a leak. */
export const SUPPRESSION_CAUSES_KEPT_MAX = 10_000;

/** Buckets of a part that one sweep looks through for expired entries, and lists of which it does: some milliseconds per sweep. */
export const SUPPRESSION_BUCKETS_PER_SWEEP = 16;
export const SUPPRESSION_LISTS_PER_SWEEP = 4;

/** Buckets of a part that are read at a time when a list is shown or cleared. */
export const SUPPRESSION_BUCKETS_PER_READ = 64;

/** Rejected rows of a suppression list's import that its JSON document names; the rest are counted. */
export const SUPPRESSION_REJECTIONS_SHOWN_MAX = 1_000;

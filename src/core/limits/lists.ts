/** Bounds of lists: what is read, held and refused. Each with the reason for its value. */
/** Columns of a list, and characters of one row: what is longer is refused as a row, not held in memory. */
export const COLUMNS_MAX = 200;
export const ROW_CHARACTERS_MAX = 100_000;

/** Rejected rows kept with their cells per stored block. */
export const REJECTIONS_PER_BLOCK = 1_000;

/** Bytes read from a list at a time: some hundreds of rows, so that a worker turns to its other work every few milliseconds. */
export const LIST_READ_BYTES = 64 * 1_024;

/** Characters kept of a stretch that is no row: enough for a person to find it, little enough to store. */
export const BROKEN_ROW_CHARACTERS_KEPT = 1_000;

/**
 * Steps of one import that may be on their way to the store at once: compressing a page and storing the one
 * before it overlap with reading the next, and a few pages are all that memory holds.
 */
export const IMPORT_STEPS_IN_FLIGHT = 4;

/** Characters of a number's cell that are looked at: far more than any number with its decoration needs. */
export const NUMBER_CHARACTERS_MAX = 100;

/** Lines of rows not taken that are written in one go. */
export const ERROR_LINES_PER_BLOCK = 500;

/** Bytes that a packed list may unpack to: some fifty million rows. More is a file made to fill a disk. */
export const LIST_UNPACKED_BYTES_MAX = 4 * 1_024 ** 3;

/**
 * Bytes of lines with letters beyond ASCII from which an encoding is told: some thousand rows, and less than a
 * hundredth of a second of work.
 */
export const ENCODING_SAMPLE_BYTES = 64 * 1_024;

/** Records from which the delimiter is told. */
export const DELIMITER_RECORDS = 100;

/** Lines above the header that may hold a title, a single filled cell each. */
export const TITLE_LINES_MAX = 5;

/** Bytes of the parts of a workbook beside its sheets (names, formats), which are held as a whole. */
export const WORKBOOK_PART_BYTES_MAX = 32 * 1_024 ** 2;

/** Characters of all shared texts of a workbook, which its cells point into: some 150 MB of memory at most. */
export const SHARED_TEXT_CHARACTERS_MAX = 48 * 1_024 ** 2;

/** Shared texts of a workbook, counted as characters beside their own. */
export const SHARED_TEXT_OVERHEAD = 16;

/** Pages of which the row numbers are kept while rejections are read: 4 KB each, so a list of four million is held whole. */
export const ROW_PAGES_KEPT_MAX = 4_096;

/**
 * Rows of an update that are compared together. Callees are stored by page, and a file in another order than the
 * lists before it touches most pages with each of these; a few megabytes of rows wait meanwhile.
 */
export const UPDATE_ROWS_TOGETHER = 16_384;

/** Numbers that are looked up at once: each is a command of its own, and thousands that wait cost the collector dearly. */
export const NUMBERS_PER_LOOK = 1_024;

/** Rows that a dry run names with their reasons; the rest are counted. */
export const DRY_RUN_REASONS_MAX = 10;

/**
 * Lines of one block (64 KB) with bytes that mean nothing in the encoding of the file, from which on they may be no
 * damage but another encoding. Fewer cost their own rows only.
 */
export const DAMAGED_LINES_MIN = 10;

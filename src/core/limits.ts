/**
 * Every bound in the system, each with the reason for its value. Bounds that an operator may turn are
 * settings (config.ts) whose defaults stand here.
 */
import { DAY, HOUR, MINUTE, SECOND } from './time.ts';

export * from './limits/api-client.ts';
export * from './limits/calling.ts';
export * from './limits/caps.ts';
export * from './limits/drop.ts';
export * from './limits/http.ts';
export * from './limits/jobs.ts';
export * from './limits/lists.ts';
export * from './limits/metrics.ts';
export * from './limits/pacing.ts';
export * from './limits/preflight.ts';
export * from './limits/push.ts';
export * from './limits/records.ts';
export * from './limits/redis.ts';
export * from './limits/row-limits.ts';
export * from './limits/spool.ts';
export * from './limits/suppression.ts';
export * from './limits/webhooks.ts';

/** Callees of one page. 1,024 rows deflate well, a page is read in under 2 ms, and a script that touches one stays short. */
export const PAGE_SLOTS = 1_024;

/** Bytes of one stored state record. */
export const RECORD_BYTES = 16;

/**
 * Callees per number-index bucket on average when it is opened: few enough that Redis keeps it a listpack (limit 128)
 * and finds a number in it soon, and enough that the key of a bucket costs four bytes a callee.
 */
export const INDEX_BUCKET_CALLEES = 32;

/** Pages that an importer stores before it asks again how full the number index is, which others may fill meanwhile. */
export const INDEX_PAGES_PER_ANSWER = 16;

/**
 * Width of a bucket of due callees. One delayed job per campaign and bucket, so it is what callees wait for others at
 * most; the exact due time is in the record.
 */
export const DUE_BUCKET = 5 * MINUTE;

/** UUI of a callee, in bytes of UTF-8. The provider documents 1024 for its sibling actions (reference 3.2). */
export const UUI_BYTES_MAX = 1_024;

/**
 * Callees per task. The provider documents no cap, but a reading returns every callee unpaged (reference 2.1):
 * some hundreds keep it small. The maximum keeps a request under 10 MB and a reply under 50 MB.
 */
export const CAMPAIGN_BATCH_CALLEES_DEFAULT = 500;
export const CAMPAIGN_BATCH_CALLEES_MAX = 5_000;

/** Callees that one stored change may move: bounds the time a script holds Redis. */
export const MOVES_PER_CHANGE_MAX = 5_000;

/** Session ids in one request for call records: the page holds at most 100 (reference 2.3). */
export const RECORDS_PER_REQUEST_MAX = 100;

/** Requests per second and action for the whole account (reference section 2), and the share kept for look-ups of doubt. */
export const REQUESTS_PER_SECOND = 20;
export const REQUESTS_RESERVED_FOR_DOUBT = 2;

/** Total time for one provider request, from the call to the parsed reply. */
export const REQUEST_DEADLINE = 15 * SECOND;

/** After the deadline of a submission, how long until another process may call it in doubt. Covers clock differences. */
export const SUBMISSION_GRACE = 15 * SECOND;

/** Between two clean look-ups that find a name absent. How late a created task may be listed is unknown (reference 7). */
export const QUIET_PERIOD = 60 * SECOND;

/** How long we ask for a call record that does not come. Its delay is undocumented (reference 3.5). */
export const RECORD_WAIT_MAX = 15 * MINUTE;

/** Times in a row that a callee may come back undialled before a person must look. */
export const RETURNS_MAX = 10;

/** Between two runs of the sweep that finds whatever a lost wake-up left behind. */
export const SWEEP_INTERVAL = 5 * SECOND;

/** Between two readings of one task: never sooner, never later. */
export const LOOK_INTERVAL_MIN = 2 * SECOND;
export const LOOK_INTERVAL_MAX = 5 * MINUTE;

/** Between two listings of all tasks, which find orphans. */
export const TASK_LIST_INTERVAL = 30 * SECOND;

/** Tasks per page of the task list: the provider's cap is undocumented, its sample uses 10. */
export const TASK_LIST_PAGE = 100;

/**
 * Past the end of a task's time, how long until it is stopped if it does not say that it has ended. Calls that began
 * before go on for minutes, and clocks may differ by as much.
 */
export const TASK_LATE_MAX = 5 * MINUTE;

/** Past the end of a task's time, how long it may stay unfinished before its callees are parked. */
export const TASK_OVERDUE_MAX = 2 * HOUR;

/**
 * Time between a granted request and its arrival at the provider that the request quota allows for. Grants are
 * spaced so that arrivals which bunch up by this much still stay within the quota of any sliding second.
 */
export const REQUEST_ARRIVAL_JITTER = 50;

/** What a request keeps of its deadline for itself: waiting for quota may use the rest, so that nothing is sent too late to be answered. */
export const REQUEST_SEND_TIME_MIN = 5 * SECOND;

/** Bytes of one request. The provider takes 10 MB (reference 1.1); the rest is room for a client that escapes more than we count. */
export const REQUEST_BYTES_MAX = 9_500_000;

/** Connections to the provider per process: the quota of all campaign actions together keeps far fewer busy. */
export const PROVIDER_SOCKETS_MAX = 24;

/** How long an idle connection is kept. Shorter than common gateways do, so that it is seldom theirs to close under a request. */
export const PROVIDER_SOCKET_IDLE_MAX = 4 * SECOND;

/** Sendings of one reading request within its deadline, and the first pause between them (doubled each time). */
export const READ_SENDINGS_MAX = 4;
export const READ_BACKOFF = 250;

/** After a refusal for too many requests: the quota counts per second (reference section 2). */
export const RATE_LIMITED_PAUSE = SECOND;

/** After a request that never left (no connection, no name), until the same may be tried again. */
export const UNREACHABLE_PAUSE = 2 * SECOND;

/** Added to both ends of the time window of call records: which of a record's times it filters on is undocumented (reference 7). */
export const RECORD_WINDOW_PAD = HOUR;

/** The provider refuses windows of 90 days or more and anything older than 180 days (reference 2.3); both with an hour to spare. */
export const RECORD_WINDOW_MAX = 90 * 24 * HOUR - HOUR;
export const RECORD_AGE_MAX = 180 * 24 * HOUR - HOUR;

/** Pages read of one request for call records: one holds all; more only if a session has several records. */
export const RECORD_PAGES_MAX = 5;

/**
 * Hours in which we call when a campaign file names no windows: the provider's own dialling hours for its numbers
 * (reference 3.6). A file that forgot its windows must not ring people at three in the morning.
 */
export const WINDOW_DEFAULT_FROM = '08:00';
export const WINDOW_DEFAULT_TO = '21:00';

/** How far ahead an opening is looked for, and the furthest closing that is named: a year and a month of holidays. */
export const OPENING_HORIZON = 400 * DAY;

/** Days of openings computed at once, and such blocks kept per campaign and zone: some 1,000 days in a few kilobytes. */
export const OPENING_BLOCK_DAYS = 16;
export const OPENING_BLOCKS_KEPT_MAX = 64;

/** Time zones whose offsets are kept in memory. The IANA list has about 600 names, so this only stops a leak. */
export const ZONES_KEPT_MAX = 1_000;

/**
 * Spread of retries, so that a thousand equal ones do not fire in one second: at most this share of the delay and
 * this long, and none for a delay so short that the spread would be its larger part.
 */
export const RETRY_SPREAD_SHARE = 0.1;
export const RETRY_SPREAD_MAX = 5 * MINUTE;
export const RETRY_SPREAD_DELAY_MIN = 5 * SECOND;

/** Violations that an audit keeps word for word; the rest are counted per rule, so that a broken store cannot fill memory. */
export const VIOLATIONS_KEPT_MAX = 1_000;

/** Times that a change is decided anew because another process changed the same record first, before giving up. */
export const CHANGE_TRIES_MAX = 8;

/** Bytes of a UUI left free where the campaign appends our callee id: 48 + 2 + 15 characters, and some to set it off. */
export const UUI_KEY_BYTES_MAX = 72;

/**
 * How long a due callee may wait for others, so that retries that fall due one by one do not become tasks of one
 * callee each. A call or two a second, of which half are missed, make half a batch in this time; it is no longer
 * than retries are spread anyhow, and a batch that is full never waits.
 */
export const BATCH_GATHER = 5 * MINUTE;

/** A task must have at least this long between its start and its end, else its batch waits for the next opening. */
export const TASK_TIME_MIN = 5 * SECOND;

/** After the provider said that a limit of the account is used up: how long until the same batch is offered again. */
export const QUOTA_RETRY = 15 * MINUTE;

/** After a refusal for certain that named no time of its own. */
export const REFUSED_RETRY = 2 * SECOND;

/** Refusals of one batch in a row, some seconds apart, from which on the campaign says that it is held back. */
export const REFUSALS_TOLD_FROM = 5;

/** Between two look-ups of a submission in doubt while the list cannot be read. */
export const LOOKUP_RETRY = 5 * SECOND;

/** Batches of one campaign that are submitted, or tasks that are read, at the same time by one process. */
export const REQUESTS_IN_PARALLEL = 4;

/** Callees that one step of the retry pipeline or of the sweep decides. */
export const DECISIONS_PER_CHANGE = 2_000;

/** Times that a change is decided anew when another process was faster, before the work is left to the next wake-up. */
export const STALE_RETRIES_MAX = 5;

/** How long calls that a running task already ended may wait until a full request of call records is together. */
export const RECORD_GATHER = MINUTE;

/** Time until the first reading of a task about whose kind nothing is known yet. */
export const FIRST_LOOK = 30 * SECOND;

/** How often the command line redraws a progress bar, and how often it writes a line where there is no terminal. */
export const PROGRESS_BAR_INTERVAL = 100;
export const PROGRESS_LINE_INTERVAL = 5 * SECOND;

/** How often the command line looks again when it waits for an import or watches a campaign. */
export const CLI_LOOK_INTERVAL = 500;

/** How long an import may wait untouched before the command line says that nobody seems to be reading. */
export const INGEST_SILENCE_MAX = 10 * SECOND;

/** Difference between our clock and another that doctor warns about; signatures fail at five minutes (reference 1.1). */
export const CLOCK_SKEW_WARN = 5 * SECOND;

/** Time zones of one campaign: a callee's record holds the index in one byte. */
export const CAMPAIGN_ZONES_MAX = 256;

/** Pages of the task list in a row that bring no task not seen before, until the reading is given up. */
export const LIST_PAGES_IN_VAIN_MAX = 3;

/**
 * How long after a submission was given up the task list is read at every turn, since a create may land late, and the
 * newest batches of a campaign that are looked at for such a one. Nothing is known of a create that landed after
 * minutes, let alone an hour.
 */
export const ORPHAN_RISK_TIME = HOUR;
export const ORPHAN_RISK_BATCHES_MAX = 200;

/** The task list is read this often even where nothing is at risk. It has a request for every hundred tasks ever made. */
export const TASK_LIST_ROUTINE = 6 * HOUR;

/** Between two looks at a task that was stopped for a suppressed callee: its other callees wait for its end. */
export const STOPPED_LOOK_INTERVAL = 5 * SECOND;

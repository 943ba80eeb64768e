/**
 * Every bound in the system, each with the reason for its value. Bounds that an operator may turn are
 * settings (config.ts) whose defaults stand here.
 */
import { DAY, HOUR, MINUTE, SECOND } from './time.ts';

/** Callees of one page. 1,024 rows deflate well, a page is read in under 2 ms, and a script that touches one stays short. */
export const PAGE_SLOTS = 1_024;

/** Bytes of one stored state record. */
export const RECORD_BYTES = 16;

/** Callees per number-index bucket on average when it is opened: small enough that Redis keeps it a listpack (limit 128). */
export const INDEX_BUCKET_CALLEES = 64;

/** Width of a bucket of due callees. One delayed job per campaign and bucket; the exact due time is in the record. */
export const DUE_BUCKET = MINUTE;

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

/** Past the end of a task's time, how long it may stay unfinished before its callees are parked. */
export const TASK_OVERDUE_MAX = 2 * HOUR;

/** Columns of a list, and characters of one row: what is longer is refused as a row, not held in memory. */
export const COLUMNS_MAX = 200;
export const ROW_CHARACTERS_MAX = 100_000;

/** Rejected rows kept with their cells per stored block. */
export const REJECTIONS_PER_BLOCK = 1_000;

/**
 * Finished jobs kept per queue for an operator to look at, and for how long (seconds). All state is in the
 * store, so what is dropped here loses nothing; failed ones are kept longer because somebody wants to read them.
 */
export const JOBS_COMPLETED_KEPT = 500;
export const JOBS_COMPLETED_KEPT_SECONDS = 24 * 3_600;
export const JOBS_FAILED_KEPT = 1_000;
export const JOBS_FAILED_KEPT_SECONDS = 7 * 24 * 3_600;

/** Redeliveries of one job after a fault that may pass, and the first pause between them (doubled each time, with jitter). */
export const JOB_DELIVERIES_MAX = 4;
export const JOB_BACKOFF = 2 * SECOND;

/** A worker renews its hold on a job at half this time; a worker that died holds it no longer than this. */
export const JOB_LOCK = 30 * SECOND;

/** How often workers look for jobs whose worker died, and how often one job may be taken over before it fails. */
export const JOB_STALLED_INTERVAL = 15 * SECOND;
export const JOB_STALLS_MAX = 3;

/** Lines of a job's log and events of a queue that are kept: what an operator reads, not an archive. */
export const JOB_LOG_LINES_MAX = 200;
export const QUEUE_EVENTS_MAX = 1_000;

/** Characters of a fault that are stored with a failed job: enough to know it, and a job stays small. */
export const JOB_FAULT_CHARACTERS_MAX = 2_000;

/** How long a stop waits for running jobs, and then, once told to end, for their last step. */
export const DRAIN_WAIT_MAX = 20 * SECOND;
export const DRAIN_ABORT_WAIT_MAX = 5 * SECOND;

/** How often a process sees to it that the schedules of the sweep and the task list still exist. */
export const SCHEDULE_CHECK_INTERVAL = MINUTE;

/** Bytes read from a list at a time: some hundreds of rows, so that a worker turns to its other work every few milliseconds. */
export const LIST_READ_BYTES = 64 * 1_024;

/** Characters kept of a stretch that is no row: enough for a person to find it, little enough to store. */
export const BROKEN_ROW_CHARACTERS_KEPT = 1_000;

/**
 * Steps of one import that may be on their way to the store at once: compressing a page and storing the one
 * before it overlap with reading the next, and a few pages are all that memory holds.
 */
export const IMPORT_STEPS_IN_FLIGHT = 4;

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

/** How long a start waits for Redis to answer; longer, and the cause is not a slow network. */
export const REDIS_CONNECT_MAX = 5 * SECOND;

/** Silence after which a connection with a command under way is given up: a blocking command waits 10 s at most. */
export const REDIS_SILENCE_MAX = 10 * SECOND;
export const REDIS_SILENCE_BLOCKING_MAX = 30 * SECOND;

/** Reconnections that a command waits for, at most 2 s apart: a restart of Redis is ridden out, an outage is reported. */
export const REDIS_RECONNECTS_MAX = 10;

/** The private Redis: until it answers at all, until it has read a large append-only file, and until it is down. */
export const EMBEDDED_START_MAX = 10 * SECOND;
export const EMBEDDED_LOAD_MAX = 5 * MINUTE;
export const EMBEDDED_STOP_MAX = 30 * SECOND;

/** A start holds the lock for less than loading takes; waiting for it may take as long. */
export const EMBEDDED_LOCK_STALE = 6 * MINUTE;
export const EMBEDDED_LOCK_WAIT_MAX = 6 * MINUTE;

/** Bytes of a unix socket's path that every system takes: the limit is 104 (macOS) or 108 (Linux) with its end. */
export const SOCKET_PATH_BYTES_MAX = 100;

/** Bytes of a UUI left free where the campaign appends our callee id: 48 + 2 + 15 characters, and some to set it off. */
export const UUI_KEY_BYTES_MAX = 72;

/**
 * How long a due callee may wait for others, so that retries that fall due one by one do not become tasks of one
 * callee each. Half a minute is nothing to a person and most of a batch to the provider's request quota.
 */
export const BATCH_GATHER = 30 * SECOND;

/** A task must have at least this long between its start and its end, else its batch waits for the next opening. */
export const TASK_TIME_MIN = 5 * SECOND;

/** After the provider said that a limit of the account is used up: how long until the same batch is offered again. */
export const QUOTA_RETRY = 15 * MINUTE;

/** After a refusal for certain that named no time of its own. */
export const REFUSED_RETRY = 2 * SECOND;

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

/** Characters of a number's cell that are looked at: far more than any number with its decoration needs. */
export const NUMBER_CHARACTERS_MAX = 100;

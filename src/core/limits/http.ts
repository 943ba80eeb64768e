/** Bounds of the HTTP API. Each with the reason for its value. */
import { DAY, HOUR, MINUTE, SECOND } from '../time.ts';

/** Bytes of a JSON body. A campaign file has some kilobytes; lists are uploads, which have a bound of their own. */
export const HTTP_BODY_BYTES_MAX = 1024 * 1024;

/** How long a JSON body may take: a minute for a megabyte is a bad line, longer is somebody who holds connections. */
export const HTTP_BODY_TIME_MAX = MINUTE;

/** Bytes of an uploaded list: as of a dropped one. */
export const HTTP_UPLOAD_BYTES_MAX = 512 * 1024 * 1024;

/** How long an upload may bring nothing before it is given up: longer than a mobile network is lost in a tunnel. */
export const HTTP_UPLOAD_SILENCE_MAX = MINUTE;

/**
 * How long the rest of a refused upload is still taken and thrown away, so that a client that writes first and reads
 * afterwards gets to the answer. One that goes on sees its connection end.
 */
export const HTTP_REFUSED_TIME_MAX = 10 * SECOND;

/**
 * How long a connection may be silent: an audit of millions, or a long list of numbers to suppress, is answered only when
 * it is done. Idle connections between requests are closed sooner, by Node.
 */
export const HTTP_SILENCE_MAX = 15 * MINUTE;

/** Entries of a list per reply: some tens of kilobytes by default, below a megabyte at most. */
export const HTTP_PAGE_DEFAULT = 50;
export const HTTP_PAGE_MAX = 500;

/** Pages of callees read for one reply. A rare state among millions is found over several replies rather than in one slow one. */
export const HTTP_PAGES_READ_MAX = 256;

/** Readings of parked callees, some thousands each, for telling why they are parked. */
export const ATTENTION_READS_MAX = 20;

/** Requests of one key a minute: a console with all its pages open needs some tens, a program that polls a few hundred. */
export const HTTP_REQUESTS_PER_MINUTE = 1_200;

/** Requests without a key a minute and address: health checks, the console's files, mistakes. */
export const HTTP_STRANGER_REQUESTS_PER_MINUTE = 300;

/** Attempts to sign in a minute and address. Keys cannot be guessed; this keeps logs and processors free of trying. */
export const HTTP_SIGN_INS_PER_MINUTE = 10;

/** How much of a limit a process counts at once: a hundredth asks Redis so rarely that it costs nothing, and is missed by nobody. */
export const HTTP_RATE_LEASE_SHARE = 0.01;

/** Keys and addresses whose requests a process counts by itself: more than there are keys, and some megabytes at most. */
export const HTTP_RATE_LEASES_MAX = 10_000;

/** How long a browser stays signed in: one working day. */
export const SESSION_LIFE = 12 * HOUR;

/** How long the reply to a request with an Idempotency-Key is kept: a client that is cut off comes back within it. */
export const KEPT_REPLY_LIFE = DAY;

/** How long a request with an Idempotency-Key that never ended keeps others with that key out, after a crash. */
export const KEPT_REPLY_CLAIM = 2 * MINUTE;

/** Characters of an Idempotency-Key: a UUID has 36. */
export const IDEMPOTENCY_KEY_CHARACTERS_MAX = 255;

/** Entries of the trail of writes: years of operators, and a week of a program that writes every few seconds. */
export const WRITE_TRAIL_MAX = 100_000;

/** API keys of one installation. Each is looked at in memory; more is a program that makes keys in a loop. */
export const API_KEYS_MAX = 1_000;

/** For how long at most a process goes by keys that another one has revoked or made since. */
export const API_KEYS_RECHECK = SECOND;

/** How long a writer of the key file waits for another one, and when it takes over from one that died. */
export const API_KEYS_LOCK_WAIT_MAX = 5 * SECOND;
export const API_KEYS_LOCK_STALE = 10 * SECOND;

/** Between two notes of a key's latest use: people ask which keys are still in use, not when to the second. */
export const KEY_USE_NOTE_INTERVAL = MINUTE;

/** Between two looks at campaigns somebody watches. Below, a console would look restless rather than live. */
export const EVENTS_INTERVAL = SECOND;

/** Between two comments on a stream of events, so that proxies see it alive. Most give up after 30 to 60 seconds. */
export const EVENTS_HEARTBEAT = 15 * SECOND;

/** Streams of events that one process serves at once. Each holds a connection; one more browser tab is one more. */
export const EVENTS_LISTENERS_MAX = 200;

/** Campaigns that are read at the same time for those who watch them. */
export const EVENTS_READ_TOGETHER = 50;

/** Bytes that a listener may be behind before it is let go: it comes back and gets the present state instead. */
export const EVENTS_BEHIND_BYTES_MAX = 1024 * 1024;

/** How long the answer to "is Redis there?" may take before it counts as no. */
export const READY_WAIT_MAX = 2 * SECOND;

/** How long the provider may be away before we say that we are not ready: a blip is none of an operator's business. */
export const PROVIDER_AWAY_MAX = 5 * MINUTE;

/** How old a failed request may be and still tell something about the provider. */
export const PROVIDER_EVIDENCE_MAX = 15 * MINUTE;

/** Between two notes that the provider answered, while it does. */
export const PROVIDER_NOTE_INTERVAL = 5 * SECOND;

/** How long requests under way may take to end when the API stops. Shorter than what containers are given. */
export const HTTP_DRAIN_MAX = 30 * SECOND;

/** How long the names of retry jobs in the dashboard stand: its page asks for each queue, every few seconds. */
export const RETRY_NAMES_KEPT = 2 * SECOND;

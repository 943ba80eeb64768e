/** Bounds of connections to Redis and of the private server. Each with the reason for its value. */
import { MINUTE, SECOND } from '../time.ts';

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

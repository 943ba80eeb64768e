import { MINUTE, SECOND } from '../time.ts';

/**
 * Callees in a batch or a call at the same time over all campaigns of an installation. Each is part of a task that
 * somebody reads: at 20 readings a second and 500 callees a task, a hundred thousand are read every ten seconds.
 */
export const CALLEES_IN_FLIGHT_MAX = 100_000;

/** Callers of one campaign: a callee's record holds its caller in seven bits and a sign. */
export const CAMPAIGN_CALLERS_MAX = 100;

/** Channels of one caller that a campaign file may name. Trunks of carriers have hundreds; more is a slip of the hand. */
export const CALLER_CHANNELS_MAX = 10_000;

/** Channels of a number that the provider supplies, until its sales raise them (reference 3.6). */
export const CALLER_CHANNELS_DEFAULT = 1;

/**
 * How long the last callee of those in flight on a caller waits for its turn. What a task holds can be neither
 * re-ordered nor called by somebody else, and is lost to a window that closes: half an hour of it is enough to keep
 * every channel busy between two readings.
 */
export const CALLER_QUEUE_TIME = 30 * MINUTE;

/**
 * Batches that a share of room is filled with where it is less than wanted: while one of them ends, the
 * others keep the channels busy, and less than a quarter of the share lies idle.
 */
export const ROOM_BATCHES = 4;

/**
 * How long a call takes from dialling to its end while nothing is known: most are not answered and ring for half a
 * minute. It weighs as much as this many calls, so that the first few do not swing the estimate.
 */
export const CALL_TIME_ASSUMED = 30 * SECOND;
export const CALL_TIME_ASSUMED_CALLS = 5;

/** What is released in one batch of a paced campaign: what its rate gives in this time, but not fewer than this many callees. */
export const PACE_BATCH_TIME = MINUTE;
export const PACE_BATCH_CALLEES_MIN = 10;

/** What the pace of channels is held above what they can call, so that they never wait for us. */
export const PACE_SHARE_OVER = 1.1;

/** A wish for room that was not renewed for so long is none: its campaign paused, closed for the day, or its process died. */
export const ROOM_WISH_TIME = 2 * MINUTE;

/** How long room stays taken for a batch that was not stored yet. A claim takes milliseconds; whoever died in one gives it back so. */
export const ROOM_LEASE = 30 * SECOND;

/** Times that room is asked for anew because another process took some first. */
export const ROOM_TRIES_MAX = 8;

/** How old what the provider said of callers may be before it is asked again. */
export const CALLER_CHECK_INTERVAL = 15 * MINUTE;

/** The recent time that tells how a caller, or a campaign, is doing; how finely it is kept, and how long. */
export const RECENT_WINDOW = 15 * MINUTE;
export const RECENT_SLOT = MINUTE;
export const RECENT_KEPT = 30 * MINUTE;

/**
 * From how many recent calls, and from what share of them refused, a caller is left out for as long as they are
 * recent. Of a healthy number's calls few are refused; at 20, three in ten are no accident.
 */
export const CALLER_JUDGED_CALLS_MIN = 20;
export const CALLER_REFUSED_SHARE_MAX = 0.3;

/** When the circuit breaker opens unless the campaign says otherwise. */
export const BREAKER_SHARE_DEFAULT = 0.3;
export const BREAKER_CALLS_DEFAULT = 50;

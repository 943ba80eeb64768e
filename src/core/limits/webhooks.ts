/** Bounds of outgoing webhooks. Each with the reason for its value. */
import { MINUTE, SECOND } from '../time.ts';

/** Addresses that are told of events, over the whole installation: each costs a look at every campaign. */
export const WEBHOOKS_MAX = 50;

export const WEBHOOK_URL_CHARACTERS_MAX = 2_000;

/** Events in one message: some 30 KB, which every receiver takes. */
export const WEBHOOK_EVENTS_PER_MESSAGE = 100;

/** Blocks of history read at once: a block has as many events as a change had callees of its page. */
export const WEBHOOK_BLOCKS_READ = 8;

/** Messages to one address before others get their turn. */
export const WEBHOOK_MESSAGES_PER_TURN = 50;

/** How long a receiver may take to answer. It should store the message and answer, not work on it. */
export const WEBHOOK_DEADLINE = 10 * SECOND;

/** Bytes of an answer that are read to be thrown away, so that the connection can be used again. */
export const WEBHOOK_REPLY_BYTES_MAX = 64 * 1_024;

/** Between two looks for events that nobody was told of. */
export const WEBHOOK_INTERVAL = 2 * SECOND;

/** How long one process keeps an address to itself: longer than a turn in which each message takes its whole time. */
export const WEBHOOK_LEASE = 10 * MINUTE;

/** Addresses that are told at the same time. One that is slow keeps none of the others waiting. */
export const WEBHOOKS_IN_PARALLEL = 8;

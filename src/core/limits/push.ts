/** Bounds of the receiver of call records that the provider pushes. Each with the reason for its value. */
import { DAY, HOUR } from '../time.ts';

/** Bytes of one push: a call record with a transcript's links is some kilobytes (reference 4.2). */
export const PUSH_BYTES_MAX = 256 * 1_024;

/** How long the id of a push is remembered. It is sent again at most three times (reference 4.1), soon after. */
export const PUSH_SEEN_KEPT = DAY;

/** How long the ended sessions of a batch are remembered: no task lives longer than its calling window. */
export const PUSHED_SESSIONS_KEPT = 2 * DAY;

/** How long a call that belongs to nothing we know is kept: a lost reply to a submission is settled long before. */
export const PUSH_ASIDE_KEPT = HOUR;

/** Calls kept aside at most. Other applications' calls may be pushed here too, and must not fill the memory. */
export const PUSH_ASIDE_MAX = 10_000;

/** Calls kept aside that one sweep looks at again. */
export const PUSH_ASIDE_PER_SWEEP = 200;

/** Life of an access token that the push receiver hands out. */
export const PUSH_TOKEN_LIFE = HOUR;

/** Characters of the push password at least: the receiver stands open to the internet. */
export const PUSH_PASSWORD_MIN = 16;

/** Bounds of the command line where it talks to the API. Each with the reason for its value. */
import { MINUTE, SECOND } from '../time.ts';

/** How long a connection may take, name and TLS included: what is not there after that is not there. */
export const API_CONNECT_MAX = 10 * SECOND;

/** From the last byte of a request to the first of its answer. Reads take milliseconds; writes wait for a busy Redis. */
export const API_ANSWER_MAX = 30 * SECOND;

/** How long an upload may stand still, or an answer that has begun: as long as the API itself waits for bytes. */
export const API_SILENCE_MAX = MINUTE;

/** Sendings of one request, and the first pause between them (doubled each time): over in seconds, since a person waits. */
export const API_SENDINGS_MAX = 4;
export const API_BACKOFF = 250;

/** Times that one request waits as it is told by a 429: the API counts by the minute. */
export const API_RATE_WAITS_MAX = 5;

/** The longest wait of those; what asks for more is no rate limit of ours. */
export const API_RATE_WAIT_MAX = 2 * MINUTE;

/** A wait shorter than this is not worth a word to the operator. */
export const API_WAIT_TOLD = 2 * SECOND;

/**
 * While a campaign is watched or an import waited for: how long the API may be away, and the longest pause between two
 * attempts. Long enough for a restart on another machine.
 */
export const API_OUTAGE_MAX = 5 * MINUTE;
export const API_OUTAGE_PAUSE_MAX = 5 * SECOND;

/** How often a campaign or an import is looked at over the API: twenty operators who watch stay below the rate of one key. */
export const API_LOOK_INTERVAL = SECOND;

/** Bytes of one document: 500 campaigns have some hundred kilobytes; more is not ours. */
export const API_DOCUMENT_BYTES_MAX = 32 * 1024 * 1024;

/** Characters of one line of a streamed list: a row's cells, escaped, with room. */
export const API_LINE_CHARACTERS_MAX = 8 * 1024 * 1024;

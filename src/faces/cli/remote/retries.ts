import {
  API_BACKOFF,
  API_OUTAGE_PAUSE_MAX,
  API_RATE_WAIT_MAX,
  API_RATE_WAITS_MAX,
  API_SENDINGS_MAX,
} from '../../../core/limits.ts';
import type { Instant } from '../../../core/time.ts';
import type { Patience } from '../backend.ts';
import { Refusal } from './refusal.ts';
import { mayPass, Unanswered } from './unanswered.ts';

/** What is known of a request beforehand. */
export interface Repeatable {
  /** Sent again, it does nothing that it has not done: a reading, the same campaign file, a write under its own key. */
  readonly isRepeatable: boolean;
  readonly patience: Patience;
  readonly base: string;
}

/** What is known when it failed. */
export interface Failed {
  readonly now: Instant;
  /** Its body is gone: standard input, read already. */
  readonly isSpent: boolean;
  /** Whether the API has ever answered this command. Before that, an address is more likely wrong than away. */
  readonly wasReached: boolean;
}

/** True for an answer that says "not now": the store is away, the process ends, the same request is still under way. */
function isPassing({ status, error }: Refusal): boolean {
  if (error.code === 'request_in_progress') return true;
  return status === 502 || status === 503 || status === 504 ? error.retryable : false;
}

/**
 * When one request is sent again, and when it is given up. What may have been done is only repeated where that does
 * nothing twice; what certainly was not done (no connection, too many requests) always may be.
 */
export class Retries {
  readonly #request: Repeatable;
  readonly #outageMs: number;
  #failures = 0;
  #rateWaits = 0;
  #failingSince: number | undefined;

  constructor(request: Repeatable, outageMs: number) {
    this.#request = request;
    this.#outageMs = outageMs;
  }

  /** Milliseconds until it is sent again; undefined: it is given up. */
  pauseAfter(error: unknown, { now, isSpent, wasReached }: Failed): number | undefined {
    if (isSpent) return undefined;
    if (error instanceof Refusal && error.error.code === 'rate_limited') return this.#rateWait(error);
    if (!this.#mayRepeat(error, wasReached)) return undefined;
    this.#failingSince ??= now;
    this.#failures += 1;
    const pause = API_BACKOFF * 2 ** Math.min(this.#failures - 1, 10);
    if (this.#request.patience === 'watching') {
      return now - this.#failingSince < this.#outageMs ? Math.min(pause, API_OUTAGE_PAUSE_MAX) : undefined;
    }
    return this.#failures < API_SENDINGS_MAX ? pause : undefined;
  }

  #mayRepeat(error: unknown, wasReached: boolean): boolean {
    const { isRepeatable, base } = this.#request;
    if (error instanceof Refusal) return isRepeatable && isPassing(error);
    if (!(error instanceof Unanswered) || !mayPass(error, base)) return false;
    return error.stage === 'unreached' ? wasReached : isRepeatable;
  }

  #rateWait({ retryAfterMs = API_BACKOFF * 2 ** this.#rateWaits }: Refusal): number | undefined {
    this.#rateWaits += 1;
    const isTooMuch = this.#rateWaits > API_RATE_WAITS_MAX || retryAfterMs > API_RATE_WAIT_MAX;
    // Never at once: what is told in whole seconds may be over only within the next.
    return isTooMuch ? undefined : Math.max(retryAfterMs, API_BACKOFF);
  }
}

import type { Instant } from '../core/time.ts';

/** Time and waiting, so that tests can hold both in their hand. */
export interface Clock {
  now(): Instant;
  /** Resolves after `ms`, or rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

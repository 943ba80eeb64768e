import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../ports/clock.ts';

/** Timers hold at most 2^31 - 1 ms; a longer sleep is made of several. */
const TIMER_MAX_MS = 2_147_483_647;

async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  const end = performance.now() + ms;
  for (let left = ms; left > 0; left = end - performance.now()) {
    try {
      await wait(Math.min(Math.ceil(left), TIMER_MAX_MS), undefined, signal && { signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  }
}

/** The machine's clock. Sleeping is measured on the monotonic one, so that setting the time shortens no wait. */
export const systemClock: Clock = { now: () => Date.now(), sleep };

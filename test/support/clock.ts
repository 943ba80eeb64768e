import type { Instant } from '../../src/core/time.ts';
import type { Clock } from '../../src/ports/clock.ts';

interface Sleeper {
  readonly until: Instant;
  readonly wake: () => void;
}

/** A clock that stands still until it is moved by hand. Sleepers wake in the order of their times. */
export class ManualClock implements Clock {
  #now: Instant;
  #sleepers: Sleeper[] = [];

  constructor(start: Instant = Date.UTC(2026, 10, 23, 2, 0, 0)) {
    this.#now = start;
  }

  now(): Instant {
    return this.#now;
  }

  /** Resolves once the clock was moved by `ms`; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason);
        return;
      }
      if (ms <= 0) {
        resolve();
        return;
      }
      const abort = () => {
        this.#sleepers = this.#sleepers.filter((each) => each !== sleeper);
        reject(signal?.reason);
      };
      const wake = () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      };
      const sleeper: Sleeper = { until: this.#now + ms, wake };
      this.#sleepers.push(sleeper);
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  /** How many are asleep: what a test waits for before it moves the clock. */
  get sleepers(): number {
    return this.#sleepers.length;
  }

  /** When the next sleeper wakes; undefined when nobody sleeps. */
  get nextWake(): Instant | undefined {
    return this.#sleepers.length === 0 ? undefined : Math.min(...this.#sleepers.map((each) => each.until));
  }

  /** Moves the clock forward, waking whoever is due at the time they are due. */
  advance(ms: number): void {
    const target = this.#now + ms;
    for (;;) {
      const due = this.#sleepers.filter((each) => each.until <= target);
      const first = due.sort((a, b) => a.until - b.until)[0];
      if (first === undefined) break;
      this.#now = Math.max(this.#now, first.until);
      this.#sleepers = this.#sleepers.filter((each) => each !== first);
      first.wake();
    }
    this.#now = target;
  }

  /** Moves the clock to an instant, forward only. */
  advanceTo(at: Instant): void {
    this.advance(Math.max(0, at - this.#now));
  }
}

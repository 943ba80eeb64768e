import type { Instant } from '../../src/core/time.ts';
import type { Wake, WakeQueue } from '../../src/ports/queue.ts';

interface Waiting {
  readonly wake: Wake;
  readonly at: Instant;
}

/**
 * A wake queue turned by hand, for tests that hold the clock in their hand too: which wake-up runs next, and at
 * what time, is the test's. Like the real one it keeps one wish per subject, and outlives the process that asked.
 */
export class HandQueue implements WakeQueue {
  readonly #waiting = new Map<string, Waiting>();
  /** Decides whether a wake-up is lost; none is by default. */
  lose: (wake: Wake) => boolean = () => false;

  async wake(wake: Wake, notBefore: Instant = 0): Promise<void> {
    if (this.lose(wake)) return;
    const slot = JSON.stringify({ ...wake, callees: undefined, zone: undefined });
    const held = this.#waiting.get(slot);
    if (held === undefined || notBefore < held.at) this.#waiting.set(slot, { wake, at: notBefore });
  }

  /** Takes the wake-up that is due first, if one is. */
  take(now: Instant): Wake | undefined {
    const due = [...this.#waiting.entries()].filter(([, { at }]) => at <= now);
    due.sort(([, a], [, b]) => a.at - b.at);
    const [first] = due;
    if (first === undefined) return undefined;
    this.#waiting.delete(first[0]);
    return first[1].wake;
  }

  get nextAt(): Instant | undefined {
    const times = [...this.#waiting.values()].map(({ at }) => at);
    return times.length === 0 ? undefined : Math.min(...times);
  }
}

import type { Instant } from '../../src/core/time.ts';

/** The time that everybody in this process reads, moved by hand: hours of calls pass in minutes of work. */
export interface HandDate {
  now(): Instant;
  /** Moves the time forward, never back. */
  moveTo(at: Instant): void;
  /** Gives the process its own time back. */
  restore(): void;
}

/**
 * Replaces `Date` in this process by one that stands still, since the provider's SDK signs requests with it and the
 * simulator checks them. Timers go on as ever, so requests and their deadlines are real.
 */
export function takeDate(start: Instant): HandDate {
  const SystemDate = globalThis.Date;
  let now = start;
  class StandingDate extends SystemDate {
    constructor(...parts: [] | [number | string | Date]) {
      super(parts[0] ?? now);
    }
    static override now(): number {
      return now;
    }
  }
  globalThis.Date = StandingDate as DateConstructor;
  return {
    now: () => now,
    moveTo: (at) => {
      now = Math.max(now, at);
    },
    restore: () => {
      globalThis.Date = SystemDate;
    },
  };
}

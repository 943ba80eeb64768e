import type { Instant } from '../core/time.ts';

/** What requests to the provider, of whatever process, met last. */
export interface ProviderState {
  /** When it last answered, whatever it said; undefined: never noted. */
  readonly answeredAt: Instant | undefined;
  /** Since when no request got an answer; undefined while they do. */
  readonly awaySince: Instant | undefined;
  /** The latest request without an answer, and what was met: `network`, `deadline`, `http_502` ... */
  readonly failedAt: Instant | undefined;
  readonly code: string | undefined;
}

export interface ProviderWatch {
  state(): Promise<ProviderState>;
}

import type { Instant } from '../core/time.ts';

/** A browser that is signed in: as which key, and the proof that a write comes from a page of ours. */
export interface Session {
  readonly keyId: string;
  readonly csrf: string;
  readonly beganAt: Instant;
}

/** Browsers that are signed in, shared by all processes. Tokens are kept as hashes only. */
export interface Sessions {
  /** Begins a session that ends by itself after `lifeMs`; the token is for the browser's cookie and known nowhere else. */
  begin(
    keyId: string,
    now: Instant,
    lifeMs: number,
  ): Promise<{ readonly token: string; readonly session: Session }>;
  /** Undefined for a token that never was, or is over. */
  find(token: string): Promise<Session | undefined>;
  end(token: string): Promise<void>;
}

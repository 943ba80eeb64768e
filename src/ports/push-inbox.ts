import type { Instant } from '../core/time.ts';

/** What a push tells of one call that ended, in our words. */
export interface PushedCall {
  readonly sessionId: string;
  /** E.164 digits as an exact integer; NaN when the push names none (number protection). */
  readonly callee: number;
  /** The user data that went with the call, as it came back. */
  readonly uui: string;
}

/** One push as the provider sent it: a call that ended, or something about a call that asks nothing of us. */
export interface Push {
  readonly kind: 'cdr' | 'record' | 'voicemail';
  readonly call: PushedCall;
}

/** Reads the body of a push; undefined, or a sentence that says what is wrong with it. */
export type ReadPush = (kind: string, body: unknown) => Push | { readonly problem: string };

/**
 * What is remembered of pushes. All of it may be lost at any moment: a push makes a reading come sooner, and the
 * reading is what counts.
 */
export interface PushInbox {
  /** True when a push with this id was taken before. */
  seen(pushId: string): Promise<boolean>;
  /** Remembers that it was taken. */
  markSeen(pushId: string): Promise<void>;
  /** Counts the ended sessions of a batch, each once; how many there are by now. */
  countEnded(campaignId: string, batchId: number, sessionId: string): Promise<number>;
  /** Keeps a call that belongs to nothing that is known yet; the oldest are dropped beyond a bound. */
  keepAside(call: PushedCall, now: Instant): Promise<void>;
  /** Calls kept aside, oldest first, and when each came. */
  aside(max: number): Promise<readonly { readonly call: PushedCall; readonly at: Instant }[]>;
  dropAside(sessionId: string): Promise<void>;
}

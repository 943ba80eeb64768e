/** A reply as it was given, without what differs from one sending to the next. */
export interface KeptReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type ReplyClaim =
  /** Nobody has asked before: do it, then `keep` or `drop`. */
  | { readonly state: 'new' }
  /** The same request is under way. */
  | { readonly state: 'running' }
  /** Another request was made under this key. */
  | { readonly state: 'other' }
  | { readonly state: 'done'; readonly reply: KeptReply };

/** Replies to requests that carry an Idempotency-Key, so that a repeated request does nothing a second time. */
export interface KeptReplies {
  /** `scope` is the key with who asked for what; `fingerprint` tells one request from another. */
  claim(scope: string, fingerprint: string): Promise<ReplyClaim>;
  keep(scope: string, fingerprint: string, reply: KeptReply): Promise<void>;
  /** Forgets a claim whose request came to nothing, so that it may be repeated. */
  drop(scope: string): Promise<void>;
}

import type { Instant } from './time.ts';

/** What the provider told about one call of one attempt. Durations in seconds. */
export interface CallFacts {
  readonly sessionId: string;
  /** The provider's end code; undefined when the call record never came. */
  readonly endStatus?: number;
  readonly startedAt?: Instant;
  readonly endedAt?: Instant;
  readonly ringSeconds?: number;
  readonly talkSeconds?: number;
  readonly hungUpSide?: string;
  readonly caller?: string;
  /** Keys pressed in order, for example "1" or "2,9". */
  readonly keysPressed?: string;
  /** What the IVR calls each of those keys, in their order; "" for one without a label. */
  readonly keyLabels?: readonly string[];
  readonly recordingUrl?: string;
  readonly transcriptUrl?: string;
  /** The skill group whose queue the call went through, and the agent who took it. */
  readonly queue?: string;
  readonly agent?: string;
  /** The limit for late call records passed: what is known is the task's answered/unanswered only. */
  readonly recordMissing?: true;
}

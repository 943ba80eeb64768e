/** Requests to the provider by what they were and how they ended, over all processes since the installation began. */
export interface RequestCount {
  readonly action: string;
  /** `ok`, the provider's error code, or ours for what never reached it. */
  readonly outcome: string;
  readonly requests: number;
  /** Time they took together. */
  readonly seconds: number;
}

export interface RequestCounts {
  counts(): Promise<readonly RequestCount[]>;
}

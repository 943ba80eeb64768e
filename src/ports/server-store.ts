import type { Instant } from '../core/time.ts';

/** The server that holds a campaign. One that was restarted, or took over, is another, and may have lost last writes. */
export interface SeenServer {
  readonly run: string;
  /** The provider's tasks were compared with the campaign since. */
  readonly compared: boolean;
  /** Since when it is known of, where they were not. */
  readonly since: Instant;
}

/** What the store knows of itself. */
export interface ServerStore {
  /** Tells this installation's tasks from those of another one; the same for as long as the store lives. */
  installation(): Promise<string>;
  seeServer(campaignId: string, now: Instant): Promise<SeenServer>;
  /** Remembers that the provider's tasks were compared with the campaign under this server. */
  noteCompared(campaignId: string, run: string): Promise<void>;
}

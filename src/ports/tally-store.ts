import type { Tally } from '../core/statistics.ts';

/** What the changes of campaigns have added up to: written by `Store.apply`, read here. */
export interface TallyStore {
  /** By field, but for the recent minutes. */
  tally(campaignId: string): Promise<Tally>;
  /** The same of the recent minutes. */
  recentTally(campaignId: string): Promise<Tally>;
  /** Drops fields of minutes that are recent no more. */
  trimRecentTally(campaignId: string, fields: readonly string[]): Promise<void>;
}

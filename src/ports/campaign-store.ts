import type { CalleeState } from '../core/callee.ts';
import type { CampaignSettings, CampaignState } from '../core/campaign.ts';
import type { Instant } from '../core/time.ts';

export interface CampaignRecord {
  readonly id: string;
  readonly settings: CampaignSettings;
  readonly state: CampaignState;
  /** Why it is in that state: a code and a sentence for people. */
  readonly reason: string;
  readonly reasonText: string;
  readonly createdAt: Instant;
  /** Time zones in use; a callee record holds an index into this list. The first is the campaign's own. */
  readonly zones: readonly string[];
  /** Whether a caller of it is supplied by the provider, whose dialling hours then hold; undefined while that is not known. */
  readonly platformCallers: boolean | undefined;
  readonly pagesTotal: number;
  /** Number of the next batch. */
  readonly batchNext: number;
  /** Imports of it that are not over: while there are any, it does not complete. */
  readonly importsOpen: number;
  readonly version: number;
}

/** Counts kept by the same scripts that move callees; never recomputed except by the audit, to compare. */
export interface CampaignCounts {
  readonly states: Readonly<Record<CalleeState, number>>;
  /** Callees by the disposition of their latest attempt. */
  readonly dispositions: Readonly<Record<string, number>>;
  readonly attempts: number;
  readonly accepted: number;
  /** Callees that are not final. */
  readonly unfinished: number;
}

/** One line of a campaign's trail: who moved it, when and why. */
export interface TrailEntry {
  readonly at: Instant;
  readonly by: string;
  readonly from?: string | undefined;
  readonly to: string;
  readonly reason: string;
  readonly text?: string | undefined;
}

/** Campaigns themselves, without their callees: a part of the store. */
export interface CampaignStore {
  /** Stores a new campaign as draft. Same id and settings: `same`; other settings: `different`; nothing is overwritten. */
  createCampaign(id: string, settings: unknown, now: Instant): Promise<'created' | 'same' | 'different'>;
  campaign(id: string): Promise<CampaignRecord | undefined>;
  /** The campaign file as it was put, in its own words; undefined where there is no campaign. */
  campaignFile(id: string): Promise<unknown>;
  campaignIds(): Promise<string[]>;
  /** Moves a campaign if it is still as read. Records who asked. False: it was not; read again. */
  moveCampaign(
    before: CampaignRecord,
    to: CampaignState,
    why: { readonly reason: string; readonly text: string; readonly by: string; readonly now: Instant },
  ): Promise<boolean>;
  /**
   * Gives a campaign other settings if it is still as read, `sameLists`: also its pages and open imports. Records who
   * asked. False: it was not; read again.
   */
  changeCampaign(
    before: CampaignRecord,
    settings: unknown,
    why: {
      readonly text: string;
      readonly by: string;
      readonly now: Instant;
      readonly sameLists: boolean;
    },
  ): Promise<boolean>;
  /** Adds a line to the campaign's trail that moves nothing. */
  noteTrail(campaignId: string, entry: TrailEntry): Promise<void>;
  /** Who moved the campaign, or its callees, oldest first. */
  trail(campaignId: string): Promise<TrailEntry[]>;
  counts(campaignId: string): Promise<CampaignCounts>;
  /** The index of a time zone in the campaign's list, added when new. */
  zoneIndex(campaignId: string, zone: string): Promise<number>;
}

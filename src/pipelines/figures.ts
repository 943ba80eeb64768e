import { openingAt } from '../core/calling-window.ts';
import { callingRules } from '../core/campaign-rules.ts';
import { METRICS_CAMPAIGNS_MAX, OVERDUE_AFTER } from '../core/limits.ts';
import type { Instant } from '../core/time.ts';
import type { CampaignCounts, CampaignRecord, Store } from '../ports/store.ts';
import { isLive } from './deps.ts';

export type FiguresStore = Pick<
  Store,
  'campaign' | 'campaignIds' | 'counts' | 'dueBuckets' | 'imports' | 'openBatches' | 'orphans'
>;

/** What is worth a time series about one campaign. */
export interface CampaignFigures {
  readonly campaign: CampaignRecord;
  readonly counts: CampaignCounts;
  /** Open batches by state. */
  readonly batches: Readonly<Record<string, number>>;
  /** Orphan tasks whose calls are not counted yet. */
  readonly orphans: number;
  /** Callees that were due for long although calls are allowed and the campaign runs. */
  readonly overdue: number;
  /** Rows of all its imports, by how they ended. */
  readonly rows: Readonly<Record<'accepted' | 'duplicate' | 'suppressed' | 'rejected', number>>;
}

/** The figures of every campaign that still moves, then of the others, up to a bound. */
export async function campaignFigures(store: FiguresStore, now: Instant): Promise<CampaignFigures[]> {
  const campaigns: CampaignRecord[] = [];
  for (const id of await store.campaignIds()) {
    const campaign = await store.campaign(id);
    if (campaign !== undefined) campaigns.push(campaign);
  }
  campaigns.sort((a, b) => Number(isLive(b)) - Number(isLive(a)));
  const figures: CampaignFigures[] = [];
  for (const campaign of campaigns.slice(0, METRICS_CAMPAIGNS_MAX))
    figures.push(await figuresOf(store, campaign, now));
  return figures;
}

async function figuresOf(
  store: FiguresStore,
  campaign: CampaignRecord,
  now: Instant,
): Promise<CampaignFigures> {
  const { id } = campaign;
  const [counts, open, orphans, imports, overdue] = await Promise.all([
    store.counts(id),
    store.openBatches(id),
    store.orphans(id),
    store.imports(id),
    overdueCallees(store, campaign, now),
  ]);
  const batches: Record<string, number> = { planned: 0, submitting: 0, uncertain: 0, active: 0 };
  for (const { state } of open) batches[state] = (batches[state] ?? 0) + 1;
  const rows = { accepted: 0, duplicate: 0, suppressed: 0, rejected: 0 };
  for (const record of imports) {
    rows.accepted += record.accepted;
    rows.duplicate += record.duplicate;
    rows.suppressed += record.suppressed;
    rows.rejected += record.rejected;
  }
  return {
    campaign,
    counts,
    batches,
    rows,
    overdue,
    orphans: orphans.filter(({ settled }) => !settled).length,
  };
}

/** Those that wait for a retry. Who was never called waits for room, however long that takes. */
async function overdueCallees(store: FiguresStore, campaign: CampaignRecord, now: Instant): Promise<number> {
  if (campaign.state !== 'running') return 0;
  const since = now - OVERDUE_AFTER;
  const rules = callingRules(campaign);
  // Only where calls were allowed all the while: a window that has just opened has its callees still to call.
  const zone = campaign.settings.timeZone;
  if (!openingAt(rules, zone, now).open || !openingAt(rules, zone, since).open) return 0;
  const buckets = await store.dueBuckets(campaign.id);
  return buckets.reduce((sum, { bucket, callees }) => sum + (bucket > 0 && bucket <= since ? callees : 0), 0);
}

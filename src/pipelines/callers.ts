import type { BatchRecord } from '../core/batch.ts';
import { type CallerView, callerViews } from '../core/caller-health.ts';
import { CALLER_CHECK_INTERVAL, RECENT_WINDOW } from '../core/limits.ts';
import { masked } from '../core/masked.ts';
import { recentCalls, type Tally } from '../core/statistics.ts';
import type { Instant } from '../core/time.ts';
import type { Clock } from '../ports/clock.ts';
import type { CampaignRecord, Store } from '../ports/store.ts';
import { checkCallers } from './caller-check.ts';
import { blockCampaign, type PipelineDeps, tellCampaign } from './deps.ts';

/** What is known of a campaign's callers at one moment, by what they did since `since`. */
export interface CallersNow {
  readonly views: readonly CallerView[];
  readonly since: Instant;
}

/** Reads what the provider said of the callers and what they did of late; `tally` where it was read already. */
export async function viewCallers(
  deps: {
    readonly store: Pick<Store, 'callerFacts' | 'recentTally'>;
    readonly clock: Pick<Clock, 'now'>;
  },
  campaign: Pick<CampaignRecord, 'id' | 'settings'>,
  tally?: Tally,
): Promise<CallersNow> {
  const since = deps.clock.now() - RECENT_WINDOW;
  const [facts, sums] = await Promise.all([
    deps.store.callerFacts(campaign.id),
    tally ?? deps.store.recentTally(campaign.id),
  ]);
  return { views: callerViews(campaign.settings, facts, recentCalls(sums, since)), since };
}

/**
 * Asks the provider about the callers of a campaign where that was never done or is some time ago, or none may call. One that may no
 * longer call is reported and left out from then on; when none is left, the campaign is blocked. Where nobody can be
 * asked, what is known stands.
 */
export async function lookAfterCallers(deps: PipelineDeps, campaign: CampaignRecord): Promise<void> {
  const { contactCenter, store, clock, log } = deps;
  if (contactCenter === undefined || campaign.state !== 'running') return;
  const { id: campaignId, settings } = campaign;
  const before = await viewCallers(deps, campaign);
  const oldest = Math.min(...before.views.map(({ facts }) => facts?.checkedAt ?? 0));
  // Where none may call, whoever started it all the same says that something was mended.
  const isStuck = before.views.every(isUnfit);
  if (!isStuck && clock.now() - oldest < CALLER_CHECK_INTERVAL) return;
  const check = await checkCallers({ store, contactCenter, clock }, campaign);
  if (!check.ok) {
    const { code, kind, message } = check.failure;
    log.warn({ event: 'caller_check_failed', campaignId, code, kind }, message);
    return;
  }
  const { views } = await viewCallers(deps, campaign);
  const unfit = views.filter((view) => isUnfit(view));
  const known = new Set(before.views.filter(isUnfit).map(({ number }) => number));
  const news = unfit.filter(({ number }) => !known.has(number));
  if (unfit.length === settings.callers.length) {
    const text = `none of its callers may call: ${unfit.map(unfitText).join(', ')}. Mend it, then: campaign start ${campaignId}`;
    await blockCampaign(deps, campaignId, { reason: 'no_usable_caller', text });
  } else if (news.length > 0) {
    await tellCampaign(deps, campaignId, {
      reason: 'caller_left_out',
      text: `left out: ${news.map(unfitText).join(', ')}; the other callers go on`,
    });
  }
}

/** True while the one caller of a batch is not known to be unfit; also for a batch that was given all of them. */
export async function mayStillCall(
  deps: Pick<PipelineDeps, 'store' | 'clock'>,
  campaign: CampaignRecord,
  { caller }: BatchRecord,
): Promise<boolean> {
  if (caller === undefined) return true;
  const view = (await viewCallers(deps, campaign)).views[caller - 1];
  return view === undefined || !isUnfit(view);
}

function isUnfit({ leftOut }: CallerView): boolean {
  return leftOut === 'not_normal' || leftOut === 'cannot_call_out';
}

function unfitText({ number, facts, leftOut }: CallerView): string {
  return `caller ${masked(number)} is ${leftOut === 'cannot_call_out' ? 'for inbound calls only' : facts?.state} at the provider`;
}

import { callerViews } from '../core/caller-health.ts';
import { judgeBreaker } from '../core/circuit-breaker.ts';
import { RECENT_KEPT, RECENT_WINDOW } from '../core/limits.ts';
import { masked } from '../core/masked.ts';
import { hasRefusals, recentCalls, recentFields, type Tally, withoutTally } from '../core/statistics.ts';
import { viewCallers } from './callers.ts';
import { haltCampaign, type PipelineDeps, tellCampaign } from './deps.ts';

/**
 * Looks at how a campaign's calls go after some outcomes were stored: pauses the campaign where too many were refused,
 * and reports callers that are left out from now on. `added` is what the outcomes added to the tallies: without a
 * refusal among them, nothing can have got worse.
 */
export async function watchCalls(deps: PipelineDeps, campaignId: string, added: Tally): Promise<void> {
  if (!hasRefusals(added)) return;
  const now = deps.clock.now();
  const [campaign, tally] = await Promise.all([
    deps.store.campaign(campaignId),
    deps.store.recentTally(campaignId),
  ]);
  if (campaign?.state !== 'running') return;
  const { settings } = campaign;
  const { views, since } = await viewCallers(deps, campaign, tally);
  const finding = judgeBreaker(settings.breaker, views, since, now);
  if (finding !== undefined) {
    await pauseCampaign(deps, campaignId, finding);
    return;
  }
  const facts = views.flatMap((view) => view.facts ?? []);
  const before = callerViews(settings, facts, recentCalls(withoutTally(tally, added), now - RECENT_WINDOW));
  const news = views.filter(
    ({ leftOut }, at) => leftOut === 'refused_too_often' && before[at]?.leftOut === undefined,
  );
  if (news.length === 0) return;
  const told = news.map(({ number, recent }) => `${masked(number)} (${recent.refused} of ${recent.calls})`);
  const text = `left out for some minutes, since too many of their calls were refused: ${told.join(', ')}; the other callers go on`;
  await tellCampaign(deps, campaignId, { reason: 'caller_left_out', text });
}

/** Drops the tallies of minutes that are recent no more, so that there are never many. */
export async function trimRecent(deps: PipelineDeps, campaignId: string): Promise<void> {
  const tally = await deps.store.recentTally(campaignId);
  await deps.store.trimRecentTally(campaignId, recentFields(tally, deps.clock.now() - RECENT_KEPT));
}

/** Pauses a running campaign with the reason, and has its live tasks paused at once. */
async function pauseCampaign(
  deps: PipelineDeps,
  campaignId: string,
  why: { readonly reason: string; readonly text: string },
): Promise<void> {
  const campaign = await haltCampaign(deps, campaignId, 'paused', why);
  if (campaign === undefined) return;
  const { priority } = campaign.settings;
  await deps.queue.wake({ queue: 'poll', campaignId, priority });
  await deps.queue.wake({ queue: 'dispatch', campaignId, priority });
}

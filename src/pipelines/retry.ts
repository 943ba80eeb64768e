import { type CalleeMove, type CalleeRef, moveCallee } from '../core/callee.ts';
import { type CallingRules, openingAt } from '../core/calling-window.ts';
import { retryWithin } from '../core/campaign.ts';
import { callingRules, endingRules } from '../core/campaign-rules.ts';
import { DECISIONS_PER_CHANGE } from '../core/limits.ts';
import { decideRetry, placingTime } from '../core/retry-policy.ts';
import { limitRetry } from '../core/row-limits.ts';
import type { Instant } from '../core/time.ts';
import type { CampaignRecord, DueCallee } from '../ports/store.ts';
import { rowEnds } from './claim/row-times.ts';
import { type PipelineDeps, settle } from './deps.ts';
import { endSuppressedOf } from './suppression.ts';

/** Decides every missed callee of a campaign: called again at a time, or ended with the reason. */
export async function retryCampaign(deps: PipelineDeps, campaignId: string): Promise<void> {
  const first = await deps.store.campaign(campaignId);
  if (first === undefined) return;
  let decided = 0;
  let again: CalleeRef[] = [];
  while (
    await settle(deps, campaignId, async () => {
      const [campaign, callees] = await Promise.all([
        deps.store.campaign(campaignId),
        deps.store.missedCallees(campaignId, DECISIONS_PER_CHANGE),
      ]);
      if (campaign === undefined || callees.length === 0) return undefined;
      decided += callees.length;
      const now = deps.clock.now();
      const rules = callingRules(campaign);
      const ends = await rowEnds(deps, campaignId, callees);
      const moves = callees.map((callee) => decide(campaign, rules, callee, now, ends.get(callee.ref)));
      again = moves.filter(({ after }) => after.state === 'pending_retry').map(({ ref }) => ref);
      return { name: 'decide_callees', now, moves };
    })
  ) {
    // Who was put on a list during the call is not called again, and is told so at once.
    await endSuppressedOf(deps, campaignId, again);
  }
  if (decided > 0)
    deps.log.info({ event: 'callees_decided', campaignId, callees: decided }, 'decided missed callees');
  await announceRetries(deps, first);
}

function decide(
  campaign: CampaignRecord,
  rules: CallingRules,
  { ref, record }: DueCallee,
  now: Instant,
  notAfter: Instant | undefined,
): CalleeMove {
  if (campaign.state === 'cancelled')
    return moveCallee(ref, record, 'cancel', { now, reason: 'cancelled_by_operator' });
  const { settings } = campaign;
  const wanted = decideRetry({
    retry: retryWithin(settings),
    rules,
    endingRules: endingRules(campaign),
    zone: campaign.zones[record.zone] ?? '',
    callee: { ref, attempts: record.attempts, returns: record.returns },
    campaignId: campaign.id,
    disposition: record.disposition ?? 'unknown',
    now,
    placing: placingTime(settings.pacing),
  });
  const decision = limitRetry(wanted, notAfter, settings.pacing.leadTime);
  const { reason } = decision;
  return decision.kind === 'retry'
    ? moveCallee(ref, record, 'retry', {
        now,
        reason,
        // Below zero: anybody but the caller of this one.
        change: {
          due: decision.dueAt,
          ...(decision.caller === 'other' &&
            record.caller !== undefined && { caller: -Math.abs(record.caller) }),
        },
        ...(decision.caller === 'other' && { facts: { caller: decision.caller } }),
      })
    : moveCallee(ref, record, decision.kind, { now, reason });
}

/**
 * Makes sure that each due bucket to come has its one delayed job, which is what an operator sees on the dashboard
 * and what wakes the dispatcher. Any of these jobs may be lost or removed: the sweep calls this again, and wakes the
 * dispatcher itself for callees that are due already.
 */
export async function announceRetries(deps: PipelineDeps, campaign: CampaignRecord): Promise<void> {
  const { priority, timeZone: zone } = campaign.settings;
  const campaignId = campaign.id;
  const now = deps.clock.now();
  for (const { bucket: dueBucket, callees } of await deps.store.dueBuckets(campaignId)) {
    if (dueBucket <= now) continue;
    await deps.queue.wake({ queue: 'retry', campaignId, dueBucket, callees, zone, priority }, dueBucket);
  }
}

/** Ends callees that wait but can never be called any more: the campaign was cancelled, or its time is over. */
export async function endWaiting(deps: PipelineDeps, campaign: CampaignRecord): Promise<void> {
  const cancelled = campaign.state === 'cancelled';
  const now = deps.clock.now();
  const rules = endingRules(campaign);
  const closed = (zone: number): boolean => {
    const opening = openingAt(rules, campaign.zones[zone] ?? '', now);
    return !opening.open && opening.opensAt === undefined;
  };
  const zones = new Set([...campaign.zones.keys()].filter((zone) => cancelled || closed(zone)));
  if (zones.size === 0) return;
  const states = cancelled
    ? (['initial', 'pending_retry', 'needs_attention'] as const)
    : (['initial', 'pending_retry'] as const);
  for (let from: number | undefined = 0; from !== undefined; ) {
    const page: number = from;
    let next: number | undefined;
    await settle(deps, campaign.id, async () => {
      const found = await deps.store.calleesIn(campaign.id, states, page, DECISIONS_PER_CHANGE);
      next = found.next;
      const moves = found.callees
        .filter(({ record }) => zones.has(record.zone))
        .map(({ ref, record }) =>
          cancelled
            ? moveCallee(ref, record, 'cancel', { now, reason: 'cancelled_by_operator' })
            : moveCallee(ref, record, 'expire', { now, reason: 'campaign_ended' }),
        );
      return moves.length === 0
        ? undefined
        : { name: cancelled ? 'cancel_callees' : 'expire_callees', now, moves };
    });
    from = next;
  }
}

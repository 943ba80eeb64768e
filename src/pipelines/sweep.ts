import { type BatchRecord, isToBeTold, wantedControl } from '../core/batch.ts';
import { campaignStates } from '../core/campaign.ts';
import { nextState } from '../core/machine.ts';
import type { CampaignRecord } from '../ports/store.ts';
import { sweepRoom } from './claim/room.ts';
import { endTimedOut } from './claim/row-times.ts';
import { inParallel, nextLook, type PipelineDeps } from './deps.ts';
import { wakeDispatch } from './dispatch.ts';
import { announceRetries, endWaiting } from './retry.ts';
import { outlivesRules } from './rule-watch.ts';
import { settleOverdueDials } from './settle-dials.ts';
import { isToBeLookedUp, listsVersion } from './suppression.ts';

/**
 * The periodic look at everything. Wake-ups make things fast; this makes them certain: whatever a lost job, a
 * crash or an operator's removal in the dashboard left behind is found here from stored state alone.
 */
export async function sweep(deps: PipelineDeps): Promise<void> {
  // One after the other, and none is left out because of what another one, or another campaign, fails of.
  const steps = [sweepRoom, dropExpired, settleOverdueDials, sweepCampaigns];
  await inParallel(steps, 1, (step) => step(deps));
}

async function dropExpired({ suppression, clock }: PipelineDeps): Promise<void> {
  await suppression.dropExpired(clock.now());
}

async function sweepCampaigns(deps: PipelineDeps): Promise<void> {
  await inParallel(await deps.store.campaignIds(), 1, async (campaignId) => {
    const campaign = await deps.store.campaign(campaignId);
    if (campaign === undefined) return;
    await wakeImports(deps, campaign);
    if (campaign.state !== 'draft') await sweepCampaign(deps, campaign);
  });
}

async function sweepCampaign(deps: PipelineDeps, campaign: CampaignRecord): Promise<void> {
  const { id: campaignId, state } = campaign;
  const { priority } = campaign.settings;
  const counts = await deps.store.counts(campaignId);
  if (counts.unfinished === 0) {
    await completeIfDone(deps, campaign, counts.accepted);
    return;
  }
  const waiting = counts.states.initial + counts.states.pending_retry;
  // Only where somebody waits who could be ended: it looks at every page.
  const endable = waiting + (state === 'cancelled' ? counts.states.needs_attention : 0);
  if (state === 'completed') await reopen(deps, campaign);
  else if (endable > 0) await endWaiting(deps, campaign);
  await endTimedOut(deps, campaignId);
  const now = deps.clock.now();
  const open = await deps.store.openBatches(campaignId);
  if (counts.states.missed > 0) await deps.queue.wake({ queue: 'retry', campaignId, priority });
  const halfMade = nextLook(open, ['planned', 'submitting', 'uncertain']);
  const overdue = halfMade !== undefined && halfMade <= now;
  const toGiveBack = state !== 'running' && open.some((batch) => batch.state === 'planned');
  if (overdue || toGiveBack) await deps.queue.wake({ queue: 'dispatch', campaignId, priority });
  else if (waiting > 0) await wakeDispatch(deps, campaignId);
  // Also for a task that still does what the campaign no longer wants: the wake-up of a pause may be lost.
  const wanted = wantedControl(state);
  const live = open.filter((batch) => batch.state === 'active');
  const isDue = (batch: BatchRecord): boolean => batch.nextLookAt <= now || isToBeTold(batch, wanted);
  // And where a number was suppressed by a process that did not get to say so.
  const version = live.length === 0 ? 0 : await listsVersion(deps, campaignId);
  const isLate = (batch: BatchRecord): boolean => outlivesRules(campaign, batch, now);
  if (live.some((batch) => isDue(batch) || isToBeLookedUp(batch, version) || isLate(batch)))
    await deps.queue.wake({ queue: 'poll', campaignId, priority });
  if (state === 'running') await announceRetries(deps, campaign);
}

/** An import that is not over is given to an importer again: the one that had it may have died. */
async function wakeImports(deps: PipelineDeps, campaign: CampaignRecord): Promise<void> {
  if (campaign.importsOpen === 0) return;
  const { id: campaignId } = campaign;
  const { priority } = campaign.settings;
  for (const record of await deps.store.imports(campaignId)) {
    if (record.state !== 'waiting' && record.state !== 'reading') continue;
    await deps.queue.wake({ queue: 'ingest', campaignId, importId: record.id, priority });
  }
}

/** An operator had callees called again, and died before the campaign ran again for it: the next sweep finds it running. */
async function reopen(deps: PipelineDeps, campaign: CampaignRecord): Promise<void> {
  const text = 'callees of it are to be called again';
  const to = nextState(campaignStates, campaign.state, 'reopen');
  const why = { reason: 'reopened', text, by: 'ringmaster', now: deps.clock.now() };
  await deps.store.moveCampaign(campaign, to, why);
}

/** A campaign that was paused when its last callee became final completes once it runs again. */
async function completeIfDone(deps: PipelineDeps, campaign: CampaignRecord, accepted: number): Promise<void> {
  if (campaign.state !== 'running' || campaign.importsOpen > 0 || accepted === 0) return;
  const why = { reason: 'all_final', text: 'every callee is final', by: 'ringmaster', now: deps.clock.now() };
  await deps.store.moveCampaign(campaign, 'completed', why);
}

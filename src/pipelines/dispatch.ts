import type { BatchRecord } from '../core/batch.ts';
import { REQUESTS_IN_PARALLEL } from '../core/limits.ts';
import { trimRecent } from './call-watch.ts';
import { lookAfterCallers } from './callers.ts';
import { claimable } from './claim/claimable.ts';
import { planBatches } from './claim/plan-batches.ts';
import { readRoom, settleRoom } from './claim/room.ts';
import { inParallel, nextLook, type PipelineDeps } from './deps.ts';
import { lookUpDoubts } from './doubt.ts';
import { doubtOverdue, submitBatch } from './submission.ts';
import { untilCompared } from './task-list-watch.ts';

/**
 * One look at a campaign's waiting callees: finishes half-made batches first, then claims due callees into new
 * batches and submits them, then asks to be woken when there is more to do. Everything it knows it reads here,
 * so it may run twice, late, or beside another one.
 */
export async function dispatchCampaign(deps: PipelineDeps, campaignId: string): Promise<void> {
  const before = await deps.store.campaign(campaignId);
  if (before === undefined) return;
  const { priority } = before.settings;
  const comparedAt = await untilCompared(deps, campaignId);
  if (comparedAt !== undefined)
    return deps.queue.wake({ queue: 'dispatch', campaignId, priority }, comparedAt);
  await settleHalfMade(deps, campaignId);
  await lookAfterCallers(deps, before);
  const planned = await planBatches(deps, campaignId);
  await inParallel(planned.batchIds, REQUESTS_IN_PARALLEL, (batchId) =>
    submitBatch(deps, campaignId, batchId),
  );
  const campaign = await deps.store.campaign(campaignId);
  if (campaign === undefined) return;
  await settleRoom(deps, campaign, planned.wants, planned.view);
  if (planned.batchIds.length > 0) await trimRecent(deps, campaignId);
  const look = nextLook(await deps.store.openBatches(campaignId), ['planned', 'submitting', 'uncertain']);
  const wakes = [look, campaign.state === 'running' ? planned.nextAt : undefined].filter(
    (at) => at !== undefined,
  );
  if (wakes.length === 0) return;
  await deps.queue.wake(
    { queue: 'dispatch', campaignId, priority: campaign.settings.priority },
    Math.min(...wakes),
  );
}

async function settleHalfMade(deps: PipelineDeps, campaignId: string): Promise<void> {
  const overdue = async (state: BatchRecord['state']): Promise<BatchRecord[]> => {
    const now = deps.clock.now();
    const batches = await deps.store.openBatches(campaignId);
    return batches.filter((batch) => batch.state === state && batch.nextLookAt <= now);
  };
  for (const batch of await overdue('submitting')) await doubtOverdue(deps, campaignId, batch);
  await lookUpDoubts(deps, campaignId, await overdue('uncertain'));
  const campaign = await deps.store.campaign(campaignId);
  // Of a campaign that does not run they are only given back, and nothing is gained by waiting for that.
  const planned =
    campaign?.state === 'running'
      ? await overdue('planned')
      : (await deps.store.openBatches(campaignId)).filter((batch) => batch.state === 'planned');
  await inParallel(planned, REQUESTS_IN_PARALLEL, (batch) => submitBatch(deps, campaignId, batch.id));
}

/**
 * Wakes the dispatcher for a running campaign when it will have something to claim. A look that finds nothing is a
 * job all the same, so whoever has only a guess that there is work asks here.
 */
export async function wakeDispatch(deps: PipelineDeps, campaignId: string): Promise<void> {
  const campaign = await deps.store.campaign(campaignId);
  if (campaign === undefined) return;
  // What it holds is noted also when it does not run: its calls end all the same, and others wait for their room.
  if (campaign.state !== 'running') return settleRoom(deps, campaign, 0);
  const view = await readRoom(deps, campaign);
  const zones = [...campaign.zones.keys()];
  const claims = await Promise.all(zones.map((zone) => claimable(deps, campaign, zone, view)));
  await settleRoom(
    deps,
    campaign,
    claims.reduce((sum, { wants }) => sum + wants, 0),
    view,
  );
  const times = claims.flatMap(({ claimAt }) => claimAt ?? []);
  if (times.length === 0) return;
  const { priority } = campaign.settings;
  await deps.queue.wake({ queue: 'dispatch', campaignId, priority }, Math.min(...times));
}

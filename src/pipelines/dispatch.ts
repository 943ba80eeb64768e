import type { BatchRecord } from '../core/batch.ts';
import { type CalleeRecord, type CalleeRef, moveCallee } from '../core/callee.ts';
import { openingAt } from '../core/calling-window.ts';
import { REQUESTS_IN_PARALLEL, TASK_TIME_MIN } from '../core/limits.ts';
import type { Instant } from '../core/time.ts';
import type { CampaignRecord, DueCallee } from '../ports/store.ts';
import { inParallel, nextLook, type PipelineDeps } from './deps.ts';
import { lookUpDoubts } from './doubt.ts';
import { doubtOverdue, submitBatch, taskTime } from './submission.ts';
import { endSuppressed, findSuppressed } from './suppression.ts';

/**
 * One look at a campaign's waiting callees: finishes half-made batches first, then claims due callees into new
 * batches and submits them, then asks to be woken when there is more to do. Everything it knows it reads here,
 * so it may run twice, late, or beside another one.
 */
export async function dispatchCampaign(deps: PipelineDeps, campaignId: string): Promise<void> {
  await settleHalfMade(deps, campaignId);
  const planned = await planBatches(deps, campaignId);
  await inParallel(planned.batchIds, REQUESTS_IN_PARALLEL, (batchId) =>
    submitBatch(deps, campaignId, batchId),
  );
  const campaign = await deps.store.campaign(campaignId);
  if (campaign === undefined) return;
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

interface Planned {
  readonly batchIds: number[];
  /** When there will be something to plan; undefined when only an event outside (a call that ends) can tell. */
  readonly nextAt: Instant | undefined;
}

async function planBatches(deps: PipelineDeps, campaignId: string): Promise<Planned> {
  const batchIds: number[] = [];
  const nextAt: Instant[] = [];
  const campaign = await deps.store.campaign(campaignId);
  if (campaign?.state !== 'running') return { batchIds, nextAt: undefined };
  // A refused batch waits for its time; planning more beside it would only collect further refusals.
  const waiting = (await deps.store.openBatches(campaignId)).some((batch) => batch.state === 'planned');
  if (waiting) return { batchIds, nextAt: undefined };
  for (const zone of campaign.zones.keys()) {
    const next = await claimZone(deps, campaignId, zone, batchIds);
    if (next !== undefined) nextAt.push(next);
  }
  return { batchIds, nextAt: nextAt.length === 0 ? undefined : Math.min(...nextAt) };
}

/** Claims due callees of one zone until none, or no room, is left; when to look at it again. */
async function claimZone(
  deps: PipelineDeps,
  campaignId: string,
  zone: number,
  batchIds: number[],
): Promise<Instant | undefined> {
  for (;;) {
    const campaign = await deps.store.campaign(campaignId);
    if (campaign?.state !== 'running') return undefined;
    const now = deps.clock.now();
    const { due, claimAt } = await claimable(deps, campaign, zone, now);
    if (claimAt === undefined || claimAt > now) return claimAt;
    const claimed = await claimBatch(deps, campaign, zone, due, now);
    if (claimed !== undefined) batchIds.push(claimed);
  }
}

/** What could be claimed of a zone, and when: undefined where only an event outside (a call that ends) can tell. */
async function claimable(
  deps: PipelineDeps,
  campaign: CampaignRecord,
  zone: number,
  now: Instant,
): Promise<{ readonly due: readonly DueCallee[]; readonly claimAt: Instant | undefined }> {
  const opening = openingAt(campaign.settings, campaign.zones[zone] ?? '', now);
  if (!opening.open) return { due: [], claimAt: opening.opensAt };
  if (taskTime(campaign, zone, now) === undefined)
    return { due: [], claimAt: Math.max(opening.closesAt, now + 1) };
  const { batchCalleesMax, calleesInFlightMax } = campaign.settings.pacing;
  const { states } = await deps.store.counts(campaign.id);
  const size = Math.min(batchCalleesMax, calleesInFlightMax);
  const inFlight = states.batched + states.calling;
  // Rather than many small tasks as calls end one by one, one full task when there is room for it.
  if (calleesInFlightMax - inFlight < size) return { due: [], claimAt: undefined };
  const due = await deps.store.dueCallees(campaign.id, zone, now, size);
  if (due.length > 0) {
    // Waiting for others must not cost anybody the rest of the window.
    const last = opening.closesAt - campaign.settings.pacing.leadTime - 2 * TASK_TIME_MIN;
    return { due, claimAt: Math.min(gatheredAt(due, size, deps.bounds.batchGather), last) };
  }
  const nextAt = await deps.store.nextDueAt(campaign.id, zone);
  // One that fell due between the two looks is seen at the next.
  return { due, claimAt: nextAt === undefined ? undefined : Math.max(nextAt, now + 1) };
}

/**
 * Wakes the dispatcher for a running campaign when it will have something to claim. A look that finds nothing is a
 * job all the same, so whoever has only a guess that there is work asks here.
 */
export async function wakeDispatch(deps: PipelineDeps, campaignId: string): Promise<void> {
  const campaign = await deps.store.campaign(campaignId);
  if (campaign?.state !== 'running') return;
  const now = deps.clock.now();
  const zones = [...campaign.zones.keys()];
  const claims = await Promise.all(zones.map((zone) => claimable(deps, campaign, zone, now)));
  const times = claims.flatMap(({ claimAt }) => claimAt ?? []);
  if (times.length === 0) return;
  const { priority } = campaign.settings;
  await deps.queue.wake({ queue: 'dispatch', campaignId, priority }, Math.min(...times));
}

/** When a batch of these may be claimed: at once when full, else once the longest waiting has waited for others enough. */
function gatheredAt(due: readonly DueCallee[], size: number, gather: number): Instant {
  const earliest = Math.min(...due.map(({ record }) => record.due));
  return due.length >= size || earliest === 0 ? 0 : earliest + gather;
}

/** Ends those of the callees that are suppressed. True when there were any, so that others may be chosen. */
async function endListed(
  deps: PipelineDeps,
  campaignId: string,
  refs: readonly CalleeRef[],
  numbers: readonly number[],
): Promise<boolean> {
  const found = await findSuppressed(deps, campaignId, numbers);
  if (found.entries.size === 0) return false;
  const callees = refs.map((ref, at) => ({ ref, number: numbers[at] ?? Number.NaN }));
  const ended = await endSuppressed(deps, campaignId, callees, found);
  deps.log.info({ event: 'callees_suppressed', campaignId, callees: ended }, 'suppressed');
  return true;
}

/**
 * Stores a batch and its claimed callees in one move; undefined when another dispatcher was faster, or some of them
 * were suppressed and are ended now.
 */
async function claimBatch(
  deps: PipelineDeps,
  campaign: CampaignRecord,
  zone: number,
  due: readonly DueCallee[],
  now: Instant,
): Promise<number | undefined> {
  const refs = due.map(({ ref }) => ref);
  const rows = await deps.store.rows(campaign.id, refs);
  const numbers = rows.map((row) => row.number);
  if (await endListed(deps, campaign.id, refs, numbers)) return undefined;
  const batch: BatchRecord = {
    id: campaign.batchNext,
    state: 'planned',
    submissions: 0,
    zone,
    calleesTotal: due.length,
    calleesOpen: due.length,
    createdAt: now,
    submittedAt: 0,
    notBefore: 0,
    notAfter: 0,
    nextLookAt: now + deps.bounds.submissionGrace,
    taskId: 0,
    control: 'run',
    readings: 0,
    lastReadAt: 0,
    absentAt: 0,
    version: 1,
  };
  const claim = (ref: number, before: CalleeRecord) =>
    moveCallee(ref, before, 'claim', { now, reason: 'claimed', change: { batch: batch.id } });
  const stored = await deps.store.apply(campaign.id, {
    name: 'claim_batch',
    now,
    moves: due.map(({ ref, record }) => claim(ref, record)),
    batch: { before: undefined, after: batch, callees: { refs, numbers } },
    whileCampaign: 'running',
  });
  if (stored === 'stale') return undefined;
  deps.log.info(
    { event: 'batch_claimed', campaignId: campaign.id, batchId: batch.id, callees: due.length },
    'claimed',
  );
  return batch.id;
}

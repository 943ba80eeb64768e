import { type BatchRecord, moveBatch, wantedControl } from '../core/batch.ts';
import { type CalleeEvent, type MoveDetails, moveCallee, undialledState } from '../core/callee.ts';
import { DIALS_FRESH, QUOTA_RETRY, REFUSED_RETRY } from '../core/limits.ts';
import type { Reason } from '../core/reasons.ts';
import type { CampaignRecord, Change } from '../ports/store.ts';
import type { SuppressionFindings } from '../ports/suppression.ts';
import type { TelephonyFailure } from '../ports/telephony.ts';
import { mayStillCall } from './callers.ts';
import { standingDials } from './claim/caps.ts';
import { withinRows } from './claim/row-times.ts';
import { blockCampaign, type PipelineDeps, refusalText, settle } from './deps.ts';
import { tellHeldBack, tellTakenAgain } from './held-back.ts';
import { giveBackDials } from './settle-dials.ts';
import { endSuppressed, findSuppressed, listsVersion } from './suppression.ts';
import { firstLookAt } from './task-looks.ts';
import { taskOrder } from './task-order.ts';
import { taskTime } from './task-time.ts';

/**
 * Places a planned batch as a task: at most once, and never lost. The intent is stored under the submission's own
 * name before the request leaves; whatever comes back, or does not, the stored state says what to do next.
 * All rules are checked here once more: this is the last moment before the provider may dial.
 */
export async function submitBatch(deps: PipelineDeps, campaignId: string, batchId: number): Promise<void> {
  const [campaign, batch] = await Promise.all([
    deps.store.campaign(campaignId),
    deps.store.batch(campaignId, batchId),
  ]);
  if (campaign === undefined || batch?.state !== 'planned') return;
  const now = deps.clock.now();
  if (campaign.state !== 'running') {
    await releaseBatch(deps, campaignId, batch, 'campaign_not_running');
    return;
  }
  if (batch.nextLookAt > now && batch.submissions > 0) return;
  const time = withinRows(taskTime(campaign, batch.zone, now), batch);
  if (time === undefined) {
    await releaseBatch(deps, campaignId, batch, 'rules_closed');
    return;
  }
  if (!(await mayStillCall(deps, campaign, batch))) {
    await releaseBatch(deps, campaignId, batch, 'caller_left_out');
    await deps.queue.wake({ queue: 'dispatch', campaignId, priority: campaign.settings.priority });
    return;
  }
  const callees = await deps.store.batchCallees(campaignId, batchId);
  const found = await findSuppressed(deps, campaignId, callees.numbers);
  if (found.entries.size > 0) {
    await replanWithout(deps, campaign, batch, found);
    return;
  }
  const standing = await standingDials(deps, campaign, batch, callees);
  if ('cap' in standing) {
    await releaseBatch(deps, campaignId, batch, 'capped', standing);
    await deps.queue.wake({ queue: 'dispatch', campaignId, priority: campaign.settings.priority });
    return;
  }
  const submitting = moveBatch(batch, 'submit', {
    submissions: batch.submissions + 1,
    submittedAt: now,
    ...time,
    nextLookAt: deps.clock.now() + deps.bounds.requestDeadline + deps.bounds.submissionGrace,
    absentAt: 0,
    listsVersion: found.version,
    dials: standing.dials,
  });
  const order = await taskOrder(deps, campaign, submitting);
  // So slow that the reservations may count as left over by now: the next look makes them anew.
  const isSlow = deps.clock.now() - now >= DIALS_FRESH;
  const submit = { name: 'submit_batch', now, moves: [], batch: { before: batch, after: submitting } };
  const written = isSlow
    ? 'stale'
    : await deps.store.apply(campaignId, { ...submit, whileCampaign: 'running' });
  if (written === 'stale') {
    // What was reserved for this submission is nobody's, unless it was written all the same and only the reply was lost.
    const held = await deps.store.batch(campaignId, batchId);
    const isHeld = standing.dials === batch.dials || standing.dials === held?.dials;
    if (!isHeld) await giveBackDials(deps, standing.dials, callees.numbers);
    return;
  }
  deps.log.info(
    { event: 'batch_submitting', campaignId, batchId, submission: submitting.submissions },
    'submitting',
  );
  const result = await deps.telephony.createTask(order, {
    mayLeave: () => isStillWanted(deps, campaignId, submitting),
  });
  if (result.ok) await acceptBatch(deps, campaignId, submitting, result.value.taskId, 'accept');
  else await submissionFailed(deps, campaignId, submitting, result.failure);
  // Reserved twice: the first is nobody's any more.
  if (standing.dials !== batch.dials) await giveBackDials(deps, batch.dials, callees.numbers);
}

/**
 * Asked right before a submission leaves, after any wait for quota. A pause meanwhile holds; and where others took this
 * submission for lost, since this process stood still for too long, or the store forgot that it was written, it must
 * not leave any more: by now its callees may be called otherwise.
 */
async function isStillWanted(
  deps: Pick<PipelineDeps, 'store'>,
  campaignId: string,
  submitting: BatchRecord,
): Promise<boolean> {
  const [campaign, held] = await Promise.all([
    deps.store.campaign(campaignId),
    deps.store.batch(campaignId, submitting.id),
  ]);
  return campaign?.state === 'running' && held?.version === submitting.version;
}

/** Undoes a batch of which somebody is suppressed by now: those end, the others are planned again at once. */
async function replanWithout(
  deps: PipelineDeps,
  { id: campaignId, settings }: CampaignRecord,
  batch: BatchRecord,
  found: SuppressionFindings,
): Promise<void> {
  const { refs, numbers } = await deps.store.batchCallees(campaignId, batch.id);
  await releaseBatch(deps, campaignId, batch, 'batch_undone');
  const callees = refs.map((ref, at) => ({ ref, number: numbers[at] ?? Number.NaN }));
  const ended = await endSuppressed(deps, campaignId, callees, found);
  deps.log.info({ event: 'callees_suppressed', campaignId, batchId: batch.id, callees: ended }, 'suppressed');
  await deps.queue.wake({ queue: 'dispatch', campaignId, priority: settings.priority });
}

/** The provider has the task: the batch is active and its callees are being called. */
export async function acceptBatch(
  deps: PipelineDeps,
  campaignId: string,
  batch: BatchRecord,
  taskId: number,
  how: 'accept' | 'adopt',
): Promise<void> {
  const now = deps.clock.now();
  const nextLookAt =
    (await firstLookAt(deps, campaignId, batch)) ?? Math.max(now, batch.notBefore) + deps.bounds.firstLook;
  const stored = await deps.store.apply(campaignId, {
    name: `${how}_batch`,
    now,
    moves: await batchMoves(deps, campaignId, batch, () => ({
      event: 'accept',
      details: { now, reason: how === 'accept' ? 'task_accepted' : 'task_adopted' },
    })),
    batch: { before: batch, after: moveBatch(batch, how, { taskId, nextLookAt, control: 'run' }) },
  });
  if (stored === 'stale') {
    // Another process judged this submission meanwhile. What it decided stands; should it have replaced the
    // submission, the task list shows this task as an orphan and it is stopped.
    deps.log.warn(
      { event: 'accept_stale', campaignId, batchId: batch.id, taskId },
      'the batch was moved meanwhile',
    );
    return;
  }
  deps.log.info(
    { event: `batch_${how}ed`, campaignId, batchId: batch.id, taskId },
    'the provider has the task',
  );
  const campaign = await deps.store.campaign(campaignId);
  if (campaign === undefined) return;
  await tellTakenAgain(deps, campaign);
  // Paused or cancelled, or somebody suppressed, while the request was on its way: the task is told so before its lead time is over.
  const isCurrent = (batch.listsVersion ?? 0) === (await listsVersion(deps, campaignId));
  const asWanted = wantedControl(campaign.state) === 'run' && isCurrent;
  const { priority } = campaign.settings;
  await deps.queue.wake({ queue: 'poll', campaignId, priority }, asWanted ? nextLookAt : now);
}

/** What each kind of failure does to a batch (design: classes R, U, P, C and Q). */
async function submissionFailed(
  deps: PipelineDeps,
  campaignId: string,
  batch: BatchRecord,
  failure: TelephonyFailure,
): Promise<void> {
  const now = deps.clock.now();
  const facts = { campaignId, batchId: batch.id, code: failure.code, requestId: failure.requestId };
  const note = async (after: BatchRecord): Promise<void> => {
    await deps.store.apply(campaignId, {
      name: 'submission_failed',
      now,
      moves: [],
      batch: { before: batch, after },
    });
  };
  if (failure.code === 'not_wanted') {
    deps.log.info({ event: 'submission_not_wanted', ...facts }, failure.message);
    await releaseBatch(deps, campaignId, batch, 'campaign_not_running');
    return;
  }
  switch (failure.kind) {
    case 'doubt':
      deps.log.warn({ event: 'submission_in_doubt', ...facts }, failure.message);
      await note(moveBatch(batch, 'doubt', { nextLookAt: now }));
      await tellHeldBack(deps, campaignId, batch, failure);
      return;
    case 'refused':
    case 'quota': {
      const pause = failure.retryAfterMs ?? (failure.kind === 'quota' ? QUOTA_RETRY : REFUSED_RETRY);
      deps.log.warn({ event: 'submission_refused', ...facts, pauseMs: pause }, failure.message);
      await note(moveBatch(batch, 'refuse', { nextLookAt: now + pause }));
      await tellHeldBack(deps, campaignId, batch, failure);
      return;
    }
    case 'invalid':
    case 'blocked':
      // Blocked first: were the callees released before, another dispatcher would claim and submit them again.
      await blockCampaign(deps, campaignId, {
        reason: failure.kind === 'blocked' ? 'provider_blocked' : 'provider_invalid',
        text: refusalText('a task', failure, campaignId),
      });
      await releaseBatch(deps, campaignId, batch, 'submission_refused', { code: failure.code });
      return;
  }
}

/** Gives all callees of a batch that was certainly not placed back, at no attempt's cost. */
export async function releaseBatch(
  deps: PipelineDeps,
  campaignId: string,
  batch: BatchRecord,
  reason: Reason,
  facts?: Readonly<Record<string, string | number>>,
): Promise<void> {
  const now = deps.clock.now();
  const { numbers } = await deps.store.batchCallees(campaignId, batch.id);
  const released = await settle(deps, campaignId, async () => {
    const held = await deps.store.batch(campaignId, batch.id);
    if (held?.version !== batch.version) return undefined;
    return {
      name: 'release_batch',
      now,
      moves: await batchMoves(deps, campaignId, batch, (before) => ({
        event: 'release',
        details: { now, reason, to: undialledState(before), ...(facts !== undefined && { facts }) },
      })),
      batch: { before: batch, after: moveBatch(batch, 'release', { calleesOpen: 0 }) },
    };
  });
  if (!released) return;
  await giveBackDials(deps, batch.dials, numbers);
  deps.log.info(
    { event: 'batch_released', campaignId, batchId: batch.id, reason },
    'callees go back undialled',
  );
}

type Decide = (before: Parameters<typeof moveCallee>[1]) => { event: CalleeEvent; details: MoveDetails };

/** One move for every callee that is batched in this very batch. */
async function batchMoves(
  deps: PipelineDeps,
  campaignId: string,
  batch: BatchRecord,
  decide: Decide,
): Promise<Change['moves']> {
  const { refs } = await deps.store.batchCallees(campaignId, batch.id);
  const records = await deps.store.records(campaignId, refs);
  return refs.flatMap((ref, at) => {
    const before = records[at];
    if (before?.state !== 'batched' || before.batch !== batch.id) return [];
    const { event, details } = decide(before);
    return [moveCallee(ref, before, event, details)];
  });
}

/** A submission whose owner did not come back in time may have been placed: it is looked up from now on. */
export async function doubtOverdue(
  deps: PipelineDeps,
  campaignId: string,
  batch: BatchRecord,
): Promise<void> {
  const now = deps.clock.now();
  deps.log.warn({ event: 'submission_overdue', campaignId, batchId: batch.id }, 'looking the submission up');
  await deps.store.apply(campaignId, {
    name: 'doubt_batch',
    now,
    moves: [],
    batch: { before: batch, after: moveBatch(batch, 'doubt', { nextLookAt: now }) },
  });
}

import { type BatchRecord, moveBatch, submissionName, wantedControl } from '../core/batch.ts';
import { type CalleeEvent, type MoveDetails, moveCallee, undialledState } from '../core/callee.ts';
import { calleeId } from '../core/callee-id.ts';
import { openingAt } from '../core/calling-window.ts';
import { campaignEnd } from '../core/campaign.ts';
import { QUOTA_RETRY, REFUSED_RETRY, TASK_TIME_MIN, UUI_BYTES_MAX } from '../core/limits.ts';
import type { Reason } from '../core/reasons.ts';
import { fromSeconds, type Instant, SECOND, toSecondsUp } from '../core/time.ts';
import type { CampaignRecord, Change } from '../ports/store.ts';
import type { SuppressionFindings } from '../ports/suppression.ts';
import type { TaskOrder, TelephonyFailure } from '../ports/telephony.ts';
import { blockCampaign, type PipelineDeps, settle } from './deps.ts';
import { endSuppressed, findSuppressed, listsVersion } from './suppression.ts';
import { firstLookAt } from './task-looks.ts';

/** When a task placed now would start and end; undefined when the rules leave it no time. */
export interface TaskTime {
  readonly notBefore: Instant;
  readonly notAfter: Instant;
}

/**
 * The time of a task placed at `now` for callees of one zone: after the lead time, inside the calling window that
 * is open then, never past the campaign's end. Whole seconds, rounded inwards, since the provider counts those.
 */
export function taskTime(campaign: CampaignRecord, zone: number, now: Instant): TaskTime | undefined {
  const { settings } = campaign;
  const notBefore = fromSeconds(toSecondsUp(now + settings.pacing.leadTime));
  const name = campaign.zones[zone] ?? '';
  const opening = openingAt(settings, name, notBefore);
  if (!opening.open || !openingAt(settings, name, now).open) return undefined;
  const end = Math.min(opening.closesAt, campaignEnd(settings, campaign.createdAt));
  const notAfter = fromSeconds(Math.floor(end / SECOND));
  return notAfter - notBefore >= TASK_TIME_MIN ? { notBefore, notAfter } : undefined;
}

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
  const time = taskTime(campaign, batch.zone, now);
  if (time === undefined) {
    await releaseBatch(deps, campaignId, batch, 'rules_closed');
    return;
  }
  const callees = await deps.store.batchCallees(campaignId, batchId);
  const found = await findSuppressed(deps, campaignId, callees.numbers);
  if (found.entries.size > 0) {
    await replanWithout(deps, campaign, batch, found);
    return;
  }
  const submitting = moveBatch(batch, 'submit', {
    submissions: batch.submissions + 1,
    submittedAt: now,
    ...time,
    nextLookAt: now + deps.bounds.requestDeadline + deps.bounds.submissionGrace,
    absentAt: 0,
    listsVersion: found.version,
  });
  const order = await taskOrder(deps, campaign, submitting);
  const written = await deps.store.apply(campaignId, {
    name: 'submit_batch',
    now,
    moves: [],
    batch: { before: batch, after: submitting },
    whileCampaign: 'running',
  });
  if (written === 'stale') return;
  deps.log.info(
    { event: 'batch_submitting', campaignId, batchId, submission: submitting.submissions },
    'submitting',
  );
  const result = await deps.telephony.createTask(order);
  if (result.ok) await acceptBatch(deps, campaignId, submitting, result.value.taskId, 'accept');
  else await submissionFailed(deps, campaignId, submitting, result.failure);
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

async function taskOrder(
  deps: PipelineDeps,
  campaign: CampaignRecord,
  batch: BatchRecord,
): Promise<TaskOrder> {
  const { settings, id } = campaign;
  const { refs } = await deps.store.batchCallees(id, batch.id);
  const rows = await deps.store.rows(id, refs);
  return {
    name: submissionName({ campaignId: id, batchId: batch.id, submission: batch.submissions }),
    callers: settings.callers,
    ...(settings.ivrId !== undefined && { ivrId: settings.ivrId }),
    ...(settings.aiAgentId !== undefined && { aiAgentId: settings.aiAgentId }),
    ...(settings.ringTimeout !== undefined && { ringTimeoutMs: settings.ringTimeout }),
    notBefore: batch.notBefore,
    notAfter: batch.notAfter,
    callees: rows.map((row, at) => ({
      number: row.number,
      uui: sentUui(row.uui, calleeId(id, refs[at] ?? 0), settings.uuiKey === 'append'),
      variables: row.variables,
    })),
  };
}

/**
 * The operator's UUI unchanged where there is one, since their IVR reads it; else our key. With `append` ours goes
 * behind theirs as a second proof in call records, where both fit.
 */
export function sentUui(own: string, key: string, append: boolean): string {
  if (own === '') return key;
  const both = `${own}|${key}`;
  return append && Buffer.byteLength(both) <= UUI_BYTES_MAX ? both : own;
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
  switch (failure.kind) {
    case 'doubt':
      deps.log.warn({ event: 'submission_in_doubt', ...facts }, failure.message);
      await note(moveBatch(batch, 'doubt', { nextLookAt: now }));
      return;
    case 'refused':
    case 'quota': {
      const pause = failure.retryAfterMs ?? (failure.kind === 'quota' ? QUOTA_RETRY : REFUSED_RETRY);
      deps.log.warn({ event: 'submission_refused', ...facts, pauseMs: pause }, failure.message);
      await note(moveBatch(batch, 'refuse', { nextLookAt: now + pause }));
      return;
    }
    case 'invalid':
    case 'blocked':
      // Blocked first: were the callees released before, another dispatcher would claim and submit them again.
      await blockCampaign(deps, campaignId, {
        reason: failure.kind === 'blocked' ? 'provider_blocked' : 'provider_invalid',
        text: `the provider refused a task with ${failure.code}: ${failure.message}. Mend it, then: campaign start ${campaignId}`,
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
  await settle(deps, campaignId, async () => {
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

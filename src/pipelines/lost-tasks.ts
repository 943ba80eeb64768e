import { type BatchRecord, newBatch, type SubmissionName } from '../core/batch.ts';
import { isCallable, moveCallee } from '../core/callee.ts';
import { campaignEnd } from '../core/campaign.ts';
import type { Instant } from '../core/time.ts';
import type { CampaignRecord } from '../ports/store.ts';
import type { TaskSummary } from '../ports/telephony.ts';
import { blockCampaign, type PipelineDeps } from './deps.ts';
import { acceptBatch } from './submission.ts';
import type { ListedCallee } from './task-owner.ts';

/**
 * A task of ours whose batch the store does not know: the store lost its last writes, as Redis may when its machine
 * dies. Its callees seem to wait, and would be called twice. So the campaign is blocked, for a person to see what else is
 * missing, and the task is taken back as a batch whose submission is in doubt and found: from then on it is read like any
 * other. `done` also where it lists nobody; `stale`: somebody was faster; `other`: its callees were called otherwise.
 */
export async function takeBack(
  deps: PipelineDeps,
  campaign: CampaignRecord,
  task: TaskSummary,
  name: SubmissionName,
  listed: readonly ListedCallee[],
): Promise<'done' | 'stale' | 'other'> {
  if (listed.length === 0) return 'done';
  await blockForUnknown(deps, campaign.id, task, `${listed.length} of its callees are in the campaign`);
  const waiting = listed.filter(({ record }) => isCallable(record.state));
  const zone = waiting[0]?.record.zone;
  if (zone === undefined) return 'other';
  const callees = waiting.filter(({ record }) => record.zone === zone);
  const batch = lostBatch(campaign, task, name, { zone, callees, now: deps.clock.now() });
  const stored = await storeLost(deps, campaign.id, task, batch, callees);
  if (stored === 'done') await acceptBatch(deps, campaign.id, batch, task.taskId, 'adopt');
  return stored;
}

/** Blocks a campaign whose batch of a task the store does not know. */
export function blockForUnknown(
  deps: PipelineDeps,
  campaignId: string,
  task: TaskSummary,
  found: string,
): Promise<void> {
  const text = `the provider has task ${task.taskId} ("${task.name}") of a batch that the store does not know, and ${found}: the store has lost its last writes. Nobody is called until you have looked: ringmaster audit ${campaignId}; then: campaign start ${campaignId}`;
  return blockCampaign(deps, campaignId, { reason: 'task_unknown', text });
}

function lostBatch(
  { settings, createdAt }: CampaignRecord,
  task: TaskSummary,
  { batchId, submission }: SubmissionName,
  of: { readonly zone: number; readonly callees: readonly ListedCallee[]; readonly now: Instant },
): BatchRecord {
  const { zone, callees, now } = of;
  return newBatch(
    { id: batchId, zone, callees: callees.length, now },
    {
      state: 'uncertain',
      submissions: submission,
      submittedAt: now,
      notBefore: task.notBefore ?? createdAt,
      notAfter: task.notAfter ?? campaignEnd(settings, createdAt),
      nextLookAt: now,
    },
  );
}

/** Stores the batch as it was before the store forgot it. `stale`: somebody was faster, and the next look sees more. */
async function storeLost(
  deps: PipelineDeps,
  campaignId: string,
  task: TaskSummary,
  batch: BatchRecord,
  callees: readonly ListedCallee[],
): Promise<'done' | 'stale'> {
  const now = deps.clock.now();
  const facts = { task: task.name };
  const stored = await deps.store.apply(campaignId, {
    name: 'take_back_batch',
    now,
    moves: callees.map(({ ref, record }) =>
      moveCallee(ref, record, 'claim', { now, reason: 'claimed', change: { batch: batch.id }, facts }),
    ),
    batch: {
      before: undefined,
      after: batch,
      callees: { refs: callees.map(({ ref }) => ref), numbers: callees.map(({ number }) => number) },
    },
  });
  deps.log.error(
    {
      event: 'task_taken_back',
      campaignId,
      batchId: batch.id,
      taskId: task.taskId,
      stored,
      callees: callees.length,
    },
    'the store did not know the batch of a task',
  );
  return stored;
}

import { type BatchRecord, parseSubmissionName, type SubmissionName } from '../core/batch.ts';
import { noteOrphanCall } from '../core/callee.ts';
import { dispositionFacts } from '../core/disposition.ts';
import type { CallRecord } from '../core/outcome.ts';
import type { Instant } from '../core/time.ts';
import type { CampaignRecord } from '../ports/store.ts';
import type { TaskSummary } from '../ports/telephony.ts';
import { fetchRecords } from './call-records.ts';
import { inParallel, type PipelineDeps, settle } from './deps.ts';
import { takeBack } from './lost-tasks.ts';
import { noteOrphanDials } from './settle-dials.ts';
import { acceptBatch } from './submission.ts';
import { scanTasks } from './task-list.ts';
import { noteLook } from './task-looks.ts';

/**
 * Reads the provider's task list for tasks that are ours by name but not the accepted submission of their batch:
 * a create that landed after we had judged it absent. Such an orphan is stopped at once, before its lead time is
 * over where we are quick, noted, and any call it made is counted as an attempt of that callee. One whose batch the
 * store does not even know blocks the campaign and is taken back.
 */
export async function sweepTasks(deps: PipelineDeps): Promise<void> {
  const live = (
    await Promise.all((await deps.store.campaignIds()).map((id) => deps.store.campaign(id)))
  ).some((campaign) => campaign !== undefined && campaign.state !== 'draft');
  if (!live) return;
  const scan = await scanTasks(deps.telephony, { forDoubt: false });
  if (!scan.clean && scan.failure !== undefined) {
    deps.log.warn({ event: 'task_list_failed', code: scan.failure.code }, scan.failure.message);
  }
  await inParallel(scan.tasks, 1, async (task) => {
    const name = parseSubmissionName(task.name);
    if (name !== undefined) await judgeTask(deps, task, name);
  });
}

async function judgeTask(deps: PipelineDeps, task: TaskSummary, name: SubmissionName): Promise<void> {
  const campaign = await deps.store.campaign(name.campaignId);
  // Without such a campaign the name proves nothing: another installation may share the account.
  if (campaign === undefined) return;
  const batch = await deps.store.batch(name.campaignId, name.batchId);
  if (batch === undefined) {
    await judgeLost(deps, campaign, task, name);
    return;
  }
  if (batch.taskId === task.taskId) return noteEnded(deps, campaign, task, batch);
  if (batch.submissions === name.submission) {
    // Its owner may be about to accept it; what became of one whose owner died is looked up in its time.
    if (batch.state === 'submitting') return;
    if (batch.state === 'uncertain') return acceptBatch(deps, campaign.id, batch, task.taskId, 'adopt');
  }
  await handleOrphan(deps, task, name, batch);
}

/** What the store does not know of is taken back; where its callees were called otherwise meanwhile, it is an orphan. */
async function judgeLost(
  deps: PipelineDeps,
  campaign: CampaignRecord,
  task: TaskSummary,
  name: SubmissionName,
): Promise<void> {
  const known = (await deps.store.orphans(campaign.id)).some((orphan) => orphan.taskId === task.taskId);
  if (!known && (await takeBack(deps, campaign, task, name))) return;
  await handleOrphan(deps, task, name, { id: name.batchId, createdAt: task.notBefore ?? campaign.createdAt });
}

/** A task of ours that the list shows as ended is read now, whenever its end was expected. */
async function noteEnded(
  deps: PipelineDeps,
  campaign: CampaignRecord,
  task: TaskSummary,
  batch: BatchRecord,
): Promise<void> {
  const now = deps.clock.now();
  // One that was read when it had ended already waits for its call records, in its own time.
  const isKnown = batch.endAt !== undefined && batch.endAt <= now;
  if (!hasEnded(task) || batch.state !== 'active' || isKnown || batch.nextLookAt <= now) return;
  if ((await noteLook(deps, campaign.id, batch, now)) === undefined) return;
  const { priority } = campaign.settings;
  await deps.queue.wake({ queue: 'poll', campaignId: campaign.id, priority });
}

function hasEnded({ state }: TaskSummary): boolean {
  return state === 'completed' || state === 'terminated';
}

async function handleOrphan(
  deps: PipelineDeps,
  task: TaskSummary,
  name: SubmissionName,
  batch: Pick<BatchRecord, 'id' | 'createdAt'>,
): Promise<void> {
  const { campaignId } = name;
  const ended = hasEnded(task);
  const known = (await deps.store.orphans(campaignId)).find((orphan) => orphan.taskId === task.taskId);
  if (known?.settled) return;
  if (!ended) {
    const stopped = await deps.telephony.stopTask(task.taskId);
    deps.log.error(
      { event: 'orphan_task', campaignId, batchId: batch.id, taskId: task.taskId, stopped: stopped.ok },
      'a submission landed after it was judged absent; stopping it',
    );
  }
  await deps.store.noteOrphan(campaignId, {
    taskId: task.taskId,
    name: task.name,
    at: deps.clock.now(),
    settled: false,
  });
  if (ended) await countOrphanCalls(deps, task, campaignId, batch);
}

/** The sessions that were dials, with when; a call whose record never came counts as one of now. */
function dialsOf(
  sessionIds: readonly string[],
  records: ReadonlyMap<string, CallRecord>,
  now: Instant,
): { readonly sessionId: string; readonly at: Instant }[] {
  return sessionIds.flatMap((sessionId) => {
    const record = records.get(sessionId);
    const { cost } = dispositionFacts(record?.disposition ?? 'record_missing');
    return cost ? [{ sessionId, at: record?.facts.startedAt ?? now }] : [];
  });
}

async function countOrphanCalls(
  deps: PipelineDeps,
  task: TaskSummary,
  campaignId: string,
  batch: Pick<BatchRecord, 'id' | 'createdAt'>,
): Promise<void> {
  const reading = await deps.telephony.describeTask(task.taskId);
  if (!reading.ok) return;
  const dialled = reading.value.callees.filter((callee) => callee.sessionIds.length > 0);
  const sessions = dialled.flatMap((callee) => callee.sessionIds);
  const { records } = await fetchRecords(
    deps,
    campaignId,
    { id: batch.id, notBefore: batch.createdAt },
    sessions,
    { takeAll: true },
  );
  for (const callee of dialled) {
    await noteOrphanDials(deps, callee.number, dialsOf(callee.sessionIds, records, deps.clock.now()));
    const ref = await deps.store.findCallee(campaignId, callee.number);
    if (ref === undefined) continue;
    await settle(deps, campaignId, async () => {
      const [record] = await deps.store.records(campaignId, [ref]);
      if (record === undefined) return undefined;
      const now = deps.clock.now();
      // A crash between counting and noting brings us here again: what the story has is counted.
      const story = await deps.store.story(campaignId, ref);
      const counted = new Set(story.flatMap((line) => line.calls ?? []).map((call) => call.sessionId));
      const sessionIds = callee.sessionIds.filter((id) => !counted.has(id));
      if (sessionIds.length === 0) return undefined;
      const calls = sessionIds.map(
        (sessionId) => records.get(sessionId)?.facts ?? { sessionId, recordMissing: true as const },
      );
      const costly = sessionIds.filter((id) => {
        const disposition = records.get(id)?.disposition ?? 'record_missing';
        return dispositionFacts(disposition).cost;
      }).length;
      return {
        name: 'orphan_call',
        now,
        moves: [noteOrphanCall(ref, record, { now, calls, costly, batch: batch.id })],
      };
    });
  }
  await deps.store.noteOrphan(campaignId, {
    taskId: task.taskId,
    name: task.name,
    at: deps.clock.now(),
    settled: true,
  });
}

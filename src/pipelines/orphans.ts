import {
  type BatchRecord,
  moveBatch,
  noteBatch,
  parseSubmissionName,
  type SubmissionName,
} from '../core/batch.ts';
import { noteOrphanCall } from '../core/callee.ts';
import { dispositionFacts } from '../core/disposition.ts';
import type { CallRecord } from '../core/outcome.ts';
import { type Ended, tallyOfEnded } from '../core/statistics.ts';
import type { Instant } from '../core/time.ts';
import type { CampaignRecord } from '../ports/store.ts';
import type { TaskReading, TaskSummary } from '../ports/telephony.ts';
import { fetchRecords } from './call-records.ts';
import { inParallel, type PipelineDeps, settle } from './deps.ts';
import { blockForUnknown, takeBack } from './lost-tasks.ts';
import { noteOrphanDials } from './settle-dials.ts';
import { acceptBatch } from './submission.ts';
import { scanTasks } from './task-list.ts';
import { noteLook } from './task-looks.ts';
import { claimOf, hasEnded, leaveAlone, noteOrphan } from './task-owner.ts';

/** Whose a task with a name of ours is. `unknown`: that could not be told, or settled, this time. */
export type TaskVerdict = 'ours' | 'foreign' | 'unknown';

/**
 * Reads the provider's task list for tasks that are ours by name but not the accepted submission of their batch:
 * a create that landed after we had judged it absent. Such an orphan is stopped at once, before its lead time is
 * over where we are quick, noted, and any call it made is counted as an attempt of that callee. One that the store has
 * forgotten is taken back. A campaign of which every listed task is settled then counts as compared with the list.
 */
export async function sweepTasks(deps: PipelineDeps): Promise<void> {
  const campaignIds = await deps.store.campaignIds();
  if (campaignIds.length === 0) return;
  const began = deps.clock.now();
  const servers = await Promise.all(campaignIds.map((id) => deps.store.seeServer(id, began)));
  const scan = await scanTasks(deps.telephony, { forDoubt: false });
  if (!scan.clean && scan.failure !== undefined) {
    deps.log.warn({ event: 'task_list_failed', code: scan.failure.code }, scan.failure.message);
  }
  const unsettled = new Set<string>();
  const judge = async (task: TaskSummary): Promise<void> => {
    const name = parseSubmissionName(task.name);
    if (name === undefined) return;
    const verdict = await judgeTask(deps, task, name).catch((error: unknown) => {
      unsettled.add(name.campaignId);
      throw error;
    });
    if (verdict === 'unknown') unsettled.add(name.campaignId);
  };
  try {
    await inParallel(scan.tasks, 1, judge);
  } finally {
    // What was made before the server came is listed by then.
    const isCompared = (at: number): boolean =>
      scan.clean && began - (servers[at]?.since ?? began) >= deps.bounds.quietPeriod;
    for (const [at, id] of campaignIds.entries()) {
      const server = servers[at];
      if (server === undefined || server.compared || unsettled.has(id) || !isCompared(at)) continue;
      await deps.store.noteCompared(id, server.run);
    }
  }
}

/** Settles what becomes of a listed task that has a name of ours. */
export async function judgeTask(
  deps: PipelineDeps,
  task: TaskSummary,
  name: SubmissionName,
): Promise<TaskVerdict> {
  const batch = await deps.store.batch(name.campaignId, name.batchId);
  // As nearly all of the list: what has ended long ago.
  if (batch?.taskId === task.taskId && batch.state !== 'active') return 'ours';
  const campaign = await deps.store.campaign(name.campaignId);
  // Without such a campaign the name proves nothing: another installation may share the account.
  if (campaign === undefined) return 'foreign';
  if (batch?.taskId === task.taskId) {
    await noteEnded(deps, campaign, task, batch);
    return 'ours';
  }
  // Its owner may be about to accept it; what became of one whose owner died is looked up in its time.
  if (batch?.state === 'submitting' && batch.submissions === name.submission) return 'ours';
  const known = (await deps.store.orphans(campaign.id)).find((orphan) => orphan.taskId === task.taskId);
  // One that ended before the campaign was made belongs to one of the same name, of an earlier installation.
  const isEarlier = hasEnded(task) && task.notBefore !== undefined && task.notBefore < campaign.createdAt;
  if (known?.settled || isEarlier) return 'foreign';
  const reading = await deps.telephony.describeTask(task.taskId);
  if (!reading.ok) {
    const { code, kind } = reading.failure;
    if (batch === undefined) await blockForUnknown(deps, campaign.id, task, `it cannot be read (${code})`);
    if (kind !== 'invalid' || !hasEnded(task)) return 'unknown';
    // It calls nobody any more, and never will be read: whoever waited for it would wait for ever.
    deps.log.error(
      { event: 'orphan_unread', campaignId: campaign.id, taskId: task.taskId, code },
      'given up',
    );
    await noteOrphan(deps, campaign.id, task, { at: deps.clock.now(), settled: true });
    return 'foreign';
  }
  const { isOurs, callees } = await claimOf(deps, campaign.id, reading.value);
  if (isOurs === false) return (await leaveAlone(deps, campaign, task, callees)) ? 'foreign' : 'unknown';
  if (batch === undefined) {
    if (isOurs === undefined) return 'unknown';
    const taken = known === undefined ? await takeBack(deps, campaign, task, name, callees) : 'other';
    if (taken !== 'other') return taken === 'done' ? 'ours' : 'unknown';
  } else {
    const adopted = await adopt(deps, batch, task, name, reading.value);
    if (adopted !== 'other') return adopted === 'done' ? 'ours' : 'unknown';
  }
  const source = batch ?? { id: name.batchId, createdAt: task.notBefore ?? campaign.createdAt };
  const found = { ...source, noticedAt: known?.at ?? deps.clock.now() };
  await handleOrphan(deps, task, campaign.id, found, reading.value);
  return 'ours';
}

/**
 * Adopts the task of a submission in doubt; also of one that the store has forgotten, as it may its last writes: it
 * bears a later number than the batch knows of, and lists its very callees. `other`: the batch is not waiting for it.
 */
async function adopt(
  deps: PipelineDeps,
  batch: BatchRecord,
  task: TaskSummary,
  { campaignId, submission }: SubmissionName,
  reading: TaskReading,
): Promise<'done' | 'stale' | 'other'> {
  if (batch.state !== 'planned' && batch.state !== 'uncertain') return 'other';
  if (batch.state === 'uncertain' && batch.submissions === submission) {
    await acceptBatch(deps, campaignId, batch, task.taskId, 'adopt');
    return 'done';
  }
  const { numbers } = await deps.store.batchCallees(campaignId, batch.id);
  const listed = new Set(reading.callees.map(({ number }) => number));
  const isSame = listed.size === numbers.length && numbers.every((number) => listed.has(number));
  if (submission <= batch.submissions || !isSame) return 'other';
  const now = deps.clock.now();
  const { notBefore = now, notAfter = batch.notAfter } = task;
  const known = { submissions: submission, submittedAt: now, notBefore, notAfter, nextLookAt: now };
  const after =
    batch.state === 'uncertain'
      ? noteBatch(batch, known)
      : moveBatch(moveBatch(batch, 'submit', known), 'doubt');
  const change = { name: 'take_back_submission', now, moves: [], batch: { before: batch, after } };
  const stored = await deps.store.apply(campaignId, change);
  deps.log.error(
    { event: 'submission_taken_back', campaignId, batchId: batch.id, taskId: task.taskId, stored },
    'the store did not know the submission of a task',
  );
  if (stored === 'done') await acceptBatch(deps, campaignId, after, task.taskId, 'adopt');
  return stored;
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

/** What is known of the batch that a task was made of, and since when of the task. */
type OrphanSource = Pick<BatchRecord, 'id' | 'createdAt' | 'caller'> & { readonly noticedAt: Instant };

async function handleOrphan(
  deps: PipelineDeps,
  task: TaskSummary,
  campaignId: string,
  batch: OrphanSource,
  reading: TaskReading,
): Promise<void> {
  const ended = hasEnded(task);
  if (!ended) {
    const stopped = await deps.telephony.stopTask(task.taskId);
    deps.log.error(
      { event: 'orphan_task', campaignId, batchId: batch.id, taskId: task.taskId, stopped: stopped.ok },
      'a submission landed after it was judged absent; stopping it',
    );
  }
  const at = batch.noticedAt;
  await noteOrphan(deps, campaignId, task, { at, settled: false });
  if (!ended || !(await countOrphanCalls(deps, campaignId, batch, reading))) return;
  await noteOrphan(deps, campaignId, task, { at, settled: true });
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

/**
 * Counts the calls of a task that has ended. A record that is late is waited for, as for any other call: false. After
 * the limit the call counts without it.
 */
async function countOrphanCalls(
  deps: PipelineDeps,
  campaignId: string,
  batch: OrphanSource,
  reading: TaskReading,
): Promise<boolean> {
  const sessions = reading.callees.flatMap((callee) => callee.sessionIds);
  const insist = deps.clock.now() - batch.noticedAt >= deps.bounds.recordWaitMax;
  const from = { id: batch.id, notBefore: batch.createdAt };
  const { records } = await fetchRecords(deps, campaignId, from, sessions, { takeAll: true, insist });
  let isWhole = insist || sessions.every((id) => records.has(id));
  for (const { number, sessionIds } of reading.callees) {
    const known = sessionIds.filter((id) => insist || records.has(id));
    if (known.length === 0) continue;
    const calls = { number, sessionIds: known, records };
    isWhole = (await countCallsOf(deps, campaignId, batch, calls)) && isWhole;
  }
  return isWhole;
}

/** False where the callee was moved by others all the time. */
async function countCallsOf(
  deps: PipelineDeps,
  campaignId: string,
  batch: OrphanSource,
  callee: {
    readonly number: number;
    readonly sessionIds: readonly string[];
    readonly records: ReadonlyMap<string, CallRecord>;
  },
): Promise<boolean> {
  const { records } = callee;
  await noteOrphanDials(deps, callee.number, dialsOf(callee.sessionIds, records, deps.clock.now()));
  const ref = await deps.store.findCallee(campaignId, callee.number);
  if (ref === undefined) return true;
  let isCounted = false;
  const stored = await settle(deps, campaignId, async () => {
    const [record] = await deps.store.records(campaignId, [ref]);
    isCounted = record === undefined;
    if (record === undefined) return undefined;
    const now = deps.clock.now();
    // A crash between counting and noting brings us here again: what the story has is counted.
    const story = await deps.store.story(campaignId, ref);
    const counted = new Set(story.flatMap((line) => line.calls ?? []).map((call) => call.sessionId));
    const sessionIds = callee.sessionIds.filter((id) => !counted.has(id));
    isCounted = sessionIds.length === 0;
    if (isCounted) return undefined;
    let { attempts } = record;
    const ended = sessionIds.map((sessionId): Ended => {
      const { disposition, facts } = records.get(sessionId) ?? {
        disposition: 'record_missing' as const,
        facts: { sessionId, recordMissing: true as const },
      };
      const cost = dispositionFacts(disposition).cost ? 1 : 0;
      attempts += cost;
      const { caller } = batch;
      return { at: facts.startedAt ?? now, disposition, cost, attempts, caller, calls: [facts] };
    });
    const calls = ended.flatMap((one) => one.calls);
    const tally = tallyOfEnded(ended, now);
    return {
      name: 'orphan_call',
      now,
      moves: [noteOrphanCall(ref, record, { now, calls, attempts, batch: batch.id })],
      ...(tally !== undefined && { tally }),
    };
  });
  return stored || isCounted;
}

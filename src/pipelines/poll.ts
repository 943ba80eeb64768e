import { type BatchRecord, moveBatch, noteBatch, type TaskControl, wantedControl } from '../core/batch.ts';
import { type CalleeMove, moveCallee } from '../core/callee.ts';
import {
  RECORDS_PER_REQUEST_MAX,
  REQUESTS_IN_PARALLEL,
  STOPPED_LOOK_INTERVAL,
  TASK_OVERDUE_MAX,
} from '../core/limits.ts';
import { foretoldEnd, nextRecordLookAt } from '../core/look-schedule.ts';
import { type CalleeReading, decideOutcome, isOver } from '../core/outcome.ts';
import type { Reason } from '../core/reasons.ts';
import { tallyOf } from '../core/statistics.ts';
import type { CampaignRecord, DueCallee } from '../ports/store.ts';
import type { TaskReading, TelephonyFailure } from '../ports/telephony.ts';
import { fetchRecords } from './call-records.ts';
import { watchCalls } from './call-watch.ts';
import { blockCampaign, inParallel, type PipelineDeps, refusalText } from './deps.ts';
import { wakeDispatch } from './dispatch.ts';
import { stopOutlivingTasks } from './rule-watch.ts';
import { settleDials } from './settle-dials.ts';
import { stopSuppressedTasks } from './suppression.ts';
import { scanTasks } from './task-list.ts';
import { activeBatches, lookAfter, noteLook, reviseLooks } from './task-looks.ts';

/** Why the callees come back that a task had not dialled when it was stopped early. */
const UNDONE = { suppression: 'batch_undone', rules: 'rules_narrowed' } as const satisfies Record<
  NonNullable<BatchRecord['stoppedFor']>,
  Reason
>;

/**
 * One look at a campaign's live tasks: those whose look is due are brought to the state the campaign is in
 * (paused, stopped), read, and what happened to each callee is recorded. It decides nothing about retries.
 */
export async function pollCampaign(deps: PipelineDeps, campaignId: string): Promise<void> {
  const campaign = await deps.store.campaign(campaignId);
  if (campaign === undefined) return;
  const { priority } = campaign.settings;
  const control = wantedControl(campaign.state);
  const now = deps.clock.now();
  await stopSuppressedTasks(deps, campaignId);
  let active = await activeBatches(deps, campaignId);
  if (await stopOutlivingTasks(deps, campaign, active)) active = await activeBatches(deps, campaignId);
  const [oldest, ...younger] = active;
  const look = async (batch: BatchRecord): Promise<void> => {
    const controlled = await controlTask(deps, campaignId, batch, control);
    if (controlled === undefined || controlled.nextLookAt > now) return;
    await readTask(deps, campaign, controlled, batch.id === oldest?.id);
  };
  const lookAtDue = async (batches: readonly BatchRecord[]): Promise<number> => {
    const revised = batches.length === 0 ? [] : await reviseLooks(deps, campaignId, batches, oldest?.id);
    const due = revised.filter((batch) => batch.nextLookAt <= now || batch.control !== control);
    await inParallel(due, REQUESTS_IN_PARALLEL, look);
    return due.length;
  };
  // The oldest alone and first: what it shows tells when the others should be read.
  const looks = (await lookAtDue(oldest === undefined ? [] : [oldest])) + (await lookAtDue(younger));
  const counts = await deps.store.counts(campaignId);
  if (counts.states.missed > 0) await deps.queue.wake({ queue: 'retry', campaignId, priority });
  if (looks > 0) await wakeDispatch(deps, campaignId);
  const nextAt = await nextPoll(deps, campaignId);
  if (nextAt !== undefined) await deps.queue.wake({ queue: 'poll', campaignId, priority }, nextAt);
}

/** When the campaign's tasks want to be looked at next. The oldest waits for its end no longer than the interval. */
async function nextPoll(deps: PipelineDeps, campaignId: string): Promise<number | undefined> {
  const active = await activeBatches(deps, campaignId);
  const [oldest] = active;
  if (oldest === undefined) return undefined;
  const latest = deps.clock.now() + deps.bounds.lookIntervalMax;
  if (oldest.nextLookAt > latest) await noteLook(deps, campaignId, oldest, latest);
  return Math.min(latest, ...active.map((batch) => batch.nextLookAt));
}

/** Tells the provider what the campaign wants of a task, once; the batch as stored afterwards, undefined if it moved. */
async function controlTask(
  deps: PipelineDeps,
  campaignId: string,
  batch: BatchRecord,
  wanted: TaskControl,
): Promise<BatchRecord | undefined> {
  if (batch.control === wanted || batch.control === 'stop') return batch;
  const { telephony } = deps;
  const request = { stop: telephony.stopTask, pause: telephony.pauseTask, run: telephony.resumeTask }[wanted];
  const result = await request.call(telephony, batch.taskId);
  const now = deps.clock.now();
  if (!result.ok) {
    const { code, kind } = result.failure;
    deps.log.warn(
      { event: 'task_control_failed', campaignId, batchId: batch.id, wanted, code, kind },
      result.failure.message,
    );
    // What can never be done may be so because the task is gone: a reading at once tells.
    const nextLookAt = kind === 'invalid' ? now : now + deps.bounds.lookIntervalMin;
    return saved(deps, campaignId, batch, noteBatch(batch, { nextLookAt }), []);
  }
  deps.log.info(
    { event: 'task_controlled', campaignId, batchId: batch.id, wanted },
    'the provider took the control',
  );
  // A stopped task is over soon: look at once. Others keep their time.
  const soon = wanted === 'stop' ? now : batch.nextLookAt;
  return saved(deps, campaignId, batch, noteBatch(batch, { control: wanted, nextLookAt: soon }), []);
}

async function saved(
  deps: PipelineDeps,
  campaignId: string,
  before: BatchRecord,
  after: BatchRecord,
  moves: readonly CalleeMove[],
): Promise<BatchRecord | undefined> {
  const now = deps.clock.now();
  const tally = tallyOf(moves, now);
  const stored = await deps.store.apply(campaignId, {
    name: 'read_batch',
    now,
    moves,
    batch: { before, after },
    ...(tally !== undefined && { tally }),
  });
  if (stored !== 'done') return undefined;
  if (tally !== undefined) await watchCalls(deps, campaignId, tally);
  return after;
}

async function readTask(
  deps: PipelineDeps,
  campaign: CampaignRecord,
  batch: BatchRecord,
  oldest: boolean,
): Promise<void> {
  const result = await deps.telephony.describeTask(batch.taskId);
  if (!result.ok) return readingFailed(deps, campaign, batch, result.failure);
  const reading = result.value;
  const callees = await callingCallees(deps, campaign.id, batch);
  // A list without anybody is no list: nothing may be concluded from it.
  const listed = reading.callees.length > 0 || callees.length === 0;
  const ended = listed && (reading.state === 'completed' || reading.state === 'terminated');
  const overdue = !ended && deps.clock.now() > batch.notAfter + TASK_OVERDUE_MAX;
  if (overdue) {
    // Long past its end the task still does not say that it is over: a person must find out why. Whatever it is
    // up to, it must not call anybody who is called again.
    await deps.telephony.stopTask(batch.taskId);
    await parkAll(deps, campaign.id, batch, callees, 'unknown_provider_state', {
      taskState: reading.stateCode,
    });
    return;
  }
  await recordReading(deps, campaign.id, batch, callees, { ...reading, ended, oldest });
}

interface Calling extends DueCallee {
  readonly number: number;
}

/** The callees of a batch that are still calling in it, with their numbers. */
async function callingCallees(
  deps: PipelineDeps,
  campaignId: string,
  batch: BatchRecord,
): Promise<Calling[]> {
  const { refs, numbers } = await deps.store.batchCallees(campaignId, batch.id);
  const records = await deps.store.records(campaignId, refs);
  return refs.flatMap((ref, at) => {
    const record = records[at];
    return record?.state === 'calling' && record.batch === batch.id
      ? [{ ref, record, number: numbers[at] ?? Number.NaN }]
      : [];
  });
}

async function recordReading(
  deps: PipelineDeps,
  campaignId: string,
  batch: BatchRecord,
  callees: readonly Calling[],
  reading: TaskReading & { readonly ended: boolean; readonly oldest: boolean },
): Promise<void> {
  const { bounds } = deps;
  const { ended, oldest } = reading;
  const byNumber = new Map(reading.callees.map((callee) => [callee.number, callee]));
  const readings = callees.map((callee) => {
    const read = byNumber.get(callee.number);
    const seen = read ?? { state: 'absent' as const, stateCode: -1, sessionIds: [] };
    return { ...callee, read: seen, over: isOver(seen, ended) };
  });
  const over = readings.filter((callee) => callee.over);
  const sessionIds = over.flatMap((callee) => callee.read.sessionIds);
  const overTotal = batch.calleesTotal - callees.length + over.length;
  // With one try each, a task whose callees are all over has nothing left to do, whatever it calls itself.
  const allOver = ended || over.length === callees.length;
  const takeAll =
    allOver || (sessionIds.length < RECORDS_PER_REQUEST_MAX && isWaitLong(deps, batch, overTotal));
  const insist = over.some(
    ({ record: { due } }) => due !== 0 && deps.clock.now() - due >= bounds.recordWaitMax,
  );
  const wish = { takeAll, turn: batch.readings, insist };
  const fetched = await fetchRecords(deps, campaignId, batch, sessionIds, wish);
  const now = deps.clock.now();
  const stopped = batch.stoppedFor && UNDONE[batch.stoppedFor];
  const rules = { now, taskEnded: ended, recordWaitMax: bounds.recordWaitMax, stopped } as const;
  const moves = over.flatMap((callee) => {
    // Left for a fuller request: its record was not asked for, so its absence means nothing.
    if (callee.read.sessionIds.some((id) => fetched.left.has(id))) return [];
    const seen: CalleeReading = { ...callee.read, records: fetched.records };
    return decideOutcome(callee.ref, callee.record, seen, rules) ?? [];
  });
  const done = moves.filter((move) => move.after.state !== 'calling').length;
  const open = callees.length - done;
  const waits = readings
    .filter((callee) => callee.over)
    .map((callee) => callee.record.due)
    .filter((due) => due !== 0);
  const look = lookAfter(batch, { now, ended, over: overTotal, oldest, moves }, bounds);
  const change = {
    ...look,
    readings: batch.readings + 1,
    lastReadAt: takeAll ? now : batch.lastReadAt,
    calleesOpen: open,
    // The callees that it gives back wait for its last call to end, so it is watched.
    ...(stopped !== undefined && { nextLookAt: now + STOPPED_LOOK_INTERVAL }),
    ...(allOver && {
      nextLookAt: nextRecordLookAt(waits.length === 0 ? now : Math.min(...waits), now, bounds),
    }),
  };
  const after = open === 0 ? moveBatch(batch, 'finish', change) : noteBatch(batch, change);
  if ((await saved(deps, campaignId, batch, after, moves)) === undefined) return;
  await settleDials(deps, campaignId, after, callees, moves);
  deps.log.info(
    { event: 'task_read', campaignId, batchId: batch.id, taskState: reading.state, moved: done, open },
    'recorded a reading',
  );
}

/**
 * True where calls that do not fill one request of records are worth one all the same: nothing was read of the task
 * for some time, and nothing would be for as long again.
 */
function isWaitLong(deps: PipelineDeps, batch: BatchRecord, over: number): boolean {
  const { recordGather } = deps.bounds;
  const now = deps.clock.now();
  const since = batch.dialsFrom ?? batch.notBefore;
  const end = foretoldEnd({ since, now, over, total: batch.calleesTotal });
  return now - Math.max(batch.lastReadAt, batch.notBefore) >= recordGather && end - now >= recordGather;
}

async function readingFailed(
  deps: PipelineDeps,
  campaign: CampaignRecord,
  batch: BatchRecord,
  failure: TelephonyFailure,
): Promise<void> {
  const { id: campaignId } = campaign;
  const facts = { campaignId, batchId: batch.id, code: failure.code, kind: failure.kind };
  deps.log.warn({ event: 'task_reading_failed', ...facts }, failure.message);
  if (failure.kind === 'invalid' && (await hasVanished(deps, batch))) {
    const callees = await callingCallees(deps, campaignId, batch);
    await parkAll(deps, campaignId, batch, callees, 'task_vanished', { code: failure.code });
    return;
  }
  if (failure.kind === 'blocked') {
    const text = refusalText('to show a task', failure, campaignId);
    await blockCampaign(deps, campaignId, { reason: 'provider_blocked', text });
  }
  const now = deps.clock.now();
  const look = nextRecordLookAt(Math.max(batch.lastReadAt, batch.notBefore), now, deps.bounds);
  await saved(deps, campaignId, batch, noteBatch(batch, { nextLookAt: look }), []);
}

/** Only a clean reading of the whole list, without the task in it, proves that the provider forgot it. */
async function hasVanished(deps: PipelineDeps, batch: BatchRecord): Promise<boolean> {
  const scan = await scanTasks(deps.telephony, { forDoubt: true });
  return scan.clean && !scan.tasks.some((task) => task.taskId === batch.taskId);
}

async function parkAll(
  deps: PipelineDeps,
  campaignId: string,
  batch: BatchRecord,
  callees: readonly Calling[],
  reason: Reason,
  facts: Readonly<Record<string, string | number>>,
): Promise<void> {
  const now = deps.clock.now();
  const moves = callees.map(({ ref, record }) => moveCallee(ref, record, 'park', { now, reason, facts }));
  const after = moveBatch(batch, 'finish', { calleesOpen: 0 });
  if ((await saved(deps, campaignId, batch, after, moves)) !== undefined)
    await settleDials(deps, campaignId, after, callees, moves);
  deps.log.error(
    { event: 'batch_parked', campaignId, batchId: batch.id, reason, callees: moves.length },
    'needs attention',
  );
}

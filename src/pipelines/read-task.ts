import { type BatchCallees, type BatchRecord, moveBatch, noteBatch } from '../core/batch.ts';
import { type CalleeMove, moveCallee } from '../core/callee.ts';
import { RECORDS_PER_REQUEST_MAX, TASK_LATE_MAX, TASK_OVERDUE_MAX } from '../core/limits.ts';
import { foretoldEnd, nextRecordLookAt, nextStoppedLookAt } from '../core/look-schedule.ts';
import { type CalleeReading, decideOutcome, readingOf } from '../core/outcome.ts';
import type { Reason } from '../core/reasons.ts';
import { tallyOf } from '../core/statistics.ts';
import type { CampaignRecord, DueCallee } from '../ports/store.ts';
import type { TaskCallee, TaskReading, TelephonyFailure } from '../ports/telephony.ts';
import { fetchRecords } from './call-records.ts';
import { watchCalls } from './call-watch.ts';
import { blockCampaign, type PipelineDeps, refusalText } from './deps.ts';
import { settleDials } from './settle-dials.ts';
import { stopTaskEarly } from './stop-task.ts';
import { scanTasks } from './task-list.ts';
import { lookAfter } from './task-looks.ts';
import { hasEnded } from './task-owner.ts';

/** Why the callees come back that a task had not dialled when it was stopped early. */
const UNDONE = { suppression: 'batch_undone', rules: 'rules_narrowed' } as const satisfies Record<
  NonNullable<BatchRecord['stoppedFor']>,
  Reason
>;

/** Stores what a look at a task led to; the batch as it is then, undefined where it was changed meanwhile. */
export async function saveLook(
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

/** Reads a task and records what happened to each of its callees. `oldest`: of its campaign's. */
export async function readTask(
  deps: PipelineDeps,
  campaign: CampaignRecord,
  batch: BatchRecord,
  oldest: boolean,
): Promise<void> {
  const result = await deps.telephony.describeTask(batch.taskId);
  if (!result.ok) return readingFailed(deps, campaign, batch, result.failure);
  const reading = result.value;
  const held = await heldCallees(deps, campaign.id, batch);
  const { callees } = held;
  // A list without anybody is no list: nothing may be concluded from it.
  const listed = reading.callees.length > 0 || callees.length === 0;
  const ended = listed && hasEnded(reading);
  const late = ended ? 0 : deps.clock.now() - batch.notAfter;
  // It must not dial any more, whatever it is up to: it may be paused, and then nothing else ends it.
  const isToStop = late > TASK_LATE_MAX && batch.control !== 'stop' && reading.state !== 'ending';
  const text = 'its time is over, and it does not say that it has ended';
  const stopped = isToStop
    ? await stopTaskEarly(deps, campaign.id, batch, { stoppedFor: 'rules', text })
    : undefined;
  // Long past its end it still does not say that it is over: a person must find out why.
  const abandoned = late > TASK_OVERDUE_MAX;
  await recordReading(deps, campaign.id, stopped ?? batch, held, { ...reading, ended, oldest, abandoned });
}

interface Calling extends DueCallee {
  readonly number: number;
}

interface Held {
  /** All that the batch was made with. */
  readonly list: BatchCallees;
  /** Those that are still calling in it, with their numbers. */
  readonly callees: readonly Calling[];
}

async function heldCallees(deps: PipelineDeps, campaignId: string, batch: BatchRecord): Promise<Held> {
  const list = await deps.store.batchCallees(campaignId, batch.id);
  const { refs, numbers } = list;
  const records = await deps.store.records(campaignId, refs);
  const callees = refs.flatMap((ref, at) => {
    const record = records[at];
    return record?.state === 'calling' && record.batch === batch.id
      ? [{ ref, record, number: numbers[at] ?? Number.NaN }]
      : [];
  });
  return { list, callees };
}

async function recordReading(
  deps: PipelineDeps,
  campaignId: string,
  batch: BatchRecord,
  { list, callees }: Held,
  reading: TaskReading & { readonly ended: boolean; readonly oldest: boolean; readonly abandoned: boolean },
): Promise<void> {
  const { bounds } = deps;
  const { ended, oldest, abandoned } = reading;
  const byNumber = listedByNumber(reading.callees);
  const readings = callees.map((callee) => ({
    ...callee,
    read: readingOf(byNumber.get(callee.number) ?? [], ended),
  }));
  const over = readings.filter(({ read }) => read.over || abandoned);
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
  const rules = {
    ...({ now, taskEnded: ended, recordWaitMax: bounds.recordWaitMax, stopped } as const),
    ...(abandoned && { abandonedIn: reading.stateCode }),
  };
  const moves = over.flatMap((callee) => {
    // Left for a fuller request: its record was not asked for, so its absence means nothing.
    if (callee.read.sessionIds.some((id) => fetched.left.has(id))) return [];
    const seen: CalleeReading = { ...callee.read, records: fetched.records };
    return decideOutcome(callee.ref, callee.record, seen, rules) ?? [];
  });
  const done = moves.filter((move) => move.after.state !== 'calling').length;
  const open = callees.length - done;
  const waits = over.map((callee) => callee.record.due).filter((due) => due !== 0);
  const look = lookAfter(batch, { now, ended, over: overTotal, oldest, moves }, bounds);
  const change = {
    ...look,
    readings: batch.readings + 1,
    lastReadAt: takeAll ? now : batch.lastReadAt,
    calleesOpen: open,
    // The callees that it gives back wait for its last call to end, so it is watched.
    ...(stopped !== undefined && { nextLookAt: nextStoppedLookAt(batch.notAfter, now) }),
    ...(allOver && {
      nextLookAt: nextRecordLookAt(waits.length === 0 ? now : Math.min(...waits), now, bounds),
    }),
  };
  const after = open === 0 ? moveBatch(batch, 'finish', change) : noteBatch(batch, change);
  if ((await saveLook(deps, campaignId, batch, after, moves)) === undefined) return;
  await settleDials(deps, campaignId, after, list, moves);
  deps.log.info(
    { event: 'task_read', campaignId, batchId: batch.id, taskState: reading.state, moved: done, open },
    'recorded a reading',
  );
}

function listedByNumber(callees: readonly TaskCallee[]): ReadonlyMap<number, readonly TaskCallee[]> {
  const listed = new Map<number, TaskCallee[]>();
  for (const callee of callees) {
    const held = listed.get(callee.number);
    if (held === undefined) listed.set(callee.number, [callee]);
    else held.push(callee);
  }
  return listed;
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
  // Nobody knows how late a task is listed, and read, that was just made.
  const isSettled = deps.clock.now() - batch.submittedAt >= deps.bounds.quietPeriod;
  if (failure.kind === 'invalid' && isSettled && (await hasVanished(deps, batch))) {
    await parkAll(deps, campaignId, batch, await heldCallees(deps, campaignId, batch), failure.code);
    return;
  }
  if (failure.kind === 'blocked') {
    const text = refusalText('to show a task', failure, campaignId);
    await blockCampaign(deps, campaignId, { reason: 'provider_blocked', text });
  }
  const now = deps.clock.now();
  const look = nextRecordLookAt(Math.max(batch.lastReadAt, batch.notBefore), now, deps.bounds);
  await saveLook(deps, campaignId, batch, noteBatch(batch, { nextLookAt: look }), []);
}

/** Only a clean reading of the whole list, without the task in it, proves that the provider forgot it. */
async function hasVanished(deps: PipelineDeps, batch: BatchRecord): Promise<boolean> {
  const scan = await scanTasks(deps.telephony, { forDoubt: true });
  return scan.clean && !scan.tasks.some((task) => task.taskId === batch.taskId);
}

/** Nobody can tell any more what a task did that the provider forgot: its callees are a person's. */
async function parkAll(
  deps: PipelineDeps,
  campaignId: string,
  batch: BatchRecord,
  { list, callees }: Held,
  code: string,
): Promise<void> {
  const now = deps.clock.now();
  const reason = 'task_vanished';
  const facts = { code };
  const moves = callees.map(({ ref, record }) => moveCallee(ref, record, 'park', { now, reason, facts }));
  const after = moveBatch(batch, 'finish', { calleesOpen: 0 });
  if ((await saveLook(deps, campaignId, batch, after, moves)) !== undefined)
    await settleDials(deps, campaignId, after, list, moves);
  deps.log.error(
    { event: 'batch_parked', campaignId, batchId: batch.id, reason, callees: moves.length },
    'needs attention',
  );
}

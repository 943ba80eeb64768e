import { type BatchRecord, noteBatch } from '../core/batch.ts';
import type { CalleeMove } from '../core/callee.ts';
import {
  endOfTask,
  endWithin,
  expectedEnd,
  firstLook,
  foretoldEnd,
  nextLook,
  type TaskSpan,
} from '../core/look-schedule.ts';
import { type Instant, SECOND } from '../core/time.ts';
import type { PipelineDeps } from './deps.ts';

/** Batches that are looked back at for one that ended: enough to pass some that were released. */
const LOOK_BACK_MAX = 16;

/** A look that is nearer by less than this is not worth the writing. */
const LOOK_SHIFT_MIN = 10 * SECOND;

/** A campaign's live tasks, the one that began first in front. */
export async function activeBatches(deps: PipelineDeps, campaignId: string): Promise<BatchRecord[]> {
  const active = (await deps.store.openBatches(campaignId)).filter((batch) => batch.state === 'active');
  return active.sort((a, b) => a.notBefore - b.notBefore || a.id - b.id);
}

/** When a task that was just accepted should be looked at first; undefined while nothing tells. */
export async function firstLookAt(
  deps: PipelineDeps,
  campaignId: string,
  batch: BatchRecord,
): Promise<Instant | undefined> {
  const active = await activeBatches(deps, campaignId);
  const like = await likeness(deps, campaignId, active, batch.id);
  const oldest = !active.some((other) => other.notBefore < batch.notBefore);
  return like && expectedLook(deps, batch, like, oldest);
}

/**
 * Gives tasks that were never read a new time to be looked at, by what the campaign's tasks have shown by now: later
 * where the look is due and the task cannot have ended yet, earlier where it should have. The oldest is not put off
 * beyond the interval. Returns the batches as they are now.
 */
export async function reviseLooks(
  deps: PipelineDeps,
  campaignId: string,
  batches: readonly BatchRecord[],
  oldestId: number | undefined,
): Promise<BatchRecord[]> {
  const newest = Math.max(...batches.map(({ id }) => id));
  const like = await likeness(deps, campaignId, await activeBatches(deps, campaignId), newest);
  const now = deps.clock.now();
  const revise = async (batch: BatchRecord): Promise<BatchRecord> => {
    if (like === undefined || batch.readings > 0 || batch.control !== 'run' || batch.pushed) return batch;
    const isDue = batch.nextLookAt <= now;
    const oldest = batch.id === oldestId;
    if (isDue && oldest && now - batch.notBefore >= deps.bounds.lookIntervalMax) return batch;
    const at = expectedLook(deps, batch, like, oldest);
    if (isDue ? at <= now : at + LOOK_SHIFT_MIN > batch.nextLookAt) return batch;
    return (await noteLook(deps, campaignId, batch, at)) ?? batch;
  };
  return Promise.all(batches.map(revise));
}

/** Stores another time of the next look; undefined when the batch was changed meanwhile. */
export async function noteLook(
  deps: PipelineDeps,
  campaignId: string,
  before: BatchRecord,
  nextLookAt: Instant,
): Promise<BatchRecord | undefined> {
  const after = noteBatch(before, { nextLookAt });
  const change = { name: 'note_look', now: deps.clock.now(), moves: [], batch: { before, after } };
  return (await deps.store.apply(campaignId, change)) === 'done' ? after : undefined;
}

function expectedLook(deps: PipelineDeps, batch: BatchRecord, like: TaskSpan, oldest: boolean): Instant {
  const since = batch.notBefore;
  const now = Math.max(deps.clock.now(), since);
  const endAt = endWithin(expectedEnd(batch, like), batch.notAfter, now);
  return firstLook({ since, now, endAt, oldest }, deps.bounds);
}

/** The task to judge others by: the last to end of the nearest batches up to `newest`, else the oldest that was read. */
async function likeness(
  deps: PipelineDeps,
  campaignId: string,
  active: readonly BatchRecord[],
  newest: number,
): Promise<TaskSpan | undefined> {
  const activeIds = new Set(active.map(({ id }) => id));
  const ids: number[] = [];
  for (let id = newest; id > 0 && ids.length < LOOK_BACK_MAX; id -= 1) if (!activeIds.has(id)) ids.push(id);
  const others = await Promise.all(ids.map((id) => deps.store.batch(campaignId, id)));
  const ended = others.filter((batch) => batch?.state === 'finished').flatMap((batch) => spanOf(batch) ?? []);
  const [last] = ended.sort((a, b) => b.endAt - a.endAt);
  return last ?? active.flatMap((batch) => spanOf(batch) ?? [])[0];
}

function spanOf(batch: BatchRecord | undefined): TaskSpan | undefined {
  if (batch?.endAt === undefined) return undefined;
  const { notBefore, endAt, dialsFrom = notBefore, dialsTo = endAt, calleesTotal } = batch;
  return { notBefore, dialsFrom, dialsTo, endAt, calleesTotal };
}

/** What one reading of a task showed. */
export interface TaskSeen {
  readonly now: Instant;
  readonly ended: boolean;
  /** Callees that are over, now and before. */
  readonly over: number;
  readonly oldest: boolean;
  readonly moves: readonly CalleeMove[];
}

/** What a reading teaches of a task: when it began to dial, when it ended or should end, when to look again. */
export function lookAfter(
  batch: BatchRecord,
  seen: TaskSeen,
  bounds: PipelineDeps['bounds'],
): Pick<BatchRecord, 'dialsFrom' | 'dialsTo' | 'endAt' | 'nextLookAt'> {
  const { now, ended, over, oldest } = seen;
  const calls = seen.moves.flatMap((move) => move.story?.calls ?? []);
  const starts = calls
    .flatMap((call) => call.startedAt ?? [])
    .filter((at) => at >= batch.notBefore && at < now);
  const ends = calls.flatMap((call) => call.endedAt ?? []);
  const dialsFrom = Math.min(...starts, batch.dialsFrom ?? Number.POSITIVE_INFINITY);
  const since = Number.isFinite(dialsFrom) ? dialsFrom : batch.notBefore;
  const endAt = ended
    ? endOfTask(batch.notBefore, now, ends.length === 0 ? batch.endAt : Math.max(...ends))
    : endWithin(foretoldEnd({ since, now, over, total: batch.calleesTotal }), batch.notAfter, now);
  return {
    endAt,
    ...(Number.isFinite(dialsFrom) && { dialsFrom, dialsTo: ended ? Math.max(...starts, since) : endAt }),
    nextLookAt: nextLook({ since, now, endAt, oldest }, bounds),
  };
}

import { type BatchRecord, noteBatch } from '../core/batch.ts';
import { type CalleeRef, isCallable } from '../core/callee.ts';
import { DECISIONS_PER_CHANGE, REQUESTS_IN_PARALLEL } from '../core/limits.ts';
import { mayStillBeDialled, suppressCallee } from '../core/suppression.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import type { Suppression, SuppressionFindings } from '../ports/suppression.ts';
import { inParallel, type PipelineDeps, settle } from './deps.ts';
import { stopTaskEarly } from './stop-task.ts';
import { hasEnded } from './task-owner.ts';

/** What it takes to end waiting callees: an operator's command has this much too. */
export interface SuppressDeps {
  readonly store: Pick<Store, 'apply' | 'records' | 'rows'>;
  readonly suppression: Suppression;
  readonly clock: Pick<Clock, 'now'>;
}

/** A callee with its number, as the list of a batch and the number index know it. */
export interface NumberedCallee {
  readonly ref: CalleeRef;
  readonly number: number | string;
}

const NOBODY: SuppressionFindings = { version: 0, entries: new Map() };

/** Looks numbers up in the lists of a campaign. Without any list that is one small read. */
export async function findSuppressed(
  deps: Pick<SuppressDeps, 'suppression' | 'clock'>,
  campaignId: string,
  numbers: readonly (number | string)[],
): Promise<SuppressionFindings> {
  const lists = await deps.suppression.lists(campaignId);
  if (lists.length === 0) return NOBODY;
  return deps.suppression.find(lists, numbers.map(String), deps.clock.now());
}

/** The version that {@link findSuppressed} would give now. */
export async function listsVersion(
  deps: Pick<SuppressDeps, 'suppression'>,
  campaignId: string,
): Promise<number> {
  return deps.suppression.version(await deps.suppression.lists(campaignId));
}

/**
 * Ends those of the callees that wait and are among the findings; how many. Those in a batch or a call are left
 * alone: what moves them on next looks them up again.
 */
export async function endSuppressed(
  deps: SuppressDeps,
  campaignId: string,
  callees: readonly NumberedCallee[],
  findings: SuppressionFindings,
): Promise<number> {
  const listed = callees.filter(({ number }) => findings.entries.has(String(number)));
  let ended = 0;
  for (let at = 0; at < listed.length; at += DECISIONS_PER_CHANGE) {
    const some = listed.slice(at, at + DECISIONS_PER_CHANGE);
    let moved = 0;
    const done = await settle(deps, campaignId, async () => {
      const records = await deps.store.records(
        campaignId,
        some.map(({ ref }) => ref),
      );
      const now = deps.clock.now();
      const moves = some.flatMap(({ ref, number }, index) => {
        const record = records[index];
        const entry = findings.entries.get(String(number));
        if (record === undefined || entry === undefined || !isCallable(record.state)) return [];
        return [suppressCallee(ref, record, entry, now)];
      });
      moved = moves.length;
      return moves.length === 0 ? undefined : { name: 'suppress_callees', now, moves };
    });
    if (done) ended += moved;
  }
  return ended;
}

/** As {@link endSuppressed} for callees whose numbers must be read first, which is done only where there is a list. */
export async function endSuppressedOf(
  deps: SuppressDeps,
  campaignId: string,
  refs: readonly CalleeRef[],
): Promise<number> {
  if (refs.length === 0 || (await deps.suppression.lists(campaignId)).length === 0) return 0;
  const rows = await deps.store.rows(campaignId, refs);
  const callees = rows.map(({ number }, at) => ({ ref: refs[at] ?? Number.NaN, number }));
  const numbers = callees.map(({ number }) => number);
  return endSuppressed(deps, campaignId, callees, await findSuppressed(deps, campaignId, numbers));
}

/** True for a live task whose callees were not looked up since a number was added. */
export function isToBeLookedUp(batch: BatchRecord, version: number): boolean {
  return batch.state === 'active' && batch.control !== 'stop' && (batch.listsVersion ?? 0) !== version;
}

/**
 * Looks up the callees of a campaign's live tasks again where numbers were added since, and stops the tasks that may
 * still dial one of them: an opt-out holds within seconds. A callee whose call goes on, or is over, is left alone.
 * What was found clean is remembered in the batch. Where the provider does not answer, the next look asks again. A
 * stopped task is read to its end; its other callees come back at no attempt's cost and are planned again.
 */
export async function stopSuppressedTasks(deps: PipelineDeps, campaignId: string): Promise<void> {
  const open = await deps.store.openBatches(campaignId);
  if (!open.some((batch) => batch.state === 'active')) return;
  const version = await listsVersion(deps, campaignId);
  const due = open.filter((batch) => isToBeLookedUp(batch, version));
  await inParallel(due, REQUESTS_IN_PARALLEL, (batch) => lookUpTask(deps, campaignId, batch));
}

async function lookUpTask(deps: PipelineDeps, campaignId: string, batch: BatchRecord): Promise<void> {
  const numbers = await openNumbers(deps, campaignId, batch);
  const found = await findSuppressed(deps, campaignId, numbers);
  const listed = numbers.filter((number) => found.entries.has(String(number)));
  const judged = listed.length === 0 ? 'clean' : await judgeTask(deps, campaignId, batch, listed);
  const lookedUp = { listsVersion: found.version };
  const soon = { nextLookAt: Math.min(batch.nextLookAt, deps.clock.now()) };
  if (judged === 'clean') await note(deps, campaignId, batch, lookedUp);
  if (judged === 'ended') await note(deps, campaignId, batch, { ...lookedUp, ...soon });
  if (judged !== 'stop') return;
  const text = 'a callee that it had not dialled is suppressed';
  await stopTaskEarly(deps, campaignId, batch, { stoppedFor: 'suppression', text, change: lookedUp });
}

/** Numbers of the callees that the task has not ended yet, as far as we know. */
async function openNumbers(deps: PipelineDeps, campaignId: string, batch: BatchRecord): Promise<number[]> {
  const { refs, numbers } = await deps.store.batchCallees(campaignId, batch.id);
  const records = await deps.store.records(campaignId, refs);
  return numbers.filter((_, at) => records[at]?.state === 'calling' && records[at].batch === batch.id);
}

/** `clean`: nobody of them will be dialled any more. `ended`: the same, and there is a task to be read. */
async function judgeTask(
  deps: PipelineDeps,
  campaignId: string,
  batch: BatchRecord,
  listed: readonly number[],
): Promise<'stop' | 'clean' | 'ended' | 'unknown'> {
  const facts = { campaignId, batchId: batch.id, listed: listed.length };
  const result = await deps.telephony.describeTask(batch.taskId);
  if (!result.ok) {
    const { code, kind, message } = result.failure;
    deps.log.warn({ event: 'suppression_look_failed', ...facts, code, kind }, message);
    return 'unknown';
  }
  const { callees } = result.value;
  if (hasEnded(result.value)) return 'ended';
  // What a reading does not show, or shows more than once, may still be dialled unless every line says otherwise.
  const isLeft = (number: number): boolean => {
    const shown = callees.filter((callee) => callee.number === number);
    return shown.length === 0 || shown.some((callee) => mayStillBeDialled(callee.state));
  };
  return listed.some(isLeft) ? 'stop' : 'clean';
}

async function note(
  deps: PipelineDeps,
  campaignId: string,
  before: BatchRecord,
  change: Parameters<typeof noteBatch>[1],
): Promise<void> {
  const after = noteBatch(before, change);
  const now = deps.clock.now();
  await deps.store.apply(campaignId, {
    name: 'look_up_suppressed',
    now,
    moves: [],
    batch: { before, after },
  });
}

import { type BatchRecord, noteBatch } from '../core/batch.ts';
import type { CalleeRef } from '../core/callee.ts';
import { parseCalleeId } from '../core/callee-id.ts';
import { PUSH_ASIDE_KEPT, PUSH_ASIDE_PER_SWEEP, RECORDS_PER_REQUEST_MAX } from '../core/limits.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { Push, PushedCall, PushInbox } from '../ports/push-inbox.ts';
import type { WakeQueue } from '../ports/queue.ts';
import type { CampaignRecord, Store } from '../ports/store.ts';
import { isLive, type PipelineBounds } from './deps.ts';

export interface PushDeps {
  readonly store: Store;
  readonly pushes: PushInbox;
  readonly queue: WakeQueue;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  readonly bounds: Pick<PipelineBounds, 'lookIntervalMin'>;
}

/** `placed`: a live task of ours made the call. `aside`: nothing that is known did. `ignored`: it asks nothing of us. */
export type PushOutcome = 'placed' | 'aside' | 'ignored' | 'repeated';

/**
 * Takes one push. It never records anything about a callee: it only makes the next reading of the call's task come
 * sooner, and only once that reading will bring enough to be worth its requests. A push may therefore be lost, come
 * twice, or come in any order. `pushId` is the provider's own id of the push, empty where it sent none.
 */
export async function takePush(deps: PushDeps, push: Push, pushId: string): Promise<PushOutcome> {
  if (pushId !== '' && (await deps.pushes.seen(pushId))) return 'repeated';
  const outcome = await placeOrKeep(deps, push);
  // Marked last: one that we died over is worth taking again when it is sent again.
  if (pushId !== '') await deps.pushes.markSeen(pushId);
  return outcome;
}

async function placeOrKeep(deps: PushDeps, { kind, call }: Push): Promise<PushOutcome> {
  // A recording or a voicemail comes after its call, whose own push or reading tells that it ended.
  if (kind !== 'cdr') return 'ignored';
  if (await place(deps, call)) return 'placed';
  await deps.pushes.keepAside(call, deps.clock.now());
  deps.log.debug({ event: 'push_aside', sessionId: call.sessionId }, 'a pushed call belongs to no live task');
  return 'aside';
}

/** Looks again at calls that were kept aside: the task may have become known since. Drops those that are too old. */
export async function placeAside(deps: PushDeps): Promise<void> {
  const now = deps.clock.now();
  for (const { call, at } of await deps.pushes.aside(PUSH_ASIDE_PER_SWEEP)) {
    const over = now - at > PUSH_ASIDE_KEPT;
    if (over || (await place(deps, call))) await deps.pushes.dropAside(call.sessionId);
  }
}

/** True when a live task of ours made the call. */
async function place(deps: PushDeps, call: PushedCall): Promise<boolean> {
  for (const campaignId of await candidates(deps, call)) {
    const campaign = await deps.store.campaign(campaignId);
    if (campaign === undefined || !isLive(campaign)) continue;
    const batch = await batchOf(deps, campaign, call);
    if (batch === undefined) continue;
    await hasten(deps, campaign, batch, call.sessionId);
    return true;
  }
  return false;
}

/** The campaign that the user data names, or all of them: the operator's own user data names none. */
async function candidates(deps: PushDeps, call: PushedCall): Promise<readonly string[]> {
  const campaignIds = await deps.store.campaignIds();
  const named = campaignIds.filter((id) => refIn(id, call) !== undefined);
  return named.length > 0 ? named : campaignIds;
}

/** The callee that our key in the user data names: all of it, or what stands behind the operator's own. */
function refIn(campaignId: string, { uui }: PushedCall): CalleeRef | undefined {
  return uui.startsWith(`${campaignId}-c`) || uui.includes(`|${campaignId}-c`)
    ? parseCalleeId(campaignId, uui.slice(uui.lastIndexOf('|') + 1))
    : undefined;
}

/** The live batch in which the callee is being called. */
async function batchOf(
  deps: PushDeps,
  { id }: CampaignRecord,
  call: PushedCall,
): Promise<BatchRecord | undefined> {
  const known = Number.isNaN(call.callee) ? undefined : await deps.store.findCallee(id, call.callee);
  const ref = refIn(id, call) ?? known;
  if (ref === undefined) return undefined;
  const [record] = await deps.store.records(id, [ref]);
  if (record?.state !== 'calling') return undefined;
  const batch = await deps.store.batch(id, record.batch);
  return batch?.state === 'active' ? batch : undefined;
}

/**
 * Has the task read as soon as a reading brings what it costs: a full request of call records, or the rest of the
 * task. Until then its own schedule stands.
 */
async function hasten(
  deps: PushDeps,
  { id, settings }: CampaignRecord,
  batch: BatchRecord,
  sessionId: string,
): Promise<void> {
  const ended = await deps.pushes.countEnded(id, batch.id, sessionId);
  const unread = ended - (batch.calleesTotal - batch.calleesOpen);
  if (unread < Math.min(RECORDS_PER_REQUEST_MAX, batch.calleesOpen)) return;
  const now = deps.clock.now();
  const soonest = Math.max(now, batch.lastReadAt + deps.bounds.lookIntervalMin);
  if (soonest >= batch.nextLookAt) return;
  // A change in between is a reading, or another push: either way the task is looked after.
  const after = noteBatch(batch, { nextLookAt: soonest, pushed: true });
  await deps.store.apply(id, { name: 'push_look', now, moves: [], batch: { before: batch, after } });
  await deps.queue.wake({ queue: 'poll', campaignId: id, priority: settings.priority }, soonest);
}

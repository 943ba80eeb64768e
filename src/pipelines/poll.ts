import { type BatchRecord, isToBeTold, noteBatch, type TaskControl, wantedControl } from '../core/batch.ts';
import { REQUESTS_IN_PARALLEL } from '../core/limits.ts';
import { inParallel, type PipelineDeps } from './deps.ts';
import { wakeDispatch } from './dispatch.ts';
import { readTask, saveLook } from './read-task.ts';
import { stopOutlivingTasks } from './rule-watch.ts';
import { stopSuppressedTasks } from './suppression.ts';
import { activeBatches, noteLook, reviseLooks } from './task-looks.ts';

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
  let looks = 0;
  const lookAtDue = async (batches: readonly BatchRecord[]): Promise<void> => {
    const revised = batches.length === 0 ? [] : await reviseLooks(deps, campaignId, batches, oldest?.id);
    const due = revised.filter((batch) => batch.nextLookAt <= now || isToBeTold(batch, control));
    looks += due.length;
    await inParallel(due, REQUESTS_IN_PARALLEL, look);
  };
  // The oldest alone and first: what it shows tells when the others should be read. They are, whatever becomes of it.
  await inParallel([oldest === undefined ? [] : [oldest], younger], 1, lookAtDue);
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
  if (!isToBeTold(batch, wanted)) return batch;
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
    // Done all the same, maybe: also where the campaign wants by then what it wanted before, the task must be told.
    const change = { nextLookAt, ...(kind === 'doubt' && { control: 'unsure' as const }) };
    return saveLook(deps, campaignId, batch, noteBatch(batch, change), []);
  }
  deps.log.info(
    { event: 'task_controlled', campaignId, batchId: batch.id, wanted },
    'the provider took the control',
  );
  // A stopped task is over soon: look at once. Others keep their time.
  const soon = wanted === 'stop' ? now : batch.nextLookAt;
  return saveLook(deps, campaignId, batch, noteBatch(batch, { control: wanted, nextLookAt: soon }), []);
}

import { type BatchRecord, noteBatch } from '../core/batch.ts';
import type { PipelineDeps } from './deps.ts';

/** Why a task is stopped though its campaign goes on. */
export interface EarlyStop {
  readonly stoppedFor: NonNullable<BatchRecord['stoppedFor']>;
  /** For people, in the log. */
  readonly text: string;
  /** What else is to be remembered of the batch. */
  readonly change?: Parameters<typeof noteBatch>[1];
}

/**
 * Stops a live task though its campaign goes on. It is read to its end; callees that it had not dialled come back at no
 * attempt's cost and are planned again. Where the provider does not answer, nothing is noted, so that the next look asks
 * again. The batch as it is stored then; undefined where nothing was noted.
 */
export async function stopTaskEarly(
  deps: PipelineDeps,
  campaignId: string,
  batch: BatchRecord,
  { stoppedFor, text, change = {} }: EarlyStop,
): Promise<BatchRecord | undefined> {
  const facts = { campaignId, batchId: batch.id, stoppedFor };
  const result = await deps.telephony.stopTask(batch.taskId);
  if (!result.ok) {
    const { code, kind, message } = result.failure;
    deps.log.warn({ event: 'task_stop_failed', ...facts, code, kind }, message);
    return undefined;
  }
  deps.log.info({ event: 'task_stopped', ...facts }, text);
  const now = deps.clock.now();
  const soon = { nextLookAt: Math.min(batch.nextLookAt, now) };
  const after = noteBatch(batch, { ...change, ...soon, control: 'stop', stoppedFor });
  // Stale: it was changed meanwhile; stopping it once more does no harm.
  const stop = { name: 'stop_task', now, moves: [], batch: { before: batch, after } };
  return (await deps.store.apply(campaignId, stop)) === 'done' ? after : undefined;
}

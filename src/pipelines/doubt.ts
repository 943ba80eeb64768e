import { type BatchRecord, moveBatch, noteBatch, submissionName } from '../core/batch.ts';
import { LOOKUP_RETRY } from '../core/limits.ts';
import { inParallel, type PipelineDeps } from './deps.ts';
import { judgeTask, type TaskVerdict } from './orphans.ts';
import { scanTasks } from './task-list.ts';

/**
 * Looks up submissions in doubt, all of a campaign with one reading of the list. Found by its exact name, and ours: it
 * is adopted. Absent: only a second clean look-up, at least a quiet period after the first, makes it "not placed",
 * since how late a created task may be listed is unknown; then the batch is planned again under the next number.
 */
export async function lookUpDoubts(
  deps: PipelineDeps,
  campaignId: string,
  batches: readonly BatchRecord[],
): Promise<void> {
  if (batches.length === 0) return;
  const scan = await scanTasks(deps.telephony, { forDoubt: true });
  await inParallel(batches, 1, async (batch) => {
    const name = { campaignId, batchId: batch.id, submission: batch.submissions };
    const named = scan.tasks.filter((task) => task.name === submissionName(name));
    const verdicts: TaskVerdict[] = [];
    for (const task of named) verdicts.push(await judgeTask(deps, task, name));
    if (verdicts.includes('ours')) return;
    await notFound(deps, campaignId, batch, scan.clean && !verdicts.includes('unknown'));
  });
}

async function notFound(
  deps: PipelineDeps,
  campaignId: string,
  batch: BatchRecord,
  clean: boolean,
): Promise<void> {
  const now = deps.clock.now();
  const { quietPeriod } = deps.bounds;
  const proven = clean && batch.absentAt !== 0 && now - batch.absentAt >= quietPeriod;
  const absentAt = batch.absentAt === 0 && clean ? now : batch.absentAt;
  const nextLookAt = clean ? absentAt + quietPeriod : now + LOOKUP_RETRY;
  const after = proven
    ? moveBatch(batch, 'absent', { nextLookAt: now, absentAt: 0 })
    : noteBatch(batch, { absentAt, nextLookAt });
  await deps.store.apply(campaignId, {
    name: 'look_up_batch',
    now,
    moves: [],
    batch: { before: batch, after },
  });
  deps.log.warn(
    { event: proven ? 'submission_absent' : 'submission_not_found', campaignId, batchId: batch.id, clean },
    proven ? 'not placed; planned again under the next number' : 'not found; looked for again',
  );
}

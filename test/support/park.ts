import { type BatchRecord, moveBatch } from '../../src/core/batch.ts';
import { moveCallee } from '../../src/core/callee.ts';
import type { Store } from '../../src/ports/store.ts';

/** Parks every callee of a batch, as a reading does that finds its task gone. */
export async function parkCallees(
  store: Store,
  campaignId: string,
  batch: BatchRecord,
  now: number,
): Promise<void> {
  const { refs } = await store.batchCallees(campaignId, batch.id);
  const records = await store.records(campaignId, refs);
  const moves = refs.flatMap((ref, at) => {
    const record = records[at];
    return record === undefined ? [] : [moveCallee(ref, record, 'park', { now, reason: 'task_vanished' })];
  });
  const after = moveBatch(batch, 'finish', { calleesOpen: 0 });
  const change = { name: 'park', now, moves, batch: { before: batch, after } };
  if ((await store.apply(campaignId, change)) !== 'done') throw new Error('not parked');
}

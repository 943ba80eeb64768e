import type { BatchRecord } from '../core/batch.ts';
import { openingAt } from '../core/calling-window.ts';
import { callingRules } from '../core/campaign-rules.ts';
import { REQUESTS_IN_PARALLEL } from '../core/limits.ts';
import type { Instant } from '../core/time.ts';
import type { CampaignRecord } from '../ports/store.ts';
import { inParallel, type PipelineDeps } from './deps.ts';
import { stopTaskEarly } from './stop-task.ts';

/**
 * True for a live task that may dial longer than the campaign's rules allow as they are now: they became narrower since
 * it was submitted, by other settings or by what was learnt of the callers.
 */
export function outlivesRules(campaign: CampaignRecord, batch: BatchRecord, now: Instant): boolean {
  if (batch.state !== 'active' || batch.control === 'stop' || batch.notAfter <= now) return false;
  const from = Math.max(now, batch.notBefore);
  const opening = openingAt(callingRules(campaign), campaign.zones[batch.zone] ?? '', from);
  return !opening.open || opening.closesAt < batch.notAfter;
}

/**
 * Stops those of the tasks that may dial when the campaign may not call any more; the others they had are planned again.
 * True where there was one: the batches are to be read anew.
 */
export async function stopOutlivingTasks(
  deps: PipelineDeps,
  campaign: CampaignRecord,
  batches: readonly BatchRecord[],
): Promise<boolean> {
  const now = deps.clock.now();
  const outliving = batches.filter((batch) => outlivesRules(campaign, batch, now));
  const text = 'it might have dialled when the campaign may not call any more';
  await inParallel(outliving, REQUESTS_IN_PARALLEL, async (batch) => {
    await stopTaskEarly(deps, campaign.id, batch, { stoppedFor: 'rules', text });
  });
  return outliving.length > 0;
}

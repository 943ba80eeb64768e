import type { BatchRecord } from '../core/batch.ts';
import {
  LOOKUP_RETRY,
  ORPHAN_RISK_BATCHES_MAX,
  ORPHAN_RISK_TIME,
  TASK_LIST_ROUTINE,
} from '../core/limits.ts';
import type { Instant } from '../core/time.ts';
import type { CampaignRecord } from '../ports/store.ts';
import type { PipelineDeps } from './deps.ts';
import { sweepTasks } from './orphans.ts';

/**
 * Reads the provider's task list when it can tell something. The list holds every task that the application ever
 * had, a hundred to a request, so reading it all the time would cost more than the calls themselves. An orphan can
 * only come of a submission that was judged absent: while there is such a one of late, or an orphan whose calls are
 * not counted, every turn reads, and so it does while a campaign was not compared with the list since its server began;
 * else only a turn now and then, for what nobody thought of. Called every `everyMs`.
 */
export async function watchTaskList(deps: PipelineDeps, everyMs: number): Promise<void> {
  const turn = Math.floor(deps.clock.now() / everyMs);
  const routine = turn % Math.max(1, Math.round(TASK_LIST_ROUTINE / everyMs)) === 0;
  if (routine || (await isAnyAtRisk(deps))) await sweepTasks(deps);
}

/**
 * When the campaign may submit something: undefined, at once. A server that was restarted, or took over, may have lost
 * its last writes, a submission among them, and its callees would be called again. So nobody is until a quiet period
 * later, when all that was made before is listed, the provider's list was compared with the campaign.
 */
export async function untilCompared(deps: PipelineDeps, campaignId: string): Promise<Instant | undefined> {
  const seen = await deps.store.seeServer(campaignId, deps.clock.now());
  if (seen.compared) return undefined;
  const listedAt = seen.since + deps.bounds.quietPeriod;
  if (deps.clock.now() < listedAt) {
    deps.log.warn(
      { event: 'store_server_changed', campaignId },
      'submits nothing until the task list was compared',
    );
    return listedAt;
  }
  await sweepTasks(deps);
  const now = deps.clock.now();
  return (await deps.store.seeServer(campaignId, now)).compared ? undefined : now + LOOKUP_RETRY;
}

async function isAnyAtRisk(deps: PipelineDeps): Promise<boolean> {
  for (const campaignId of await deps.store.campaignIds()) {
    const campaign = await deps.store.campaign(campaignId);
    if (campaign !== undefined && (await isAtRisk(deps, campaign))) return true;
  }
  return false;
}

async function isAtRisk(deps: PipelineDeps, campaign: CampaignRecord): Promise<boolean> {
  const { id: campaignId, batchNext } = campaign;
  if (!(await deps.store.seeServer(campaignId, deps.clock.now())).compared) return true;
  if (batchNext === 1) return false;
  if ((await deps.store.orphans(campaignId)).some((orphan) => !orphan.settled)) return true;
  if ((await deps.store.openBatches(campaignId)).some(mayLandLate)) return true;
  const since = deps.clock.now() - ORPHAN_RISK_TIME;
  const last = Math.max(1, batchNext - ORPHAN_RISK_BATCHES_MAX);
  for (let id = batchNext - 1; id >= last; id -= 1) {
    const batch = await deps.store.batch(campaignId, id);
    if (batch === undefined || batch.createdAt < since) return false;
    if (mayLandLate(batch)) return true;
  }
  return false;
}

/** True for a batch of which an earlier submission was given up: it may exist all the same. */
function mayLandLate({ state, submissions }: BatchRecord): boolean {
  return submissions > 1 || (submissions === 1 && (state === 'planned' || state === 'released'));
}

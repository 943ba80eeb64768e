import type { BatchRecord } from '../core/batch.ts';
import { ORPHAN_RISK_BATCHES_MAX, ORPHAN_RISK_TIME, TASK_LIST_ROUTINE } from '../core/limits.ts';
import type { CampaignRecord } from '../ports/store.ts';
import type { PipelineDeps } from './deps.ts';
import { sweepTasks } from './orphans.ts';

/**
 * Reads the provider's task list when it can tell something. The list holds every task that the application ever
 * had, a hundred to a request, so reading it all the time would cost more than the calls themselves. An orphan can
 * only come of a submission that was judged absent: while there is such a one of late, or an orphan whose calls are
 * not counted, every turn reads; else only the first of a process, since the store may have lost its last writes with
 * what made us start, and a turn now and then, for what nobody thought of. Called every `everyMs`.
 */
export async function watchTaskList(deps: PipelineDeps, everyMs: number): Promise<void> {
  const turn = Math.floor(deps.clock.now() / everyMs);
  const routine = turn % Math.max(1, Math.round(TASK_LIST_ROUTINE / everyMs)) === 0;
  const first = !readSinceStart.has(deps.telephony);
  if (!first && !routine && !(await isAnyAtRisk(deps))) return;
  readSinceStart.add(deps.telephony);
  await sweepTasks(deps);
}

/** Providers whose list this process has read: there is one per process. */
const readSinceStart = new WeakSet<PipelineDeps['telephony']>();

async function isAnyAtRisk(deps: PipelineDeps): Promise<boolean> {
  for (const campaignId of await deps.store.campaignIds()) {
    const campaign = await deps.store.campaign(campaignId);
    if (campaign !== undefined && campaign.batchNext > 1 && (await isAtRisk(deps, campaign))) return true;
  }
  return false;
}

async function isAtRisk(deps: PipelineDeps, campaign: CampaignRecord): Promise<boolean> {
  const { id: campaignId, batchNext } = campaign;
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

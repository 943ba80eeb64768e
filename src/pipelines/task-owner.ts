import type { CalleeRecord, CalleeRef } from '../core/callee.ts';
import { isFinalCallee } from '../core/callee.ts';
import { isMarkedAs } from '../core/task-mark.ts';
import type { CampaignRecord, DueCallee, OrphanTask } from '../ports/store.ts';
import type { TaskCallee, TaskReading, TaskSummary } from '../ports/telephony.ts';
import { blockCampaign, type PipelineDeps } from './deps.ts';

/** A callee of the campaign that a task lists. */
export interface ListedCallee extends DueCallee {
  readonly number: number;
}

export interface TaskClaim {
  /** Undefined: nothing tells. */
  readonly isOurs: boolean | undefined;
  readonly callees: readonly ListedCallee[];
}

/**
 * Whether a task that has the name of one of ours is ours. Its description says so; where it says nothing, as that of
 * a task made before descriptions did, one that lists nobody of the campaign is another installation's.
 */
export async function claimOf(deps: PipelineDeps, campaignId: string, task: TaskReading): Promise<TaskClaim> {
  const callees = await calleesOf(deps, campaignId, task.callees);
  const isOurs = isMarkedAs(task.description, await deps.store.installation());
  if (isOurs !== undefined) return { isOurs, callees };
  // A list without anybody is no list.
  return { isOurs: task.callees.length === 0 ? undefined : callees.length > 0, callees };
}

async function calleesOf(
  deps: PipelineDeps,
  campaignId: string,
  listed: readonly TaskCallee[],
): Promise<ListedCallee[]> {
  const numbers = listed.map(({ number }) => number).filter((number) => !Number.isNaN(number));
  const found = await deps.store.findNumbers(campaignId, numbers.map(String));
  const known = new Map<CalleeRef, number>();
  for (const [at, ref] of found.entries()) {
    const number = numbers[at];
    if (ref !== undefined && number !== undefined) known.set(ref, number);
  }
  const refs = [...known.keys()];
  const records = await deps.store.records(campaignId, refs);
  return refs.flatMap((ref, at) => {
    const record: CalleeRecord | undefined = records[at];
    const number = known.get(ref);
    return record === undefined || number === undefined ? [] : [{ ref, record, number }];
  });
}

/**
 * Another installation's task is left alone: to stop it would stop its calls, and it would stop ours in turn. While it
 * may call people whom this campaign is to call as well, nobody is called here until a person has looked. It is told
 * once. False: the campaign does not run, so that there is nothing to keep it from; to be asked again.
 */
export async function leaveAlone(
  deps: PipelineDeps,
  campaign: CampaignRecord,
  task: TaskSummary,
  callees: readonly ListedCallee[],
): Promise<boolean> {
  const { id: campaignId } = campaign;
  const { taskId, name } = task;
  const shared = callees.filter(({ record }) => !isFinalCallee(record.state)).length;
  if (!hasEnded(task) && shared > 0) {
    if (campaign.state !== 'running') return false;
    const text = `another installation runs a campaign of this name in the same account: its task ${taskId} ("${name}") has ${shared} of the callees that are still to be called here, and is left alone. Nobody is called until you have looked: end one of the two campaigns or give it another name; then: campaign start ${campaignId}`;
    await blockCampaign(deps, campaignId, { reason: 'task_foreign', text });
  }
  deps.log.error(
    { event: 'task_foreign', campaignId, taskId, callees: shared },
    'a task with a name of ours is of another installation, and is left alone',
  );
  await noteOrphan(deps, campaignId, task, { at: deps.clock.now(), settled: true });
  return true;
}

/** Remembers a task that is none of the campaign's batches'; `settled`: nothing is left to do about it. */
export async function noteOrphan(
  deps: Pick<PipelineDeps, 'store'>,
  campaignId: string,
  { taskId, name }: TaskSummary,
  note: Pick<OrphanTask, 'at' | 'settled'>,
): Promise<void> {
  await deps.store.noteOrphan(campaignId, { taskId, name, ...note });
}

export function hasEnded({ state }: Pick<TaskSummary, 'state'>): boolean {
  return state === 'completed' || state === 'terminated';
}

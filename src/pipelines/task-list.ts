import { LIST_PAGES_IN_VAIN_MAX } from '../core/limits.ts';
import type { TaskSummary, Telephony, TelephonyFailure } from '../ports/telephony.ts';

export type TaskScan =
  | { readonly clean: true; readonly tasks: readonly TaskSummary[] }
  /** Some page could not be read, or the list moved under the reading: absence proves nothing. */
  | {
      readonly clean: false;
      readonly tasks: readonly TaskSummary[];
      readonly failure: TelephonyFailure | undefined;
    };

/**
 * Reads all pages of the provider's task list. Its order and page cap are undocumented (reference 7), so nothing
 * is assumed of either: the scan goes on until as many distinct tasks are seen as the provider says there are,
 * and is clean only if that number stayed the same throughout.
 */
export async function scanTasks(
  telephony: Pick<Telephony, 'listTasks'>,
  options: { readonly forDoubt: boolean },
): Promise<TaskScan> {
  const seen = new Map<number, TaskSummary>();
  let total: number | undefined;
  let inVain = 0;
  for (let page = 0; ; page += 1) {
    const result = await telephony.listTasks(page, options);
    const tasks = [...seen.values()];
    if (!result.ok) return { clean: false, tasks, failure: result.failure };
    for (const task of result.value.tasks) seen.set(task.taskId, task);
    inVain = seen.size > tasks.length ? 0 : inVain + 1;
    const moved = total !== undefined && total !== result.value.tasksTotal;
    total = result.value.tasksTotal;
    if (moved) return { clean: false, tasks: [...seen.values()], failure: undefined };
    if (seen.size >= total) return { clean: true, tasks: [...seen.values()] };
    // An empty page before the total is reached, or the same tasks again and again: the list shrank, or hides
    // something. Not a proof of absence, and no reason to go on for ever.
    if (result.value.tasks.length === 0 || inVain >= LIST_PAGES_IN_VAIN_MAX)
      return { clean: false, tasks: [...seen.values()], failure: undefined };
  }
}

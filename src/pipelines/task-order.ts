import { type BatchRecord, submissionName } from '../core/batch.ts';
import { calleeId } from '../core/callee-id.ts';
import { UUI_BYTES_MAX } from '../core/limits.ts';
import { taskMark } from '../core/task-mark.ts';
import type { CampaignRecord } from '../ports/store.ts';
import type { TaskOrder } from '../ports/telephony.ts';
import type { PipelineDeps } from './deps.ts';

/** What a submission of a batch asks the provider to do: its callees as their rows are now, and its one caller. */
export async function taskOrder(
  deps: PipelineDeps,
  campaign: CampaignRecord,
  batch: BatchRecord,
): Promise<TaskOrder> {
  const { settings, id } = campaign;
  const { refs } = await deps.store.batchCallees(id, batch.id);
  const [rows, installation] = await Promise.all([deps.store.rows(id, refs), deps.store.installation()]);
  return {
    name: submissionName({ campaignId: id, batchId: batch.id, submission: batch.submissions }),
    description: taskMark(installation),
    callers:
      batch.caller === undefined ? settings.callers : settings.callers.slice(batch.caller - 1, batch.caller),
    ...(settings.ivrId !== undefined && { ivrId: settings.ivrId }),
    ...(settings.aiAgentId !== undefined && { aiAgentId: settings.aiAgentId }),
    ...(settings.ringTimeout !== undefined && { ringTimeoutMs: settings.ringTimeout }),
    notBefore: batch.notBefore,
    notAfter: batch.notAfter,
    callees: rows.map((row, at) => ({
      number: row.number,
      uui: sentUui(row.uui, calleeId(id, refs[at] ?? 0), settings.uuiKey === 'append'),
      variables: row.variables,
    })),
  };
}

/**
 * The operator's UUI unchanged where there is one, since their IVR reads it; else our key. With `append` ours goes
 * behind theirs as a second proof in call records, where both fit.
 */
export function sentUui(own: string, key: string, append: boolean): string {
  if (own === '') return key;
  const both = `${own}|${key}`;
  return append && Buffer.byteLength(both) <= UUI_BYTES_MAX ? both : own;
}

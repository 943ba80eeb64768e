import { z } from 'zod';
import { CampaignId } from '../../core/campaign.ts';
import { campaignOfImport } from '../../core/import.ts';
import { DUE_BUCKET } from '../../core/limits.ts';
import { retryName } from '../../core/retry-name.ts';
import type { Instant } from '../../core/time.ts';
import type { Wake } from '../../ports/queue.ts';

/** The queues of an installation. Each has its own workers, so each scales and stops alone. */
export const QUEUE_NAMES = ['ingest', 'dispatch', 'poll', 'retry'] as const;
export type QueueName = (typeof QUEUE_NAMES)[number];

const ImportId = z
  .string()
  .refine((id) => CampaignId.safeParse(campaignOfImport(id)).success, 'not an import id');

/**
 * What a job holds: ids, nothing else, so that it may be shown to anybody who may see a dashboard and may run
 * twice, late or never. Parsed before a handler sees it, since people can add jobs by hand in a dashboard.
 */
export const JobIds = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('ingest'), campaignId: CampaignId, importId: ImportId }),
  z.strictObject({ kind: z.literal('dispatch'), campaignId: CampaignId }),
  z.strictObject({ kind: z.literal('poll'), campaignId: CampaignId }),
  z.strictObject({ kind: z.literal('retry'), campaignId: CampaignId }),
  /** The callees of one due bucket are due. */
  z.strictObject({
    kind: z.literal('due'),
    campaignId: CampaignId,
    dueBucket: z.int().nonnegative().multipleOf(DUE_BUCKET),
  }),
  /** The periodic look at everything that a lost wake-up may have left behind. */
  z.strictObject({ kind: z.literal('sweep') }),
  /** The periodic reading of the provider's task list. */
  z.strictObject({ kind: z.literal('tasks') }),
]);
export type JobIds = z.infer<typeof JobIds>;

/** One wake-up as BullMQ sees it. */
export interface WakeJob {
  readonly queue: QueueName;
  /** What an operator reads in a dashboard. Written once, so a count in it is that of when the job was made. */
  readonly name: string;
  readonly ids: JobIds;
  /** Wake-ups with the same slot are the same wish: at most one waits, and one may run. */
  readonly slot: string;
  /** When the job's own subject is due; 0 for "at once". */
  readonly dueAt: Instant;
}

/**
 * The job for a wake-up. Slots join their parts with a dot, which no campaign id holds, so that no two
 * subjects share one; they hold no colon, which BullMQ keeps for its own keys.
 */
export function wakeJob(wake: Wake, now: Instant): WakeJob {
  const { campaignId } = wake;
  if (wake.queue === 'ingest') {
    const ids: JobIds = { kind: 'ingest', campaignId, importId: wake.importId };
    return {
      queue: 'ingest',
      name: `import ${wake.importId}`,
      ids,
      slot: `import.${wake.importId}`,
      dueAt: 0,
    };
  }
  if ('dueBucket' in wake) {
    const dueBucket = Math.floor(wake.dueBucket / DUE_BUCKET) * DUE_BUCKET;
    const ids: JobIds = { kind: 'due', campaignId, dueBucket };
    const name = retryName({ campaignId, at: dueBucket, zone: wake.zone, callees: wake.callees }, now);
    return { queue: 'retry', name, ids, slot: `due.${campaignId}.${dueBucket}`, dueAt: dueBucket };
  }
  const ids: JobIds = { kind: wake.queue, campaignId };
  const name = `${wake.queue} ${campaignId}`;
  return { queue: wake.queue, name, ids, slot: `${wake.queue}.${campaignId}`, dueAt: 0 };
}

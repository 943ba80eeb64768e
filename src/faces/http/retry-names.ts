import { z } from 'zod';
import { RETRY_NAMES_KEPT } from '../../core/limits.ts';
import { retryName } from '../../core/retry-name.ts';
import type { Instant } from '../../core/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Store } from '../../ports/store.ts';

const DueJob = z.object({
  name: z.string(),
  data: z.object({ kind: z.literal('due'), campaignId: z.string(), dueBucket: z.number() }),
});

/**
 * What the retry jobs are called as long as they wait. A job is named once, when its first callees became due together;
 * later ones join it and operators may end some, so the dashboard asks how many there are now.
 */
export class RetryNames {
  readonly #store: Pick<Store, 'campaign' | 'campaignIds' | 'dueBuckets'>;
  readonly #clock: Pick<Clock, 'now'>;
  #names: ReadonlyMap<string, string> = new Map();
  #freshUntil: Instant = 0;

  constructor(store: Pick<Store, 'campaign' | 'campaignIds' | 'dueBuckets'>, clock: Pick<Clock, 'now'>) {
    this.#store = store;
    this.#clock = clock;
  }

  /** Counts anew, unless that was done a moment ago: a page asks every few seconds, with several requests. */
  async refresh(): Promise<void> {
    const now = this.#clock.now();
    if (now < this.#freshUntil) return;
    this.#freshUntil = now + RETRY_NAMES_KEPT;
    const names = new Map<string, string>();
    for (const campaignId of await this.#store.campaignIds()) {
      const campaign = await this.#store.campaign(campaignId);
      if (campaign?.state !== 'running') continue;
      const { timeZone: zone } = campaign.settings;
      for (const { bucket: at, callees } of await this.#store.dueBuckets(campaignId))
        names.set(`${campaignId} ${at}`, retryName({ campaignId, at, zone, callees }, now));
    }
    this.#names = names;
  }

  /** The name to show for a job: of a retry job that waits, by the latest count; of any other, its own. */
  of(job: { readonly name?: string; readonly data?: unknown }): string {
    const due = DueJob.safeParse(job);
    if (!due.success) return job.name ?? '';
    const { campaignId, dueBucket } = due.data.data;
    return this.#names.get(`${campaignId} ${dueBucket}`) ?? due.data.name;
  }
}

import type { Instant } from '../../core/time.ts';
import type { PipelineDeps } from '../deps.ts';
import { claimBatch } from './claim-batch.ts';
import { claimable } from './claimable.ts';
import { type RoomView, readRoom } from './room.ts';

export interface Planned {
  readonly batchIds: number[];
  /** When there will be something to plan; undefined when only an event outside (a call that ends) can tell. */
  readonly nextAt: Instant | undefined;
  /** Callees that would have been claimed beyond if there had been room; undefined where nothing was to be planned. */
  readonly wants: number | undefined;
  /** The room as it was last seen, after all claims. */
  readonly view?: RoomView | undefined;
}

/** Claims the due callees of a running campaign into new batches, until nobody is due or no room is left. */
export async function planBatches(deps: PipelineDeps, campaignId: string): Promise<Planned> {
  const batchIds: number[] = [];
  const campaign = await deps.store.campaign(campaignId);
  if (campaign?.state !== 'running') return { batchIds, nextAt: undefined, wants: 0 };
  // A refused batch waits for its time; planning more beside it would only collect further refusals.
  const waiting = (await deps.store.openBatches(campaignId)).some((batch) => batch.state === 'planned');
  if (waiting) return { batchIds, nextAt: undefined, wants: undefined };
  const nextAt: Instant[] = [];
  let wants = 0;
  let view: RoomView | undefined;
  for (const zone of campaign.zones.keys()) {
    const left = await claimZone(deps, campaignId, zone, batchIds);
    if (left.claimAt !== undefined) nextAt.push(left.claimAt);
    wants += left.wants;
    view = left.view;
  }
  return { batchIds, nextAt: nextAt.length === 0 ? undefined : Math.min(...nextAt), wants, view };
}

/** Claims due callees of one zone until none, or no room, is left; when to look at it again, and what it still wants. */
async function claimZone(
  deps: PipelineDeps,
  campaignId: string,
  zone: number,
  batchIds: number[],
): Promise<{
  readonly claimAt: Instant | undefined;
  readonly wants: number;
  readonly view?: RoomView;
}> {
  for (;;) {
    const campaign = await deps.store.campaign(campaignId);
    if (campaign?.state !== 'running') return { claimAt: undefined, wants: 0 };
    const view = await readRoom(deps, campaign);
    const { now } = view;
    const { due, claimAt, wants, ...whom } = await claimable(deps, campaign, zone, view);
    if (claimAt === undefined || claimAt > now) return { claimAt, wants, view };
    const claimed = await claimBatch(deps, { campaign, zone, now, view, ...whom }, due);
    if (claimed !== undefined) batchIds.push(claimed);
  }
}

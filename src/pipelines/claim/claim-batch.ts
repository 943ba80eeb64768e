import { type BatchRecord, newBatch } from '../../core/batch.ts';
import { moveCallee } from '../../core/callee.ts';
import { nextRelease } from '../../core/pacer.ts';
import type { Instant } from '../../core/time.ts';
import type { DueCallee } from '../../ports/store.ts';
import type { PipelineDeps } from '../deps.ts';
import type { Candidate, Claim, ClaimStep } from './candidate.ts';
import { giveBack, type Reserved, reserveDials } from './caps.ts';
import { takeRoom } from './room.ts';
import { sharingTime, withoutOverdue } from './row-times.ts';
import { withoutSuppressed } from './suppressed.ts';

/** What stands between being due and being claimed, in this order: what costs little, and ends callees for good, first. */
const STEPS: readonly ClaimStep[] = [withoutOverdue, withoutSuppressed];

/**
 * Takes due callees through every step and stores those that are left as a batch, in one move. Undefined where a step
 * kept somebody back, so that others may be chosen in their place, and where another dispatcher, or another campaign
 * that wanted the same room, was faster.
 */
export async function claimBatch(
  deps: PipelineDeps,
  claim: Claim,
  due: readonly DueCallee[],
): Promise<number | undefined> {
  const rows = await deps.store.rows(
    claim.campaign.id,
    due.map(({ ref }) => ref),
  );
  const read: Candidate[] = due.flatMap((callee, at) => {
    const row = rows[at];
    return row === undefined ? [] : [{ ...callee, row }];
  });
  const { candidates, rowsNotAfter } = sharingTime(read, claim.now);
  for (const step of STEPS) {
    const left = await step(deps, claim, candidates);
    if (left.length < candidates.length) return undefined;
  }
  const dials = await reserveDials(deps, claim, candidates);
  if (dials === undefined) return undefined;
  const { campaign, caller, until, view } = claim;
  const callees = dials.candidates.length;
  const claimed = (await takeRoom(deps, campaign, { caller, until, callees }, view))
    ? await storeBatch(deps, claim, dials, rowsNotAfter)
    : undefined;
  if (claimed === undefined) await giveBack(deps, dials);
  return claimed;
}

function plannedBatch(
  deps: PipelineDeps,
  { campaign, zone, caller, view: { pace }, now }: Claim,
  callees: number,
  dials: string,
): BatchRecord {
  const paced = pace && { nextReleaseAt: nextRelease(pace.perMinute, callees, now, pace.releaseAt) };
  return newBatch(
    { id: campaign.batchNext, zone, callees, now },
    { caller, dials, ...paced, nextLookAt: now + deps.bounds.submissionGrace },
  );
}

/** The claim itself: every callee is still as it was read, or nobody is claimed. */
async function storeBatch(
  deps: PipelineDeps,
  claim: Claim,
  { id, candidates }: Reserved,
  rowsNotAfter: Instant | undefined,
): Promise<number | undefined> {
  const { campaign, now } = claim;
  const planned = plannedBatch(deps, claim, candidates.length, id);
  const batch = rowsNotAfter === undefined ? planned : { ...planned, rowsNotAfter };
  const stored = await deps.store.apply(campaign.id, {
    name: 'claim_batch',
    now,
    moves: candidates.map(({ ref, record }) =>
      moveCallee(ref, record, 'claim', {
        now,
        reason: 'claimed',
        change: { batch: batch.id, caller: claim.caller },
      }),
    ),
    batch: {
      before: undefined,
      after: batch,
      callees: { refs: candidates.map(({ ref }) => ref), numbers: candidates.map(({ row }) => row.number) },
    },
    whileCampaign: 'running',
  });
  // Not by us, unless it was stored and only the reply was lost: then its dials stand.
  if (stored === 'stale' && (await deps.store.batch(campaign.id, batch.id))?.dials !== id) return undefined;
  const facts = { campaignId: campaign.id, batchId: batch.id, callees: candidates.length };
  deps.log.info({ event: 'batch_claimed', ...facts }, 'claimed');
  return batch.id;
}

/** Caps across campaigns: dials are reserved in the ledger before their callees are claimed. */
import { present } from '../../core/assert.ts';
import type { BatchCallees, BatchRecord } from '../../core/batch.ts';
import { type CalleeMove, moveCallee } from '../../core/callee.ts';
import { openingAt } from '../../core/calling-window.ts';
import { callingRules, endingRules } from '../../core/campaign-rules.ts';
import { type CapVerdict, capRules } from '../../core/caps.ts';
import { DIAL_LEASE, DIALS_FRESH } from '../../core/limits.ts';
import { openForTask, placingTime } from '../../core/retry-policy.ts';
import { isPlaceable } from '../../core/row-limits.ts';
import { fromSeconds, type Instant, toSecondsUp } from '../../core/time.ts';
import type { CampaignRecord } from '../../ports/store.ts';
import type { PipelineDeps } from '../deps.ts';
import { giveBackDials } from '../settle-dials.ts';
import type { Candidate, Claim } from './candidate.ts';

/** Those who may be claimed, with what their reservations are settled under. */
export interface Reserved {
  readonly id: string;
  readonly candidates: readonly Candidate[];
}

/**
 * Reserves a dial for every candidate, and makes those wait whom a cap keeps back: due when it allows, in a window, so
 * that nobody looks at them before. Undefined where too few are left, so that others may be chosen in their place.
 */
export async function reserveDials(
  deps: PipelineDeps,
  claim: Claim,
  candidates: readonly Candidate[],
): Promise<Reserved | undefined> {
  const { campaign, zone, now } = claim;
  const { lifetime = Number.POSITIVE_INFINITY, ...caps } = campaign.settings.caps;
  const isSpent = ({ record }: Candidate): boolean => record.attempts >= lifetime;
  const asked = candidates.filter((candidate) => !isSpent(candidate));
  const { id, verdicts } = await deps.ledger.reserve(
    {
      campaignId: campaign.id,
      batchId: campaign.batchNext,
      caps: capRules(caps, campaign.zones[zone] ?? '', now),
      callees: asked.map(({ ref, row, record }) => ({ ref, number: row.number, lastBatch: record.batch })),
    },
    now,
    now + DIAL_LEASE,
  );
  const reserved = { id, candidates: asked.filter((_, at) => verdicts[at]?.allowed) };
  const moves = [
    ...candidates.filter(isSpent).map((candidate) => ended(candidate, now, `lifetime of ${lifetime}`)),
    ...asked.flatMap((candidate, at) => waiting(claim, candidate, verdicts[at]) ?? []),
  ];
  if (moves.length > 0) {
    // Stale: somebody moved one of them meanwhile; the next look decides anew.
    const stored = await deps.store.apply(campaign.id, { name: 'postpone_callees', now, moves });
    deps.log.info(
      { event: 'callees_capped', campaignId: campaign.id, callees: moves.length, stored },
      'capped',
    );
  }
  if (reserved.candidates.length > 0 && reserved.candidates.length * 2 >= candidates.length) return reserved;
  await giveBack(deps, reserved);
  return undefined;
}

/** Gives the reservations of a claim back that came to nothing. */
export function giveBack(deps: PipelineDeps, { id, candidates }: Reserved): Promise<void> {
  return giveBackDials(
    deps,
    id,
    candidates.map(({ row }) => row.number),
  );
}

/** The move of one whom a cap keeps back: it waits, or ends where no time to wait for is left. */
function waiting(
  { campaign, zone, now }: Claim,
  candidate: Candidate,
  verdict: CapVerdict | undefined,
): CalleeMove | undefined {
  if (verdict === undefined || verdict.allowed) return undefined;
  const { cap } = verdict;
  const due = placedAt(campaign, zone, verdict.freeAt);
  const { leadTime } = campaign.settings.pacing;
  if (due === undefined || !isPlaceable(candidate.row.limits?.notAfter, due, leadTime))
    return ended(candidate, now, cap, 'no_window_left');
  return moveCallee(candidate.ref, candidate.record, 'postpone', {
    now,
    reason: 'capped',
    change: { due },
    facts: { cap },
  });
}

function ended(
  { ref, record }: Candidate,
  now: Instant,
  cap: string,
  reason: 'capped' | 'no_window_left' = 'capped',
): CalleeMove {
  return moveCallee(ref, record, 'expire', { now, reason, change: { due: 0 }, facts: { cap } });
}

/** The first moment from `at` on, in whole seconds, at which a task for the zone can be placed; undefined where none is left. */
function placedAt(campaign: CampaignRecord, zone: number, at: Instant): Instant | undefined {
  const name = campaign.zones[zone] ?? '';
  const wanted = fromSeconds(toSecondsUp(at));
  const placing = placingTime(campaign.settings.pacing);
  for (const rules of [callingRules(campaign), endingRules(campaign)]) {
    const opening = openForTask((from) => openingAt(rules, name, from), wanted, placing);
    if (opening.open) return wanted;
    if (opening.opensAt !== undefined) return fromSeconds(toSecondsUp(opening.opensAt));
  }
  return undefined;
}

/** What the last look before a submission found: under what dials are reserved now, or the cap in the way. */
export type Standing = { readonly dials: string } | { readonly cap: string };

/**
 * The last look before a submission: a batch that was claimed some time ago is reserved once more, under an id of its
 * own, since a slow process may have lost its reservations meanwhile. They should stand; where one does not all the
 * same (a task that landed late dialled somebody), the cap is named, and the batch must not leave.
 */
export async function standingDials(
  deps: PipelineDeps,
  campaign: CampaignRecord,
  batch: BatchRecord,
  { refs, numbers }: BatchCallees,
): Promise<Standing> {
  const now = deps.clock.now();
  if (batch.dials !== undefined && now - batch.createdAt < DIALS_FRESH) return { dials: batch.dials };
  const { id, verdicts } = await deps.ledger.reserve(
    {
      campaignId: campaign.id,
      batchId: batch.id,
      caps: capRules(campaign.settings.caps, campaign.zones[batch.zone] ?? '', now),
      callees: refs.map((ref, at) => ({
        ref,
        number: present(numbers[at], 'the number of a callee'),
        lastBatch: batch.id - 1,
      })),
    },
    now,
    now + DIAL_LEASE,
  );
  const blocked = verdicts.find((verdict) => !verdict.allowed);
  if (blocked === undefined || blocked.allowed) return { dials: id };
  await giveBackDials(deps, id, numbers);
  return { cap: blocked.cap };
}

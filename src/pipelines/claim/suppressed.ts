import type { PipelineDeps } from '../deps.ts';
import { endSuppressed, findSuppressed } from '../suppression.ts';
import type { Candidate, Claim } from './candidate.ts';

/** Keeps back, and ends, those that are on a suppression list by now. */
export async function withoutSuppressed(
  deps: PipelineDeps,
  { campaign }: Claim,
  candidates: readonly Candidate[],
): Promise<readonly Candidate[]> {
  const callees = candidates.map(({ ref, row }) => ({ ref, number: row.number }));
  const found = await findSuppressed(
    deps,
    campaign.id,
    callees.map(({ number }) => number),
  );
  if (found.entries.size === 0) return candidates;
  const ended = await endSuppressed(deps, campaign.id, callees, found);
  deps.log.info({ event: 'callees_suppressed', campaignId: campaign.id, callees: ended }, 'suppressed');
  return candidates.filter(({ row }) => !found.entries.has(String(row.number)));
}

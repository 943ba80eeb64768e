/**
 * What became of reserved dials is told to the ledger once the store has it, so that a crash in between leaves a
 * reservation that counts as a dial: the sweep settles it from the callee's record and story alone.
 */
import type { BatchCallees, BatchRecord } from '../core/batch.ts';
import type { CalleeMove, CalleeRef } from '../core/callee.ts';
import { dialsInBatch, dialTimesOf, mayBeDialled } from '../core/dial-times.ts';
import { DIAL_LEASE, OVERDUE_CLAIMS_PER_SWEEP } from '../core/limits.ts';
import type { Instant } from '../core/time.ts';
import type { DialOutcome, OverdueClaim } from '../ports/call-ledger.ts';
import type { PipelineDeps } from './deps.ts';

type LedgerDeps = Pick<PipelineDeps, 'ledger'>;

function attemptOf(campaignId: string, batchId: number, ref: CalleeRef): string {
  return `${campaignId}.${ref}.${batchId}`;
}

/**
 * Tells the dials of callees that a stored change moved out of their batch. `batch`: as stored after it; `list`: all
 * that it was made with. Once it is over, and none of its reservations is left, nobody need look after them any more;
 * where one is, since whoever moved its callee died before it was told, the next sweep does.
 */
export async function settleDials(
  deps: LedgerDeps & Pick<PipelineDeps, 'clock'>,
  campaignId: string,
  batch: BatchRecord,
  list: BatchCallees,
  moves: readonly CalleeMove[],
): Promise<void> {
  const { ledger } = deps;
  const { dials: id } = batch;
  const numbers = new Map(list.refs.map((ref, at) => [ref, list.numbers[at]]));
  const outcomes = moves.flatMap(({ ref, before, after, story }): DialOutcome[] => {
    const number = numbers.get(ref);
    if (number === undefined || !mayBeDialled(before.state) || mayBeDialled(after.state)) return [];
    const dialledAt = story === undefined ? [] : dialTimesOf(story, before.attempts);
    return [{ number, id, attempt: attemptOf(campaignId, batch.id, ref), dialledAt }];
  });
  await ledger.settle(outcomes);
  if (batch.calleesOpen > 0 || id === undefined) return;
  const isLeft = (await ledger.held(id, list.numbers)).includes(true);
  await (isLeft ? ledger.renew(id, deps.clock.now()) : ledger.close(id));
}

/** Gives the reservations of a whole batch back: none of its callees was dialled. */
export async function giveBackDials(
  deps: LedgerDeps,
  id: string | undefined,
  numbers: readonly number[],
): Promise<void> {
  if (id === undefined) return;
  await deps.ledger.settle(numbers.map((number) => ({ number, id, attempt: '', dialledAt: [] })));
  await deps.ledger.close(id);
}

/** Tells dials that nobody had reserved, by their sessions: those of a task that landed late. What is no number is nobody's. */
export async function noteOrphanDials(
  deps: LedgerDeps,
  number: number,
  sessions: readonly { readonly sessionId: string; readonly at: Instant }[],
): Promise<void> {
  if (!Number.isSafeInteger(number)) return;
  const outcomes = sessions.map(({ sessionId, at }) => ({
    number,
    id: undefined,
    attempt: sessionId,
    dialledAt: [at],
  }));
  await deps.ledger.settle(outcomes);
}

type SweepDeps = Pick<PipelineDeps, 'ledger' | 'store' | 'clock' | 'log'>;

/** Settles what a crash, or a slow process, left; believes for longer in reservations whose calls go on. */
export async function settleOverdueDials(deps: SweepDeps): Promise<void> {
  const now = deps.clock.now();
  for (const claim of await deps.ledger.overdue(now, OVERDUE_CLAIMS_PER_SWEEP)) {
    const { id, campaignId, batchId } = claim;
    try {
      await settleClaim(deps, claim, now);
    } catch (err) {
      // A store that lost a page must not keep all others from being settled. The dials stay reserved, which is the
      // careful side; where it is the connection that failed, this fails too.
      await deps.ledger.renew(id, now + DIAL_LEASE);
      deps.log.error(
        { event: 'dials_unsettled', campaignId, batchId, err },
        'reservations cannot be settled',
      );
    }
  }
}

async function settleClaim(deps: SweepDeps, claim: OverdueClaim, now: Instant): Promise<void> {
  const { id, campaignId, batchId } = claim;
  if ((await deps.store.campaign(campaignId)) === undefined) return deps.ledger.close(id);
  const { outcomes, going } = await whatBecameOf(deps, claim);
  await deps.ledger.settle(outcomes);
  if (going) await deps.ledger.renew(id, now + DIAL_LEASE);
  else await deps.ledger.close(id);
  if (outcomes.length === 0) return;
  deps.log.warn(
    { event: 'dials_settled_late', campaignId, batchId, callees: outcomes.length },
    'reservations were left over, and are settled from the stories of their callees',
  );
}

async function whatBecameOf(
  deps: Pick<PipelineDeps, 'ledger' | 'store'>,
  { id, campaignId, batchId, refs }: OverdueClaim,
): Promise<{ readonly outcomes: readonly DialOutcome[]; readonly going: boolean }> {
  const batch = await deps.store.batch(campaignId, batchId);
  // Its claim came to nothing, whoever the batch of that number belongs to.
  const isWon = batch?.dials === id;
  const [records, rows] = await Promise.all([
    isWon ? deps.store.records(campaignId, refs) : [],
    deps.store.rows(campaignId, refs),
  ]);
  const isGoing = (at: number): boolean => {
    const record = records[at];
    return record?.batch === batchId && mayBeDialled(record.state);
  };
  const over = refs.flatMap((ref, at) => {
    const number = rows[at]?.number;
    return number === undefined || isGoing(at) ? [] : [{ ref, number }];
  });
  const held = await deps.ledger.held(
    id,
    over.map(({ number }) => number),
  );
  const left = over.filter((_, at) => held[at]);
  const outcomes = await Promise.all(
    left.map(async ({ ref, number }): Promise<DialOutcome> => {
      const dialledAt = isWon ? dialsInBatch(await deps.store.story(campaignId, ref), batchId) : [];
      return { number, id, attempt: attemptOf(campaignId, batchId, ref), dialledAt };
    }),
  );
  return { outcomes, going: over.length < refs.length };
}

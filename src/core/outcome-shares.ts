/** How attempts end: as those of the campaign did so far, or, while there are too few, as is assumed. */
import { DISPOSITIONS, type Disposition, dispositionFacts } from './disposition.ts';
import { OUTCOMES_LEARNT_MIN, OUTCOMES_OF_ATTEMPT_MIN } from './limits.ts';
import type { CampaignStatistics } from './statistics.ts';

/** What is taken for granted of calls of which nothing is known. Times in milliseconds, from the dial to the end. */
export interface CallAssumptions {
  /** Of all attempts, 0 to 1. */
  readonly answeredShare: number;
  /** Numbers that do not exist, 0 to 1; what is neither is not answered. */
  readonly deadShare: number;
  readonly answeredTime: number;
  readonly missedTime: number;
  /** Calls at a time of an own number of which nothing is said. */
  readonly channels: number;
}

/** Shares of the ways in which an attempt ends; they add up to 1. */
export type Shares = ReadonlyMap<Disposition, number>;

export interface OutcomeShares {
  /** Of an attempt by its number for the callee, from 1. */
  ofAttempt(attempt: number): Shares;
  /** Attempts that it was learnt from; 0: assumed. */
  readonly attempts: number;
}

function assumedShares({ answeredShare, deadShare }: CallAssumptions): Shares {
  const answered = Math.min(1, answeredShare);
  const dead = Math.min(1 - answered, deadShare);
  return new Map([
    ['answered', answered],
    ['number_not_exist', dead],
    ['no_answer', Math.max(0, 1 - answered - dead)],
  ] satisfies [Disposition, number][]);
}

type Counts = Readonly<Record<string, number>>;

function total(counts: Counts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** Counts of attempts that cost one, with those that cost none in the proportion in which they came. */
function sharesOf(counts: Counts, free: Counts, freeShare: number): Shares {
  const shares = new Map<Disposition, number>();
  const add = (from: Counts, weight: number): void => {
    const sum = total(from);
    for (const [name, count] of Object.entries(from)) {
      if (!isDisposition(name) || sum === 0) continue;
      shares.set(name, (shares.get(name) ?? 0) + (weight * count) / sum);
    }
  };
  add(counts, 1 - freeShare);
  add(free, freeShare);
  return shares;
}

/** What a newer version wrote into the tallies may be a name that this one does not have: it is passed over. */
function isDisposition(name: string): name is Disposition {
  return Object.hasOwn(DISPOSITIONS, name);
}

/**
 * The shares by the campaign's own statistics where there are enough of them. An attempt of which there are too few is
 * taken to end as all of them together did.
 */
export function outcomeShares(
  byAttempt: CampaignStatistics['byAttempt'],
  assumptions: CallAssumptions,
): OutcomeShares {
  const costly = byAttempt.filter(({ attempt }) => attempt > 0);
  const free = byAttempt.find(({ attempt }) => attempt === 0)?.dispositions ?? {};
  const attempts = costly.reduce((sum, { dispositions }) => sum + total(dispositions), 0);
  if (attempts < OUTCOMES_LEARNT_MIN) {
    const assumed = assumedShares(assumptions);
    return { ofAttempt: () => assumed, attempts: 0 };
  }
  const freeShare = total(free) / (total(free) + attempts);
  const pooled: Record<string, number> = {};
  const own = new Map<number, Shares>();
  for (const { attempt, dispositions } of costly) {
    for (const [name, count] of Object.entries(dispositions)) pooled[name] = (pooled[name] ?? 0) + count;
    if (total(dispositions) >= OUTCOMES_OF_ATTEMPT_MIN) {
      own.set(attempt, sharesOf(dispositions, free, freeShare));
    }
  }
  const all = sharesOf(pooled, free, freeShare);
  return { ofAttempt: (attempt) => own.get(attempt) ?? all, attempts };
}

/** The share of a kind of ends. */
export function shareOf(shares: Shares, counts: (disposition: Disposition) => boolean): number {
  let sum = 0;
  for (const [disposition, share] of shares) if (counts(disposition)) sum += share;
  return sum;
}

/** The same with `factor` times as many answered, all others in proportion. */
export function withAnswered(shares: Shares, factor: number): Shares {
  const isConnected = (disposition: Disposition): boolean => dispositionFacts(disposition).connected;
  const answered = shareOf(shares, isConnected);
  if (answered === 0 || answered === 1) return shares;
  const wanted = Math.min(1, answered * factor);
  return new Map(
    [...shares].map(([disposition, share]) => [
      disposition,
      isConnected(disposition) ? (share * wanted) / answered : (share * (1 - wanted)) / (1 - answered),
    ]),
  );
}

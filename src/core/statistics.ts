/**
 * What a campaign's calls add up to beside its counts, in a small map of fields that the change which moves the
 * callees increments. The fields, by the hour, day and minute (since 1970, UTC) in which a call began:
 *
 *   h:<hour>:a|y             attempts, answered
 *   n:<attempt>:<disposition>  attempts that ended so, by their number for the callee; 0 for what cost none
 *   c:<caller>:<day>:a|y|r   attempts, answered and refused on a caller (its place in the campaign's list, from 1; 0: not known)
 *   r:<minute>:<caller>:c|y|r|s  the same of recent minutes: calls, answered, refused, seconds that they took; dropped when old
 */
import type { CallFacts } from './call-facts.ts';
import type { CalleeMove } from './callee.ts';
import { type Disposition, dispositionFacts } from './disposition.ts';
import { RECENT_KEPT, RECENT_SLOT } from './limits.ts';
import { DAY, HOUR, type Instant, SECOND } from './time.ts';

export type Tally = ReadonlyMap<string, number>;

/** What the provider or a carrier refused: 108 to 111, 208 and 212 of the reference (3.4). */
const REFUSED: ReadonlySet<Disposition> = new Set([
  'restricted_callee',
  'too_many_request',
  'restricted_area',
  'restricted_time',
  'operator_error',
  'carrier_blocked',
] as const satisfies readonly Disposition[]);

/** How something ended that the tallies count: an outcome, or a call that no outcome tells of. */
export interface Ended {
  readonly at: Instant;
  readonly disposition: Disposition;
  /** Attempts that it cost, and the number of the last of them for the callee. */
  readonly cost: number;
  readonly attempts: number;
  readonly caller: number | undefined;
  readonly calls: readonly CallFacts[];
}

/**
 * What the outcomes among some moves add to the tallies; undefined where there are none. Dials of a callee that was
 * given to a person ended as nobody knows, and are attempts like any other.
 */
export function tallyOf(moves: readonly CalleeMove[], now: Instant): Tally | undefined {
  const ended = moves.flatMap(({ before, after, story }): Ended[] => {
    const { state, attempts, caller } = after;
    const cost = attempts - before.attempts;
    const isOutcome = state === 'answered' || state === 'missed';
    if (before.state !== 'calling' || !(isOutcome || (state === 'needs_attention' && cost > 0))) return [];
    const calls = story?.calls ?? [];
    const disposition = (isOutcome ? after.disposition : undefined) ?? 'unknown';
    return [{ at: calls[0]?.startedAt ?? now, disposition, cost, attempts, caller, calls }];
  });
  return tallyOfEnded(ended, now);
}

/** The same of anything that ended. */
export function tallyOfEnded(ended: readonly Ended[], now: Instant): Tally | undefined {
  const sums = new Map<string, number>();
  const add = (field: string, by: number): void => {
    if (by !== 0) sums.set(field, (sums.get(field) ?? 0) + by);
  };
  for (const { at, disposition, cost, attempts, caller = 0, calls } of ended) {
    const place = Math.abs(caller);
    const answered = dispositionFacts(disposition).connected ? 1 : 0;
    const refused = REFUSED.has(disposition) ? 1 : 0;
    const hour = `h:${Math.floor(at / HOUR)}`;
    add(`${hour}:a`, cost);
    add(`${hour}:y`, answered);
    add(`n:${cost === 0 ? 0 : attempts}:${disposition}`, 1);
    const day = `c:${place}:${Math.floor(at / DAY)}`;
    add(`${day}:a`, cost);
    add(`${day}:y`, answered);
    add(`${day}:r`, refused);
    if (now - at >= RECENT_KEPT) continue;
    const slot = `r:${Math.floor(at / RECENT_SLOT)}:${place}`;
    add(`${slot}:c`, Math.max(1, calls.length));
    add(`${slot}:y`, answered);
    add(`${slot}:r`, refused);
    add(`${slot}:s`, secondsOf(calls));
  }
  return sums.size === 0 ? undefined : sums;
}

function secondsOf(calls: readonly CallFacts[]): number {
  return calls.reduce((sum, { startedAt, endedAt }) => {
    if (startedAt === undefined || endedAt === undefined || endedAt <= startedAt) return sum;
    return sum + Math.round((endedAt - startedAt) / SECOND);
  }, 0);
}

/** True where something that the outcomes added was a refusal. */
export function hasRefusals(added: Tally): boolean {
  return [...added.keys()].some((field) => field.startsWith('r:') && field.endsWith(':r'));
}

/** The tallies as they were before `added`. */
export function withoutTally(tally: Tally, added: Tally): Tally {
  return new Map([...tally].map(([field, sum]) => [field, sum - (added.get(field) ?? 0)]));
}

/** Calls of a caller in some time. */
export interface CallSums {
  readonly calls: number;
  readonly answered: number;
  readonly refused: number;
  /** Milliseconds that all of them took together, from dialling to the end. */
  readonly took: number;
}

export const NO_CALLS: CallSums = { calls: 0, answered: 0, refused: 0, took: 0 };

export function sumCalls(sums: Iterable<CallSums>): CallSums {
  let all = NO_CALLS;
  for (const one of sums) {
    all = {
      calls: all.calls + one.calls,
      answered: all.answered + one.answered,
      refused: all.refused + one.refused,
      took: all.took + one.took,
    };
  }
  return all;
}

/** What the callers did in calls that began at `since` or later, by their place; those without a call are left out. */
export function recentCalls(tally: Tally, since: Instant): ReadonlyMap<number, CallSums> {
  const callers = new Map<number, { -readonly [Field in keyof CallSums]: number }>();
  for (const [field, value] of tally) {
    const [kind, slot, caller, what] = field.split(':');
    if (kind !== 'r' || Number(slot) * RECENT_SLOT < since) continue;
    const held = callers.get(Number(caller)) ?? { ...NO_CALLS };
    callers.set(Number(caller), held);
    if (what === 'c') held.calls += value;
    else if (what === 'y') held.answered += value;
    else if (what === 'r') held.refused += value;
    else held.took += value * SECOND;
  }
  return callers;
}

/** The fields of minutes that began before `before`. */
export function recentFields(tally: Tally, before: Instant): string[] {
  return [...tally.keys()].filter((field) => {
    const [kind, slot] = field.split(':');
    return kind === 'r' && Number(slot) * RECENT_SLOT < before;
  });
}

export interface CampaignStatistics {
  /** By the hour, oldest first; hours without a call are left out. */
  readonly hours: readonly { readonly at: Instant; readonly attempts: number; readonly answered: number }[];
  /** By the number of the attempt; 0 for those that the provider declined at no attempt's cost. */
  readonly byAttempt: readonly {
    readonly attempt: number;
    readonly dispositions: Readonly<Record<string, number>>;
  }[];
  /** By the caller's place in the campaign's list, from 1. */
  readonly callers: readonly {
    readonly caller: number;
    readonly attempts: number;
    readonly answered: number;
    readonly refused: number;
  }[];
}

interface Attempts {
  readonly attempt: number;
  readonly dispositions: Record<string, number>;
}

/** The tallies as people read them. */
export function statisticsOf(tally: Tally): CampaignStatistics {
  const hours = new Map<number, { at: Instant; attempts: number; answered: number }>();
  const byAttempt = new Map<number, Attempts>();
  const callers = new Map<number, { caller: number; attempts: number; answered: number; refused: number }>();
  for (const [field, value] of tally) {
    const [kind = '', first = '', second = '', what = ''] = field.split(':');
    const key = Number(first);
    if (kind === 'h') {
      const hour = held(hours, key, () => ({ at: key * HOUR, attempts: 0, answered: 0 }));
      hour[second === 'a' ? 'attempts' : 'answered'] += value;
    } else if (kind === 'n') {
      held<Attempts>(byAttempt, key, () => ({ attempt: key, dispositions: {} })).dispositions[second] = value;
    } else if (kind === 'c') {
      const sums = held(callers, key, () => ({ caller: key, attempts: 0, answered: 0, refused: 0 }));
      sums[what === 'a' ? 'attempts' : what === 'y' ? 'answered' : 'refused'] += value;
    }
  }
  return {
    hours: [...hours.values()].sort((a, b) => a.at - b.at),
    byAttempt: [...byAttempt.values()].sort((a, b) => a.attempt - b.attempt),
    callers: [...callers.values()].sort((a, b) => a.caller - b.caller),
  };
}

function held<T>(map: Map<number, T>, key: number, make: () => T): T {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

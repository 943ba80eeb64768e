/** How well the callers of a campaign do, and which of them a batch should be given. */
import type { CallerFacts } from './caller-facts.ts';
import {
  CALL_TIME_ASSUMED,
  CALL_TIME_ASSUMED_CALLS,
  CALLER_CHANNELS_DEFAULT,
  CALLER_JUDGED_CALLS_MIN,
  CALLER_REFUSED_SHARE_MAX,
} from './limits.ts';
import { type CallSums, NO_CALLS, sumCalls } from './statistics.ts';

export interface CallerView {
  /** Its place in the campaign's list, from 1: what a callee's record and a batch name it by. */
  readonly caller: number;
  readonly number: string;
  /** Why it is not used; undefined where it is. */
  readonly leftOut: 'not_normal' | 'cannot_call_out' | 'refused_too_often' | undefined;
  readonly facts: CallerFacts | undefined;
  /** Calls that it makes at a time; undefined where nothing bounds them, as far as is known. */
  readonly channels: number | undefined;
  readonly recent: CallSums;
}

/** What is asked of a campaign's settings. */
export interface CallerRules {
  readonly callers: readonly string[];
  readonly callerChannels: Readonly<Record<string, number>>;
  readonly pacing: { readonly channelsPerCaller?: number | undefined };
}

/** What is known of every caller of a campaign, in the order of its list. */
export function callerViews(
  rules: CallerRules,
  facts: readonly CallerFacts[],
  recent: ReadonlyMap<number, CallSums>,
): CallerView[] {
  const known = new Map(facts.map((one) => [one.number, one]));
  const views = rules.callers.map((number, at): CallerView => {
    const own = known.get(number);
    const sums = recent.get(at + 1) ?? NO_CALLS;
    return {
      caller: at + 1,
      number,
      leftOut: reasonOf(own, sums, rules.callers.length),
      facts: own,
      channels: rules.callerChannels[number] ?? rules.pacing.channelsPerCaller ?? defaultChannels(own),
      recent: sums,
    };
  });
  if (views.some(({ leftOut }) => leftOut === undefined)) return views;
  // When the last ones are refused as well, whether to go on with them is the circuit breaker's to say.
  return views.map((view) => (view.leftOut === 'refused_too_often' ? { ...view, leftOut: undefined } : view));
}

function reasonOf(facts: CallerFacts | undefined, recent: CallSums, callers: number): CallerView['leftOut'] {
  if (facts !== undefined && facts.state !== 'normal') return 'not_normal';
  if (facts?.calls === 'in') return 'cannot_call_out';
  // The only one there is has nobody to stand in for it: whether to go on is the circuit breaker's to say.
  return callers > 1 && isRefusedTooOften(recent) ? 'refused_too_often' : undefined;
}

/** One channel for what the provider supplies or will not say (reference 3.6); unbounded while it was never asked. */
function defaultChannels(facts: CallerFacts | undefined): number | undefined {
  return facts === undefined || facts.supply === 'own' ? undefined : CALLER_CHANNELS_DEFAULT;
}

/** True for recent calls that are many enough to judge by and of which too many were refused. */
export function isRefusedTooOften({ calls, refused }: CallSums): boolean {
  return calls >= CALLER_JUDGED_CALLS_MIN && refused / calls >= CALLER_REFUSED_SHARE_MAX;
}

/**
 * The usable callers, the one that the next callees should go to first: that with the fewest in flight for the calls
 * that it makes at a time and for how well it does, and of equals the healthiest. So none idles while another has a
 * queue, and the healthy ones get more of the work.
 */
export function byHealth(views: readonly CallerView[], heldOn: (number: string) => number): CallerView[] {
  const usable = views.filter((view) => view.leftOut === undefined);
  const health = healthOf(usable);
  // What is not known of some is taken to be like the most that is known of others.
  const usual = Math.max(1, ...usable.map(({ channels }) => channels ?? 1));
  const load = (view: CallerView): number =>
    heldOn(view.number) / ((view.channels ?? usual) * Math.max(HEALTH_LEAST, 1 + health(view)));
  return usable.sort((a, b) => load(a) - load(b) || health(b) - health(a) || a.caller - b.caller);
}

/** However bad it is, what is still used is used for something. */
const HEALTH_LEAST = 0.2;

/**
 * How much better than all of them together one does: by the share of the recent calls that were answered less that of
 * the refused, each as if it had had some calls like all others before, so that one call makes no champion.
 */
function healthOf(views: readonly CallerView[]): (view: CallerView) => number {
  const all = sumCalls(views.map(({ recent }) => recent));
  const usual = all.calls === 0 ? 0 : (all.answered - all.refused) / all.calls;
  return ({ recent: { calls, answered, refused } }) =>
    (answered - refused + usual * CALLER_JUDGED_CALLS_MIN) / (calls + CALLER_JUDGED_CALLS_MIN) - usual;
}

/** How long a call takes from dialling to its end, milliseconds, by the recent ones. */
export function callTime({ calls, took }: CallSums): number {
  return (took + CALL_TIME_ASSUMED * CALL_TIME_ASSUMED_CALLS) / (calls + CALL_TIME_ASSUMED_CALLS);
}

/** What a callee's record says of its caller: 0 any, above zero this one again, below zero any but this one. */
export type CallerWish = number;

/**
 * True where a caller may call a callee with this wish. A wish that nobody who is usable can fulfil binds nobody:
 * to be called by another number is better than not to be called.
 */
export function mayCall(caller: number, wish: CallerWish, usable: ReadonlySet<number>): boolean {
  if (wish > 0) return wish === caller || !usable.has(wish);
  return -wish !== caller || usable.size === 1;
}

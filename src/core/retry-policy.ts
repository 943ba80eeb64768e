/**
 * Whether a missed callee is called again, and when. Pure: time is an argument, and the spread of due times is
 * drawn from the callee itself, so the same question has the same answer in every process and every replay.
 */
import { type CallingRules, type Opening, openingAt } from './calling-window.ts';
import type { RetryRule, RetrySettings } from './campaign.ts';
import { openingInOtherPart } from './day-parts.ts';
import { type Disposition, dispositionFacts } from './disposition.ts';
import {
  OPENING_HORIZON,
  RETRY_SPREAD_DELAY_MIN,
  RETRY_SPREAD_MAX,
  RETRY_SPREAD_SHARE,
  RETURNS_MAX,
  TASK_TIME_MIN,
} from './limits.ts';
import { fromSeconds, type Instant, SECOND, toSecondsUp } from './time.ts';

export type RetryDecision =
  | {
      readonly kind: 'retry';
      readonly dueAt: Instant;
      /** Which caller number the next attempt shows: that of the one before, or any other. */
      readonly caller: CallerChoice;
      readonly reason: 'retry_scheduled';
    }
  | {
      readonly kind: 'exhaust';
      readonly reason: 'attempts_exhausted' | 'no_window_left' | 'returned_too_often';
    }
  | { readonly kind: 'stop'; readonly reason: 'stop_rule' };

export type CallerChoice = 'same' | 'other';

export interface RetryQuestion {
  readonly retry: RetrySettings;
  readonly rules: CallingRules;
  /** By which it is judged that no window is left, where that is not for `rules` to say; see campaign-rules.ts. */
  readonly endingRules?: CallingRules;
  /** The callee's time zone. */
  readonly zone: string;
  /** Counts as they stand after the attempt that just ended: it is among `attempts`, or, if it cost none, among `returns`. */
  readonly callee: { readonly ref: number; readonly attempts: number; readonly returns: number };
  readonly campaignId: string;
  readonly disposition: Disposition;
  readonly now: Instant;
  /** How long its window must stay open from the due time on, so that a task can be placed in it; see {@link placingTime}. */
  readonly placing: number;
}

/** What a task needs of a window: its lead time, the least that it may last, and as much again for whoever is late. */
export function placingTime({ leadTime }: { readonly leadTime: number }): number {
  return leadTime + 2 * TASK_TIME_MIN;
}

/** A number in [0, 1) that depends on nothing but the text (FNV-1a, then the finishing mix of MurmurHash3). */
function fractionOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** One delay per attempt, the last repeated; the first attempt is 1. */
function delayFor(delays: readonly number[], attempt: number): number {
  return delays[Math.min(Math.max(attempt, 1), delays.length) - 1] ?? 0;
}

/** The first rule that names the disposition; undefined where the policy's `otherwise`, or that the number is dead, counts. */
function ruleFor(retry: RetrySettings, disposition: Disposition): RetryRule | undefined {
  return retry.rules.find((rule) => rule.on.includes(disposition));
}

/**
 * Which caller number the attempt after one that ended as `disposition` shows: the part of {@link decideRetry} that
 * follows from the callee's record alone, for whoever did not see the decision.
 */
export function callerChoice(retry: RetrySettings, disposition: Disposition | undefined): CallerChoice {
  if (disposition === undefined) return 'same';
  return (ruleFor(retry, disposition) ?? retry.otherwise).caller ?? 'same';
}

/** A due time for {@link placeIn}: spread, and moved to an opening where there is none at once. */
interface Wish {
  readonly delay: number;
  /** Where the time may lie. */
  readonly openAt: (at: Instant) => Opening;
}

/** As `openAt` says, but for what is left of a window in which no task can be placed any more: that counts as closed. */
export function openForTask(openAt: (at: Instant) => Opening, at: Instant, placing: number): Opening {
  for (let from = at; from <= at + OPENING_HORIZON; ) {
    const opening = openAt(from);
    if (!opening.open) {
      if (opening.opensAt === undefined) break;
      from = opening.opensAt;
    } else if (opening.closesAt - from < placing) {
      from = opening.closesAt;
    } else {
      return from === at ? opening : { open: false, opensAt: from };
    }
  }
  return { open: false, opensAt: undefined };
}

/**
 * The delay from now on, or, where no task can be placed then, the next opening; spread, but so that one still can.
 * Undefined: none is left.
 */
function placeIn({ delay, openAt }: Wish, question: RetryQuestion): Instant | undefined {
  const { callee, campaignId, now, placing } = question;
  const room = delay < RETRY_SPREAD_DELAY_MIN ? 0 : Math.min(delay * RETRY_SPREAD_SHARE, RETRY_SPREAD_MAX);
  const fraction = fractionOf(`${campaignId}.${callee.ref}.${callee.attempts}.${callee.returns}`);
  // Whole seconds, since that is what a stored due time holds: a rounding later on could leave the window.
  const wanted = fromSeconds(toSecondsUp(now + delay) + Math.floor((room * fraction) / SECOND));
  const opening = openForTask(openAt, wanted, placing);
  if (opening.open) return wanted;
  if (opening.opensAt === undefined) return undefined;
  const then = openAt(opening.opensAt);
  if (!then.open) return undefined;
  const roomInside = Math.min(room, then.closesAt - opening.opensAt - placing);
  return opening.opensAt + fromSeconds(Math.floor((roomInside * fraction) / SECOND));
}

/**
 * Decides what becomes of a callee whose attempt ended as `disposition`.
 *
 * The first rule that names the disposition counts; without one, a disposition that means a dead number stops and
 * any other takes `otherwise`. A list of delays has one per attempt, the last repeated. What the provider declined
 * before dialling spends no attempt: there the delays count returns, and {@link RETURNS_MAX} returns in a row end
 * it. The due time lies inside a calling window of the callee's zone, early enough for a task to be placed, and is
 * spread by up to a tenth of the delay. With `dayParts`, an attempt that was dialled goes to another part of the day than the present one, in which it failed;
 * where no window has one within a week, to the next window.
 *
 * Throws UnknownTimeZoneError where `openingAt` does.
 */
export function decideRetry(question: RetryQuestion): RetryDecision {
  const { retry, callee, disposition } = question;
  const facts = dispositionFacts(disposition);
  const rule = ruleFor(retry, disposition);
  if (rule?.stop === true || (rule === undefined && facts.dead)) return { kind: 'stop', reason: 'stop_rule' };
  if (!facts.cost && callee.returns >= RETURNS_MAX) return { kind: 'exhaust', reason: 'returned_too_often' };
  if (callee.attempts >= retry.attemptsMax) return { kind: 'exhaust', reason: 'attempts_exhausted' };
  const delays = rule?.after ?? retry.otherwise.after;
  const delay = delayFor(delays, facts.cost ? callee.attempts : callee.returns);
  const { rules, endingRules, zone, now } = question;
  const rotates = retry.dayParts && rule?.dayParts !== false && facts.cost;
  const dueAt =
    (rotates
      ? placeIn({ delay, openAt: (at) => openingInOtherPart(rules, zone, at, now) }, question)
      : undefined) ??
    placeIn({ delay, openAt: (at) => openingAt(rules, zone, at) }, question) ??
    (endingRules && placeIn({ delay, openAt: (at) => openingAt(endingRules, zone, at) }, question));
  if (dueAt === undefined) return { kind: 'exhaust', reason: 'no_window_left' };
  return { kind: 'retry', dueAt, caller: callerChoice(retry, disposition), reason: 'retry_scheduled' };
}

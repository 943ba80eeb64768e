/**
 * Whether a missed callee is called again, and when. Pure: time is an argument, and the spread of due times is
 * drawn from the callee itself, so the same question has the same answer in every process and every replay.
 */
import { type CallingRules, openingAt } from './calling-window.ts';
import type { RetrySettings } from './campaign.ts';
import { type Disposition, dispositionFacts } from './disposition.ts';
import { RETRY_SPREAD_DELAY_MIN, RETRY_SPREAD_MAX, RETRY_SPREAD_SHARE, RETURNS_MAX } from './limits.ts';
import { fromSeconds, type Instant, SECOND, toSecondsUp } from './time.ts';

export type RetryDecision =
  | { readonly kind: 'retry'; readonly dueAt: Instant; readonly reason: 'retry_scheduled' }
  | {
      readonly kind: 'exhaust';
      readonly reason: 'attempts_exhausted' | 'no_window_left' | 'returned_too_often';
    }
  | { readonly kind: 'stop'; readonly reason: 'stop_rule' };

export interface RetryQuestion {
  readonly retry: RetrySettings;
  readonly rules: CallingRules;
  /** The callee's time zone. */
  readonly zone: string;
  /** Counts as they stand after the attempt that just ended: it is among `attempts`, or, if it cost none, among `returns`. */
  readonly callee: { readonly ref: number; readonly attempts: number; readonly returns: number };
  readonly campaignId: string;
  readonly disposition: Disposition;
  readonly now: Instant;
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

/** `wanted`, or, where the window is closed then, its next opening; spread but still inside. Undefined: none is left. */
function placeInWindow(question: RetryQuestion, delay: number): Instant | undefined {
  const { rules, zone, callee, campaignId, now } = question;
  const room = delay < RETRY_SPREAD_DELAY_MIN ? 0 : Math.min(delay * RETRY_SPREAD_SHARE, RETRY_SPREAD_MAX);
  const fraction = fractionOf(`${campaignId}.${callee.ref}.${callee.attempts}.${callee.returns}`);
  // Whole seconds, since that is what a stored due time holds: a rounding later on could leave the window.
  const wanted = fromSeconds(toSecondsUp(now + delay) + Math.floor((room * fraction) / SECOND));
  const opening = openingAt(rules, zone, wanted);
  if (opening.open) return wanted;
  if (opening.opensAt === undefined) return undefined;
  const then = openingAt(rules, zone, opening.opensAt);
  if (!then.open) return undefined;
  const roomInside = Math.min(room, then.closesAt - opening.opensAt);
  return opening.opensAt + fromSeconds(Math.floor((roomInside * fraction) / SECOND));
}

/**
 * Decides what becomes of a callee whose attempt ended as `disposition`.
 *
 * The first rule that names the disposition counts; without one, a disposition that means a dead number stops and
 * any other takes `otherwise`. A list of delays has one per attempt, the last repeated. What the provider declined
 * before dialling spends no attempt: there the delays count returns, and {@link RETURNS_MAX} returns in a row end
 * it. The due time lies inside a calling window of the callee's zone, spread by up to a tenth of the delay.
 *
 * Throws UnknownTimeZoneError where `openingAt` does.
 */
export function decideRetry(question: RetryQuestion): RetryDecision {
  const { retry, callee, disposition } = question;
  const facts = dispositionFacts(disposition);
  const rule = retry.rules.find((candidate) => candidate.on.includes(disposition));
  if (rule?.stop === true || (rule === undefined && facts.dead)) return { kind: 'stop', reason: 'stop_rule' };
  if (!facts.cost && callee.returns >= RETURNS_MAX) return { kind: 'exhaust', reason: 'returned_too_often' };
  if (callee.attempts >= retry.attemptsMax) return { kind: 'exhaust', reason: 'attempts_exhausted' };
  const delays = rule?.after ?? retry.otherwise.after;
  const delay = delayFor(delays, facts.cost ? callee.attempts : callee.returns);
  const dueAt = placeInWindow(question, delay);
  if (dueAt === undefined) return { kind: 'exhaust', reason: 'no_window_left' };
  return { kind: 'retry', dueAt, reason: 'retry_scheduled' };
}

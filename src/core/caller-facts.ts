/** What the provider says of a caller number: whether it exists, may call out, and under whose dialling rules. */
import { parsePhone } from './phone.ts';
import type { Instant } from './time.ts';

/** States of a number in the account (reference 2.4); `absent`: the account does not have it. */
export type CallerState =
  | 'normal'
  | 'overdue'
  | 'disabled_by_admin'
  | 'disabled_for_violation'
  | 'absent'
  | 'unknown';

export interface CallerFacts {
  /** The caller as the campaign file writes it. */
  readonly number: string;
  readonly state: CallerState;
  /** Supplied by the provider, whose dialling rules (reference 3.6) then hold, or the operator's own. */
  readonly supply: 'provider' | 'own' | 'unknown';
  /** What it was bought for; `unknown` for own numbers, which nobody bought. */
  readonly calls: 'in' | 'out' | 'both' | 'unknown';
  readonly checkedAt: Instant;
}

/**
 * True when the provider's dialling rules and its default of one channel are to be taken for granted: also for a
 * number of which nothing is known, since to call by a rule that is not there costs less than to break one that is.
 */
export function isPlatformCaller(facts: CallerFacts | undefined): boolean {
  return facts?.supply !== 'own';
}

/**
 * A caller in one form, whoever wrote it: international digits without a mark before them and without the zero of a
 * Chinese area code behind the country code. What is no number is left as it is. `region` is the country of numbers
 * in national form.
 */
export function callerDigits(text: string, region: string): string {
  const trimmed = text.trim();
  const international = /^(?:00|\+)(\d+)$/.exec(trimmed)?.[1];
  if (international !== undefined) return international.replace(/^860/, '86');
  const parsed = parsePhone(trimmed, region);
  return parsed.ok ? parsed.digits : trimmed;
}

/** What the account's two lists say of one number; undefined where the list does not have it, or could not be read. */
export interface CallerEntries {
  readonly number: { readonly state: CallerState; readonly supply: CallerFacts['supply'] } | undefined;
  readonly bought: { readonly calls: CallerFacts['calls'] } | undefined;
}

/** The facts of a caller from what the lists say. A number that only the list of purchases has is the provider's. */
export function callerFactsOf(
  number: string,
  { number: own, bought }: CallerEntries,
  checkedAt: Instant,
): CallerFacts {
  return {
    number,
    state: own?.state ?? 'absent',
    // Older replies do not say who supplies a number; what was bought here was supplied from here.
    supply:
      own !== undefined && own.supply !== 'unknown'
        ? own.supply
        : bought === undefined
          ? 'unknown'
          : 'provider',
    calls: bought?.calls ?? 'unknown',
    checkedAt,
  };
}

/** Whether one of these callers is supplied by the provider; undefined while that is not known of all that might be. */
export function hasPlatformCaller(
  callers: readonly string[],
  facts: readonly CallerFacts[],
): boolean | undefined {
  const supply = new Map(facts.map((one) => [one.number, one.supply]));
  if (callers.some((number) => supply.get(number) === 'provider')) return true;
  return callers.every((number) => supply.get(number) === 'own') ? false : undefined;
}

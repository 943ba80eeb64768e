/** Asks the provider about the callers of a campaign and keeps the answer for those that place its calls. */
import { type CallerFacts, callerDigits, callerFactsOf } from '../core/caller-facts.ts';
import type { Clock } from '../ports/clock.ts';
import type { ContactCenter, Purchases } from '../ports/contact-center.ts';
import type { CampaignRecord, Store } from '../ports/store.ts';
import type { TelephonyFailure } from '../ports/telephony.ts';

export interface CallerCheckDeps {
  readonly store: Pick<Store, 'noteCallers'>;
  readonly contactCenter: Pick<ContactCenter, 'numbers' | 'purchases'>;
  readonly clock: Pick<Clock, 'now'>;
}

export type CallerCheck =
  | {
      readonly ok: true;
      /** In the order of the campaign's callers. */
      readonly callers: readonly CallerFacts[];
      /** Undefined where the purchases could not be read; then nobody knows what a number may do. */
      readonly purchases: Purchases | undefined;
      /** Why they could not. */
      readonly failure: TelephonyFailure | undefined;
    }
  | { readonly ok: false; readonly failure: TelephonyFailure };

/** Reads both lists of the account and stores what they say of each caller. Stores nothing when the numbers cannot be read. */
export async function checkCallers(
  deps: CallerCheckDeps,
  { id, settings }: Pick<CampaignRecord, 'id' | 'settings'>,
): Promise<CallerCheck> {
  const [numbers, purchases] = await Promise.all([
    deps.contactCenter.numbers(),
    deps.contactCenter.purchases(),
  ]);
  if (!numbers.ok) return numbers;
  const own = new Map(numbers.value.map((one) => [one.number, one]));
  const bought = new Map(purchases.ok ? purchases.value.numbers.map((one) => [one.number, one]) : []);
  const now = deps.clock.now();
  const callers = settings.callers.map((caller) => {
    const key = callerDigits(caller, settings.defaultRegion);
    return callerFactsOf(caller, { number: own.get(key), bought: bought.get(key) }, now);
  });
  await deps.store.noteCallers(id, callers);
  return {
    ok: true,
    callers,
    purchases: purchases.ok ? purchases.value : undefined,
    failure: purchases.ok ? undefined : purchases.failure,
  };
}

/** The numbers of a scenario, ready to be asked by any form in which a request names them. */
import { type NumberWords, numbersOf } from './account-words.ts';
import { internationalDigits } from './numbers.ts';
import type { Scenario } from './scenario.ts';

/** The cost type of numbers that the provider supplies. */
export const SUPPLIED = 0;

export interface CallerTable {
  readonly numbers: readonly NumberWords[];
  readonly othersMayCall: boolean;
  readonly byKey: ReadonlyMap<string, NumberWords>;
  /** By what requests sent, as far as it was asked: each dial asks more than once. */
  readonly bySent: Map<string, NumberWords | undefined>;
  /** Whether the times of dials have to be kept, since some rule counts them. */
  readonly countsDials: boolean;
}

export function compileCallers(scenario: Scenario): CallerTable {
  const { numbers, othersMayCall } = numbersOf(scenario.numbers);
  const { callsPerCalleePerDayMax, callsPerCalleePer5MinutesMax } = scenario.rules;
  const ruled = callsPerCalleePerDayMax !== undefined || callsPerCalleePer5MinutesMax !== undefined;
  return {
    numbers,
    othersMayCall,
    bySent: new Map(),
    byKey: new Map(numbers.map((one) => [callerKey(one.number), one])),
    countsDials: ruled || numbers.some((one) => one.costType === SUPPLIED),
  };
}

/** A caller in one form; the zero of an area code may stand behind the country code or not. */
export function callerKey(sent: string): string {
  return internationalDigits(sent).replace(/^860/, '86');
}

/** What a caller number does to its calls: its state, its channels, the rules it is under, and how it goes bad. */
import { DAY, HOUR, MINUTE } from '../../core/time.ts';
import type { NumberWords } from './account-words.ts';
import { callerKey, SUPPLIED } from './caller-table.ts';
import { endCode } from './end-words.ts';
import { createRng, pickWeighted, weightedTable } from './rng.ts';
import type { Scenario } from './scenario.ts';
import type { World } from './world.ts';

/** The provider's rules for numbers that it supplies (reference 3.6). */
const PROVIDER_RULES: Scenario['rules'] = {
  hours: [8, 21],
  callsPerCalleePerDayMax: 5,
  callsPerCalleePer5MinutesMax: 3,
  // Landlines of Xinjiang and Tibet; of a mobile number nobody but the provider can tell where it is.
  areas: ['8690', '8699', '86891', '86892', '86893', '86894', '86895', '86896', '86897'],
};
const PROVIDER_CHANNELS = 1;
const NORMAL = 1;
/** "Number fault before ringing" (reference 3.4): how calls of a number end that may not call. */
const CALLER_FAULT = 221;

/** The number of the account that a request means; undefined for one that it does not have. */
export function callerOf(world: World, sent: string): NumberWords | undefined {
  const { bySent, byKey } = world.callers;
  if (!bySent.has(sent)) bySent.set(sent, byKey.get(callerKey(sent)));
  return bySent.get(sent);
}

/** True where the number is the account's, or any may call. */
export function mayBeNamed(world: World, sent: string): boolean {
  return world.callers.othersMayCall || callerOf(world, sent) !== undefined;
}

/** Calls at once of a caller. */
export function channelsOf(world: World, sent: string): number {
  const caller = callerOf(world, sent);
  if (caller?.channels !== undefined) return caller.channels;
  return caller?.costType === SUPPLIED ? PROVIDER_CHANNELS : world.scenario.channelsPerCaller;
}

/** The state of a number now, after its latest turn that names one. */
export function stateOf(world: World, caller: NumberWords): number {
  return turnsSoFar(world, caller).findLast((one) => one.state !== undefined)?.state ?? caller.state;
}

function turnsSoFar(world: World, caller: NumberWords): NumberWords['turns'] {
  return caller.turns.filter((one) => begins(world, one) <= world.now);
}

function begins(world: World, { at, afterMs = 0 }: NumberWords['turns'][number]): number {
  return at === undefined ? world.beganAt + afterMs : Date.parse(at);
}

/** The end code that the caller itself gives the nth call of a number; undefined where it gives none. */
export function endByCaller(world: World, sent: string, number: string, ordinal: number): number | undefined {
  const caller = callerOf(world, sent);
  if (caller === undefined) return undefined;
  if (stateOf(world, caller) !== NORMAL) return CALLER_FAULT;
  const bad = turnsSoFar(world, caller).findLast((one) => one.outcomes !== undefined);
  if (bad?.outcomes === undefined) return undefined;
  const rng = createRng(world.seed, number, ordinal, 'caller', callerKey(sent));
  if (!rng.chance(bad.share)) return undefined;
  const weights = Object.entries(bad.outcomes).map(([word, weight]) => [endCode(word), weight] as const);
  return pickWeighted(weightedTable(weights), rng.next());
}

/** The end code with which the provider's own rules decline the number now (reference 3.6); undefined when they do not. */
export function endByRules(world: World, sent: string, number: string): 109 | 110 | 111 | undefined {
  const { scenario } = world;
  const supplied = callerOf(world, sent)?.costType === SUPPLIED;
  const rules = supplied ? { ...PROVIDER_RULES, ...scenario.rules } : scenario.rules;
  const { hours, areas, callsPerCalleePerDayMax, callsPerCalleePer5MinutesMax } = rules;
  if (hours !== undefined) {
    const beijingHour = Math.floor(((world.now + 8 * HOUR) % DAY) / HOUR);
    if (beijingHour < hours[0] || beijingHour >= hours[1]) return 111;
  }
  if (areas?.some((prefix) => number.startsWith(prefix))) return 110;
  const dials = world.dialsOfNumber.get(number) ?? [];
  const within = (ms: number) => dials.filter((at) => at > world.now - ms).length;
  if (callsPerCalleePerDayMax !== undefined && within(DAY) >= callsPerCalleePerDayMax) return 109;
  if (callsPerCalleePer5MinutesMax !== undefined && within(5 * MINUTE) >= callsPerCalleePer5MinutesMax)
    return 109;
  return undefined;
}

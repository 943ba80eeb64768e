import { endByCaller, endByRules } from './callers.ts';
import { createRng, pickWeighted, type Rng } from './rng.ts';
import { drawEndStatus } from './scenario.ts';
import { isConnected, isDeclined, type World } from './world.ts';

/** How one call goes, before it happens. Unscaled seconds. */
export interface PlayedCall {
  readonly sessionId: string;
  readonly endStatus: number;
  readonly setupSeconds: number;
  readonly ringSeconds: number;
  readonly talkSeconds: number;
  readonly keysPressed: string;
  readonly hungUpSide: string;
  readonly recordIsLate: boolean;
}

const NUMBER_INVALID = 215;
const NO_ANSWER = 202;
const CANCELLED_WHILE_RINGING = 220;
/** Ends of calls that nobody answered but that rang: rejected, cancelled, voicemail. Others never get so far. */
const RANG = new Set([203, CANCELLED_WHILE_RINGING, 222]);

/**
 * Plays the nth call of a number: the same for the same seed, number and n, whatever else happens in the
 * world. Everything is drawn every time, in the same order, so that a changed scenario changes only what it names.
 */
export function playCall(
  world: World,
  { number, caller }: { readonly number: string; readonly caller: string },
  ordinal: number,
  ringSecondsMax: number,
): PlayedCall {
  const style = world.styleOf(number);
  const rng = createRng(world.seed, number, ordinal);
  const sessionId = rng.uuid();
  const drawn = drawEndStatus(style, ordinal, rng.next());
  const setupSeconds = between(rng, style.setupSeconds);
  const reactsAfter = between(rng, style.ringSeconds);
  const talkSeconds = between(rng, style.talkSeconds);
  const keysPressed = pickWeighted(style.keysPressed, rng.next()) ?? '';
  const calleeHangsUp = rng.chance(0.7);
  const recordIsLate = rng.chance(world.scenario.records.lateShare);

  const invalid = /^\d{5,15}$/.test(number) ? undefined : NUMBER_INVALID;
  const declined = endByRules(world, caller, number);
  const meant = declined ?? endByCaller(world, caller, number, ordinal) ?? invalid ?? drawn;
  const wouldRing = meant === NO_ANSWER ? style.noAnswerSeconds : reactsAfter;
  const rings = meant === NO_ANSWER || isConnected(meant) || RANG.has(meant) ? wouldRing : 0;
  const tooLong = ringSecondsMax > 0 && rings > ringSecondsMax;
  const endStatus = tooLong ? CANCELLED_WHILE_RINGING : meant;
  const connected = isConnected(endStatus);
  return {
    sessionId,
    endStatus,
    setupSeconds: isDeclined(endStatus) ? 0 : setupSeconds,
    ringSeconds: tooLong ? ringSecondsMax : rings,
    talkSeconds: connected ? talkSeconds : 0,
    keysPressed: connected ? keysPressed : '',
    hungUpSide: (connected && calleeHangsUp) || endStatus === 203 ? 'user' : 'system',
    recordIsLate,
  };
}

function between(rng: Rng, [from, to]: readonly [number, number]): number {
  return rng.int(Math.ceil(from), Math.max(Math.ceil(from), Math.floor(to)));
}

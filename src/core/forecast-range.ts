/** A forecast as people read it: how many attempts and when the last is over, each as a range, and what limits it. */
import { dispositionFacts } from './disposition.ts';
import { type ForecastQuestion, type Limit, type Played, playForecast } from './forecast.ts';
import { ASSUMED_SPREAD, LEARNT_SPREAD } from './limits.ts';
import { shareOf, withAnswered } from './outcome-shares.ts';
import type { Instant } from './time.ts';

/** What the forecast goes by, learnt or assumed. */
export interface Basis {
  /** Attempts and calls that it was learnt from; 0: assumed. */
  readonly attemptsLearnt: number;
  readonly callsLearnt: number;
  readonly channelsAssumed: boolean;
}

export interface ForecastRange {
  readonly attempts: { readonly from: number; readonly to: number; readonly expected: number };
  readonly finishAt: { readonly from: Instant; readonly to: Instant; readonly expected: Instant };
  readonly limitedBy: Limit;
  readonly neverFit: number;
  readonly notReached: number;
}

/** Two standard deviations: one such range in twenty is wrong by chance alone. */
const DEVIATIONS = 2;

/** Plays it three times: as it is expected, as it goes when more answer sooner, and when fewer do later. */
export function forecastRange(question: ForecastQuestion, basis: Basis): ForecastRange {
  const expected = playForecast(question);
  const answered = shareOf(question.outcomes.ofAttempt(1), (one) => dispositionFacts(one).connected);
  const doubt = shareDoubt(answered, basis.attemptsLearnt, callees(question));
  const slower = spread(basis.callsLearnt) + (basis.channelsAssumed ? ASSUMED_SPREAD : 0);
  const good = playForecast(varied(question, 1 + doubt, 1 / (1 + slower)));
  const bad = playForecast(varied(question, Math.max(0, 1 - doubt), 1 + slower));
  const all = [expected, good, bad];
  const attempts = all.map((one) => one.attempts);
  const ends = all.map((one) => one.finishAt);
  return {
    attempts: {
      from: Math.floor(Math.min(...attempts)),
      to: Math.ceil(Math.max(...attempts)),
      expected: Math.round(expected.attempts),
    },
    finishAt: {
      from: Math.floor(Math.min(...ends)),
      to: Math.ceil(Math.max(...ends)),
      expected: Math.round(expected.finishAt),
    },
    limitedBy: mostHeldBack(expected),
    neverFit: Math.round(expected.neverFit),
    notReached: Math.round(expected.notReached),
  };
}

function spread(learntFrom: number): number {
  return learntFrom === 0 ? ASSUMED_SPREAD : LEARNT_SPREAD;
}

/** How far off, as a share of itself, the share of answered may be: what it was learnt from, and those to come. */
function shareDoubt(answered: number, learntFrom: number, toCome: number): number {
  const chance = (attempts: number): number =>
    answered === 0 || attempts === 0
      ? 0
      : (DEVIATIONS * Math.sqrt((1 - answered) / answered)) / Math.sqrt(attempts);
  return spread(learntFrom) + chance(learntFrom) + chance(toCome);
}

function callees({ waiting }: ForecastQuestion): number {
  return waiting.reduce((sum, cohort) => sum + cohort.callees, 0);
}

function varied(question: ForecastQuestion, answered: number, time: number): ForecastQuestion {
  const { outcomes, callTime } = question;
  return {
    ...question,
    outcomes: { ...outcomes, ofAttempt: (attempt) => withAnswered(outcomes.ofAttempt(attempt), answered) },
    callTime: (shares) => callTime(shares) * time,
  };
}

function mostHeldBack({ heldBack }: Played): Limit {
  const limits = Object.entries(heldBack) as [Limit, number][];
  return limits.reduce((most, one) => (one[1] > most[1] ? one : most))[0];
}

/**
 * What a campaign will do, played ahead with the very rules by which it is run: windows, retries and caps decide as
 * they do in earnest, only that callees are amounts and not persons, and an attempt ends in all ways at once, each with
 * its share. So nothing is drawn, and the same question has the same answer.
 */
import { type CallingRules, openingAt } from './calling-window.ts';
import type { CapSettings } from './campaign/caps.ts';
import type { RetrySettings } from './campaign.ts';
import { dispositionFacts } from './disposition.ts';
import { type Cohort, CohortQueue } from './forecast-queue.ts';
import { afterAttempt } from './forecast-retry.ts';
import { FORECAST_STEP_MAX, FORECAST_STEP_MIN, FORECAST_STEPS_MAX, FORECAST_STEPS_WANTED } from './limits.ts';
import { firstLook } from './look-schedule.ts';
import { type OutcomeShares, type Shares, shareOf } from './outcome-shares.ts';
import { openForTask, placingTime } from './retry-policy.ts';
import { isPlaceable } from './row-limits.ts';
import { type Instant, MINUTE, SECOND } from './time.ts';

/** What holds a campaign back. */
export type Limit = 'channels' | 'in_flight' | 'pace' | 'quota' | 'windows' | 'caps' | 'retries';

/** How fast callees can be called and told to have been called. Milliseconds. */
export interface Pace {
  /** Calls at a time of all callers together. */
  readonly channels: number;
  readonly calleesInFlightMax: number;
  readonly batchCalleesMax: number;
  readonly calleesPerMinute: number | undefined;
  /** Requests a second to any one action of the provider. */
  readonly requestsPerSecond: number;
  /** From the claim of a batch until its first call may begin. */
  readonly leadTime: number;
  /** How long a retry may wait for others to share a batch with. */
  readonly gather: number;
  /** Between two readings of a running task. */
  readonly lookIntervalMin: number;
  readonly lookIntervalMax: number;
}

export interface ForecastQuestion {
  readonly campaignId: string;
  readonly now: Instant;
  readonly endAt: Instant;
  readonly rules: CallingRules;
  readonly retry: RetrySettings;
  readonly caps: CapSettings;
  readonly waiting: readonly Cohort[];
  readonly outcomes: OutcomeShares;
  /** How long a call takes that ends in these shares, from the dial to the end, milliseconds. */
  readonly callTime: (shares: Shares) => number;
  readonly pace: Pace;
}

export interface Played {
  readonly attempts: number;
  readonly finishAt: Instant;
  /** Time that each limit held it back, milliseconds. */
  readonly heldBack: Readonly<Record<Limit, number>>;
  /** Callees whose zone has no window left: nobody will ever call them. */
  readonly neverFit: number;
  /** Callees that are still waiting for an attempt when the campaign's time is over, or that of their rows. */
  readonly notReached: number;
}

/** Callees per millisecond, and what bounds them so. */
interface Rate {
  readonly perMs: number;
  readonly limit: Limit;
}

/** Less than half a person is nobody. */
const NOBODY = 0.5;

/** The whole rest of a campaign. Throws UnknownTimeZoneError where `openingAt` does. */
export function playForecast(question: ForecastQuestion): Played {
  const step = stepFor(question);
  const play = new Play(question, step);
  for (let steps = 0; steps < FORECAST_STEPS_MAX && play.goesOn(); steps += 1) play.step();
  return play.result();
}

function stepFor(question: ForecastQuestion): number {
  const callees = question.waiting.reduce((sum, cohort) => sum + cohort.callees, 0);
  const busy = callees / rateOf(question, 1).perMs;
  return Math.min(FORECAST_STEP_MAX, Math.max(FORECAST_STEP_MIN, busy / FORECAST_STEPS_WANTED));
}

/** How fast attempts of this number can be made. */
function rateOf({ pace, outcomes, callTime }: ForecastQuestion, attempt: number): Rate {
  const took = Math.max(SECOND, callTime(outcomes.ofAttempt(attempt)));
  const { batchCalleesMax, requestsPerSecond } = pace;
  const rates: Rate[] = [
    { limit: 'channels', perMs: pace.channels / took },
    { limit: 'in_flight', perMs: pace.calleesInFlightMax / (pace.leadTime + took + pace.lookIntervalMin) },
    // A batch costs one request of most actions; call records come a hundred at a time.
    { limit: 'quota', perMs: (requestsPerSecond * Math.min(batchCalleesMax, 100)) / SECOND },
  ];
  if (pace.calleesPerMinute !== undefined)
    rates.push({ limit: 'pace', perMs: pace.calleesPerMinute / MINUTE });
  return rates.reduce((least, rate) => (rate.perMs < least.perMs ? rate : least));
}

class Play {
  readonly #question: ForecastQuestion;
  readonly #step: number;
  readonly #queue: CohortQueue;
  readonly #heldBack: Record<Limit, number> = {
    channels: 0,
    in_flight: 0,
    pace: 0,
    quota: 0,
    windows: 0,
    caps: 0,
    retries: 0,
  };
  #at: Instant;
  #attempts = 0;
  #neverFit = 0;
  #timedOut = 0;
  #lastResultAt: Instant;
  #turn = 0;

  constructor(question: ForecastQuestion, step: number) {
    this.#question = question;
    this.#step = step;
    this.#at = question.now + question.pace.leadTime;
    this.#lastResultAt = question.now;
    this.#queue = new CohortQueue(step);
    for (const cohort of question.waiting) {
      if (this.#fits(cohort)) this.#queue.add(cohort);
      else this.#neverFit += cohort.callees;
    }
  }

  goesOn(): boolean {
    return this.#queue.callees >= NOBODY && this.#at < this.#question.endAt;
  }

  result(): Played {
    const { endAt } = this.#question;
    const over = this.#queue.callees < NOBODY;
    return {
      attempts: this.#attempts,
      finishAt: over ? Math.min(endAt, this.#lastResultAt) : endAt,
      heldBack: this.#heldBack,
      neverFit: this.#neverFit,
      notReached: this.#timedOut + (over ? 0 : this.#queue.callees),
    };
  }

  /** Calls whoever may be called now; where nobody may, the time moves to when somebody may. */
  step(): void {
    this.#queue.release(this.#at);
    const open = this.#queue.readyZones().filter((zone) => this.#isOpen(zone));
    if (open.length === 0) {
      this.#idle();
      return;
    }
    // The share of the step that is used up, by the rate of each attempt that is made in it.
    let used = 0;
    let limit: Limit = 'retries';
    for (const zone of open) {
      for (
        let cohort = this.#queue.first(zone);
        cohort !== undefined && used < 1;
        cohort = this.#queue.first(zone)
      ) {
        if (!isPlaceable(cohort.notAfter, this.#at, this.#question.pace.leadTime)) {
          this.#timedOut += cohort.callees;
          this.#queue.take(zone, cohort.callees);
          continue;
        }
        const rate = rateOf(this.#question, cohort.attempts + 1);
        const callees = Math.min(cohort.callees, rate.perMs * this.#step * (1 - used));
        used += callees / (rate.perMs * this.#step);
        ({ limit } = rate);
        this.#queue.take(zone, callees);
        this.#call({ ...cohort, callees });
        if (callees < cohort.callees) break;
      }
    }
    this.#heldBack[used < 0.999 ? 'retries' : limit] += this.#step;
    this.#at += this.#step;
  }

  #isOpen(zone: string): boolean {
    return openingAt(this.#question.rules, zone, this.#at).open;
  }

  #idle(): void {
    const closed = this.#queue.readyZones().map((zone) => openingAt(this.#question.rules, zone, this.#at));
    const opens = closed.flatMap((opening) => (opening.open ? [] : (opening.opensAt ?? [])));
    const due = this.#queue.nextDue();
    const next = Math.min(this.#question.endAt, ...opens, due?.at ?? Number.POSITIVE_INFINITY);
    const limit = closed.length > 0 ? 'windows' : due?.byCaps === true ? 'caps' : 'retries';
    const to = Math.max(next, this.#at + this.#step);
    this.#heldBack[limit] += to - this.#at;
    this.#at = to;
  }

  /** An attempt of each: what came of it is known somewhat later, and then decided. */
  #call(cohort: Cohort): void {
    const { outcomes, callTime, pace } = this.#question;
    const shares = outcomes.ofAttempt(cohort.attempts + 1);
    const took = callTime(shares);
    // A task is read when it should have ended, and the oldest every so often meanwhile.
    const size = Math.min(
      pace.batchCalleesMax,
      pace.calleesInFlightMax,
      this.#queue.callees + cohort.callees,
    );
    const task = (size * took) / Math.max(1, pace.channels);
    const endAt = this.#at + task + took;
    const lookAt = firstLook({ since: this.#at, now: this.#at, endAt, oldest: false }, pace);
    const late = Math.min(task, pace.lookIntervalMax) / 2 + Math.max(0, lookAt - endAt);
    const knownAt = this.#at + took + late;
    this.#attempts += cohort.callees * shareOf(shares, (disposition) => dispositionFacts(disposition).cost);
    this.#lastResultAt = Math.max(this.#lastResultAt, knownAt);
    this.#turn += 1;
    const dialledAt = this.#at;
    for (const next of afterAttempt(this.#question, cohort, {
      shares,
      dialledAt,
      knownAt,
      turn: this.#turn,
      step: this.#step,
    })) {
      if (this.#fits(next)) this.#queue.add(next);
    }
  }

  /** True where a window is left for them. */
  #fits({ zone, due }: Cohort): boolean {
    const { rules, now, pace } = this.#question;
    const openAt = (at: Instant) => openingAt(rules, zone, at);
    const opening = openForTask(openAt, Math.max(now, due), placingTime(pace));
    return opening.open || opening.opensAt !== undefined;
  }
}

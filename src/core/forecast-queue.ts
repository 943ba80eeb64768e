/** Callees of a forecast on their way to the next attempt: those that wait for a time, and those that are ready. */
import { FORECAST_TAKEN_MAX } from './limits.ts';
import type { Instant } from './time.ts';

/** Callees that are alike: as many attempts behind them, due at the same time. Amounts need not be whole. */
export interface Cohort {
  readonly zone: string;
  readonly attempts: number;
  /** Times in a row that the provider declined, as a callee's record counts them. */
  readonly returns: number;
  readonly due: Instant;
  readonly callees: number;
  /** When they were dialled, the latest last; of those before the forecast nothing is known. */
  readonly dials: readonly Instant[];
  /** Until when their rows let them be called. */
  readonly notAfter?: Instant | undefined;
  /** It is due later than the retry policy would have it. */
  readonly byCaps?: boolean;
}

interface Ready {
  readonly cohorts: Cohort[];
  head: number;
}

export class CohortQueue {
  readonly #step: number;
  /** By the step in which they fall due, then by what makes them alike. */
  readonly #waiting = new Map<number, Map<string, Cohort>>();
  readonly #ready = new Map<string, Ready>();
  #callees = 0;

  constructor(step: number) {
    this.#step = step;
  }

  get callees(): number {
    return this.#callees;
  }

  /** Those of one step that are alike become one, dialled and due when they were on average. */
  add(cohort: Cohort): void {
    const slot = Math.ceil(cohort.due / this.#step);
    const inSlot = this.#waiting.get(slot) ?? new Map<string, Cohort>();
    this.#waiting.set(slot, inSlot);
    const { zone, attempts, returns, dials, notAfter } = cohort;
    const key = `${zone}|${attempts}|${returns}|${dials.length}|${notAfter}`;
    const known = inSlot.get(key);
    inSlot.set(key, known === undefined ? cohort : together(known, cohort));
    this.#callees += cohort.callees;
  }

  /** Makes ready whoever is due. */
  release(now: Instant): void {
    const slots = [...this.#waiting.keys()].filter((slot) => slot * this.#step <= now || slot === 0);
    for (const slot of slots.sort((a, b) => a - b)) {
      for (const cohort of this.#waiting.get(slot)?.values() ?? []) {
        const ready = this.#ready.get(cohort.zone) ?? { cohorts: [], head: 0 };
        this.#ready.set(cohort.zone, ready);
        ready.cohorts.push(cohort);
      }
      this.#waiting.delete(slot);
    }
  }

  readyZones(): string[] {
    return [...this.#ready].flatMap(([zone, { cohorts, head }]) => (head < cohorts.length ? [zone] : []));
  }

  /** Who has been ready longest. */
  first(zone: string): Cohort | undefined {
    const ready = this.#ready.get(zone);
    return ready?.cohorts[ready.head];
  }

  /** Takes so many of the first. */
  take(zone: string, callees: number): void {
    const ready = this.#ready.get(zone);
    const first = ready?.cohorts[ready.head];
    if (ready === undefined || first === undefined) return;
    this.#callees = Math.max(0, this.#callees - callees);
    if (callees < first.callees) {
      ready.cohorts[ready.head] = { ...first, callees: first.callees - callees };
      return;
    }
    ready.head += 1;
    if (ready.head >= FORECAST_TAKEN_MAX) {
      ready.cohorts.splice(0, ready.head);
      ready.head = 0;
    }
  }

  /** When the next fall due that are not ready yet. */
  nextDue(): { readonly at: Instant; readonly byCaps: boolean } | undefined {
    let first: number | undefined;
    for (const slot of this.#waiting.keys()) first = Math.min(first ?? slot, slot);
    if (first === undefined) return undefined;
    const cohorts = [...(this.#waiting.get(first)?.values() ?? [])];
    return { at: first * this.#step, byCaps: cohorts.some(({ byCaps }) => byCaps === true) };
  }
}

function together(one: Cohort, other: Cohort): Cohort {
  const callees = one.callees + other.callees;
  const share = callees === 0 ? 0 : other.callees / callees;
  const mean = (a: number, b: number): number => a + (b - a) * share;
  return {
    ...one,
    callees,
    due: mean(one.due, other.due),
    dials: one.dials.map((dial, at) => mean(dial, other.dials[at] ?? dial)),
    byCaps: one.byCaps === true || other.byCaps === true,
  };
}

/** What becomes of callees of a forecast after an attempt, by the rules that decide in earnest. */
import { type CallingRules, openingAt } from './calling-window.ts';
import type { CapSettings } from './campaign/caps.ts';
import type { RetrySettings } from './campaign.ts';
import { capRules, mayDial } from './caps.ts';
import { type Disposition, dispositionFacts } from './disposition.ts';
import type { Cohort } from './forecast-queue.ts';
import { FORECAST_DIALS_KEPT_MAX, FORECAST_PUT_OFF_MAX } from './limits.ts';
import type { Shares } from './outcome-shares.ts';
import { decideRetry, placingTime } from './retry-policy.ts';
import { limitRetry } from './row-limits.ts';
import type { Instant } from './time.ts';

interface Rules {
  readonly campaignId: string;
  readonly rules: CallingRules;
  readonly retry: RetrySettings;
  readonly caps: CapSettings;
  readonly pace: { readonly gather: number; readonly batchCalleesMax: number; readonly leadTime: number };
}

interface Attempt {
  readonly shares: Shares;
  readonly dialledAt: Instant;
  readonly knownAt: Instant;
  /** Counts the attempts of the forecast: in the place of a callee's own spread. */
  readonly turn: number;
  /** The time in which they were all dialled. */
  readonly step: number;
}

/** Those who will be called again, by the way in which the attempt ended; all others are done with. */
export function afterAttempt(rules: Rules, cohort: Cohort, attempt: Attempt): Cohort[] {
  const next: Cohort[] = [];
  for (const [disposition, share] of attempt.shares) {
    const callees = cohort.callees * share;
    if (callees === 0 || dispositionFacts(disposition).connected) continue;
    const again = afterMiss(rules, { ...cohort, callees }, disposition, attempt);
    if (again !== undefined) next.push(again);
  }
  return next;
}

function afterMiss(
  rules: Rules,
  cohort: Cohort,
  disposition: Disposition,
  { dialledAt, knownAt, turn, step }: Attempt,
): Cohort | undefined {
  const { cost } = dispositionFacts(disposition);
  const attempts = cohort.attempts + (cost ? 1 : 0);
  const returns = cost ? 0 : cohort.returns + 1;
  if (attempts >= (rules.caps.lifetime ?? Number.POSITIVE_INFINITY)) return undefined;
  const wanted = decideRetry({
    retry: rules.retry,
    rules: rules.rules,
    zone: cohort.zone,
    callee: { ref: turn, attempts, returns },
    campaignId: rules.campaignId,
    disposition,
    now: knownAt,
    placing: placingTime(rules.pace),
  });
  const decision = limitRetry(wanted, cohort.notAfter, rules.pace.leadTime);
  if (decision.kind !== 'retry') return undefined;
  const dials = cost ? [...cohort.dials, dialledAt].slice(-FORECAST_DIALS_KEPT_MAX) : cohort.dials;
  const due = withinCaps(rules, cohort.zone, dials, decision.dueAt);
  // A retry waits for others to share a batch with, until it is full.
  const full = (rules.pace.batchCalleesMax * step) / cohort.callees;
  const gathered = due + Math.min(rules.pace.gather, full);
  const byCaps = due > decision.dueAt;
  return { ...cohort, attempts, returns, due: gathered, dials, byCaps };
}

/** The due time, or when the caps allow one more dial and a window is open; unchanged where no window is left then. */
function withinCaps(
  { caps, rules }: Rules,
  zone: string,
  dialled: readonly Instant[],
  wanted: Instant,
): Instant {
  let due = wanted;
  for (let turn = 0; turn < FORECAST_PUT_OFF_MAX; turn += 1) {
    const verdict = mayDial(capRules(caps, zone, due), { dialled, open: [] }, due);
    if (verdict.allowed) return due;
    const opening = openingAt(rules, zone, verdict.freeAt);
    if (opening.open) due = verdict.freeAt;
    else if (opening.opensAt === undefined) return verdict.freeAt;
    else due = opening.opensAt;
  }
  return due;
}

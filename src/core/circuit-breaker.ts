/** When a campaign stops itself: too many of its recent calls were refused, on every caller that it still uses. */
import type { CallerView } from './caller-health.ts';
import type { BreakerSettings } from './campaign/pacing.ts';
import { CALLER_JUDGED_CALLS_MIN } from './limits.ts';
import { masked } from './masked.ts';
import { sumCalls } from './statistics.ts';
import { type Instant, MINUTE } from './time.ts';

export interface BreakerFinding {
  readonly reason: 'breaker_carrier_blocked';
  /** The evidence, for people. Caller numbers are masked. */
  readonly text: string;
}

/**
 * Why the campaign is to be paused; undefined where it is not. Callers that are left out, since they alone went bad,
 * count for nothing unless no other is left: a campaign goes on with those that work. Nor does it stop for one that is
 * about to be left out, having called too little yet to be judged, while the others do well.
 */
export function judgeBreaker(
  settings: BreakerSettings,
  views: readonly CallerView[],
  since: Instant,
  now: Instant,
): BreakerFinding | undefined {
  if (settings === 'off') return undefined;
  const working = views.filter((view) => view.leftOut === undefined);
  const judged = working.length === 0 ? views : working;
  const { calls, refused } = sumCalls(judged.map(({ recent }) => recent));
  if (calls < settings.calls || refused / calls < settings.share) return undefined;
  const others = sumCalls(withoutWorst(judged).map(({ recent }) => recent));
  if (others.calls > 0 && others.refused / others.calls < settings.share) return undefined;
  const minutes = Math.max(1, Math.round((now - since) / MINUTE));
  const share = Math.round((100 * refused) / calls);
  const worst = judged.filter(({ recent }) => recent.refused > 0);
  const on = worst.map((view) => `${masked(view.number)} ${view.recent.refused} of ${view.recent.calls}`);
  return {
    reason: 'breaker_carrier_blocked',
    text: `${refused} of the last ${calls} calls (${share}%) in ${minutes} minutes were refused by the provider or a carrier, on ${on.join(', ')}. Find out why, then start the campaign again: that forgets them`,
  };
}

/** All but the one, of those with too few calls to be judged alone, of which most were refused. */
function withoutWorst(views: readonly CallerView[]): readonly CallerView[] {
  const unjudged = views.filter(({ recent }) => recent.calls < CALLER_JUDGED_CALLS_MIN);
  const refused = Math.max(0, ...unjudged.map(({ recent }) => recent.refused));
  const worst = unjudged.find(({ recent }) => recent.refused === refused);
  return views.filter((view) => view !== worst);
}

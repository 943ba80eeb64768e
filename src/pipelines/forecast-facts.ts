/** What a forecast starts from: who waits, how calls went so far, and how fast they can go. */
import { callerDigits } from '../core/caller-facts.ts';
import { type CallerView, callerViews, callTime as meanCallTime } from '../core/caller-health.ts';
import { campaignEnd } from '../core/campaign.ts';
import { callingRules } from '../core/campaign-rules.ts';
import { dispositionFacts } from '../core/disposition.ts';
import type { ForecastQuestion, Pace } from '../core/forecast.ts';
import type { Cohort } from '../core/forecast-queue.ts';
import {
  ASSUMED_ANSWERED_PERCENT,
  ASSUMED_ANSWERED_TIME,
  ASSUMED_CHANNELS,
  ASSUMED_DEAD_PERCENT,
  ASSUMED_MISSED_TIME,
  BATCH_GATHER,
  CALLS_LEARNT_MIN,
  DUE_BUCKET,
  FORECAST_CALLEES_READ,
  LOOK_INTERVAL_MAX,
  LOOK_INTERVAL_MIN,
  RECENT_WINDOW,
  REQUESTS_PER_SECOND,
} from '../core/limits.ts';
import { type CallAssumptions, type OutcomeShares, outcomeShares, shareOf } from '../core/outcome-shares.ts';
import { recentCalls, statisticsOf, sumCalls } from '../core/statistics.ts';
import type { Clock } from '../ports/clock.ts';
import type { CampaignRecord, Store } from '../ports/store.ts';
import { rowEnds } from './claim/row-times.ts';

export type ForecastStore = Pick<Store, 'calleesIn' | 'rows' | 'tally' | 'recentTally' | 'callerFacts'>;

/** Bounds and assumptions that a forecast needs of the installation. Milliseconds. */
export interface ForecastBounds {
  readonly batchGather: number;
  readonly lookIntervalMin: number;
  readonly lookIntervalMax: number;
  readonly requestsPerSecond: number;
  readonly assumptions: CallAssumptions;
}

/** What holds where nobody set anything else. */
export const FORECAST_BOUNDS: ForecastBounds = {
  batchGather: BATCH_GATHER,
  lookIntervalMin: LOOK_INTERVAL_MIN,
  lookIntervalMax: LOOK_INTERVAL_MAX,
  requestsPerSecond: REQUESTS_PER_SECOND,
  assumptions: {
    answeredShare: ASSUMED_ANSWERED_PERCENT / 100,
    deadShare: ASSUMED_DEAD_PERCENT / 100,
    answeredTime: ASSUMED_ANSWERED_TIME,
    missedTime: ASSUMED_MISSED_TIME,
    channels: ASSUMED_CHANNELS,
  },
};

export interface ForecastFacts {
  readonly question: ForecastQuestion;
  /** Callees that are not finished, by zone. */
  readonly byZone: ReadonlyMap<string, number>;
  readonly callees: number;
  readonly outcomes: OutcomeShares;
  /** Calls that the call time was learnt from; 0: assumed. */
  readonly callsLearnt: number;
  /** Channels of all callers together, and of how many of them they are assumed. */
  readonly channels: number;
  readonly channelsAssumed: number;
}

/** States in which a callee has an attempt before it. Those under way now count as if they waited. */
const UNFINISHED = ['initial', 'pending_retry', 'batched', 'calling', 'missed'] as const;

/** Reads all of it. The callees are read in pages, their records only. */
export async function readForecast(
  deps: { readonly store: ForecastStore; readonly clock: Pick<Clock, 'now'> },
  campaign: CampaignRecord,
  bounds: ForecastBounds,
): Promise<ForecastFacts> {
  const { clock, store } = deps;
  const { id, settings } = campaign;
  const now = clock.now();
  const [waiting, tally, lately, known] = await Promise.all([
    readWaiting(store, campaign),
    store.tally(id),
    store.recentTally(id),
    store.callerFacts(id),
  ]);
  const views = callerViews(settings, known, recentCalls(lately, now - RECENT_WINDOW));
  const outcomes = outcomeShares(statisticsOf(tally).byAttempt, bounds.assumptions);
  const recent = sumCalls(views.map((view) => view.recent));
  const learnt = recent.calls >= CALLS_LEARNT_MIN ? meanCallTime(recent) : undefined;
  const byZone = new Map<string, number>();
  for (const { zone, callees } of waiting) byZone.set(zone, (byZone.get(zone) ?? 0) + callees);
  const { channels, assumed } = channelsOf(views, campaign, bounds.assumptions);
  const question: ForecastQuestion = {
    campaignId: id,
    now,
    endAt: campaignEnd(settings, campaign.createdAt),
    rules: callingRules(campaign),
    retry: settings.retry,
    caps: settings.caps,
    waiting,
    outcomes,
    callTime: (shares) => {
      if (learnt !== undefined) return learnt;
      const answered = shareOf(shares, (disposition) => dispositionFacts(disposition).connected);
      const { answeredTime, missedTime } = bounds.assumptions;
      return answered * answeredTime + (1 - answered) * missedTime;
    },
    pace: paceFacts(campaign, bounds, channels),
  };
  const callees = waiting.reduce((sum, cohort) => sum + cohort.callees, 0);
  const callsLearnt = learnt === undefined ? 0 : recent.calls;
  return { question, byZone, callees, outcomes, callsLearnt, channels, channelsAssumed: assumed };
}

function paceFacts({ settings }: CampaignRecord, bounds: ForecastBounds, channels: number): Pace {
  const { calleesInFlightMax, batchCalleesMax, calleesPerMinute, leadTime } = settings.pacing;
  const { batchGather: gather, lookIntervalMin, lookIntervalMax, requestsPerSecond } = bounds;
  return {
    channels,
    calleesInFlightMax,
    batchCalleesMax,
    calleesPerMinute,
    requestsPerSecond,
    leadTime,
    gather,
    lookIntervalMin,
    lookIntervalMax,
  };
}

/** Two names of one number are one trunk. Of callers that are all left out those that may come back are counted. */
function channelsOf(
  views: readonly CallerView[],
  { settings }: CampaignRecord,
  assumptions: CallAssumptions,
): { readonly channels: number; readonly assumed: number } {
  const usable = views.filter(({ leftOut }) => leftOut === undefined || leftOut === 'refused_too_often');
  const byNumber = new Map(
    (usable.length === 0 ? views : usable).map((view) => [
      callerDigits(view.number, settings.defaultRegion),
      view,
    ]),
  );
  let channels = 0;
  let assumed = 0;
  for (const view of byNumber.values()) {
    channels += view.channels ?? assumptions.channels;
    if (view.channels === undefined) assumed += 1;
  }
  return { channels, assumed };
}

/** Callees that are alike, as one. */
async function readWaiting(store: ForecastStore, { id, zones }: CampaignRecord): Promise<Cohort[]> {
  const cohorts = new Map<string, Cohort>();
  for (let from: number | undefined = 0; from !== undefined; ) {
    const part = await store.calleesIn(id, UNFINISHED, from, FORECAST_CALLEES_READ);
    const ends = await rowEnds({ store }, id, part.callees);
    for (const { ref, record } of part.callees) {
      const zone = zones[record.zone] ?? '';
      // The due time of a callee under way is when the provider called it over, not when it is called again.
      const isWaiting = record.state === 'initial' || record.state === 'pending_retry';
      const due = isWaiting ? Math.ceil(record.due / DUE_BUCKET) * DUE_BUCKET : 0;
      const { attempts, returns } = record;
      const end = ends.get(ref);
      const notAfter = end === undefined ? undefined : Math.floor(end / DUE_BUCKET) * DUE_BUCKET;
      const key = `${zone}|${attempts}|${returns}|${due}|${notAfter}`;
      const callees = (cohorts.get(key)?.callees ?? 0) + 1;
      cohorts.set(key, { zone, attempts, returns, due, callees, dials: [], notAfter });
    }
    from = part.next;
  }
  return [...cohorts.values()].sort((a, b) => a.due - b.due);
}

/** Looks at everything that a campaign needs before it calls, and foretells what it will then do. */
import type { CallerFacts } from '../core/caller-facts.ts';
import { callerDigits } from '../core/caller-facts.ts';
import { openingAt } from '../core/calling-window.ts';
import { campaignEnd } from '../core/campaign.ts';
import { callingRules } from '../core/campaign-rules.ts';
import { formatDuration } from '../core/duration.ts';
import type { Limit } from '../core/forecast.ts';
import { type ForecastRange, forecastRange } from '../core/forecast-range.ts';
import {
  type Findings,
  joinFindings,
  judgeAudios,
  judgeCallers,
  judgeNumberEnds,
  judgePackages,
  judgeTime,
  type Problem,
  problemsOf,
  type SentenceFacts,
} from '../core/preflight.ts';
import { openForTask, placingTime } from '../core/retry-policy.ts';
import type { Clock } from '../ports/clock.ts';
import type { ContactCenter } from '../ports/contact-center.ts';
import type { CampaignRecord, Store } from '../ports/store.ts';
import type { TelephonyFailure } from '../ports/telephony.ts';
import { requireCampaign } from './actions/action.ts';
import { checkCallers } from './caller-check.ts';
import {
  FORECAST_BOUNDS,
  type ForecastBounds,
  type ForecastFacts,
  type ForecastStore,
  readForecast,
} from './forecast-facts.ts';

export type PreflightStore = ForecastStore & Pick<Store, 'campaign' | 'noteCallers'>;

export interface PreflightDeps {
  readonly store: PreflightStore;
  /** Undefined where no credentials are set: then nobody is asked. */
  readonly contactCenter?: ContactCenter | undefined;
  readonly clock: Pick<Clock, 'now'>;
  /** The installation's own, where they differ from what the limits say. */
  readonly forecast?: ForecastBounds | undefined;
}

/** One thing that a forecast goes by. */
export interface Assumption {
  readonly code: AssumptionCode;
  readonly text: string;
  readonly facts: SentenceFacts;
}

export type AssumptionCode =
  | 'outcomes_learnt'
  | 'outcomes_assumed'
  | 'call_time_learnt'
  | 'call_time_assumed'
  | 'channels_known'
  | 'channels_assumed'
  | 'others_not_counted';

/** What every face shows. Times in ISO 8601. */
export interface PreflightDocument {
  readonly campaign: string;
  /** True where no error was found. */
  readonly ok: boolean;
  readonly errors: readonly Problem[];
  readonly warnings: readonly Problem[];
  readonly forecast: {
    /** Callees that are not finished. */
    readonly callees: number;
    readonly attempts: { readonly from: number; readonly to: number; readonly expected: number };
    readonly finishAt: { readonly from: string; readonly to: string; readonly expected: string };
    /** What it waits for most. */
    readonly limitedBy: Limit;
    /** Callees for whom no window is left. */
    readonly neverFit: number;
    /** Callees for whom an attempt will not come in time: before the campaign's end, or that of their rows. */
    readonly notReached: number;
    /** What it goes by. */
    readonly assumptions: readonly Assumption[];
  };
}

/**
 * The look at one campaign. What it learns of the callers is stored for those that place its calls. A provider that
 * cannot be reached is a warning; one that refuses our credentials is an error. Throws `campaign_not_found`.
 */
export async function preflight(deps: PreflightDeps, campaignId: string): Promise<PreflightDocument> {
  const asked = await askProvider(deps, await requireCampaign(deps.store, campaignId));
  // Read again: whose its callers are decides its windows, and is known only now.
  const campaign = await requireCampaign(deps.store, campaignId);
  const { forecast: bounds = FORECAST_BOUNDS } = deps;
  const facts = await readForecast(deps, campaign, bounds);
  const range = forecastRange(facts.question, {
    attemptsLearnt: facts.outcomes.attempts,
    callsLearnt: facts.callsLearnt,
    channelsAssumed: facts.channelsAssumed > 0,
  });
  const found = joinFindings([
    timeFindings(campaign, facts),
    asked.findings,
    asked.spending(range),
    reachFindings(facts, range),
  ]);
  return {
    campaign: campaignId,
    ok: found.errors.length === 0,
    ...found,
    forecast: forecastOf(facts, range, bounds),
  };
}

interface Asked {
  readonly findings: Findings;
  /** What can only be judged once it is known how much will be called, and until when. */
  readonly spending: (range: ForecastRange) => Findings;
}

const NOTHING: Findings = { errors: [], warnings: [] };

async function askProvider(deps: PreflightDeps, campaign: CampaignRecord): Promise<Asked> {
  const { store, contactCenter, clock } = deps;
  if (contactCenter === undefined) {
    const text = 'no credentials are set here, so nobody was asked about callers, packages and sound files';
    const remedy = 'set TCCC_SECRET_ID, TCCC_SECRET_KEY and TCCC_SDK_APP_ID';
    const findings = problemsOf('warning', { code: 'provider_not_configured', text, remedy, facts: {} });
    return { findings, spending: () => NOTHING };
  }
  const check = await checkCallers({ store, contactCenter, clock }, campaign);
  if (!check.ok) return { findings: failureFindings(check.failure), spending: () => NOTHING };
  const { callers, purchases, failure } = check;
  const audios = await audioFindings(contactCenter, campaign);
  const spending = (range: ForecastRange): Findings => {
    if (purchases === undefined) return NOTHING;
    const until = range.finishAt.expected;
    const own = new Map(
      callers.map((one) => [callerDigits(one.number, campaign.settings.defaultRegion), one]),
    );
    const numbers = purchases.numbers.filter(({ number }) => own.has(number));
    const attempts = range.attempts.expected;
    const { packages } = purchases;
    return joinFindings([
      judgeNumberEnds(numbers, until),
      judgePackages({ now: clock.now(), until, attempts, packages, callers }),
    ]);
  };
  const unread = failure === undefined ? NOTHING : purchasesUnread(failure, callers);
  return { findings: joinFindings([judgeCallers(callers), unread, audios]), spending };
}

async function audioFindings(
  contactCenter: ContactCenter,
  { settings: { ivrAudios = [] } }: CampaignRecord,
): Promise<Findings> {
  if (ivrAudios.length === 0) return NOTHING;
  const audios = await contactCenter.ivrAudios();
  if (audios.ok) return judgeAudios(ivrAudios, audios.value);
  const error = `${audios.failure.code}: ${audios.failure.message}`;
  const text = `the sound files could not be read: ${error}`;
  const remedy = 'run preflight again later';
  return problemsOf('warning', { code: 'audio_unchecked', text, remedy, facts: { error } });
}

/** Of the numbers themselves the answer came, so the credentials are right; only what was bought is not known. */
function purchasesUnread({ code, message }: TelephonyFailure, callers: readonly CallerFacts[]): Findings {
  const facts = { callers: callers.length, error: `${code}: ${message}` };
  const text = `what was bought could not be read, so packages and the call types of ${callers.length} callers are not checked: ${facts.error}`;
  const remedy = 'allow DescribeCCCBuyInfoList for these credentials, or check it in the console';
  return problemsOf('warning', { code: 'purchases_unreadable', text, remedy, facts });
}

function failureFindings({ kind, code, message }: TelephonyFailure): Findings {
  const facts = { error: `${code}: ${message}` };
  if (code === 'AuthFailure.SignatureExpire') {
    const remedy = 'run a time service on this machine';
    return problemsOf('error', { code: 'clock_wrong', text: message, remedy, facts });
  }
  const text = facts.error;
  if (kind === 'blocked') {
    const remedy =
      'check TCCC_SECRET_ID, TCCC_SECRET_KEY, TCCC_TOKEN, TCCC_SDK_APP_ID and the rights of the key';
    return problemsOf('error', { code: 'provider_refused', text, remedy, facts });
  }
  const remedy = 'callers and packages are not checked; run preflight again later';
  return problemsOf('warning', { code: 'provider_unreachable', text, remedy, facts });
}

function timeFindings(campaign: CampaignRecord, { question, byZone }: ForecastFacts): Findings {
  const rules = callingRules(campaign);
  const placing = placingTime(campaign.settings.pacing);
  const zones = campaign.zones.map((zone) => {
    const opening = openForTask((at) => openingAt(rules, zone, at), question.now, placing);
    return { zone, callees: byZone.get(zone) ?? 0, fits: opening.open || opening.opensAt !== undefined };
  });
  return judgeTime({ now: question.now, endAt: campaignEnd(campaign.settings, campaign.createdAt), zones });
}

function reachFindings({ callees }: ForecastFacts, { notReached }: ForecastRange): Findings {
  if (callees === 0) {
    const text = 'nobody waits to be called';
    return problemsOf('warning', { code: 'no_callees', text, remedy: 'add a list: import add', facts: {} });
  }
  if (notReached === 0) return NOTHING;
  const text = `for about ${notReached} of ${callees} callees an attempt will not come before the campaign, or the time of their rows, ends`;
  const remedy = 'give it more callers or channels, wider windows or a later "endAt"';
  return problemsOf('warning', { code: 'not_all_reached', text, remedy, facts: { notReached, callees } });
}

function forecastOf(
  facts: ForecastFacts,
  range: ForecastRange,
  bounds: ForecastBounds,
): PreflightDocument['forecast'] {
  const { attempts, finishAt, limitedBy, neverFit, notReached } = range;
  const iso = (at: number): string => new Date(at).toISOString();
  return {
    callees: facts.callees,
    attempts,
    finishAt: { from: iso(finishAt.from), to: iso(finishAt.to), expected: iso(finishAt.expected) },
    limitedBy,
    neverFit,
    notReached,
    assumptions: assumptionsOf(facts, bounds),
  };
}

function assumptionsOf(facts: ForecastFacts, { assumptions }: ForecastBounds): Assumption[] {
  const { outcomes, callsLearnt, channels, channelsAssumed } = facts;
  const { attempts } = outcomes;
  const [answered, dead] = [percentText(assumptions.answeredShare), percentText(assumptions.deadShare)];
  const answeredTime = formatDuration(assumptions.answeredTime);
  const missedTime = formatDuration(assumptions.missedTime);
  const said = (code: AssumptionCode, text: string, about: SentenceFacts = {}): Assumption => ({
    ...{ code, text, facts: about },
  });
  return [
    attempts > 0
      ? said('outcomes_learnt', `attempts end as the ${attempts} of this campaign did`, { attempts })
      : said(
          'outcomes_assumed',
          `${answered} of all attempts are answered, ${dead} of the numbers do not exist (settings)`,
          { answered, dead },
        ),
    callsLearnt > 0
      ? said('call_time_learnt', `calls take as long as the ${callsLearnt} latest did`, {
          calls: callsLearnt,
        })
      : said(
          'call_time_assumed',
          `an answered call takes ${answeredTime}, any other ${missedTime} (settings)`,
          { answeredTime, missedTime },
        ),
    channelsAssumed > 0
      ? said(
          'channels_assumed',
          `${channels} calls at a time, of which those of ${channelsAssumed} callers are assumed (name "channels" in the campaign file)`,
          { channels, callers: channelsAssumed },
        )
      : said('channels_known', `${channels} calls at a time`, { channels }),
    said(
      'others_not_counted',
      'other campaigns that use the same callers or call the same numbers are not counted',
    ),
  ];
}

function percentText(share: number): string {
  return `${Math.round(share * 100)} %`;
}

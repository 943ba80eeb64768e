/**
 * What stands in the way of a campaign before it calls: judged from what is known of its windows, its callers, the
 * account and a forecast. An error is what makes calling pointless or impossible; everything else is a warning.
 */
import { type CallerFacts, isPlatformCaller } from './caller-facts.ts';
import { EXPIRY_MARGIN } from './limits.ts';
import { masked } from './masked.ts';
import type { Instant } from './time.ts';

/** What a sentence says beside its words, so that another language can say the same. Times in ISO 8601, numbers masked. */
export type SentenceFacts = Readonly<Record<string, string | number>>;

export interface Problem {
  /** For programs; the list only grows. */
  readonly code: ProblemCode;
  readonly text: string;
  readonly remedy: string;
  readonly facts: SentenceFacts;
}

export type ProblemCode =
  | 'provider_not_configured'
  | 'provider_refused'
  | 'clock_wrong'
  | 'provider_unreachable'
  | 'purchases_unreadable'
  | 'no_usable_caller'
  | 'caller_unusable'
  | 'caller_state_unknown'
  | 'caller_ends'
  | 'campaign_over'
  | 'no_window'
  | 'zone_without_window'
  | 'no_callees'
  | 'package_used_up'
  | 'package_short'
  | 'package_ends'
  | 'audio_missing'
  | 'audio_not_approved'
  | 'audio_unchecked'
  | 'not_all_reached';

/** Errors block a start; warnings are shown. */
export interface Findings {
  readonly errors: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** A number or package that ends. */
export interface Expiring {
  readonly endsAt: Instant | undefined;
}

export interface CallPackage extends Expiring {
  readonly id: string;
  readonly kind: 'outbound' | 'inbound_400' | 'unknown';
  readonly remaining: number;
}

const iso = (at: Instant): string => new Date(at).toISOString();
const none: Findings = { errors: [], warnings: [] };

export function joinFindings(all: readonly Findings[]): Findings {
  return {
    errors: all.flatMap(({ errors }) => errors),
    warnings: all.flatMap(({ warnings }) => warnings),
  };
}

/** Time left, and windows in it for every zone in use; `zones` that have none are named. */
export function judgeTime(facts: {
  readonly now: Instant;
  readonly endAt: Instant;
  /** Callees that wait, by zone, and whether a window is left for it. */
  readonly zones: readonly { readonly zone: string; readonly callees: number; readonly fits: boolean }[];
}): Findings {
  const { now, endAt, zones } = facts;
  if (endAt <= now) {
    const text = `the campaign's time was over at ${iso(endAt)}`;
    const remedy = 'give it a later "endAt": campaign put --update';
    return problemsOf('error', { code: 'campaign_over', text, remedy, facts: { endAt: iso(endAt) } });
  }
  const used = zones.filter(({ callees }) => callees > 0);
  const closed = (used.length === 0 ? zones : used).filter(({ fits }) => !fits);
  if (closed.length === 0) return none;
  const names = closed.map(({ zone, callees }) => `${zone} (${callees} callees)`).join(', ');
  const remedy = 'check "windows", "holidays", "blackouts", "platformHours", "endAt" and "pacing.leadTime"';
  const about = { endAt: iso(endAt), zones: closed.map(({ zone }) => zone).join(', ') };
  const all = closed.length === (used.length === 0 ? zones : used).length;
  return all
    ? problemsOf('error', {
        code: 'no_window',
        text: `no window opens for a task until ${iso(endAt)}: ${names}`,
        ...{ remedy, facts: about },
      })
    : problemsOf('warning', {
        code: 'zone_without_window',
        text: `no window opens until ${iso(endAt)} for some callees, who will expire: ${names}`,
        ...{ remedy, facts: about },
      });
}

const STATE_TEXTS: Readonly<Record<CallerFacts['state'], string>> = {
  normal: 'is in order',
  overdue: 'is overdue: its bill is not paid',
  disabled_by_admin: 'is disabled by an administrator',
  disabled_for_violation: 'is disabled for a violation',
  absent: 'is not a number of this application',
  unknown: 'is in a state that is not documented',
};

/** Callers exist, are in order and may call out; those that may not are left out while others may. */
export function judgeCallers(callers: readonly CallerFacts[]): Findings {
  const unusable = callers.flatMap((caller) => {
    const isNormal = caller.state === 'normal';
    if (isNormal && caller.calls !== 'in') return [];
    const why = isNormal ? 'was bought for inbound calls only' : STATE_TEXTS[caller.state];
    const facts = { caller: masked(caller.number), state: isNormal ? 'inbound_only' : caller.state };
    return [{ caller, text: `caller ${facts.caller} ${why}`, facts }];
  });
  const remedy = 'mend it in the console of the provider, or name another caller';
  if (unusable.length < callers.length) {
    const warnings = unusable.map(
      ({ caller, text, facts }): Problem => ({
        code: caller.state === 'unknown' ? 'caller_state_unknown' : 'caller_unusable',
        text: `${text}; it is left out`,
        ...{ remedy, facts },
      }),
    );
    return { errors: [], warnings };
  }
  const text = `no caller can be used: ${unusable.map((one) => one.text).join('; ')}`;
  const facts = {
    callers: unusable.map((one) => one.facts.caller).join(', '),
    states: [...new Set(unusable.map((one) => one.facts.state))].join(', '),
  };
  return problemsOf('error', { code: 'no_usable_caller', text, remedy, facts });
}

/** Numbers that end before the calls do. */
export function judgeNumberEnds(
  numbers: readonly (Expiring & { readonly number: string })[],
  until: Instant,
): Findings {
  const warnings = numbers.flatMap(({ number, endsAt }): Problem[] => {
    if (endsAt === undefined || endsAt > until + EXPIRY_MARGIN) return [];
    const text = `caller ${masked(number)} ends at ${iso(endsAt)}, and calls may go on until ${iso(until)}`;
    const facts = { caller: masked(number), endsAt: iso(endsAt), until: iso(until) };
    return [{ code: 'caller_ends', text, remedy: 'renew the number', facts }];
  });
  return { errors: [], warnings };
}

/**
 * Calls left in the outbound packages. An account that has none pays otherwise, and own numbers call over their own
 * carrier: for these a package that is used up stops nobody.
 */
export function judgePackages(facts: {
  readonly now: Instant;
  readonly until: Instant;
  readonly attempts: number;
  readonly packages: readonly CallPackage[];
  readonly callers: readonly CallerFacts[];
}): Findings {
  const outbound = facts.packages.filter(({ kind }) => kind === 'outbound');
  if (outbound.length === 0) return none;
  const live = outbound.filter(({ endsAt }) => endsAt === undefined || endsAt > facts.now);
  const left = live.reduce((sum, { remaining }) => sum + remaining, 0);
  const remedy = 'buy or renew an outbound package';
  if (left <= 0) {
    const text = 'every outbound package is used up or has ended';
    const needed = facts.callers.some((caller) => caller.state === 'normal' && isPlatformCaller(caller));
    return problemsOf(needed ? 'error' : 'warning', { code: 'package_used_up', text, remedy, facts: {} });
  }
  const warnings: Problem[] = [];
  if (left < facts.attempts) {
    const attempts = Math.round(facts.attempts);
    const text = `the outbound packages have ${left} left, and about ${attempts} attempts are expected`;
    warnings.push({ code: 'package_short', text, remedy, facts: { left, attempts } });
  }
  // What is left after the calls may end when it likes.
  const lasting = live.filter(({ endsAt }) => endsAt === undefined || endsAt > facts.until);
  const lastingLeft = lasting.reduce((sum, { remaining }) => sum + remaining, 0);
  const [ending] = live.filter((one) => !lasting.includes(one));
  if (ending?.endsAt !== undefined && lastingLeft < facts.attempts) {
    const text = `package ${ending.id} ends at ${iso(ending.endsAt)}, before the calls are expected to be over`;
    const { id, endsAt } = ending;
    warnings.push({ code: 'package_ends', text, remedy, facts: { package: id, endsAt: iso(endsAt) } });
  }
  return { errors: [], warnings };
}

export interface AudioReview {
  readonly name: string;
  readonly fileName: string;
  readonly review: 'unreviewed' | 'approved' | 'rejected' | 'unknown';
}

/** Sound files that the campaign names are there and approved; of several of one name, one approved is enough. */
export function judgeAudios(wanted: readonly string[], audios: readonly AudioReview[]): Findings {
  const errors = wanted.flatMap((name): Problem[] => {
    const found = audios.filter((one) => one.name === name || one.fileName === name);
    if (found.some(({ review }) => review === 'approved')) return [];
    const [first] = found;
    if (first === undefined) {
      const text = `the account has no sound file "${name}"`;
      const remedy = 'upload it, or correct "ivrAudios"';
      return [{ code: 'audio_missing', text, remedy, facts: { audio: name } }];
    }
    const state = first.review === 'unknown' ? 'in a state that is not documented' : first.review;
    const text = `the sound file "${name}" is ${state}`;
    const remedy = first.review === 'rejected' ? 'upload another' : 'wait for the review';
    const facts = { audio: name, review: first.review };
    return [{ code: 'audio_not_approved', text, remedy, facts }];
  });
  return { errors, warnings: [] };
}

/** One problem, as findings. */
export function problemsOf(weight: 'error' | 'warning', problem: Problem): Findings {
  return weight === 'error' ? { errors: [problem], warnings: [] } : { errors: [], warnings: [problem] };
}

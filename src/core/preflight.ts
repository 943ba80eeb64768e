/**
 * What stands in the way of a campaign before it calls: judged from what is known of its windows, its callers, the
 * account and a forecast. An error is what makes calling pointless or impossible; everything else is a warning.
 */
import { type CallerFacts, isPlatformCaller } from './caller-facts.ts';
import { EXPIRY_MARGIN } from './limits.ts';
import { masked } from './masked.ts';
import type { Instant } from './time.ts';

export interface Problem {
  /** For programs; the list only grows. */
  readonly code: ProblemCode;
  readonly text: string;
  readonly remedy: string;
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
    return problemsOf('error', {
      code: 'campaign_over',
      text,
      remedy: 'give it a later "endAt": campaign put --update',
    });
  }
  const used = zones.filter(({ callees }) => callees > 0);
  const closed = (used.length === 0 ? zones : used).filter(({ fits }) => !fits);
  if (closed.length === 0) return none;
  const names = closed.map(({ zone, callees }) => `${zone} (${callees} callees)`).join(', ');
  const remedy = 'check "windows", "holidays", "blackouts", "platformHours", "endAt" and "pacing.leadTime"';
  const all = closed.length === (used.length === 0 ? zones : used).length;
  return all
    ? problemsOf('error', {
        code: 'no_window',
        text: `no window opens for a task until ${iso(endAt)}: ${names}`,
        remedy,
      })
    : problemsOf('warning', {
        code: 'zone_without_window',
        text: `no window opens until ${iso(endAt)} for some callees, who will expire: ${names}`,
        remedy,
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
    const why = caller.state !== 'normal' ? STATE_TEXTS[caller.state] : 'was bought for inbound calls only';
    const usable = caller.state === 'normal' && caller.calls !== 'in';
    return usable ? [] : [{ caller, text: `caller ${masked(caller.number)} ${why}` }];
  });
  const remedy = 'mend it in the console of the provider, or name another caller';
  if (unusable.length < callers.length) {
    const warnings = unusable.map(
      ({ caller, text }): Problem => ({
        code: caller.state === 'unknown' ? 'caller_state_unknown' : 'caller_unusable',
        text: `${text}; it is left out`,
        remedy,
      }),
    );
    return { errors: [], warnings };
  }
  const texts = unusable.map(({ text }) => text).join('; ');
  return problemsOf('error', { code: 'no_usable_caller', text: `no caller can be used: ${texts}`, remedy });
}

/** Numbers that end before the calls do. */
export function judgeNumberEnds(
  numbers: readonly (Expiring & { readonly number: string })[],
  until: Instant,
): Findings {
  const warnings = numbers.flatMap(({ number, endsAt }): Problem[] => {
    if (endsAt === undefined || endsAt > until + EXPIRY_MARGIN) return [];
    const text = `caller ${masked(number)} ends at ${iso(endsAt)}, and calls may go on until ${iso(until)}`;
    return [{ code: 'caller_ends', text, remedy: 'renew the number' }];
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
    return problemsOf(needed ? 'error' : 'warning', { code: 'package_used_up', text, remedy });
  }
  const warnings: Problem[] = [];
  if (left < facts.attempts) {
    const text = `the outbound packages have ${left} left, and about ${Math.round(facts.attempts)} attempts are expected`;
    warnings.push({ code: 'package_short', text, remedy });
  }
  // What is left after the calls may end when it likes.
  const lasting = live.filter(({ endsAt }) => endsAt === undefined || endsAt > facts.until);
  const lastingLeft = lasting.reduce((sum, { remaining }) => sum + remaining, 0);
  const [ending] = live.filter((one) => !lasting.includes(one));
  if (ending?.endsAt !== undefined && lastingLeft < facts.attempts) {
    const text = `package ${ending.id} ends at ${iso(ending.endsAt)}, before the calls are expected to be over`;
    warnings.push({ code: 'package_ends', text, remedy });
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
      return [{ code: 'audio_missing', text, remedy: 'upload it, or correct "ivrAudios"' }];
    }
    const state = first.review === 'unknown' ? 'in a state that is not documented' : first.review;
    const text = `the sound file "${name}" is ${state}`;
    const remedy = first.review === 'rejected' ? 'upload another' : 'wait for the review';
    return [{ code: 'audio_not_approved', text, remedy }];
  });
  return { errors, warnings: [] };
}

/** One problem, as findings. */
export function problemsOf(weight: 'error' | 'warning', problem: Problem): Findings {
  return weight === 'error' ? { errors: [problem], warnings: [] } : { errors: [], warnings: [problem] };
}

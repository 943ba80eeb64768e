/** The rules by which a campaign calls: the words of its file, and what is known of its callers. */
import type { CallingRules } from './calling-window.ts';
import { type CampaignSettings, campaignEnd } from './campaign.ts';
import type { Instant } from './time.ts';

export interface RuledCampaign {
  readonly settings: CampaignSettings;
  readonly createdAt: Instant;
  /** Whether a caller of it is supplied by the provider; undefined while that is not known. */
  readonly platformCallers?: boolean | undefined;
}

interface Kept {
  readonly calling: CallingRules;
  readonly ending: CallingRules;
}

const kept = new WeakMap<RuledCampaign, Kept>();

function rulesOf(campaign: RuledCampaign): Kept {
  const known = kept.get(campaign);
  if (known !== undefined) return known;
  const { settings, createdAt } = campaign;
  const { windows, holidays, blackouts, startAt } = settings;
  const platformHours = holdsPlatformHours(campaign);
  const endAt = campaignEnd(settings, createdAt);
  const calling: CallingRules = { windows, holidays, blackouts, platformHours, startAt, endAt };
  const isPresumed = settings.platformHours === 'auto' && campaign.platformCallers === undefined;
  const rules = { calling, ending: isPresumed ? { ...calling, platformHours: false } : calling };
  kept.set(campaign, rules);
  return rules;
}

/**
 * When the campaign may call, its end included. The same object for the same campaign record, so that what the
 * windows come to is computed once per reading of it.
 */
export function callingRules(campaign: RuledCampaign): CallingRules {
  return rulesOf(campaign).calling;
}

/**
 * The rules by which it is judged that a callee can never be called any more, which nobody takes back. They differ
 * from {@link callingRules} while the provider's hours are kept only because nobody knows yet whether they hold.
 */
export function endingRules(campaign: RuledCampaign): CallingRules {
  return rulesOf(campaign).ending;
}

/**
 * Whether the campaign keeps to the provider's dialling hours (reference 3.6), also while it is not known whose its
 * callers are: to wait for an hour that we need not wait for costs less than a call at an hour that is forbidden.
 */
export function holdsPlatformHours({ settings, platformCallers = true }: RuledCampaign): boolean {
  return settings.platformHours === 'on' || (settings.platformHours === 'auto' && platformCallers);
}

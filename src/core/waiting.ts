/** Why a callee is where it is, and until when: what somebody asks who looks for one number. */
import { type CalleeRecord, isCallable, isFinalCallee } from './callee.ts';
import { openingAt } from './calling-window.ts';
import type { CampaignState } from './campaign.ts';
import { callingRules, type RuledCampaign } from './campaign-rules.ts';
import { reasonText } from './reasons.ts';
import type { Instant } from './time.ts';

/** The reason of a running campaign of which the provider takes no task for now. */
export const HELD_BACK = 'provider_holds_back';

export interface WaitingCampaign extends RuledCampaign {
  readonly state: CampaignState;
  readonly reason: string;
  readonly reasonText: string;
  readonly zones: readonly string[];
}

export interface Waiting {
  /** A sentence for people. */
  readonly why: string;
  /** When it goes on by itself; undefined where nobody can tell, or a person must act. */
  readonly until: Instant | undefined;
}

function callableWaits(campaign: WaitingCampaign, record: CalleeRecord, now: Instant): Waiting {
  const zone = campaign.zones[record.zone] ?? '';
  const at = Math.max(now, record.due);
  const opening = openingAt(callingRules(campaign), zone, at);
  const until = opening.open ? at : opening.opensAt;
  if (until === undefined) return { why: 'no calling window is left before the campaign ends', until };
  if (record.due > now) {
    const why = `${reasonText(record.reason)}; the next attempt is not due yet`;
    return { why: opening.open ? why : `${why}, and then waits for a calling window (${zone})`, until };
  }
  if (!opening.open) return { why: `outside the calling windows of ${zone}`, until };
  return { why: 'due; waits for a place in a batch', until: undefined };
}

/** What a callee waits for at `now`; undefined for one that is over. */
export function waitingOf(
  campaign: WaitingCampaign,
  record: CalleeRecord,
  now: Instant,
): Waiting | undefined {
  const { state } = record;
  if (isFinalCallee(state)) return undefined;
  if (state === 'needs_attention') {
    return { why: `a person must decide: ${reasonText(record.reason)}`, until: undefined };
  }
  if (state === 'batched') {
    const isHeldBack = campaign.state === 'running' && campaign.reason === HELD_BACK;
    const why = isHeldBack ? campaign.reasonText : 'its batch is being handed to the provider';
    return { why, until: undefined };
  }
  if (state === 'calling') {
    const why = record.due > 0 ? 'called; its call record has not come yet' : 'the provider calls it';
    return { why, until: undefined };
  }
  if (state === 'missed') return { why: 'missed; the retry policy is asked next', until: undefined };
  if (campaign.state !== 'running') {
    return { why: `the campaign is ${campaign.state}: ${campaign.reasonText}`, until: undefined };
  }
  return isCallable(state) ? callableWaits(campaign, record, now) : undefined;
}

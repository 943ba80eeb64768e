import type { BatchRecord } from '../core/batch.ts';
import { formatDuration } from '../core/duration.ts';
import { QUOTA_RETRY, REFUSALS_TOLD_FROM } from '../core/limits.ts';
import { HELD_BACK } from '../core/waiting.ts';
import type { CampaignRecord } from '../ports/store.ts';
import type { TelephonyFailure } from '../ports/telephony.ts';
import { type PipelineDeps, tellCampaign } from './deps.ts';

type Deps = Pick<PipelineDeps, 'store' | 'clock' | 'log'>;

/** When a batch is offered again that was not taken. */
function offeredText(kind: TelephonyFailure['kind']): string {
  if (kind === 'quota') return `every ${formatDuration(QUOTA_RETRY)}`;
  return kind === 'doubt' ? 'once it is certain that nothing was placed' : 'every few seconds';
}

/**
 * Says in the campaign's own reason that the provider takes no task of it for now, so that whoever looks at a campaign
 * that runs and calls nobody sees why. Said once per code; a few refusals that pass by themselves are not worth it.
 */
export async function tellHeldBack(
  deps: Deps,
  campaignId: string,
  { submissions }: Pick<BatchRecord, 'submissions'>,
  { kind, code, message }: TelephonyFailure,
): Promise<void> {
  if (kind !== 'quota' && submissions < REFUSALS_TOLD_FROM) return;
  const campaign = await deps.store.campaign(campaignId);
  if (campaign === undefined) return;
  if (campaign.reason === HELD_BACK && campaign.reasonText.includes(code)) return;
  const said = message.replace(/[.。\s]+$/, '');
  const text = `the provider takes no task for now, with ${code}: ${said}. It is offered again ${offeredText(kind)}, and nobody else is called meanwhile`;
  await tellCampaign(deps, campaignId, { reason: HELD_BACK, text });
}

/** Takes that back once no refused batch waits any more. */
export async function tellTakenAgain(deps: Deps, { id, reason }: CampaignRecord): Promise<void> {
  if (reason !== HELD_BACK) return;
  const waits = ({ state, submissions }: BatchRecord): boolean =>
    (state === 'planned' || state === 'uncertain') && submissions > 0;
  if ((await deps.store.openBatches(id)).some(waits)) return;
  await tellCampaign(deps, id, { reason: 'provider_takes_again', text: 'the provider takes tasks again' });
}

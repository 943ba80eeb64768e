/** What stands between an operator who says "start" and a campaign that calls. */
import type { CampaignState } from '../core/campaign.ts';
import { AppError } from '../core/errors.ts';
import type { Problem } from '../core/preflight.ts';
import { type PreflightDeps, preflight } from './preflight.ts';

/**
 * Runs the preflight of a campaign that is about to run and gives its warnings. Throws AppError `preflight_failed` that
 * names every error with its remedy. A campaign that runs already, or that may not be started, is not looked at.
 */
export async function passPreflight(
  deps: PreflightDeps,
  campaignId: string,
  { action, from }: { readonly action: string; readonly from: readonly CampaignState[] },
): Promise<readonly Problem[]> {
  const campaign = await deps.store.campaign(campaignId);
  if (campaign === undefined || campaign.state === 'running' || !from.includes(campaign.state)) return [];
  const { errors, warnings } = await preflight(deps, campaignId);
  if (errors.length === 0) return warnings;
  const lines = errors.map(({ code, text, remedy }) => `- ${code}: ${text}; ${remedy}`);
  const what = errors.length === 1 ? 'one problem' : `${errors.length} problems`;
  throw new AppError(
    'preflight_failed',
    `"${action}" of campaign "${campaignId}" was not done, preflight found ${what}:\n${lines.join('\n')}`,
    { facts: { problems: errors } },
  );
}

import { isDeepStrictEqual } from 'node:util';
import { CampaignId, CampaignSettings, campaignKeys } from '../core/campaign.ts';
import { AppError } from '../core/errors.ts';
import { plainProblem } from '../core/plain-problem.ts';
import type { Clock } from '../ports/clock.ts';
import type { Store } from '../ports/store.ts';
import { issueLines } from './issue-lines.ts';

export interface PutCampaignDeps {
  readonly store: Pick<Store, 'campaign' | 'createCampaign'>;
  readonly clock: Pick<Clock, 'now'>;
}

export interface PutCampaignResult {
  readonly campaignId: string;
  /** `same`: a campaign with this id and the same settings was there already. */
  readonly outcome: 'created' | 'same';
}

/** The parsed settings, or AppError `campaign_invalid` with every problem, its place and its remedy. */
function parseSettings(id: string, json: unknown): CampaignSettings {
  const parsed = CampaignSettings.safeParse(json, { error: plainProblem });
  if (parsed.success) return parsed.data;
  const keys = campaignKeys().map(({ name }) => name);
  const lines = issueLines(parsed.error, { input: json, keys });
  const what = lines.length === 1 ? 'one problem' : `${lines.length} problems`;
  throw new AppError('campaign_invalid', `campaign "${id}" has ${what}:\n${lines.join('\n')}`);
}

/** Names of the settings in which the two differ. */
export function differingSettings(held: CampaignSettings, wanted: CampaignSettings): string[] {
  const fields = new Set([...Object.keys(held), ...Object.keys(wanted)]);
  const settingOf = (settings: CampaignSettings, field: string): unknown =>
    Object.entries(settings).find(([name]) => name === field)?.[1];
  return [...fields].filter((field) => !isDeepStrictEqual(settingOf(held, field), settingOf(wanted, field)));
}

/**
 * Stores a campaign file under its id, as a draft. The same settings again change nothing, a default that is
 * now spelled out included. Throws `campaign_id_invalid`, `campaign_invalid`, or `campaign_differs` naming the
 * settings in which the two differ: to change a campaign, somebody must say so (`changeCampaign`).
 */
export async function putCampaign(
  deps: PutCampaignDeps,
  id: string,
  json: unknown,
): Promise<PutCampaignResult> {
  const parsedId = CampaignId.safeParse(id);
  if (!parsedId.success) {
    const problem = parsedId.error.issues.map((issue) => issue.message).join('; ');
    throw new AppError('campaign_id_invalid', `"${id.slice(0, 100)}" cannot be a campaign id: ${problem}`);
  }
  const wanted = parseSettings(id, json);
  const result = await deps.store.createCampaign(id, json, deps.clock.now());
  if (result !== 'different') return { campaignId: id, outcome: result };
  const held = await deps.store.campaign(id);
  const fields = held === undefined ? [] : differingSettings(held.settings, wanted);
  if (held !== undefined && fields.length === 0) return { campaignId: id, outcome: 'same' };
  throw new AppError(
    'campaign_differs',
    `campaign "${id}" exists with other settings (${fields.join(', ')}); choose another id, put the settings it has, or say that it is to be changed ("campaign put --update")`,
    { facts: { fields } },
  );
}

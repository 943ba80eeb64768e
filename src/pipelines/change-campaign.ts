import { CampaignSettings, dependOnLists, forbiddenChanges } from '../core/campaign.ts';
import { AppError } from '../core/errors.ts';
import { CHANGE_TRIES_MAX } from '../core/limits.ts';
import type { WakeQueue } from '../ports/queue.ts';
import type { CampaignRecord, Store } from '../ports/store.ts';
import { requireCampaign } from './actions.ts';
import { differingSettings, type PutCampaignDeps, putCampaign } from './campaigns.ts';

export interface ChangeCampaignDeps extends PutCampaignDeps {
  readonly store: Pick<Store, 'campaign' | 'changeCampaign' | 'counts' | 'createCampaign'>;
  readonly queue: WakeQueue;
}

export interface ChangeCampaignResult {
  readonly campaignId: string;
  readonly outcome: 'created' | 'same' | 'changed';
  /** Names of the settings that became others; none unless `changed`. */
  readonly fields: readonly string[];
}

/**
 * Stores a campaign file under its id, and gives a campaign that exists the settings of the file, in one step. They hold
 * for every decision from then on: callees that wait are claimed by them, and tasks at the provider that may run longer
 * than they allow are stopped at the next look. What is over stays as it ended. Throws what `putCampaign` throws but
 * `campaign_differs`; `campaign_unchangeable` with every setting that must stay, and why; `action_not_allowed` for a
 * cancelled campaign.
 */
export async function changeCampaign(
  deps: ChangeCampaignDeps,
  id: string,
  json: unknown,
  by: string,
): Promise<ChangeCampaignResult> {
  for (let tries = 0; tries < CHANGE_TRIES_MAX; tries += 1) {
    const before = await put(deps, id, json);
    if ('outcome' in before) return { campaignId: id, outcome: before.outcome, fields: [] };
    const fields = await changed(deps, before, json, by);
    if (fields === undefined) continue;
    const { priority } = before.settings;
    // Whoever waits by the old settings for a time that the new ones bring forward would not look before it.
    await deps.queue.wake({ queue: 'dispatch', campaignId: id, priority });
    await deps.queue.wake({ queue: 'poll', campaignId: id, priority });
    return { campaignId: id, outcome: 'changed', fields };
  }
  throw new AppError('store_conflict', `campaign "${id}" is being changed by others; try again`);
}

/** What became of it where nothing had to be changed; else the campaign that is in the way. */
async function put(
  deps: ChangeCampaignDeps,
  id: string,
  json: unknown,
): Promise<CampaignRecord | { readonly outcome: 'created' | 'same' }> {
  try {
    return await putCampaign(deps, id, json);
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'campaign_differs') throw error;
    return requireCampaign(deps.store, id);
  }
}

/** The settings that became others; undefined where somebody else changed the campaign meanwhile. */
async function changed(
  deps: ChangeCampaignDeps,
  before: CampaignRecord,
  json: unknown,
  by: string,
): Promise<string[] | undefined> {
  const { id, state, settings, importsOpen } = before;
  const wanted = CampaignSettings.parse(json);
  if (state === 'cancelled') {
    throw new AppError('action_not_allowed', `campaign "${id}" is cancelled; its settings stay as they are`);
  }
  const { accepted } = await deps.store.counts(id);
  const fields = differingSettings(settings, wanted);
  const faults = forbiddenChanges(settings, wanted, { differing: fields, callees: accepted, importsOpen });
  if (faults.length > 0) {
    const text = `campaign "${id}" cannot be changed so:\n${faults.map((fault) => `  ${fault}`).join('\n')}`;
    throw new AppError('campaign_unchangeable', text);
  }
  const text = `${by} changed: ${fields.join(', ')}`;
  const why = { by, now: deps.clock.now(), text, sameLists: dependOnLists(fields) };
  const done = await deps.store.changeCampaign(before, json, why);
  return done ? fields : undefined;
}

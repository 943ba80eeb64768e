import { ACTIONS, requireCampaign } from '../../../pipelines/actions.ts';
import { putCampaign } from '../../../pipelines/campaigns.ts';
import { changeCampaign } from '../../../pipelines/change-campaign.ts';
import { type CampaignDocument, campaignDocument } from '../../documents.ts';
import type { CampaignBackend } from '../backend.ts';
import type { CliDeps } from '../deps.ts';

async function documentOf(deps: CliDeps, id: string): Promise<CampaignDocument> {
  return campaignDocument(deps.store, await requireCampaign(deps.store, id), deps.clock.now());
}

/** Campaigns on the store itself; `user` is who asks, for their trail. */
export function localCampaigns(deps: CliDeps, user: string): CampaignBackend {
  return {
    async putCampaign(id, json, isUpdate) {
      if (!isUpdate) return putCampaign(deps, id, json);
      const { outcome, fields } = await changeCampaign(deps, id, json, user);
      return outcome === 'changed' ? { outcome, fields } : { outcome };
    },
    campaign: (id) => documentOf(deps, id),
    async *campaigns() {
      for (const id of await deps.store.campaignIds()) yield await documentOf(deps, id);
    },
    actOnCampaign: (action, campaignId, disposition) =>
      ACTIONS[action].run(deps, {
        campaignId,
        by: user,
        ...(disposition !== undefined && { disposition }),
      }),
    timeZoneOf: async (id) => (await requireCampaign(deps.store, id)).settings.timeZone,
  };
}

import { z } from 'zod';
import { ActionResult } from '../../http/schema/action.ts';
import { Campaign } from '../../http/schema/campaign.ts';
import type { CampaignBackend } from '../backend.ts';
import { apiPath } from './address.ts';
import type { ApiClient } from './api-client.ts';

/** In it the API names the settings that a campaign file changed. */
const CHANGED_HEADER = 'x-changed-settings';

/** Campaigns over the API. */
export function remoteCampaigns(client: ApiClient): CampaignBackend {
  const campaign: CampaignBackend['campaign'] = (id, patience = 'asked') =>
    client.document(Campaign, { path: apiPath('campaigns', id), patience });
  return {
    campaign,
    async putCampaign(id, json, isUpdate) {
      const query = { update: isUpdate ? 'true' : undefined };
      const request = { method: 'PUT', path: apiPath('campaigns', id), query, json } as const;
      const { status, headers } = await client.reply(request);
      const changed = headers[CHANGED_HEADER];
      if (typeof changed === 'string') return { outcome: 'changed', fields: changed.split(', ') };
      return { outcome: status === 201 ? 'created' : 'same' };
    },
    campaigns: () => client.pages(z.array(Campaign), { path: apiPath('campaigns') }),
    actOnCampaign: (action, id, disposition) =>
      client.document(ActionResult, {
        method: 'POST',
        path: apiPath('campaigns', id, 'actions', action),
        json: disposition === undefined ? {} : { disposition },
      }),
    timeZoneOf: async (id) => (await campaign(id)).timeZone,
  };
}

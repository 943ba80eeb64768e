import { z } from 'zod';
import { AppError } from '../../../core/errors.ts';
import { GLOBAL_LIST_ZONE, listName } from '../../../core/suppression.ts';
import {
  ListAction,
  ListCleared,
  ListImport,
  SuppressedNumber,
  SuppressionEntry,
} from '../../http/schema/suppression.ts';
import type { CampaignBackend, SuppressionBackend } from '../backend.ts';
import type { CliIo } from '../deps.ts';
import { apiPath } from './address.ts';
import type { ApiClient } from './api-client.ts';
import { sentName, uploading } from './imports.ts';

/** A list as addresses name it; the list of all has the name that a campaign may have, too. */
function addressName(campaign: string | undefined): string {
  if (campaign === undefined) return 'global';
  return campaign === 'global' ? 'campaign.global' : campaign;
}

/** A list as the command line names it. */
function nameOf(campaign: string | undefined): string {
  return listName(campaign === undefined ? 'global' : { campaignId: campaign });
}

/** Suppression lists over the API. */
export function remoteSuppression(
  client: ApiClient,
  io: CliIo,
  { timeZoneOf }: Pick<CampaignBackend, 'timeZoneOf'>,
): SuppressionBackend {
  const pathOf = (campaign: string | undefined, ...more: readonly string[]): string =>
    apiPath('suppression', addressName(campaign), ...more);
  return {
    async suppress(number, { campaign, reason, expires: expiresAt }) {
      const json = { number, reason, expiresAt };
      const request = { method: 'POST', path: pathOf(campaign), json } as const;
      return { ...(await client.document(SuppressedNumber, request)), list: nameOf(campaign) };
    },
    async allow(number, campaign) {
      const list = nameOf(campaign);
      try {
        await client.reply({ method: 'POST', path: pathOf(campaign, 'remove'), json: { number } });
        return { list, removed: true };
      } catch (error) {
        if (error instanceof AppError && error.code === 'number_not_listed') return { list, removed: false };
        throw error;
      }
    },
    async clearList(campaign) {
      const request = { method: 'DELETE', path: pathOf(campaign), query: { all: 'true' } } as const;
      return {
        ...(await client.document(ListCleared, { ...request, isLong: true })),
        list: nameOf(campaign),
      };
    },
    entries: (campaign) => client.pages(z.array(SuppressionEntry), { path: pathOf(campaign) }),
    async listActions(campaign) {
      const actions: z.infer<typeof ListAction>[] = [];
      const newestFirst = client.pages(z.array(ListAction), { path: pathOf(campaign, 'trail') });
      for await (const action of newestFirst) actions.push(action);
      return actions.reverse();
    },
    async importNumbers({ source, wish }, { campaign, reason, expires }, { onRefused }) {
      const query = { fileName: sentName(source.fileName), reason, expires, ...wish };
      const request = { method: 'POST', path: pathOf(campaign, 'imports'), query, isLong: true } as const;
      const { rejections, ...result } = await uploading(client, io, source, (upload) =>
        client.document(ListImport, { ...request, upload }),
      );
      for (const row of rejections) await onRefused(row);
      return { ...result, list: nameOf(campaign) };
    },
    listZone: async (campaign) => (campaign === undefined ? GLOBAL_LIST_ZONE : timeZoneOf(campaign)),
  };
}

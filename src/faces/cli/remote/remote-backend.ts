import { API_LOOK_INTERVAL } from '../../../core/limits.ts';
import type { CliBackend } from '../backend.ts';
import type { ApiAccess, CliIo } from '../deps.ts';
import { ApiClient } from './api-client.ts';
import { remoteCallees } from './callees.ts';
import { remoteCampaigns } from './campaigns.ts';
import { remoteChecks } from './checks.ts';
import { remoteImports } from './imports.ts';
import { remoteKeys } from './keys.ts';
import { remoteSuppression } from './suppression.ts';

/** An installation elsewhere, through its API. Asks nothing yet; warns where the key would travel in the clear. */
export function remoteBackend(access: ApiAccess, io: CliIo): CliBackend {
  const client = new ApiClient(access, io);
  const { openRoadTo } = client;
  if (openRoadTo !== undefined) {
    const text = `RINGMASTER_URL is http://, so the key and all numbers go to ${openRoadTo} for everybody on the way to read`;
    io.stderr.write(`warning: ${text}; use https://\n`);
  }
  const campaigns = remoteCampaigns(client);
  return {
    ...campaigns,
    ...remoteImports(client, io),
    ...remoteCallees(client),
    ...remoteChecks(client),
    ...remoteSuppression(client, io, campaigns),
    ...remoteKeys(client),
    clock: client.clock,
    lookInterval: API_LOOK_INTERVAL,
    async close() {
      client.close();
    },
  };
}

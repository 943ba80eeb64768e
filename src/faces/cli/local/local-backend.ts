import { CLI_LOOK_INTERVAL } from '../../../core/limits.ts';
import type { CliBackend } from '../backend.ts';
import type { CliDeps, CliIo } from '../deps.ts';
import { localCallees } from './callees.ts';
import { localCampaigns } from './campaigns.ts';
import { localChecks } from './checks.ts';
import { localImports } from './imports.ts';
import { localKeys } from './keys.ts';
import { localSuppression } from './suppression.ts';

/** An installation through its own parts: pipelines, store, spool, key file. */
export function localBackend(deps: CliDeps, { user, signal }: Pick<CliIo, 'user' | 'signal'>): CliBackend {
  return {
    ...localCampaigns(deps, user),
    ...localImports(deps),
    ...localCallees(deps, user),
    ...localChecks(deps, signal),
    ...localSuppression(deps, user, signal),
    ...localKeys(deps, user),
    clock: deps.clock,
    lookInterval: CLI_LOOK_INTERVAL,
    close: () => deps.close(),
  };
}

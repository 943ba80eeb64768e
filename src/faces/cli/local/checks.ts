import { PAGE_SLOTS } from '../../../core/limits.ts';
import { runAudit } from '../../../pipelines/audit.ts';
import { preflight } from '../../../pipelines/preflight.ts';
import { writeReport } from '../../../pipelines/report.ts';
import type { CheckBackend } from '../backend.ts';
import type { CliDeps } from '../deps.ts';
import { diagnoseInstallation } from './diagnose.ts';

/** Report, audit, preflight and doctor on the store itself. An interrupt stops them between two pages. */
export function localChecks(deps: CliDeps, signal: AbortSignal): CheckBackend {
  return {
    report: (campaignId, out, onRows) =>
      writeReport(deps, campaignId, out, {
        onPage: (page) => {
          signal.throwIfAborted();
          onRows((page + 1) * PAGE_SLOTS);
        },
      }),
    async audit(campaignId, onPage) {
      const told = (): void => {
        signal.throwIfAborted();
        onPage();
      };
      const { violations, ...rest } = await runAudit(deps, campaignId, { onPage: told });
      return { violations: violations.map((one) => ({ ...one })), ...rest };
    },
    preflight: (campaignId) => preflight(deps, campaignId),
    diagnose: () => diagnoseInstallation(deps),
  };
}

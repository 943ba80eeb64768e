import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { countTotals } from '../../../core/report.ts';
import { Audit } from '../../http/schema/audit.ts';
import { Import } from '../../http/schema/import.ts';
import { Preflight } from '../../http/schema/progress.ts';
import type { CheckBackend } from '../backend.ts';
import { apiPath } from './address.ts';
import type { ApiClient } from './api-client.ts';
import { diagnoseApi } from './diagnose.ts';
import { countedReport } from './report-reader.ts';

type ImportState = Pick<z.infer<typeof Import>, 'state'>;

function isOpen({ state }: ImportState): boolean {
  return state === 'waiting' || state === 'reading';
}

/** Report, audit, preflight and doctor over the API. */
export function remoteChecks(client: ApiClient): CheckBackend {
  const importsOf = (id: string) =>
    client.document(z.array(Import), { path: apiPath('campaigns', id, 'imports') });
  return {
    async report(id, out, onRows) {
      const before = await importsOf(id);
      const totals = countTotals();
      const request = { path: apiPath('campaigns', id, 'report.csv'), isLong: true };
      await pipeline(countedReport(client.stream(request, 'text/csv'), totals, onRows), out);
      const after = await importsOf(id);
      const importsOver = before.length === after.length && ![...before, ...after].some(isOpen);
      return totals.finish(after, importsOver);
    },
    audit: (campaign) =>
      client.document(Audit, { path: apiPath('audit'), query: { campaign }, isLong: true }),
    preflight: (id) =>
      client.document(Preflight, { path: apiPath('campaigns', id, 'preflight'), isLong: true }),
    diagnose: () => diagnoseApi(client),
  };
}

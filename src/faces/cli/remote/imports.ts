import { z } from 'zod';
import { AppError } from '../../../core/errors.ts';
import { campaignOfImport } from '../../../core/import.ts';
import { DryRun, Import, Rejection } from '../../http/schema/import.ts';
import type { ImportBackend, ImportWish } from '../backend.ts';
import type { CliIo } from '../deps.ts';
import { startProgress } from '../progress.ts';
import { apiPath } from './address.ts';
import type { ApiClient, ApiRequest, Upload } from './api-client.ts';
import { documentOf, jsonOf } from './documents.ts';
import { entriesOf } from './line-reader.ts';

/** Sends a file, showing how far it is; `work` is given what the request needs. */
export async function uploading<T>(
  client: ApiClient,
  io: CliIo,
  source: Upload['source'],
  work: (upload: Upload) => Promise<T>,
): Promise<T> {
  const total = source.bytes === undefined ? {} : { total: source.bytes };
  const progress = startProgress(io, client.clock, { label: 'upload', unit: 'bytes', ...total });
  return work({ source, onSent: (bytes) => progress.at(bytes) }).finally(() => progress.end());
}

/** What the query of an upload takes for a name. */
export function sentName(fileName: string): string {
  return fileName.slice(0, 255);
}

function addRequest(campaignId: string, { source, mode, wish }: ImportWish): ApiRequest {
  const query = { fileName: sentName(source.fileName), mode, ...wish };
  return { method: 'POST', path: apiPath('campaigns', campaignId, 'imports'), query };
}

function unknownImport(id: string): AppError {
  return new AppError(
    'import_not_found',
    `there is no import "${id}"; "import list <campaign>" names all there are`,
  );
}

/** Imports over the API: the list is sent as it is read, and is never held. */
export function remoteImports(client: ApiClient, io: CliIo): ImportBackend {
  return {
    async addImport(campaignId, list) {
      const reply = await uploading(client, io, list.source, (upload) =>
        client.reply({ ...addRequest(campaignId, list), upload }),
      );
      const document = documentOf(Import, jsonOf(reply, client.base), client.base);
      return { outcome: reply.status === 202 ? 'added' : 'exists', document };
    },
    tryImport: (campaignId, list) =>
      uploading(client, io, list.source, (upload) => {
        const { query, ...request } = addRequest(campaignId, list);
        const tried = { ...query, dryRun: 'true' };
        return client.document(DryRun, { ...request, query: tried, upload, isLong: true });
      }),
    imports: (campaignId) =>
      client.document(z.array(Import), { path: apiPath('campaigns', campaignId, 'imports') }),
    async importOf(id, patience = 'asked') {
      if (campaignOfImport(id) === undefined) throw unknownImport(id);
      try {
        return await client.document(Import, { path: apiPath('imports', id), patience });
      } catch (error) {
        throw error instanceof AppError && error.code === 'import_not_found' ? unknownImport(id) : error;
      }
    },
    async *rejections(id) {
      const bytes = client.stream({ path: apiPath('imports', id, 'errors.json') }, 'application/json');
      for await (const entry of entriesOf(bytes)) yield documentOf(Rejection, entry, client.base);
    },
    importErrors: (id) => client.stream({ path: apiPath('imports', id, 'errors.csv') }, 'text/csv'),
  };
}

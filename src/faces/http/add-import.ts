import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { parseListWish } from '../../core/list-wish.ts';
import { addImport, spooled } from '../../pipelines/add-import.ts';
import { tryImport } from '../../pipelines/try-import.ts';
import type { Spool, SpooledFile } from '../../ports/spool.ts';
import { type ImportDocument, importDocument } from '../documents.ts';
import type { HttpDeps, HttpServer } from './deps.ts';
import { type Answer, answerOnce, OnceHeaders } from './once.ts';
import { DryRun, Import } from './schema/import.ts';
import { problems } from './schema/problem.ts';
import { CampaignParams } from './schema/words.ts';
import { LIST_TYPES, openUpload, takeUploads } from './uploads.ts';

/** How a list is written, in the query of its upload. */
export const WishQuery = {
  encoding: z.string().max(40).optional().describe('If not as found.'),
  delimiter: z.string().max(10).optional().describe('If not as found; `tab` for a tab.'),
  sheet: z.string().max(100).optional().describe('Of a workbook, if not its first.'),
};

const UploadQuery = z.strictObject({
  fileName: z.string().min(1).max(255).optional().describe('What the list is called, for people.'),
  mode: z
    .enum(['add', 'update'])
    .default('add')
    .describe('`update` changes the attributes of callees that wait for a call and are in the list again.'),
  ...WishQuery,
  dryRun: z
    .enum(['true', 'false', ''])
    .optional()
    .describe('`true`: only say what would become of the rows; nothing is stored.'),
});
type UploadQuery = z.infer<typeof UploadQuery>;

/** A list of callees, in any form that imports take. */
export const ListBody = z.unknown().meta({ type: 'string', format: 'binary' });

/** A file that lies in the spool already, where whoever would put it finds it. */
function holding(spool: Spool, file: SpooledFile): Spool {
  return { ...spool, put: async () => file };
}

async function take(
  deps: HttpDeps,
  request: FastifyRequest,
  campaignId: string,
  source: Parameters<typeof addImport>[2],
): Promise<Answer<ImportDocument>> {
  const { outcome, record } = await addImport(deps, campaignId, source);
  const isNew = outcome === 'added';
  request.deed = { subject: record.id, text: isNew ? 'waits to be read' : 'the same bytes as before' };
  const headers = { location: `/v1/imports/${record.id}` };
  return { status: isNew ? 202 : 200, headers, document: importDocument(record) };
}

/** The bytes are part of the request, so they must be known before it can be told from another one. */
async function takeOnce(
  deps: HttpDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  campaignId: string,
  source: Parameters<typeof addImport>[2],
): Promise<ImportDocument> {
  if (request.headers['idempotency-key'] === undefined) {
    return answerOnce(deps, request, reply, '', () => take(deps, request, campaignId, source));
  }
  const file = await spooled(deps.spool, source);
  try {
    const own = { ...deps, spool: holding(deps.spool, file) };
    return await answerOnce(deps, request, reply, file.sha256, () => take(own, request, campaignId, source));
  } finally {
    // Kept under its lasting name, it is no longer there to be forgotten.
    await deps.spool.discard(file);
  }
}

function sourceOf(query: UploadQuery, fileName: string, content: AsyncIterable<Uint8Array>) {
  const { mode } = query;
  const name = query.fileName ?? (fileName === '' ? 'upload' : fileName);
  return { fileName: name, content, mode, wish: parseListWish(query) };
}

/** `POST /v1/campaigns/:id/imports`: takes a list, streamed to the spool; the role `ingest` reads it. */
export async function uploadRoutes(app: HttpServer, deps: HttpDeps): Promise<void> {
  await takeUploads(app);
  app.route({
    method: 'POST',
    url: '/v1/campaigns/:id/imports',
    config: { did: 'import.add' },
    schema: {
      tags: ['imports'],
      summary: 'Add a list of callees (CSV, also gzipped, or XLSX), as the body or as the file of a form',
      description:
        'Answers 202 once the file is stored; it is read afterwards. The same bytes again are the same import: 200.',
      consumes: LIST_TYPES,
      params: CampaignParams,
      querystring: UploadQuery,
      headers: OnceHeaders,
      body: ListBody,
      response: { 200: z.union([Import, DryRun]), 202: Import, ...problems(404, 409, 413, 415, 422) },
    },
    handler: async (request, reply) => {
      const { id } = request.params;
      const { fileName, content } = await openUpload(app, deps, request);
      const source = sourceOf(request.query, fileName, content);
      if (request.query.dryRun !== 'true') return takeOnce(deps, request, reply, id, source);
      request.deed = { subject: id, text: 'tried, nothing was stored' };
      return tryImport(deps, id, source, { wish: source.wish });
    },
  });
}

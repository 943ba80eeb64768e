import { Readable } from 'node:stream';
import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import type { ImportRecord } from '../../core/import.ts';
import { ERROR_LINES_PER_BLOCK } from '../../core/limits.ts';
import { requireCampaign } from '../../pipelines/actions.ts';
import { importErrors } from '../../pipelines/import-errors.ts';
import { type ImportDocument, importDocument, importDocuments, rejectionDocument } from '../documents.ts';
import { requireVisitor } from './authorise.ts';
import type { HttpDeps, HttpServer, Visitor } from './deps.ts';
import { maskedText, seesNumbers } from './masking.ts';
import { Import, Rejections } from './schema/import.ts';
import { problems } from './schema/problem.ts';
import { CampaignParams } from './schema/words.ts';

const tags = ['imports'];

const ImportParams = z.strictObject({
  import: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]{0,47}-i[0-9a-f]{12}$/, 'this is no id of an import')
    .describe('The import id.'),
});

/** People call files after numbers, too. */
function shownTo(visitor: Visitor, document: ImportDocument): ImportDocument {
  return seesNumbers(visitor) ? document : { ...document, fileName: maskedText(document.fileName) };
}

async function requireImport({ store }: HttpDeps, id: string): Promise<ImportRecord> {
  const record = await store.importRecord(id);
  if (record !== undefined) return record;
  throw new AppError('import_not_found', `there is no import "${id}"`);
}

/** A file for people: its type, and what it is called where they keep it. */
export function csvHeaders(fileName: string): Record<string, string> {
  return {
    'content-type': 'text/csv; charset=utf-8',
    'content-disposition': `attachment; filename="${fileName}"`,
  };
}

/** CSV as it is streamed. */
export const CsvReply = {
  description: 'CSV, UTF-8 with a byte order mark.',
  content: { 'text/csv': { schema: z.unknown().meta({ type: 'string' }) } },
};

/** A JSON array as it is streamed. */
const RejectionsReply = {
  description: 'A JSON array, an entry a line.',
  content: { 'application/json': { schema: Rejections } },
};

/** The text of a JSON array of the rows that were not taken: an entry a line, some hundreds of lines at a time. */
async function* rejectionLines({ store }: HttpDeps, importId: string): AsyncGenerator<string> {
  const header = (await store.importHeader(importId)) ?? [];
  let text = '[\n';
  let lines = 0;
  for await (const rejection of store.rejections(importId)) {
    text += `${lines === 0 ? '' : ',\n'}${JSON.stringify(rejectionDocument(rejection, header))}`;
    lines += 1;
    if (lines % ERROR_LINES_PER_BLOCK !== 0) continue;
    yield text;
    text = '';
  }
  yield `${text}\n]\n`;
}

/** `/v1/imports` and the imports of a campaign: what became of lists. */
export function importRoutes(app: HttpServer, deps: HttpDeps): void {
  app.route({
    method: 'GET',
    url: '/v1/campaigns/:id/imports',
    schema: {
      tags,
      summary: 'Lists of the campaign, oldest first',
      params: CampaignParams,
      response: { 200: z.array(Import), ...problems(404) },
    },
    handler: async (request) => {
      await requireCampaign(deps.store, request.params.id);
      const documents = importDocuments(await deps.store.imports(request.params.id));
      return documents.map((document) => shownTo(requireVisitor(request), document));
    },
  });
  app.route({
    method: 'GET',
    url: '/v1/imports/:import',
    schema: {
      tags,
      summary: 'How an import stands: rows read, and how they ended',
      params: ImportParams,
      response: { 200: Import, ...problems(404) },
    },
    handler: async (request) =>
      shownTo(requireVisitor(request), importDocument(await requireImport(deps, request.params.import))),
  });
  app.route({
    method: 'GET',
    url: '/v1/imports/:import/errors.csv',
    config: { access: 'operator' },
    schema: {
      tags,
      summary: 'The rows that were not taken, with the reason; mended, it can be imported as it is',
      params: ImportParams,
      response: { 200: CsvReply, ...problems(404) },
    },
    handler: async (request, reply) => {
      const { id } = await requireImport(deps, request.params.import);
      reply.headers(csvHeaders(`${id}.errors.csv`));
      return reply.send(Readable.from(importErrors(deps, id)));
    },
  });
  app.route({
    method: 'GET',
    url: '/v1/imports/:import/errors.json',
    config: { access: 'operator' },
    schema: {
      tags,
      summary:
        'The rows that were not taken, an entry a line, those of an update that did what they were to do included',
      params: ImportParams,
      response: { 200: RejectionsReply, ...problems(404) },
    },
    handler: async (request, reply) => {
      const { id } = await requireImport(deps, request.params.import);
      reply.type('application/json; charset=utf-8');
      return reply.send(Readable.from(rejectionLines(deps, id)));
    },
  });
}

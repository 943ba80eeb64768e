import { z } from 'zod';
import { SUPPRESSION_REJECTIONS_SHOWN_MAX } from '../../core/limits.ts';
import { parseListWish } from '../../core/list-wish.ts';
import { spooled } from '../../pipelines/add-import.ts';
import { type RefusedRow, suppressList } from '../../pipelines/suppress-list.ts';
import { ListBody, WishQuery } from './add-import.ts';
import { requireVisitor } from './authorise.ts';
import type { HttpDeps, HttpServer } from './deps.ts';
import { answerOnce, OnceHeaders } from './once.ts';
import { problems } from './schema/problem.ts';
import { ListImport } from './schema/suppression.ts';
import { campaignInput, ListParams } from './suppression.ts';
import { LIST_TYPES, openUpload, takeUploads } from './uploads.ts';

const Query = z.strictObject({
  fileName: z.string().min(1).max(255).optional(),
  reason: z.string().max(1_000).optional(),
  expires: z
    .string()
    .max(40)
    .optional()
    .describe('`2027-01-01`, or with time and offset. Left out: for good.'),
  ...WishQuery,
});

/** `POST /v1/suppression/:list/imports`: puts every number of a file on a list, and says how its rows ended. */
export async function suppressionImportRoutes(app: HttpServer, deps: HttpDeps): Promise<void> {
  await takeUploads(app);
  app.route({
    method: 'POST',
    url: '/v1/suppression/:list/imports',
    config: { did: 'suppression.import' },
    schema: {
      tags: ['suppression'],
      summary: 'Put every number of a file on the list, in any form that imports take',
      description: 'Answers when all rows are done. The same file again finishes one that was cut off.',
      consumes: LIST_TYPES,
      params: ListParams,
      querystring: Query,
      headers: OnceHeaders,
      body: ListBody,
      response: { 200: ListImport, ...problems(404, 409, 413, 415, 422) },
    },
    handler: async (request, reply) => {
      const { list } = request.params;
      const { fileName: wanted, encoding, delimiter, sheet, ...cause } = request.query;
      const wish = parseListWish({ encoding, delimiter, sheet });
      const { fileName: sent, content } = await openUpload(app, deps, request);
      const fileName = wanted ?? (sent === '' ? 'upload' : sent);
      const by = requireVisitor(request).name;
      const file = await spooled(deps.spool, { fileName, content });
      try {
        return await answerOnce(deps, request, reply, file.sha256, async () => {
          const rejections: RefusedRow[] = [];
          const onRefused = (row: RefusedRow): void => {
            if (rejections.length < SUPPRESSION_REJECTIONS_SHOWN_MAX) rejections.push(row);
          };
          const input = { ...campaignInput(list), ...cause, by };
          const result = await suppressList(deps, input, { path: file.path, fileName, wish }, { onRefused });
          request.deed = { subject: list, text: `${result.added} numbers were added` };
          return { status: 200, document: { ...result, list, rejections } };
        });
      } finally {
        await deps.spool.discard(file);
      }
    },
  });
}

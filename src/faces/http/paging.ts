import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { HTTP_PAGE_DEFAULT, HTTP_PAGE_MAX } from '../../core/limits.ts';

/** The part of a query that every list takes. Cursors are only good for the list that gave them. */
export const PageQuery = z.strictObject({
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(HTTP_PAGE_MAX)
    .default(HTTP_PAGE_DEFAULT)
    .describe('Entries per reply, at most.'),
  cursor: z
    .string()
    .max(200)
    .optional()
    .describe('Where to go on: take the address of the next page from the header `Link`.'),
});

/** Says in the header `Link` where the next page is; nothing where there is none. */
export function linkNext(request: FastifyRequest, reply: FastifyReply, cursor: string | undefined): void {
  if (cursor === undefined) return;
  const [path = '', query = ''] = request.url.split('?', 2);
  const params = new URLSearchParams(query);
  params.set('cursor', cursor);
  reply.header('link', `<${path}?${params}>; rel="next"`);
}

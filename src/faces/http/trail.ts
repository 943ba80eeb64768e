import { z } from 'zod';
import { timeText } from '../documents.ts';
import type { HttpDeps, HttpServer } from './deps.ts';
import { linkNext, PageQuery } from './paging.ts';
import { problems } from './schema/problem.ts';

const Entry = z
  .strictObject({
    at: z.string().nullable(),
    by: z.string().describe('The name of the key, or of the user of the command line.'),
    role: z.string(),
    did: z.string(),
    subject: z.string(),
    text: z.string(),
  })
  .meta({
    id: 'TrailEntry',
    examples: [
      {
        ...{ at: '2026-11-23T02:00:00.000Z', by: 'Ann', role: 'operator', did: 'campaign.start' },
        ...{ subject: 'spring', text: 'campaign "spring" is now running' },
      },
    ],
  });

/** `/v1/trail`: who wrote what, newest first. */
export function trailRoutes(app: HttpServer, deps: HttpDeps): void {
  app.route({
    method: 'GET',
    url: '/v1/trail',
    config: { access: 'operator' },
    schema: {
      tags: ['trail'],
      summary: 'Who did what, newest first',
      querystring: PageQuery,
      response: { 200: z.array(Entry), ...problems() },
    },
    handler: async (request, reply) => {
      const { limit, cursor } = request.query;
      const { entries, next } = await deps.trail.page(cursor, limit);
      linkNext(request, reply, next);
      return entries.map((entry) => ({ ...entry, at: timeText(entry.at) }));
    },
  });
}

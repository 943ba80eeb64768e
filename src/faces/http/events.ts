import { z } from 'zod';
import { CampaignId } from '../../core/campaign.ts';
import { requireCampaign } from '../../pipelines/actions.ts';
import { requireVisitor } from './authorise.ts';
import type { HttpDeps, HttpServer } from './deps.ts';
import { EventFeed } from './event-feed.ts';
import { problems } from './schema/problem.ts';

const EventHeaders = z.looseObject({
  'last-event-id': z
    .string()
    .max(100)
    .optional()
    .describe('The id of the last event that was seen; browsers send it by themselves.'),
});

/** `/v1/events`: campaigns as they change. */
export function eventRoutes(app: HttpServer, deps: HttpDeps): void {
  const feed = new EventFeed(deps);
  app.addHook('preClose', async () => feed.close());
  app.route({
    method: 'GET',
    url: '/v1/events',
    schema: {
      tags: ['events'],
      summary: 'Progress as it happens (server-sent events)',
      description:
        'An event `campaign` carries the document of a campaign: first the present one of each, then whenever one changes. After an interruption, send the id of the last event as `Last-Event-ID` and get what changed since. A comment every 15 seconds shows that the stream lives.',
      querystring: z.strictObject({
        campaign: CampaignId.optional().describe('Only this campaign.'),
      }),
      headers: EventHeaders,
      response: {
        200: {
          description: 'Events, until either side ends them.',
          content: { 'text/event-stream': { schema: z.unknown().meta({ type: 'string' }) } },
        },
        ...problems(404),
      },
    },
    handler: async (request, reply) => {
      const { campaign } = request.query;
      if (campaign !== undefined) await requireCampaign(deps.store, campaign);
      const events = await feed.listen(requireVisitor(request), campaign, request.headers['last-event-id']);
      reply.headers({
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache, no-transform',
        'x-accel-buffering': 'no',
      });
      return reply.send(events);
    },
  });
}

import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import type { Queue } from 'bullmq';
import { z } from 'zod';
import { mayAct } from '../../core/access.ts';
import { CampaignId } from '../../core/campaign.ts';
import type { HttpDeps, HttpPart, HttpServer } from './deps.ts';
import { problemOf, toAppError } from './problems.ts';
import { RetryNames } from './retry-names.ts';

const BOARD = '/queues';
const READ_ONLY = '/queues/read-only';

/** What a queue is for, in the words of the README. */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  ingest: 'lists that are read into campaigns',
  dispatch: 'callees that are put into batches and submitted as tasks',
  poll: 'tasks and call records that are read',
  retry: 'callees that are called again: one delayed job per campaign and time',
};

const JobData = z.object({ campaignId: CampaignId });

/** Where the console shows the campaign of a job; undefined for jobs of the whole installation. */
export function campaignLink(
  data: unknown,
): { readonly href: string; readonly displayText: string } | undefined {
  const parsed = JobData.safeParse(data);
  if (!parsed.success) return undefined;
  const { campaignId } = parsed.data;
  return { href: `/#/campaigns/${campaignId}`, displayText: `Campaign ${campaignId}` };
}

/** Fonts from elsewhere would be blocked by our policy all the same; without the line, nothing is tried. */
function withoutForeignFonts(html: string): string {
  return html.replace(/<link[^>]+https:\/\/fonts\.[^>]+>/g, '');
}

function board(
  queues: readonly Queue[],
  names: RetryNames,
  { log }: HttpDeps,
  options: { readonly path: string; readonly readOnly: boolean },
): FastifyAdapter {
  const adapter = new FastifyAdapter().setBasePath(options.path);
  const adapters = queues.map((queue) => {
    const one = new BullMQAdapter(queue, {
      readOnlyMode: options.readOnly,
      description: DESCRIPTIONS[queue.name] ?? '',
      // The board takes only a link that is there; for jobs of the whole installation that is the list of campaigns.
      externalJobUrl: ({ data }) => campaignLink(data) ?? { href: '/#/campaigns', displayText: 'Campaigns' },
    });
    one.setFormatter('name', (job: { readonly name?: string; readonly data?: unknown }) => names.of(job));
    return one;
  });
  createBullBoard({
    queues: adapters,
    serverAdapter: adapter,
    options: {
      uiConfig: {
        boardTitle: 'Ringmaster',
        miscLinks: [{ text: 'Console', url: '/' }],
        hideDocsLink: true,
        environment: options.readOnly
          ? { label: 'read only', color: '#5b6675', textColor: '#ffffff' }
          : { label: 'operator', color: '#1a56a8', textColor: '#ffffff' },
      },
      handlerHooks: {
        before: async () => {
          await names.refresh();
          return { allow: true };
        },
      },
    },
  });
  adapter.setErrorHandler((error) => {
    const known = toAppError(error);
    if (known.code === 'internal')
      log.error({ event: 'dashboard_fault', err: error }, 'the dashboard failed');
    const body = problemOf(known);
    // The shape belongs to the dashboard's own page, which shows the message.
    return { status: body.status as 500, body: { ...body, message: { message: body.detail } } as never };
  });
  return adapter;
}

/** Routes of a library say nothing about keys: what may be read and written there, and how a page proves its origin. */
async function addBoard(app: HttpServer, adapter: FastifyAdapter, path: string): Promise<void> {
  await app.register(async (scope) => {
    scope.addHook('onRoute', (route) => {
      route.config = { ...route.config, csrf: 'origin' };
    });
    scope.addHook('onSend', async (_request, reply, payload) => {
      const type = String(reply.getHeader('content-type') ?? '');
      return typeof payload === 'string' && type.startsWith('text/html')
        ? withoutForeignFonts(payload)
        : payload;
    });
    await scope.register(adapter.registerPlugin(), { prefix: path });
  });
}

/**
 * The queues as bull-board shows them, at `/queues`: read-only for viewers, with all its actions for operators. Each of
 * these is safe, since a job is only a wake-up: what is removed comes back with the next sweep, what is run twice
 * changes nothing the second time.
 */
export function dashboard(queues: readonly Queue[]): HttpPart {
  return async (app, deps) => {
    const names = new RetryNames(deps.store, deps.clock);
    await addBoard(app, board(queues, names, deps, { path: READ_ONLY, readOnly: true }), READ_ONLY);
    app.addHook('onRequest', async (request, reply) => {
      const { visitor, url } = request;
      const isPage =
        request.method === 'GET' && !url.startsWith(READ_ONLY) && !/^\/queues\/(api|static)\//.test(url);
      if (visitor === null || mayAct(visitor.role, 'operator') || !isPage) return;
      await reply.redirect(url.replace(BOARD, READ_ONLY));
    });
    await addBoard(app, board(queues, names, deps, { path: BOARD, readOnly: false }), BOARD);
  };
}

import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import { WEBHOOKS_MAX } from '../../core/limits.ts';
import { WEBHOOK_EVENTS, WebhookWish } from '../../core/webhook.ts';
import { requireCampaign } from '../../pipelines/actions.ts';
import { placesNow } from '../../pipelines/webhooks.ts';
import type { HistoryFeed, Webhook, WebhookStore } from '../../ports/webhooks.ts';
import { timeText } from '../documents.ts';
import { requireVisitor } from './authorise.ts';
import type { HttpDeps, HttpPart, HttpServer } from './deps.ts';
import { answerOnce, OnceHeaders } from './once.ts';
import { problems } from './schema/problem.ts';

export interface WebhookSources {
  readonly webhooks: WebhookStore;
  readonly history: HistoryFeed;
  /** Why nothing may be sent to this address; undefined where it may. */
  targetProblem(url: string): string | undefined;
}

const shape = {
  id: z.string(),
  url: z.string(),
  events: z.array(z.enum(WEBHOOK_EVENTS)),
  campaign: z.string().nullable(),
  numbers: z.boolean(),
  createdAt: z.string().nullable(),
  createdBy: z.string(),
  deliveredAt: z.string().nullable(),
  failures: z.number().describe('Failures in a row.'),
  lastError: z.string(),
  nextAt: z.string().nullable().describe('When it is tried again; null while all is well.'),
  ended: z.boolean().describe('Failed for days, or said to be gone: nothing is sent until it is resumed.'),
};
const Document = z.strictObject(shape).meta({ id: 'Webhook' });
const NewDocument = z
  .strictObject({
    ...shape,
    secret: z
      .string()
      .nullable()
      .describe(
        'Verifies messages (Standard Webhooks), shown this once. Null for a reply that was given before.',
      ),
  })
  .meta({ id: 'NewWebhook' });
const Wish = WebhookWish.meta({ id: 'WebhookWish', examples: [{ url: 'https://crm.example/ringmaster' }] });
const Params = z.strictObject({
  webhook: z.string().regex(/^wh_[a-z0-9]{12}$/, 'this is no id of a webhook'),
});

const SECRET_BYTES = 32;
const tags = ['webhooks'];

function documentOf(webhook: Webhook): z.infer<typeof Document> {
  const {
    secret: _,
    campaign = null,
    nextAt,
    failingSince: _since,
    createdAt,
    deliveredAt,
    ...rest
  } = webhook;
  return {
    ...rest,
    campaign,
    createdAt: timeText(createdAt),
    deliveredAt: timeText(deliveredAt),
    nextAt: timeText(nextAt),
    ended: nextAt === undefined,
  };
}

function newId(): string {
  return `wh_${randomBytes(8).readBigUInt64BE().toString(36).padStart(12, '0').slice(0, 12)}`;
}

async function addWebhook(
  deps: HttpDeps,
  sources: WebhookSources,
  wish: WebhookWish,
  by: string,
): Promise<Webhook> {
  const problem = sources.targetProblem(wish.url);
  if (problem !== undefined) throw new AppError('request_invalid', `body: url: ${problem}`);
  if (wish.campaign !== undefined) await requireCampaign(deps.store, wish.campaign);
  const webhook: Webhook = {
    ...wish,
    id: newId(),
    secret: `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`,
    createdAt: deps.clock.now(),
    createdBy: by,
    ...{ failures: 0, failingSince: 0, lastError: '', nextAt: 0, deliveredAt: 0 },
  };
  const places = await placesNow(
    { store: deps.store, history: sources.history },
    await deps.store.campaignIds(),
  );
  if (await sources.webhooks.add(webhook, places)) return webhook;
  throw new AppError('request_invalid', `there are ${WEBHOOKS_MAX} webhooks already; remove one first`);
}

function notFound(): AppError {
  return new AppError('webhook_not_found', 'there is no webhook with this id');
}

/** `/v1/webhooks`: addresses that are told of events, for admins. */
export function webhookRoutes(sources: WebhookSources): HttpPart {
  return (app, deps) => {
    addReads(app, sources);
    addWrites(app, deps, sources);
  };
}

function addReads(app: HttpServer, { webhooks }: WebhookSources): void {
  app.route({
    method: 'GET',
    url: '/v1/webhooks',
    config: { access: 'admin' },
    schema: {
      tags,
      summary: 'All webhooks and how they do',
      response: { 200: z.array(Document), ...problems() },
    },
    handler: async () => (await webhooks.list()).map(documentOf),
  });
}

function addWrites(app: HttpServer, deps: HttpDeps, sources: WebhookSources): void {
  const { webhooks } = sources;
  app.route({
    method: 'POST',
    url: '/v1/webhooks',
    config: { access: 'admin', did: 'webhook.add' },
    schema: {
      tags,
      summary:
        'Have an address told of events from now on; the secret that verifies messages is shown this once',
      headers: OnceHeaders,
      body: Wish,
      response: { 201: NewDocument, ...problems(404, 409, 415, 422) },
    },
    handler: async (request, reply) => {
      return answerOnce(deps, request, reply, request.body, async () => {
        const webhook = await addWebhook(deps, sources, request.body, requireVisitor(request).name);
        request.deed = { subject: webhook.id, text: new URL(webhook.url).origin };
        const again: z.infer<typeof NewDocument> = { ...documentOf(webhook), secret: null };
        return { status: 201, document: { ...again, secret: webhook.secret }, again };
      });
    },
  });
  app.route({
    method: 'DELETE',
    url: '/v1/webhooks/:webhook',
    config: { access: 'admin', did: 'webhook.remove' },
    schema: {
      tags,
      summary: 'Tell an address nothing more',
      params: Params,
      response: { 204: z.undefined(), ...problems(404) },
    },
    handler: async (request, reply) => {
      if (!(await webhooks.remove(request.params.webhook))) throw notFound();
      request.deed = { subject: request.params.webhook };
      return reply.code(204).send();
    },
  });
  app.route({
    method: 'POST',
    url: '/v1/webhooks/:webhook/resume',
    config: { access: 'admin', did: 'webhook.resume' },
    schema: {
      tags,
      summary: 'Try again at once: what was not taken meanwhile is sent then, in order',
      params: Params,
      response: { 200: Document, ...problems(404) },
    },
    handler: async (request) => {
      const held = await webhooks.get(request.params.webhook);
      if (held === undefined) throw notFound();
      const resumed = { ...held, failures: 0, failingSince: 0, nextAt: 0 };
      await webhooks.note(resumed);
      request.deed = { subject: held.id };
      return documentOf(resumed);
    },
  });
}

import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { createHistoryFeed } from '../../../src/adapters/redis/history-feed.ts';
import { createWebhookStore } from '../../../src/adapters/redis/webhooks.ts';
import { targetProblem } from '../../../src/adapters/webhook-sender.ts';
import { WEBHOOKS_MAX } from '../../../src/core/limits.ts';
import { webhookRoutes } from '../../../src/faces/http/webhooks.ts';
import type { WebhookStore } from '../../../src/ports/webhooks.ts';
import { type HttpSite, openHttpSite, putCampaign } from '../../support/http-site.ts';
import { freshPrefix } from '../../support/store.ts';

const URL = 'https://crm.example/ringmaster';

let site: HttpSite;
let redis: Redis;
let prefix: string;
let webhooks: WebhookStore;

beforeEach(async () => {
  redis = new Redis(inject('redisUrl'));
  prefix = freshPrefix();
  webhooks = createWebhookStore(redis, { prefix });
  const history = createHistoryFeed(redis, { prefix });
  const part = webhookRoutes({ webhooks, history, targetProblem: (url) => targetProblem(url, false) });
  site = await openHttpSite({ parts: [part] });
});

afterEach(async () => {
  await site.close();
  const keys = await redis.keys(`*${prefix}*`);
  if (keys.length > 0) await redis.del(...keys);
  redis.disconnect();
});

function add(payload: object, headers = {}) {
  return site.ask('admin', { method: 'POST', url: '/v1/webhooks', payload, headers });
}

describe('webhooks', () => {
  it('are for admins only', async () => {
    expect((await site.ask('operator', { url: '/v1/webhooks' })).statusCode).toBe(403);
    expect(
      (await site.ask('operator', { method: 'POST', url: '/v1/webhooks', payload: { url: URL } })).statusCode,
    ).toBe(403);
  });

  it('are listed without the secret, which is shown once', async () => {
    const added = await add({ url: URL });
    expect(added.statusCode).toBe(201);
    const { id, secret } = added.json();
    expect(secret).toMatch(/^whsec_/);
    const [listed] = (await site.ask('admin', { url: '/v1/webhooks' })).json();
    expect(listed).toMatchObject({ id, url: URL, campaign: null, numbers: false, failures: 0, ended: false });
    expect(JSON.stringify(listed)).not.toContain('whsec_');
    expect(JSON.stringify((await site.ask('admin', { url: '/v1/trail' })).json())).not.toContain('whsec_');
  });

  it('asked for again under one Idempotency-Key are added once, and the secret is not kept', async () => {
    const headers = { 'idempotency-key': 'one' };
    const first = await add({ url: URL }, headers);
    const again = await add({ url: URL }, headers);
    expect([first.statusCode, again.statusCode]).toEqual([201, 201]);
    expect(again.json()).toEqual({ ...first.json(), secret: null });
    expect(await webhooks.list()).toHaveLength(1);
    expect((await add({ url: `${URL}/other` }, headers)).statusCode).toBe(422);
  });

  it.each([
    ['a private address', { url: 'https://10.0.0.1/hook' }, 400, 'url'],
    ['no TLS', { url: 'http://crm.example/hook' }, 400, 'https'],
    ['an unknown event', { url: URL, events: ['callee.rang'] }, 400, 'events'],
    ['an unknown word', { url: URL, secret: 'mine' }, 400, 'secret'],
    ['a campaign that is not there', { url: URL, campaign: 'none' }, 404, 'none'],
  ])('with %s are refused with the reason', async (_, wish, status, reason) => {
    const reply = await add(wish);
    expect(reply.statusCode).toBe(status);
    expect(reply.json().detail).toContain(reason);
    expect(await webhooks.list()).toEqual([]);
  });

  it('are as many as each campaign can bear to be looked at', async () => {
    await putCampaign(site, 'spring');
    for (let count = 0; count < WEBHOOKS_MAX; count += 1)
      expect((await add({ url: URL, campaign: 'spring' })).statusCode).toBe(201);
    expect((await add({ url: URL })).statusCode).toBe(400);
  });

  it('that gave up are resumed, and removed ones are gone', async () => {
    const { id } = (await add({ url: URL })).json();
    const held = await webhooks.get(id);
    if (held === undefined) throw new Error('not stored');
    await webhooks.note({ ...held, failures: 90, failingSince: 1, lastError: 'away', nextAt: undefined });
    const [ended] = (await site.ask('admin', { url: '/v1/webhooks' })).json();
    expect(ended).toMatchObject({ ended: true, failures: 90, lastError: 'away', nextAt: null });
    const resumed = await site.ask('admin', { method: 'POST', url: `/v1/webhooks/${id}/resume` });
    expect(resumed.json()).toMatchObject({ ended: false, failures: 0 });
    const remove = () => site.ask('admin', { method: 'DELETE', url: `/v1/webhooks/${id}` });
    expect((await remove()).statusCode).toBe(204);
    expect((await remove()).statusCode).toBe(404);
    expect((await site.ask('admin', { method: 'POST', url: `/v1/webhooks/${id}/resume` })).statusCode).toBe(
      404,
    );
  });
});

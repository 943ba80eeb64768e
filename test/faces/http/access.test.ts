import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { KEY_USE_NOTE_INTERVAL, SESSION_LIFE } from '../../../src/core/limits.ts';
import { routesOf } from '../../support/http-routes.ts';
import { CAMPAIGN_FILE, type HttpSite, openHttpSite, putCampaign } from '../../support/http-site.ts';

let site: HttpSite;
beforeAll(async () => {
  site = await openHttpSite();
});
afterAll(() => site.close());

/** What the API answers without a key: health, and signing in. */
const OPEN = ['GET /healthz', 'HEAD /healthz', 'GET /readyz', 'HEAD /readyz', 'POST /v1/session'];
/** What only reads, but is asked for in a body. */
const READS = ['POST /v1/campaigns/:id/callees/find'];

describe('every route', () => {
  it('that is not open answers 401 without a key, with a wrong one and with one that was revoked', async () => {
    const { secret, key } = await site.deps.apiKeys.create({ role: 'admin' }, 0);
    await site.deps.apiKeys.revoke(key.id);
    const routes = routesOf(site.app);
    expect(routes.length).toBeGreaterThan(15);
    for (const { method, url } of routes) {
      if (OPEN.includes(`${method} ${url}`)) continue;
      const path = url.replace(/:\w+/g, 'x').replace('*', 'x');
      const wrong = `rmk_aaaaaaaaaa_${'a'.repeat(43)}`;
      for (const authorization of [
        undefined,
        `Bearer ${wrong}`,
        `Bearer ${secret}`,
        'Basic eDp5',
        'Bearer',
      ]) {
        const headers = authorization === undefined ? {} : { authorization };
        const reply = await site.app.inject({ method, url: path, headers });
        expect(reply.statusCode, `${method} ${url} with ${authorization}`).toBe(401);
        if (method !== 'HEAD') expect(reply.json().code).toBe('unauthenticated');
        expect(reply.headers['www-authenticate']).toContain('Bearer');
      }
    }
  });

  it('that writes answers 403 to a viewer, and one for admins to an operator', async () => {
    let writes = 0;
    for (const { method, url } of routesOf(site.app)) {
      if (OPEN.includes(`${method} ${url}`) || url === '/v1/session') continue;
      const path = url.replace(/:\w+/g, 'x').replace('*', 'x');
      if (method !== 'GET' && method !== 'HEAD' && !READS.includes(`${method} ${url}`)) {
        writes += 1;
        const reply = await site.ask('viewer', { method, url: path });
        expect(reply.statusCode, `${method} ${url}`).toBe(403);
        expect(reply.json().code).toBe('forbidden');
      }
      if (url.startsWith('/v1/keys')) {
        expect((await site.ask('operator', { method, url: path })).statusCode).toBe(403);
      }
    }
    expect(writes).toBeGreaterThan(2);
  });
});

describe('a browser', () => {
  const Session = z.object({ name: z.string(), role: z.string(), csrf: z.string() });
  const signIn = async (key: string, headers: Record<string, string> = {}) => {
    const reply = await site.app.inject({ method: 'POST', url: '/v1/session', payload: { key }, headers });
    const cookie = String(reply.headers['set-cookie'] ?? '');
    return { reply, cookie, pair: cookie.split(';')[0] ?? '' };
  };

  it('signs in with a key and gets a cookie that no script and no other site can use', async () => {
    const { reply, cookie, pair } = await signIn(site.keys.viewer);
    expect(reply.statusCode).toBe(200);
    expect(Session.parse(reply.json())).toMatchObject({ name: 'the viewer', role: 'viewer' });
    expect(cookie).toMatch(/HttpOnly/);
    expect(cookie).toMatch(/SameSite=Strict/);
    expect(cookie).not.toMatch(/Secure/);
    const me = await site.app.inject({ url: '/v1/session', headers: { cookie: pair } });
    expect(me.json()).toEqual(reply.json());
    expect((await site.ask('viewer', { url: '/v1/session' })).json().csrf).toBeNull();
    const stored = await site.redis.keys(`${site.prefix}:session:*`);
    for (const name of stored) expect(name).not.toContain(pair.split('=')[1]);
  });

  it('behind a trusted proxy that ends TLS gets a cookie for TLS only', async () => {
    const server = await site.another({ settings: { ...site.deps.settings, proxies: ['127.0.0.1'] } });
    const request = { method: 'POST', url: '/v1/session', payload: { key: site.keys.viewer } } as const;
    const proxied = await server.inject({ ...request, headers: { 'x-forwarded-proto': 'https' } });
    expect(String(proxied.headers['set-cookie'])).toMatch(/Secure/);
    const lied = await signIn(site.keys.viewer, { 'x-forwarded-proto': 'https' });
    expect(lied.cookie).not.toMatch(/Secure/);
  });

  it('writes only with the proof that our own page asks', async () => {
    const { reply, pair } = await signIn(site.keys.operator);
    const { csrf } = Session.parse(reply.json());
    const put = (headers: Record<string, string>) =>
      site.app.inject({
        method: 'PUT',
        url: '/v1/campaigns/from-browser',
        payload: CAMPAIGN_FILE,
        headers: { cookie: pair, ...headers },
      });
    for (const headers of [
      {},
      { 'x-csrf-token': `${csrf}x` },
      { 'x-csrf-token': '' },
      { origin: 'http://evil' },
    ]) {
      const refused = await put(headers as Record<string, string>);
      expect(refused.statusCode).toBe(403);
      expect(refused.json().code).toBe('csrf_invalid');
    }
    expect((await put({ 'x-csrf-token': csrf })).statusCode).toBe(201);
  });

  it('is signed out by itself, by asking, and when its key is revoked', async () => {
    const { key, secret } = await site.deps.apiKeys.create({ role: 'viewer' }, 0);
    const ask = async (pair: string) =>
      (await site.app.inject({ url: '/v1/session', headers: { cookie: pair } })).statusCode;
    const first = await signIn(secret);
    const [name] = await site.redis.keys(`${site.prefix}:session:*`);
    expect(await site.redis.pttl(name ?? '')).toBeLessThanOrEqual(SESSION_LIFE);
    expect(await ask(first.pair)).toBe(200);
    const { csrf } = Session.parse(first.reply.json());
    const out = await site.app.inject({
      method: 'DELETE',
      url: '/v1/session',
      headers: { cookie: first.pair, 'x-csrf-token': csrf },
    });
    expect(out.statusCode).toBe(204);
    expect(await ask(first.pair)).toBe(401);
    const second = await signIn(secret);
    expect(await ask(second.pair)).toBe(200);
    await site.deps.apiKeys.revoke(key.id);
    expect(await ask(second.pair)).toBe(401);
    expect((await signIn(secret)).reply.statusCode).toBe(401);
  });
});

describe('keys', () => {
  it('are made, listed and revoked by admins; the secret is told once', async () => {
    const made = await site.ask('admin', {
      method: 'POST',
      url: '/v1/keys',
      payload: { name: 'billing', role: 'operator' },
    });
    expect(made.statusCode).toBe(201);
    const { id, secret } = made.json();
    const ask = () => site.app.inject({ url: '/v1/session', headers: { authorization: `Bearer ${secret}` } });
    expect((await ask()).json()).toMatchObject({ name: 'billing', role: 'operator' });
    const list = (await site.ask('admin', { url: '/v1/keys' })).json();
    const own = list.find((key: { id: string }) => key.id === id);
    expect(own).toMatchObject({ name: 'billing', lastUsedAt: new Date(site.clock.now()).toISOString() });
    expect(JSON.stringify(list)).not.toContain('secret');
    site.clock.advance(KEY_USE_NOTE_INTERVAL);
    await ask();
    const used = (await site.ask('admin', { url: '/v1/keys' })).json();
    expect(used.find((key: { id: string }) => key.id === id).lastUsedAt).toBe(
      new Date(site.clock.now()).toISOString(),
    );
    const again = await site.ask('admin', {
      method: 'POST',
      url: '/v1/keys',
      payload: { name: 'billing', role: 'viewer' },
    });
    expect(again.json().code).toBe('key_exists');
    expect((await site.ask('admin', { method: 'DELETE', url: `/v1/keys/${id}` })).statusCode).toBe(204);
    expect((await site.ask('admin', { method: 'DELETE', url: `/v1/keys/${id}` })).statusCode).toBe(404);
    expect((await ask()).statusCode).toBe(401);
  });
});

describe('the trail', () => {
  it('has every write that was done, with the name of its key, newest first and page by page', async () => {
    const own = await openHttpSite();
    try {
      for (const id of ['one', 'two', 'three']) await putCampaign(own, id);
      await own.ask('operator', { method: 'PUT', url: '/v1/campaigns/Bad', payload: CAMPAIGN_FILE });
      await own.ask('viewer', { method: 'PUT', url: '/v1/campaigns/four', payload: CAMPAIGN_FILE });
      const first = await own.ask('operator', { url: '/v1/trail?limit=2' });
      expect(first.json()).toEqual([
        expect.objectContaining({
          ...{ by: 'the operator', role: 'operator', did: 'campaign.put', subject: 'three' },
          at: new Date(own.clock.now()).toISOString(),
        }),
        expect.objectContaining({ subject: 'two' }),
      ]);
      const next = /<([^>]+)>; rel="next"/.exec(String(first.headers.link))?.[1];
      const rest = await own.ask('operator', { url: next ?? '' });
      expect(rest.json().map(({ subject }: { subject: string }) => subject)).toEqual(['one']);
      expect(rest.headers.link).toBeUndefined();
      expect((await own.ask('viewer', { url: '/v1/trail' })).statusCode).toBe(403);
    } finally {
      await own.close();
    }
  });
});

describe('requests', () => {
  it('of one key beyond its rate are refused with when to come again, over all processes, others are not', async () => {
    const own = await openHttpSite({ settings: { requestsPerMinute: 3 } });
    try {
      const second = await own.another({});
      const ask = (server: typeof second, key: string) =>
        server.inject({ url: '/v1/session', headers: { authorization: `Bearer ${key}` } });
      for (const server of [own.app, second, own.app]) {
        expect((await ask(server, own.keys.viewer)).statusCode).toBe(200);
      }
      const refused = await ask(second, own.keys.viewer);
      expect(refused.statusCode).toBe(429);
      expect(refused.json()).toMatchObject({ code: 'rate_limited', retryable: true });
      expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
      expect((await ask(second, own.keys.operator)).statusCode).toBe(200);
      expect((await own.app.inject({ url: '/healthz' })).statusCode).toBe(200);
    } finally {
      await own.close();
    }
  });

  it('are counted some at a time by each process, and never more of them get through than may', async () => {
    const own = await openHttpSite({ settings: { requestsPerMinute: 300 } });
    try {
      const servers = [own.app, await own.another({})];
      const headers = { authorization: `Bearer ${own.keys.viewer}` };
      const statuses: number[] = [];
      for (let round = 0; round < 20; round += 1) {
        const asked = servers.flatMap((server) =>
          Array.from({ length: 8 }, () => server.inject({ url: '/v1/session', headers })),
        );
        statuses.push(...(await Promise.all(asked)).map(({ statusCode }) => statusCode));
      }
      const passed = statuses.filter((status) => status === 200).length;
      expect(passed).toBeLessThanOrEqual(300);
      // What one process holds when the other finds nothing left.
      expect(passed).toBeGreaterThan(294);
      expect(new Set(statuses)).toEqual(new Set([200, 429]));
      const [name = ''] = await own.redis.keys(`${own.prefix}:rate:k:*`);
      expect(await own.redis.pttl(name)).toBeGreaterThan(0);
    } finally {
      await own.close();
    }
  });

  it('to sign in are few per address', async () => {
    const own = await openHttpSite();
    try {
      const statuses: number[] = [];
      for (let n = 0; n < 11; n += 1) {
        const reply = await own.app.inject({ method: 'POST', url: '/v1/session', payload: { key: 'x' } });
        statuses.push(reply.statusCode);
      }
      expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429]);
    } finally {
      await own.close();
    }
  });
});

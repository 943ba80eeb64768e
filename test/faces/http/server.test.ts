import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createProviderState } from '../../../src/adapters/redis/provider-state.ts';
import { createRedisStore } from '../../../src/adapters/redis/store.ts';
import { HTTP_BODY_TIME_MAX, PROVIDER_AWAY_MAX, PROVIDER_EVIDENCE_MAX } from '../../../src/core/limits.ts';
import { eventually } from '../../support/eventually.ts';
import { type HttpSite, openHttpSite, putCampaign } from '../../support/http-site.ts';
import { startTestRedis } from '../../support/redis-server.ts';

let site: HttpSite;
beforeEach(async () => {
  site = await openHttpSite();
});
afterEach(() => site.close());

/** Sends bytes as they are and gives all that comes back until the server ends the connection. */
async function exchange(address: string, bytes: string): Promise<string> {
  const socket = connect(Number(new URL(address).port), '127.0.0.1');
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(bytes);
  await once(socket, 'end');
  socket.destroy();
  return text;
}

describe('health', () => {
  it('is told to all, and is not ready without Redis, with it again, and while the server ends', async () => {
    const redis = await startTestRedis();
    const client = new Redis(redis.url, { maxRetriesPerRequest: 1, retryStrategy: () => 50 });
    client.on('error', () => {});
    const state = createProviderState(client, { prefix: 'x', clock: site.clock });
    const server = await site.another({ pingRedis: () => client.ping(), provider: state });
    const ready = async () => {
      const reply = await server.inject({ url: '/readyz' });
      return [reply.statusCode, reply.json().ready];
    };
    expect(await ready()).toEqual([200, true]);
    await redis.stop();
    await eventually(async () => expect(await ready()).toEqual([503, false]));
    expect((await server.inject({ url: '/healthz' })).json()).toEqual({ ok: true });
    client.disconnect();
    expect((await site.app.inject({ url: '/readyz' })).json()).toMatchObject({ ready: true });
    site.app.life.draining = true;
    const reply = await site.app.inject({ url: '/readyz' });
    expect(reply.statusCode).toBe(503);
    expect(reply.json().checks[0]).toEqual({ check: 'process', ok: false, detail: 'is being stopped' });
    expect((await site.app.inject({ method: 'HEAD', url: '/healthz' })).statusCode).toBe(200);
  });

  it('says that the provider is away once it has been for long, until it answers or the evidence is old', async () => {
    const { redis, prefix, clock } = site;
    const state = createProviderState(redis, { prefix, clock });
    const provider = async () =>
      (await site.app.inject({ url: '/readyz' }))
        .json()
        .checks.find((one: { check: string }) => one.check === 'provider');
    expect(await provider()).toMatchObject({ ok: true, detail: 'nothing was asked yet' });
    state.answered();
    await eventually(async () => expect((await provider()).detail).toContain('last answer'));
    const away = async () => {
      state.unanswered('network');
      await eventually(async () => expect((await state.state()).failedAt).toBe(clock.now()));
    };
    await away();
    expect((await provider()).ok).toBe(true);
    clock.advance(PROVIDER_AWAY_MAX + 1);
    await away();
    expect(await provider()).toMatchObject({ ok: false, detail: expect.stringContaining('network') });
    expect((await site.app.inject({ url: '/readyz' })).statusCode).toBe(503);
    clock.advance(PROVIDER_EVIDENCE_MAX + 1);
    expect((await provider()).ok).toBe(true);
    await away();
    expect((await provider()).ok).toBe(false);
    state.answered();
    await eventually(async () => expect((await provider()).ok).toBe(true));
  });
});

describe('what goes wrong', () => {
  it('inside is told by its number only, and logged whole', async () => {
    const broken = { ...site.store, campaign: () => Promise.reject(new Error('secret place in the code')) };
    const server = await site.another({ store: broken });
    const reply = await server.inject({
      url: '/v1/campaigns/spring',
      headers: { authorization: `Bearer ${site.keys.viewer}` },
    });
    expect(reply.statusCode).toBe(500);
    const problem = reply.json();
    expect(problem).toMatchObject({ code: 'internal', retryable: false });
    expect(reply.body).not.toContain('secret place');
    expect(problem.requestId).toBe(reply.headers['x-request-id']);
    const line = site.logged.find((text) => text.includes('secret place')) ?? '';
    expect(line).toContain(problem.requestId);
  });

  it('with Redis is a 503 that may be retried', async () => {
    const redis = await startTestRedis();
    const client = new Redis(redis.url, { maxRetriesPerRequest: 0, retryStrategy: () => 50 });
    client.on('error', () => {});
    await client.ping();
    const server = await site.another({ store: createRedisStore(client, { prefix: 'x' }) });
    await redis.stop();
    const reply = await server.inject({
      url: '/v1/campaigns/spring',
      headers: { authorization: `Bearer ${site.keys.viewer}` },
    });
    client.disconnect();
    expect(reply.statusCode).toBe(503);
    expect(reply.json()).toMatchObject({ code: 'redis_unavailable', retryable: true });
    expect(reply.headers['retry-after']).toBeDefined();
  });

  it('with the address is told: nothing there, or another method', async () => {
    const nothing = await site.ask('viewer', { url: '/v1/nothing' });
    expect(nothing.statusCode).toBe(404);
    expect(nothing.json().code).toBe('route_not_found');
    const method = await site.ask('operator', { method: 'DELETE', url: '/v1/campaigns/spring' });
    expect(method.statusCode).toBe(405);
    expect(method.headers.allow).toBe('PUT, GET');
    expect(method.json().code).toBe('method_not_allowed');
  });

  it('with the size of a document is a 413', async () => {
    const reply = await site.ask('operator', {
      method: 'PUT',
      url: '/v1/campaigns/big',
      payload: { name: 'x'.repeat(2_000_000) },
    });
    expect(reply.statusCode).toBe(413);
    expect(reply.json().code).toBe('body_too_large');
  });

  it('with what is no HTTP, or an address of ten megabytes, is a clean 400 also on the wire', async () => {
    const address = await site.app.listen({ port: 0, host: '127.0.0.1' });
    const id = 'a'.repeat(10 * 1024 * 1024);
    for (const bytes of [
      `GET /v1/campaigns/${id} HTTP/1.1\r\nHost: x\r\n\r\n`,
      'GET /v1/campaigns/a b HTTP/1.1\r\nHost: x\r\n\r\n',
      'GET /v1/campaigns/a\u0000 HTTP/1.1\r\nHost: x\r\n\r\n',
      'hello\r\n\r\n',
    ]) {
      const text = await exchange(address, bytes);
      expect(text).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
      const [, body = ''] = text.split('\r\n\r\n');
      expect(JSON.parse(body)).toMatchObject({ status: 400, code: 'request_invalid' });
    }
  });

  it('whose documents never end lose their connection, known or not', async () => {
    const server = await site.another({});
    const { port } = new URL(await server.listen({ port: 0, host: '127.0.0.1' }));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      for (const head of [
        'POST /v1/session HTTP/1.1\r\ncontent-length: 400',
        'POST /v1/session HTTP/1.1\r\ntransfer-encoding: chunked',
        'PUT /v1/campaigns/x HTTP/1.1\r\ncontent-length: 400',
        'POST /nowhere HTTP/1.1\r\ncontent-length: 400',
      ]) {
        const socket = connect(Number(port), '127.0.0.1').on('data', () => {});
        const asked = once(server.server, 'request');
        socket.write(`${head}\r\nhost: x\r\ncontent-type: application/json\r\n\r\n`);
        await asked;
        const ended = once(socket, 'close');
        vi.advanceTimersByTime(HTTP_BODY_TIME_MAX);
        await ended;
      }
    } finally {
      vi.useRealTimers();
    }
  });

  it('with a write that cannot be noted in the trail is not told as done', async () => {
    const trail = { ...site.deps.trail, note: () => Promise.reject(new Error('Connection is closed.')) };
    const server = await site.another({ trail });
    const reply = await server.inject({
      method: 'PUT',
      url: '/v1/campaigns/unnoted',
      payload: { name: 'x', callers: ['008602150000001'], ivrId: 7 },
      headers: { authorization: `Bearer ${site.keys.operator}` },
    });
    expect(reply.statusCode).toBe(503);
  });
});

describe('browsers', () => {
  it('are told to run and load nothing but ours, and get no word for other origins', async () => {
    const reply = await site.ask('viewer', {
      url: '/v1/session',
      headers: { origin: 'https://evil.example' },
    });
    const policy = String(reply.headers['content-security-policy']);
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe-eval');
    expect(reply.headers['x-content-type-options']).toBe('nosniff');
    expect(reply.headers['cache-control']).toBe('no-store');
    expect(Object.keys(reply.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    const preflight = await site.app.inject({
      method: 'OPTIONS',
      url: '/v1/session',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'DELETE' },
    });
    expect(preflight.statusCode).toBeGreaterThanOrEqual(400);
  });

  it('get the console where it is built: its page everywhere, its files for good, nothing from elsewhere', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'rm-console-'));
    try {
      await mkdir(join(dir, 'assets'));
      await writeFile(join(dir, 'index.html'), '<title>console</title>');
      await writeFile(join(dir, 'assets', 'app-0a1b2c.js'), 'export {}');
      const server = await site.another({ settings: { ...site.deps.settings, consoleDir: dir } });
      const html = { accept: 'text/html,*/*' };
      for (const url of ['/', '/index.html', '/campaigns/spring', '/a/b/c']) {
        const page = await server.inject({ url, headers: html });
        expect(page.statusCode, url).toBe(200);
        expect(page.body).toContain('console');
        expect(page.headers['content-type']).toContain('text/html');
        expect(page.headers['cache-control']).toBe('no-cache');
      }
      const asset = await server.inject({ url: '/assets/app-0a1b2c.js' });
      expect(asset.statusCode).toBe(200);
      expect(asset.headers['cache-control']).toContain('immutable');
      for (const url of ['/assets/none.js', '/v1/nothing', '/%2e%2e/api-keys.json', '/..%2fapi-keys.json']) {
        expect((await server.inject({ url, headers: { accept: '*/*' } })).statusCode, url).toBe(404);
      }
      expect((await server.inject({ url: '/v1/nothing', headers: html })).statusCode).toBe(404);
      expect((await server.inject({ method: 'POST', url: '/campaigns/x', headers: html })).statusCode).toBe(
        404,
      );
      const refused = await server.inject({ url: '/v1/campaigns', headers: html });
      expect([refused.statusCode, refused.headers['content-type']]).toEqual([
        401,
        'application/problem+json; charset=utf-8',
      ]);
      // People who are not signed in can sign in where they stand; programs are told as everywhere.
      const visit = await server.inject({ url: '/docs', headers: html });
      expect(visit.statusCode).toBe(401);
      expect(visit.body).toContain('console');
      expect(visit.headers['www-authenticate']).toContain('Bearer');
      expect((await server.inject({ url: '/docs', headers: { accept: '*/*' } })).json().status).toBe(401);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });
});

describe('the end', () => {
  it('closes idle connections, answers what is under way, and leaves none open', async () => {
    await putCampaign(site, 'spring');
    const address = await site.app.listen({ port: 0, host: '127.0.0.1' });
    const headers = { authorization: `Bearer ${site.keys.viewer}` };
    const idle = connect(Number(new URL(address).port), '127.0.0.1');
    await once(idle, 'connect');
    idle.write(`GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n`);
    await once(idle, 'data');
    const ended = once(idle, 'close');
    const underWay = fetch(`${address}/v1/campaigns/spring`, { headers });
    const reply = await underWay;
    await site.app.close();
    await ended;
    expect(reply.status).toBe(200);
    await expect(fetch(`${address}/healthz`)).rejects.toThrow();
  });
});

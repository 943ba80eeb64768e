import Fastify, { type FastifyInstance } from 'fastify';
import { afterEach, describe, expect, inject, it } from 'vitest';
import { createPushInbox } from '../../../src/adapters/redis/push-inbox.ts';
import { readPush } from '../../../src/adapters/tencent/push.ts';
import { PUSH_TOKEN_LIFE } from '../../../src/core/limits.ts';
import { addPushReceiver } from '../../../src/faces/http/push.ts';
import type { PushAuth } from '../../../src/faces/http/push-auth.ts';
import { createWorld, startProcess, type World, type WorldProcess } from '../../support/world.ts';

const BODY = {
  SessionId: 'a2b3c4d5-0000-4000-8000-000000000001',
  Callee: '008613800000001',
  UUI: 'spring-c0',
};
const USER = 'tccc';
const PASSWORD = 'a long enough password';

let world: World;
let process: WorldProcess;
let app: FastifyInstance;

async function receiver(auth: PushAuth): Promise<void> {
  world = await createWorld(inject('redisUrl'));
  process = startProcess(world);
  const deps = { ...process.deps, pushes: createPushInbox(world.redis, { prefix: world.prefix }) };
  app = Fastify();
  addPushReceiver(app, { deps, auth, read: readPush });
}

function push(headers: Record<string, string> = {}, payload: object | string = BODY, action = 'cdr') {
  const contentType = { 'content-type': 'application/json' };
  return app.inject({
    method: 'POST',
    url: `/push/tccc?action=${action}&version=1`,
    headers: { ...contentType, ...headers },
    payload,
  });
}

function basic(user: string, password: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}

function tokenRequest(form: Record<string, string>, headers: Record<string, string> = {}) {
  const contentType = { 'content-type': 'application/x-www-form-urlencoded' };
  const payload = new URLSearchParams(form).toString();
  return app.inject({ method: 'POST', url: '/push/token', headers: { ...contentType, ...headers }, payload });
}

afterEach(async () => {
  await app.close();
  process.stop();
  await world.close();
});

describe('the push receiver', () => {
  it('answers ErrCode 0 for a record, and again for the same push', async () => {
    await receiver({ mode: 'none' });
    for (let time = 0; time < 2; time += 1) {
      const reply = await push({ 'x-tccc-push-uuid': 'one' });
      expect(reply.statusCode).toBe(200);
      expect(reply.json()).toEqual({ ErrCode: 0, ErrMsg: 'OK' });
    }
  });

  it.each([
    ['an unknown action', BODY, 'ring'],
    ['a body without a session', {}, 'cdr'],
  ])('says what is wrong with %s, so that it is not called taken', async (_, payload, action) => {
    await receiver({ mode: 'none' });
    const reply = await push({}, payload, action);
    expect(reply.statusCode).toBe(400);
    expect(reply.json().ErrCode).not.toBe(0);
    expect(reply.json().ErrMsg).not.toBe('');
  });

  it('refuses a body that is no JSON, and one that is too long', async () => {
    await receiver({ mode: 'none' });
    expect((await push({}, '{')).statusCode).toBe(400);
    expect((await push({}, { ...BODY, Remark: 'x'.repeat(300_000) })).statusCode).toBe(413);
  });
});

describe('with basic authentication', () => {
  it.each([
    ['nothing', {}],
    ['another password', basic(USER, 'another long password')],
    ['another user', basic('someone', PASSWORD)],
    ['a bearer token', { authorization: `Bearer ${PASSWORD}` }],
    ['no colon', { authorization: `Basic ${Buffer.from('x').toString('base64')}` }],
  ])('%s is refused', async (_, headers) => {
    await receiver({ mode: 'basic', user: USER, password: PASSWORD });
    const reply = await push(headers);
    expect(reply.statusCode).toBe(401);
    expect(reply.headers['www-authenticate']).toMatch(/^Basic/);
  });

  it('user and password of the settings are taken', async () => {
    await receiver({ mode: 'basic', user: USER, password: PASSWORD });
    expect((await push(basic(USER, PASSWORD))).statusCode).toBe(200);
  });
});

describe('with OAuth2 client credentials', () => {
  const form = { grant_type: 'client_credentials', client_id: USER, client_secret: PASSWORD };

  it('a token is given to the client, in the form or in the header, and lets it push until it expires', async () => {
    await receiver({ mode: 'oauth2', user: USER, password: PASSWORD });
    for (const reply of [
      await tokenRequest(form),
      await tokenRequest({ grant_type: 'client_credentials' }, basic(USER, PASSWORD)),
    ]) {
      expect(reply.statusCode).toBe(200);
      expect(reply.json()).toMatchObject({ token_type: 'Bearer', expires_in: PUSH_TOKEN_LIFE / 1_000 });
    }
    const { access_token: token } = (await tokenRequest(form)).json();
    const headers = { authorization: `Bearer ${token}` };
    expect((await push(headers)).statusCode).toBe(200);
    world.clock.advance(PUSH_TOKEN_LIFE);
    expect((await push(headers)).statusCode).toBe(401);
  });

  it.each([
    ['another secret', { ...form, client_secret: 'another long password' }, 401],
    ['another grant', { ...form, grant_type: 'password' }, 400],
  ])('%s gets none', async (_, wrong, status) => {
    await receiver({ mode: 'oauth2', user: USER, password: PASSWORD });
    expect((await tokenRequest(wrong)).statusCode).toBe(status);
  });

  it('a token that was made up is refused, and so are user and password themselves', async () => {
    await receiver({ mode: 'oauth2', user: USER, password: PASSWORD });
    const far = Math.floor(world.clock.now() / 1_000) + 9_999;
    for (const authorization of [
      `Bearer ${far}.00`,
      `Bearer ${PASSWORD}`,
      basic(USER, PASSWORD).authorization,
    ])
      expect((await push({ authorization: authorization ?? '' })).statusCode).toBe(401);
  });
});

import { Redis } from 'ioredis';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { type BullQueue, createBullQueue } from '../../../src/adapters/bullmq/queue.ts';
import { DUE_BUCKET } from '../../../src/core/limits.ts';
import { HOUR } from '../../../src/core/time.ts';
import { campaignLink, dashboard } from '../../../src/faces/http/dashboard.ts';
import { type HttpSite, openHttpSite } from '../../support/http-site.ts';
import { seedCampaign, seededNumber } from '../../support/seeded-campaign.ts';
import { freshPrefix } from '../../support/store.ts';

const ID = 'spring';
/** Jobs are shown by the real clock, which BullMQ keeps for itself. */
const BUCKET = (Math.floor(Date.now() / DUE_BUCKET) + 12) * DUE_BUCKET;

let site: HttpSite;
let connection: Redis;
let bull: BullQueue;
let prefix: string;

beforeEach(async () => {
  connection = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null });
  prefix = freshPrefix();
  const clock = { now: () => Date.now() };
  bull = createBullQueue({ connection, prefix, clock, logger: pino({ level: 'silent' }) });
  site = await openHttpSite({ parts: [dashboard(Object.values(bull.queues))] });
  const due = { queue: 'retry', campaignId: ID, priority: 3, dueBucket: BUCKET } as const;
  await bull.wake({ ...due, callees: 2, zone: 'Asia/Shanghai' });
});

afterEach(async () => {
  await site.close();
  await bull.close();
  const keys = await connection.keys(`{${prefix}-bull}*`);
  if (keys.length > 0) await connection.del(...keys);
  await connection.quit();
});

async function retryJob(): Promise<{ readonly id: string; readonly name: string }> {
  const reply = await site.ask('viewer', {
    url: '/queues/read-only/api/queues?activeQueue=retry&status=delayed',
  });
  expect(reply.statusCode).toBe(200);
  const queues: { name: string; jobs: { id: string; name: string }[] }[] = reply.json().queues;
  const [job] = queues.find(({ name }) => name === 'retry')?.jobs ?? [];
  if (job === undefined) throw new Error('no retry job is shown');
  return job;
}

function act(role: 'viewer' | 'operator', path: string) {
  return site.ask(role, { method: 'PUT', url: `/queues/api/queues/retry/${path}` });
}

describe('the dashboard of the queues', () => {
  it('asks for a key, for its page as for its data', async () => {
    for (const url of ['/queues', '/queues/api/queues', '/queues/read-only', '/queues/static/js/none.js'])
      expect((await site.ask(undefined, { url })).statusCode).toBe(401);
  });

  it('tells nothing of what went wrong inside but that something did', async () => {
    const reply = await site.ask('operator', { url: '/queues/api/queues/retry/none' });
    expect(reply.statusCode).toBe(404);
    expect(reply.body).not.toContain('node_modules');
  });

  it('takes viewers to a board without actions, and refuses those that they send all the same', async () => {
    const page = await site.ask('viewer', { url: '/queues' });
    expect([page.statusCode, page.headers.location]).toEqual([302, '/queues/read-only']);
    const shown = await site.ask('viewer', { url: '/queues/read-only' });
    expect(shown.statusCode).toBe(200);
    expect(shown.body).toContain('"label":"read only"');
    const { id } = await retryJob();
    expect((await act('viewer', `${id}/promote`)).statusCode).toBe(403);
    expect((await bull.queueDepths()).retry.delayed).toBe(1);
    const other = await site.ask('operator', {
      method: 'PUT',
      url: `/queues/read-only/api/queues/retry/${id}/promote`,
    });
    expect(other.statusCode).toBe(405);
    expect((await bull.queueDepths()).retry.delayed).toBe(1);
  });

  it('asks no other origin for anything', async () => {
    const page = await site.ask('operator', { url: '/queues' });
    expect(page.statusCode).toBe(200);
    expect(page.body.replaceAll(/<a [^>]*>/g, '')).not.toMatch(/(?:src|href)="https?:/);
    expect(page.headers['content-security-policy']).toContain("default-src 'self'");
  });

  it('lets operators promote and remove, and keeps in the trail who did', async () => {
    const { id } = await retryJob();
    expect((await act('operator', `${id}/promote`)).statusCode).toBe(204);
    expect((await bull.queueDepths()).retry).toMatchObject({ delayed: 0, waiting: 1 });
    expect((await act('operator', `${id}/clean`)).statusCode).toBe(204);
    expect((await bull.queueDepths()).retry).toMatchObject({ delayed: 0, waiting: 0 });
    const trail = (await site.ask('admin', { url: '/v1/trail' })).json();
    expect(trail).toHaveLength(2);
    expect(trail[0]).toMatchObject({ by: 'the operator', role: 'operator' });
  });

  it('lets a signed-in browser act from our own pages only', async () => {
    const signedIn = await site.ask(undefined, {
      method: 'POST',
      url: '/v1/session',
      payload: { key: site.keys.operator },
    });
    const [session] = signedIn.cookies;
    const { id } = await retryJob();
    const promote = (headers: Record<string, string>) =>
      site.ask(undefined, {
        method: 'PUT',
        url: `/queues/api/queues/retry/${id}/promote`,
        cookies: { [session?.name ?? '']: session?.value ?? '' },
        headers,
      });
    expect((await promote({})).statusCode).toBe(403);
    expect((await promote({ 'sec-fetch-site': 'cross-site' })).statusCode).toBe(403);
    expect((await promote({ origin: 'https://elsewhere.example' })).statusCode).toBe(403);
    expect((await bull.queueDepths()).retry.delayed).toBe(1);
    expect((await promote({ 'sec-fetch-site': 'same-origin' })).statusCode).toBe(204);
  });

  it('names a retry job by how many callees wait now, and shows no number', async () => {
    await seedCampaign(site.store, ID, 3);
    const started = await site.store.campaign(ID);
    if (started === undefined) throw new Error('no campaign');
    const why = { reason: 'asked', text: 'asked by a test', by: 'test', now: site.clock.now() };
    await site.store.moveCampaign(started, 'running', why);
    const time = new Date(BUCKET + 8 * HOUR).toISOString().slice(11, 16);
    expect((await retryJob()).name).toBe(`retry ${ID} ${time} (2 callees)`);
    const callees = await site.store.calleesIn(ID, ['initial'], 0, 10);
    const moves = callees.callees.map(({ ref, record }) => ({
      ref,
      before: record,
      after: { ...record, due: BUCKET, version: record.version + 1 },
      story: undefined,
    }));
    expect(await site.store.apply(ID, { name: 'test', now: site.clock.now(), moves })).toBe('done');
    site.clock.advance(HOUR);
    const job = await retryJob();
    expect(job.name).toMatch(/^retry spring .*\(3 callees\)$/);
    expect(JSON.stringify(job)).not.toContain(seededNumber(1).slice(2));
  });
});

describe('the link from a job to its campaign', () => {
  it.each([
    [{ kind: 'due', campaignId: 'spring', dueBucket: 0 }, '/#/campaigns/spring'],
    [{ kind: 'sweep' }, undefined],
    [{ campaignId: '../x' }, undefined],
    [null, undefined],
  ])('of %j is %s', (data, href) => {
    expect(campaignLink(data)?.href).toBe(href);
  });
});

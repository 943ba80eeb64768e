import { readFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import { type BullQueue, createBullQueue } from '../../../src/adapters/bullmq/queue.ts';
import { createRequestTally, type RequestTally } from '../../../src/adapters/redis/request-tally.ts';
import { METRICS_KEPT, OVERDUE_AFTER } from '../../../src/core/limits.ts';
import { HOUR, MINUTE } from '../../../src/core/time.ts';
import { metrics } from '../../../src/faces/http/metrics.ts';
import { type HttpSite, openHttpSite } from '../../support/http-site.ts';
import { callSeeded, SEEDED_AT, seedCampaign, seededNumber } from '../../support/seeded-campaign.ts';
import { freshPrefix } from '../../support/store.ts';

const ID = 'spring';

let site: HttpSite;
let connection: Redis;
let bull: BullQueue;
let tally: RequestTally;
let prefix: string;

beforeEach(async () => {
  connection = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null });
  prefix = freshPrefix();
  const clock = { now: () => Date.now() };
  bull = createBullQueue({ connection, prefix, clock, logger: pino({ level: 'silent' }) });
  tally = createRequestTally(connection, { prefix });
  const queues = Object.values(bull.queues);
  site = await openHttpSite({ parts: [metrics({ requests: tally, quota: 20, queues })] });
});

afterEach(async () => {
  await site.close();
  await bull.close();
  const keys = await connection.keys(`*${prefix}*`);
  if (keys.length > 0) await connection.del(...keys);
  await connection.quit();
});

/** Every sample of the reply: name and labels as they stand there -> value. */
async function scrape(): Promise<Map<string, number>> {
  site.clock.advance(METRICS_KEPT);
  const reply = await site.ask('viewer', { url: '/metrics' });
  expect(reply.statusCode).toBe(200);
  expect(reply.headers['content-type']).toMatch(/^text\/plain; version=/);
  const lines = reply.body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
}

async function run(): Promise<void> {
  const campaign = await site.store.campaign(ID);
  if (campaign === undefined) throw new Error('no campaign');
  const why = { reason: 'asked', text: 'asked by a test', by: 'test', now: site.clock.now() };
  if (!(await site.store.moveCampaign(campaign, 'running', why))) throw new Error('it moved meanwhile');
}

describe('the metrics', () => {
  it('are for those who have a key', async () => {
    expect((await site.ask(undefined, { url: '/metrics' })).statusCode).toBe(401);
  });

  it('tell of every campaign what its counts say, and no number', async () => {
    await seedCampaign(site.store, ID, 10);
    await callSeeded(site.store, ID, 6, 3);
    await run();
    const found = await scrape();
    const counts = await site.store.counts(ID);
    for (const [state, callees] of Object.entries(counts.states))
      expect(found.get(`ringmaster_callees{campaign="${ID}",state="${state}"}`)).toBe(callees);
    expect(found.get(`ringmaster_attempts_total{campaign="${ID}"}`)).toBe(counts.attempts);
    expect(counts.attempts).toBeGreaterThan(0);
    expect(found.get(`ringmaster_import_rows_total{campaign="${ID}",end="accepted"}`)).toBe(10);
    expect(found.get(`ringmaster_campaign_state{campaign="${ID}",state="running"}`)).toBe(1);
    const all = (await site.ask('viewer', { url: '/metrics' })).body;
    expect(all).not.toContain(seededNumber(1).slice(2));
  });

  it('forget a state that a campaign has left', async () => {
    await seedCampaign(site.store, ID, 1);
    expect((await scrape()).get(`ringmaster_campaign_state{campaign="${ID}",state="draft"}`)).toBe(1);
    await run();
    const found = await scrape();
    expect(found.has(`ringmaster_campaign_state{campaign="${ID}",state="draft"}`)).toBe(false);
    expect(found.get(`ringmaster_campaign_state{campaign="${ID}",state="running"}`)).toBe(1);
  });

  it('call those overdue who were due for long while calls are allowed, and nobody else', async () => {
    await seedCampaign(site.store, ID, 3);
    await run();
    site.clock.advanceTo(SEEDED_AT + HOUR);
    const due = site.clock.now() + MINUTE;
    const callees = (await site.store.calleesIn(ID, ['initial'], 0, 2)).callees.slice(0, 2);
    const moves = callees.map(({ ref, record }) => {
      const after = { ...record, due, version: record.version + 1 };
      return { ref, before: record, after, story: undefined };
    });
    expect(await site.store.apply(ID, { name: 'test', now: site.clock.now(), moves })).toBe('done');
    const overdue = async () => (await scrape()).get(`ringmaster_callees_overdue{campaign="${ID}"}`);
    site.clock.advance(OVERDUE_AFTER - MINUTE);
    expect(await overdue()).toBe(0);
    site.clock.advance(2 * OVERDUE_AFTER);
    expect(await overdue()).toBe(2);
    // At night nobody may be called, so nobody is late.
    site.clock.advance(14 * HOUR);
    expect(await overdue()).toBe(0);
  });

  it('count requests to the provider over all processes, with what became of them', async () => {
    const other = createRequestTally(connection, { prefix });
    tally.note('CreateAutoCalloutTask', 'ok', 250);
    tally.note('CreateAutoCalloutTask', 'ok', 250);
    other.note('CreateAutoCalloutTask', 'InternalError', 1_000);
    await Promise.all([tally.flush(), other.flush()]);
    const found = await scrape();
    const of = (metric: string, outcome: string) =>
      found.get(`ringmaster_${metric}{action="CreateAutoCalloutTask",outcome="${outcome}"}`);
    expect(of('provider_requests_total', 'ok')).toBe(2);
    expect(of('provider_request_seconds_total', 'ok')).toBe(0.5);
    expect(of('provider_requests_total', 'InternalError')).toBe(1);
    expect(found.get('ringmaster_provider_quota_requests_per_second')).toBe(20);
  });

  it('tell how many jobs wait in each queue and for how long', async () => {
    await bull.wake({ queue: 'dispatch', campaignId: ID, priority: 3 });
    await bull.wake({ queue: 'poll', campaignId: ID, priority: 3 }, Date.now() + HOUR);
    const found = await scrape();
    expect(found.get('ringmaster_queue_jobs{queue="dispatch",state="waiting"}')).toBe(1);
    expect(found.get('ringmaster_queue_jobs{queue="poll",state="delayed"}')).toBe(1);
    expect(found.get('ringmaster_queue_lag_seconds{queue="dispatch"}')).toBeGreaterThan(0);
    expect(found.get('ringmaster_queue_lag_seconds{queue="poll"}')).toBe(0);
    expect(found.get('ringmaster_redis_latency_seconds')).toBeGreaterThan(0);
  });
});

describe('the Grafana dashboard among the samples', () => {
  const Panels = z.object({
    panels: z.array(
      z.object({ title: z.string(), targets: z.array(z.object({ expr: z.string() })).optional() }),
    ),
  });

  it('asks for nothing but metrics that there are', async () => {
    await seedCampaign(site.store, ID, 3);
    await callSeeded(site.store, ID, 3, 2);
    tally.note('DescribeTelCdr', 'ok', 1);
    await tally.flush();
    const names = new Set([...(await scrape()).keys()].map((sample) => sample.replace(/\{.*/, '')));
    const { panels } = Panels.parse(JSON.parse(readFileSync('samples/grafana-dashboard.json', 'utf8')));
    const asked = panels.flatMap(({ targets = [] }) =>
      targets.flatMap(({ expr }) => expr.match(/ringmaster_\w+/g) ?? []),
    );
    expect(asked.length).toBeGreaterThan(10);
    expect(asked.filter((name) => !names.has(name))).toEqual([]);
  });
});

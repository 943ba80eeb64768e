import { afterAll, afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { createRedisStore } from '../../src/adapters/redis/store.ts';
import { createRedisSuppression } from '../../src/adapters/redis/suppression.ts';
import type { ImportMode } from '../../src/core/import.ts';
import { PAGE_SLOTS } from '../../src/core/limits.ts';
import { runAudit } from '../../src/pipelines/audit.ts';
import { ingestImport } from '../../src/pipelines/ingest.ts';
import { DeathError, type Fault, FaultPlan, FaultyRedis } from '../support/faulty-redis.ts';
import { type ImportSite, mobile, openImportSite, rowsByNumber } from '../support/import-site.ts';
import { SEEDED_AT, SEEDED_SETTINGS } from '../support/seeded-campaign.ts';

let site: ImportSite;
beforeEach(async () => {
  site = await openImportSite();
});
afterEach(() => site.close());

const lines = (from: number, to: number, name: string): string =>
  Array.from({ length: to - from }, (_, at) => `${mobile(from + at)},${name}\n`).join('');
const KNOWN = `phone,name\n${lines(0, 50, 'old')}`;
/** Two pages; repeats that only the store can find, among them of the list before; rejections; a repeat of its own. */
const LIST = `phone,name\n${lines(0, 20, 'new')}bad,x\n${lines(100, PAGE_SLOTS + 200, 'n')}${lines(150, 153, 'late')}${lines(3_000, 3_060, 'n')}${lines(3_000, 3_002, 'again')}`;

/** Everything that an operator can see of an import and its campaign, the ids of this run apart. */
async function seen(campaignId: string, id: string): Promise<unknown> {
  const record = await site.store.importRecord(id);
  const rejections = await site.rejections(id);
  const rows = [...(await rowsByNumber(site.store, campaignId)).values()];
  const audit = await runAudit({ store: site.store }, campaignId);
  expect(audit.violations).toEqual([]);
  const text = JSON.stringify([record, rejections, rows, await site.errorsCsv(id)]);
  return JSON.parse(text.replaceAll(campaignId, 'campaign'));
}

async function prepare(campaignId: string, mode: ImportMode): Promise<string> {
  await site.store.createCampaign(campaignId, SEEDED_SETTINGS, SEEDED_AT);
  await site.take(campaignId, KNOWN);
  return site.open(campaignId, LIST, mode);
}

/** Runs the import with the Nth call to Redis struck; a healthy process ends it. False: N was never reached. */
async function runStruck(id: string, at: number, fault: Fault): Promise<boolean> {
  const plan = new FaultPlan(at, fault);
  const redis = new FaultyRedis(inject('redisUrl'), { maxRetriesPerRequest: 1 });
  // Before it is connected a command would count twice: when it is queued, and when it is sent.
  await redis.ping();
  redis.strike(plan);
  const store = createRedisStore(redis, { prefix: site.prefix });
  const suppression = createRedisSuppression(redis, { prefix: site.prefix });
  try {
    await ingestImport({ ...site.deps, store, suppression }, id);
  } catch (error) {
    if (!(error instanceof DeathError) && !String(error).includes('connection lost')) throw error;
  } finally {
    redis.disconnect();
  }
  await ingestImport(site.deps, id);
  return plan.struck;
}

const STRIDE = process.env.RINGMASTER_LONG === undefined ? 5 : 1;
let calls = 0;
afterAll(() => {
  // Fewer would mean that the faults never reached the calls that matter.
  expect(calls).toBeGreaterThan(STRIDE === 1 ? 100 : 20);
});

describe.each(['add', 'update'] as const)('a list to %s, when the Nth call to Redis', (mode) => {
  it.each([
    ['fails', 'fails', 1],
    ['loses its reply', 'reply_lost', 2],
    ['is the last before the process dies', 'dies_before', 3],
    ['is done as the process dies', 'dies_after', 4],
  ] as const)('%s, ends exactly as without it', { timeout: 600_000 }, async (_name, fault, first) => {
    const whole = await prepare('unharmed', mode);
    await ingestImport(site.deps, whole);
    const expected = await seen('unharmed', whole);
    for (let at = STRIDE === 1 ? 1 : first; ; at += STRIDE) {
      const campaignId = `struck${String(at).padStart(4, '0')}`;
      const id = await prepare(campaignId, mode);
      const struck = await runStruck(id, at, fault);
      expect(await seen(campaignId, id), `N = ${at}`).toEqual(expected);
      if (!struck) break;
      calls += 1;
    }
  });
});

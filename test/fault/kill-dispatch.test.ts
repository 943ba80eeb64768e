import { Redis } from 'ioredis';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { createRedisStore } from '../../src/adapters/redis/store.ts';
import {
  AuditJson,
  CampaignJson,
  type Child,
  ImportJson,
  ledgerOf,
  QUICK_CAMPAIGN,
  quickList,
  requestsOf,
  type Site,
  setFaults,
  until,
} from '../support/processes.ts';
import { siteForEach } from '../support/site-for-each.ts';

/** Real processes that end without a word, as a power cut or the kernel's memory killer ends them. */

let site: Site;

siteForEach((opened) => {
  site = opened;
});

const CREATE = 'CreateAutoCalloutTask';
const READ = 'DescribeAutoCalloutTask';
const CALLEES = 300;
/** Many small batches, so that each kill finds creates under way and leaves some to be made. */
const CAMPAIGN = {
  ...QUICK_CAMPAIGN,
  pacing: { batchCalleesMax: 10, calleesInFlightMax: 300, leadTime: '1s' },
};
/** A fifth of the creates take effect and lose their reply; all replies come late, so that a kill falls in between. */
const LOST_REPLIES = [
  { action: CREATE, kind: 'drop', commit: true, probability: 0.2 },
  { action: CREATE, kind: 'slow', delayMs: 150, probability: 1 },
];

const ROWS = 20_000;

/** The same list with so much in every row that reading it takes long enough to be killed in. */
function longRows(list: string): string {
  const words = (index: number) =>
    Array.from({ length: 60 }, (_, at) => ((index + at) * 2_654_435_761) >>> 0);
  return list
    .split('\n')
    .map((line, index) => (line === '' ? '' : `${line},${index === 0 ? 'note' : words(index).join(' ')}`))
    .join('\n');
}

async function startCampaign(callees: number): Promise<void> {
  const campaign = await site.write('quick.json', CAMPAIGN);
  const list = await site.write('list.csv', quickList(callees));
  await site.cli('campaign', 'put', 'quick', '--file', campaign);
  await site.cli('import', 'add', 'quick', list, '--wait');
  await site.cli('campaign', 'start', 'quick');
}

/** Kills the process once `action` was asked of the provider more than `before` times; how often it was in the end. */
async function killAt(url: string, action: string, before: number, child: Child): Promise<number> {
  await until(async () => expect(await requestsOf(url, action)).toBeGreaterThan(before), 1);
  expect(await child.end('SIGKILL')).toMatchObject({ code: null, signal: 'SIGKILL' });
  return requestsOf(url, action);
}

async function expectGoodEnd(url: string, callees: number): Promise<void> {
  await site.run('cli', ['campaign', 'show', 'quick', '--watch']);
  const end = await site.json(CampaignJson, 'campaign', 'show', 'quick');
  expect(end).toMatchObject({ state: 'completed', callees });
  expect((end.counts.answered ?? 0) + (end.counts.unanswered ?? 0)).toBe(callees);
  expect(await ledgerOf(url)).toMatchObject({ dials: end.attempts, numbers: callees, duplicateDials: 0 });
  // Some were called again.
  expect(end.attempts).toBeGreaterThan(callees);
  expect(await site.json(AuditJson, 'audit')).toEqual({ violations: [], violationsMore: 0, callees });
}

describe('kill -9', () => {
  it('of a dispatcher in the midst of its creates, again and again, dials nobody twice and loses nobody', async () => {
    const { url } = await site.simulate();
    await setFaults(url, LOST_REPLIES);
    const [dispatch] = await Promise.all([
      site.startTaking('dispatch'),
      site.startTaking('all', ['ingest', 'poll', 'retry']),
    ]);
    await startCampaign(CALLEES);
    const all = [dispatch];
    let creates = await killAt(url, CREATE, 0, dispatch);
    expect(await site.json(AuditJson, 'audit')).toMatchObject({ violations: [], callees: CALLEES });
    for (let round = 0; round < 3; round += 1) {
      const next = site.start('dispatch');
      all.push(next);
      creates = await killAt(url, CREATE, creates, next);
    }
    all.push(await site.startTaking('dispatch'));
    await expectGoodEnd(url, CALLEES);
    // Each way into doubt was really met: a reply that was lost, and a submission whose owner died over it.
    const said = all.map((child) => child.stderr()).join('');
    expect(said).toContain('"event":"submission_in_doubt"');
    expect(said).toContain('"event":"submission_overdue"');
    expect(said).toContain('"event":"batch_adopted"');
  }, 240_000);

  it('of the processes that read tasks and decide retries loses no call', async () => {
    const { url } = await site.simulate();
    const [poll, retry] = await Promise.all([
      site.startTaking('poll'),
      site.startTaking('retry'),
      site.startTaking('all', ['ingest', 'dispatch']),
    ]);
    await startCampaign(CALLEES);
    const reads = await killAt(url, READ, 0, poll);
    // The first reading that is stored brings the first callees to call again.
    const more = await killAt(url, READ, reads + 1, site.start('poll'));
    await retry.end('SIGKILL');
    site.start('retry');
    await killAt(url, READ, more, site.start('poll'));
    await site.startTaking('poll');
    await expectGoodEnd(url, CALLEES);
  }, 240_000);

  it('of an importer in the midst of a list leaves the same accounting as none', async () => {
    const list = await site.write('list.csv', longRows(quickList(ROWS, 300, 40)));
    const campaign = await site.write('quick.json', QUICK_CAMPAIGN);
    const whole = { rows: ROWS + 340, accepted: ROWS, duplicate: 300, suppressed: 0, rejected: 40 };
    const add = async (id: string): Promise<string> => {
      await site.cli('campaign', 'put', id, '--file', campaign);
      return (await site.json(ImportJson, 'import', 'add', id, list)).id;
    };
    const redis = new Redis(inject('redisUrl'));
    onTestFinished(() => redis.disconnect());
    const store = createRedisStore(redis, { prefix: site.prefix });
    const read = async (id: string) => (await store.importRecord(id)) ?? expect.fail('no such import');

    const id = await add('killed');
    for (let round = 0; round < 2; round += 1) {
      const { rows } = await read(id);
      const ingest = site.start('ingest');
      await until(async () => expect((await read(id)).rows).toBeGreaterThan(rows), 1);
      await ingest.end('SIGKILL');
      // Otherwise the kill came too late to show anything.
      expect(await read(id)).toMatchObject({ state: 'reading' });
    }
    await site.startTaking('ingest');
    await until(async () => expect(await read(id)).toMatchObject({ state: 'done', ...whole }));
    const other = await add('unkilled');
    await until(async () => expect(await read(other)).toMatchObject({ state: 'done', ...whole }));
    const audit = await site.json(AuditJson, 'audit');
    expect(audit).toEqual({ violations: [], violationsMore: 0, callees: 2 * ROWS });
  }, 240_000);
});

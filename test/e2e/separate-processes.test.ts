import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect, it } from 'vitest';
import { z } from 'zod';
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
  until,
} from '../support/processes.ts';
import { siteForEach } from '../support/site-for-each.ts';

let site: Site;

siteForEach((opened) => {
  site = opened;
});

const CALLEES = 600;
const CalleeJson = z.object({
  callee: z.string(),
  state: z.string(),
  attempts: z.number(),
  history: z.array(z.object({ to: z.string(), reason: z.string() })),
});

/** Asks a worker to stop: whoever runs it (a service manager, a container) waits some seconds and wants code 0. */
async function stopInOrder(child: Child): Promise<void> {
  const asked = performance.now();
  const { code, stderr } = await child.end('SIGTERM');
  expect(code, stderr).toBe(0);
  expect(performance.now() - asked).toBeLessThan(10_000);
  expect(stderr).toContain('"event":"stopped"');
}

it('one process per role, two of them dispatching, carry a campaign to its end; each can be replaced meanwhile', async () => {
  const campaign = await site.write('quick.json', QUICK_CAMPAIGN);
  const list = await site.write('list.csv', quickList(CALLEES, 20, 5));
  const { url } = await site.simulate('--state', join(site.dir, 'simulator.json'));
  const [ingest, poll, retry, dispatch] = await Promise.all([
    site.startTaking('ingest'),
    site.startTaking('poll'),
    site.startTaking('retry'),
    site.startTaking('dispatch'),
    site.startTaking('dispatch'),
  ]);
  if (!ingest || !poll || !retry || !dispatch) throw new Error('a worker is missing');

  expect(await site.cli('campaign', 'put', 'quick', '--file', campaign)).toContain('stored as a draft');
  const taken = await site.json(ImportJson, 'import', 'add', 'quick', list, '--wait');
  expect(taken).toMatchObject({ state: 'done', rows: CALLEES + 25, accepted: CALLEES, duplicate: 20 });
  expect(taken).toMatchObject({ suppressed: 0, rejected: 5 });
  expect(await site.cli('campaign', 'start', 'quick')).toContain('is now running');

  // Each role is handed from one process to the next while the campaign runs.
  await until(async () => expect(await requestsOf(url, 'CreateAutoCalloutTask')).toBeGreaterThan(0));
  const replacements = ['dispatch', 'poll', 'retry', 'ingest'] as const;
  for (const [at, child] of [dispatch, poll, retry, ingest].entries()) {
    await stopInOrder(child);
    await site.startTaking(replacements[at] ?? 'all');
  }
  const second = quickList(CALLEES + 50).replaceAll('order-', 'late-');
  const more = await site.json(
    ImportJson,
    'import',
    'add',
    'quick',
    await site.write('second.csv', second),
    '--wait',
  );
  expect(more).toMatchObject({ state: 'done', accepted: 50, duplicate: CALLEES });

  await site.run('cli', ['campaign', 'show', 'quick', '--watch']);
  const end = await site.json(CampaignJson, 'campaign', 'show', 'quick');
  expect(end).toMatchObject({ state: 'completed', callees: CALLEES + 50 });
  expect((end.counts.answered ?? 0) + (end.counts.unanswered ?? 0)).toBe(CALLEES + 50);
  const ledger = await ledgerOf(url);
  expect(ledger).toMatchObject({ dials: end.attempts, numbers: CALLEES + 50, duplicateDials: 0 });
  expect(end.attempts).toBeGreaterThan(CALLEES + 50);
  expect(await site.json(AuditJson, 'audit')).toEqual({
    violations: [],
    violationsMore: 0,
    callees: CALLEES + 50,
  });

  const report = join(site.dir, 'report.csv');
  await site.cli('report', 'quick', '--out', report);
  const lines: Record<string, string>[] = parse(await readFile(report), { bom: true, columns: true });
  expect(lines).toHaveLength(CALLEES + 50);
  const twice = lines.find((line) => line.attempts === '2');
  const number = twice?.callee?.replace(/^'/, '') ?? '';
  const callee = await site.json(CalleeJson, 'callee', 'show', 'quick', number);
  expect(callee).toMatchObject({ callee: number, state: twice?.state, attempts: 2 });
  expect(callee.history.map(({ to }) => to)).toEqual([
    ...['batched', 'calling', 'missed', 'pending_retry', 'batched', 'calling'],
    ...(callee.state === 'answered' ? ['answered'] : ['missed', 'unanswered']),
  ]);
}, 240_000);

it('the simulator remembers its tasks over a restart', async () => {
  const state = join(site.dir, 'simulator.json');
  const campaign = await site.write('quick.json', QUICK_CAMPAIGN);
  const list = await site.write('list.csv', quickList(40));
  const { child, url } = await site.simulate('--state', state);
  const worker = await site.startTaking('all');
  await site.cli('campaign', 'put', 'quick', '--file', campaign);
  await site.cli('import', 'add', 'quick', list, '--wait');
  await site.cli('campaign', 'start', 'quick');
  await until(async () => expect((await ledgerOf(url)).dials).toBeGreaterThan(0));
  await stopInOrder(worker);
  const before = await ledgerOf(url);
  expect((await child.end('SIGTERM')).code).toBe(0);

  const again = await site.simulate('--state', state);
  expect((await ledgerOf(again.url)).dials).toBeGreaterThanOrEqual(before.dials);
  await site.startTaking('all');
  await site.run('cli', ['campaign', 'show', 'quick', '--watch']);
  const end = await site.json(CampaignJson, 'campaign', 'show', 'quick');
  expect(end.state).toBe('completed');
  expect(await ledgerOf(again.url)).toMatchObject({ dials: end.attempts, numbers: 40, duplicateDials: 0 });
}, 240_000);

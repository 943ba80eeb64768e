import { appendFile, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../src/adapters/simulator/rng.ts';
import {
  AuditJson,
  CampaignJson,
  type Child,
  ImportJson,
  QUICK_CAMPAIGN,
  quickList,
  type Site,
  until,
} from '../support/processes.ts';
import { siteForEach } from '../support/site-for-each.ts';

let site: Site;
let folder: string;

siteForEach(async (opened) => {
  site = opened;
  folder = join(site.dir, 'drop/quick');
  await mkdir(folder, { recursive: true });
  await site.cli('campaign', 'put', 'quick', '--file', await site.write('quick.json', QUICK_CAMPAIGN));
});

/** The watcher needs nothing of the provider's. */
const ENV = { DROP_SETTLE: '500ms', TCCC_SECRET_ID: undefined, TCCC_SECRET_KEY: undefined };
const watch = (...roles: string[]) => site.startTaking('all', ['watch', ...roles], ENV);

/** Lists of numbers that no other has: the nth holds `callees` of them. */
function nthList(nth: number, callees: number): string {
  const lines = quickList(callees * (nth + 1)).split('\n');
  return [lines[0], ...lines.slice(1 + callees * nth, 1 + callees * (nth + 1)), ''].join('\n');
}

/** What an operator sees there. A process that is killed in the very act leaves a dot file, which is removed later. */
async function done(): Promise<string[]> {
  const names = await readdir(join(folder, 'done')).catch(() => []);
  return names.filter((name) => !name.startsWith('.')).sort();
}

/** Waits until these files, and nothing but these and their summaries, are done; gives the summaries. */
async function allDone(names: readonly string[]) {
  const wanted = names.flatMap((name) => [name, `${name}.summary.json`]).sort();
  await until(async () => expect(await done(), String(await readdir(folder))).toEqual(wanted));
  expect(await readdir(folder)).toEqual(['done']);
  const texts = names.map((name) => readFile(join(folder, 'done', `${name}.summary.json`), 'utf8'));
  return (await Promise.all(texts)).map((text) => ({ again: true, ...JSON.parse(text) }));
}

/** Every list was taken once, whole: no row came twice, none is missing. */
async function expectOnce(names: readonly string[], calleesEach: number): Promise<void> {
  const summaries = await allDone(names);
  expect(new Set(summaries.map((summary) => summary.id)).size).toBe(names.length);
  for (const summary of summaries) {
    const counts = { rows: calleesEach, accepted: calleesEach, duplicate: 0, rejected: 0 };
    expect(summary).toMatchObject({ state: 'done', again: false, ...counts });
  }
  const campaign = await site.json(CampaignJson, 'campaign', 'show', 'quick');
  expect(campaign.callees).toBe(names.length * calleesEach);
  const audit = await site.json(AuditJson, 'audit', 'quick');
  expect(audit).toMatchObject({ violations: [], violationsMore: 0 });
}

it('a list that is copied in two halves is one import, also when the watcher is killed between them', async () => {
  const text = nthList(0, 400);
  const first = await watch('ingest');
  const path = join(folder, 'list.csv');
  await writeFile(path, text.slice(0, 3_001));
  await first.end('SIGKILL');
  await watch('ingest');
  await appendFile(path, text.slice(3_001));
  await expectOnce(['list.csv'], 400);
}, 120_000);

it('a list that is moved in is one import, and the same bytes again add nothing and are told so', async () => {
  await watch('ingest');
  const outside = await site.write('list.csv', nthList(0, 10));
  await rename(outside, join(folder, 'list.csv'));
  await expectOnce(['list.csv'], 10);
  await writeFile(join(folder, 'again.csv'), nthList(0, 10));
  const [, again] = await allDone(['list.csv', 'again.csv']);
  expect(again).toMatchObject({ again: true, accepted: 10 });
  expect((await site.json(CampaignJson, 'campaign', 'show', 'quick')).callees).toBe(10);
}, 120_000);

it('a watcher killed before the import is read, and one killed after it, leave one import that is put away', async () => {
  const first = await watch();
  await writeFile(join(folder, 'list.csv'), nthList(0, 50));
  await first.says('"event":"drop_taken"');
  await first.end('SIGKILL');
  const [, id = ''] = /"importId":"([^"]+)"/.exec(first.stderr()) ?? [];
  const second = await watch();
  await second.says('"event":"drop_taken"');
  await second.end('SIGKILL');
  await site.startTaking('ingest');
  await until(async () => expect((await site.json(ImportJson, 'import', 'show', id)).state).toBe('done'));
  expect(await readdir(folder)).toEqual(['list.csv']);
  const third = await watch();
  await expectOnce(['list.csv'], 50);
  expect((await third.end()).code).toBe(0);
}, 120_000);

describe('two watchers at once', () => {
  const SEED = `drop-${Math.floor(Math.random() * 1e9)}`;

  it(`killed again and again, take every list once and lose none (seed ${SEED})`, async () => {
    const rng = createRng(SEED);
    const names = Array.from({ length: 16 }, (_, index) => `list-${index}.csv`);
    await site.startTaking('ingest');
    const all: Child[] = [];
    const start = async () => {
      const child = await watch();
      all.push(child);
      return child;
    };
    const taken = async () =>
      all.reduce((sum, one) => sum + one.stderr().split('"drop_taken"').length - 1, 0);
    const putAway = async () => (await done()).filter((name) => name.endsWith('.csv')).length;
    const pair = [await start(), await start()];
    for (const [index, name] of names.entries()) {
      await writeFile(join(folder, name), nthList(index, 40));
      if (index % 4 !== 3) continue;
      // At some moment while these four are taken, or put away.
      const progress = rng.chance(0.5) ? taken : putAway;
      const files = index - rng.int(0, 3);
      await until(async () => expect(await progress()).toBeGreaterThanOrEqual(files));
      const at = rng.int(0, 1);
      await pair[at]?.end('SIGKILL');
      pair[at] = await start();
    }
    await expectOnce(names, 40);
    for (const { stderr } of all) expect(stderr()).not.toMatch(/drop_trouble|drop_fault|"level":"error"/);
  }, 180_000);
});

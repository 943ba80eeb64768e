import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { eventually } from '../support/eventually.ts';
import {
  AuditJson,
  CampaignJson,
  type Ended,
  ImportJson,
  ledgerOf,
  QUICK_CAMPAIGN,
  quickList,
  type Site,
} from '../support/processes.ts';
import { siteForEach } from '../support/site-for-each.ts';

const CALLEES = 120;

let site: Site;
/** A machine without Redis, provider or files of the installation: all that a command finds there. */
let elsewhere: string;
siteForEach((fresh) => {
  site = fresh;
});
beforeEach(async () => {
  elsewhere = await mkdtemp(join(tmpdir(), 'rm-elsewhere-'));
});
afterEach(() => rm(elsewhere, { recursive: true, force: true }));

const Listening = z.object({ event: z.literal('listening'), url: z.string() });

function addressIn(log: string): string {
  const line = log.split('\n').find((text) => text.includes('"event":"listening"')) ?? '';
  return Listening.parse(JSON.parse(line)).url;
}

/** The environment of the other machine. What is set there for an installation of its own must not matter. */
function environment(url: string | undefined, key: string | undefined): Record<string, string | undefined> {
  return {
    ...{ RINGMASTER_URL: url, RINGMASTER_KEY: key, HOME: elsewhere, DATA_DIR: join(elsewhere, 'data') },
    ...{ REDIS_URL: 'no address', TCCC_ENDPOINT: 'no address', TCCC_SDK_APP_ID: 'none', HTTP_PORT: 'none' },
    ...{ TCCC_SECRET_ID: undefined, TCCC_SECRET_KEY: undefined, SWEEP_INTERVAL: 'never' },
  };
}

it('an operator on another machine, with address and key alone, carries a campaign to its end', async () => {
  const { url: provider } = await site.simulate();
  const worker = await site.startTaking('all');
  await worker.says('"event":"listening"');
  const url = addressIn(worker.stderr() + worker.stdout());
  const key = (await site.cli('key', 'create', '--role', 'operator', '--name', 'mei')).trim();
  const loaded = join(elsewhere, 'loaded');
  const env = { ...environment(url, key), NODE_V8_COVERAGE: loaded };
  const run = async (args: readonly string[], input?: string): Promise<Ended> => {
    const ended = await site.run('cli', args, { cwd: elsewhere, env, input });
    expect(ended.stdout + ended.stderr).not.toContain(key);
    return ended;
  };
  const cli = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await run(args);
    expect(code, stderr + stdout).toBe(0);
    return stdout;
  };
  // A key that was made elsewhere is known within a second.
  await eventually(async () => expect((await run(['doctor'])).code).toBe(0));

  const put = await run(['campaign', 'put', 'quick', '--file', '-'], JSON.stringify(QUICK_CAMPAIGN));
  expect(put).toMatchObject({ code: 0, stdout: 'campaign "quick" is stored as a draft\n', stderr: '' });
  const list = await site.write('list.csv', quickList(CALLEES, 10, 5));
  const read = ImportJson.parse(JSON.parse(await cli('import', 'add', 'quick', list, '--wait', '--json')));
  expect(read).toMatchObject({
    state: 'done',
    rows: CALLEES + 15,
    accepted: CALLEES,
    duplicate: 10,
    rejected: 5,
  });
  const errors: unknown[] = parse(await cli('import', 'errors', read.id), { bom: true, columns: true });
  expect(errors).toHaveLength(15);
  expect(await cli('campaign', 'start', 'quick')).toContain('is now running');
  const watched = await cli('campaign', 'show', 'quick', '--watch');
  expect(watched).toMatch(/^quick completed: 120 of 120 callees finished, \d+ attempts\n$/m);
  const end = CampaignJson.parse(JSON.parse(await cli('campaign', 'show', 'quick', '--json')));
  expect(end).toMatchObject({ state: 'completed', callees: CALLEES });
  const report = join(elsewhere, 'report.csv');
  await cli('report', 'quick', '--out', report);
  const lines: Record<string, string>[] = parse(await readFile(report), { bom: true, columns: true });
  expect(lines).toHaveLength(CALLEES);
  expect(lines.reduce((sum, line) => sum + Number(line.attempts), 0)).toBe(end.attempts);
  expect(await ledgerOf(provider)).toMatchObject({ dials: end.attempts, duplicateDials: 0 });
  const audit = await cli('audit', '--json');
  expect(AuditJson.parse(JSON.parse(audit)).violations).toEqual([]);
  for (const args of [
    ['campaign', 'list', '--json'],
    ['callee', 'list', 'quick', '--json'],
    ['report', 'quick'],
  ]) {
    expect(await cli(...args)).toBe(await site.cli(...args));
  }

  // Whatever a command loaded, it was nothing that speaks to Redis or the provider.
  const scripts = new Set<string>();
  for (const name of await readdir(loaded)) {
    const text = await readFile(join(loaded, name), 'utf8');
    for (const [, script = ''] of text.matchAll(/"url":"file:([^"]+)"/g)) scripts.add(script);
  }
  expect([...scripts].filter((script) => script.endsWith('remote/api-client.js'))).toHaveLength(1);
  const unwanted =
    /node_modules\/(?:ioredis|bullmq|tencentcloud|pino|fastify)|src\/(?:app|adapters\/redis|faces\/cli\/local)\b/;
  expect([...scripts].filter((script) => unwanted.test(script))).toEqual([]);
  expect(await readdir(elsewhere)).toEqual(expect.not.arrayContaining(['data']));
}, 240_000);

it('an address without a key, a key without an address and an address that is none are told as settings', async () => {
  const key = `rmk_${'a'.repeat(10)}_${'b'.repeat(43)}`;
  for (const [url, given, words] of [
    ['http://127.0.0.1:1', undefined, 'RINGMASTER_KEY: is needed beside RINGMASTER_URL'],
    [undefined, key, 'RINGMASTER_URL: is needed beside RINGMASTER_KEY'],
    ['calls.example.com', key, 'RINGMASTER_URL: write "https://host"'],
    ['http://127.0.0.1:1', 'secret-of-mine', 'RINGMASTER_KEY: is no key of ours'],
  ] as const) {
    const ended = await site.run('cli', ['campaign', 'list'], {
      env: environment(url, given),
      cwd: elsewhere,
    });
    expect([ended.code, ended.stdout]).toEqual([2, '']);
    expect(ended.stderr).toContain(words);
    expect(ended.stderr).not.toMatch(/secret-of-mine|rmk_a/);
  }
});

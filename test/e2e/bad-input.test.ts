import { readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import {
  CampaignJson,
  type Ended,
  ImportJson,
  ledgerOf,
  QUICK_CAMPAIGN,
  quickList,
  type Site,
  until,
} from '../support/processes.ts';
import { freePort, startTestRedis } from '../support/redis-server.ts';
import { siteForEach } from '../support/site-for-each.ts';

let site: Site;

siteForEach((opened) => {
  site = opened;
});

/** Refused with this code and these lines: the first says what is wrong, and no line is a stack or a log. */
function expectRefusal(ended: Ended, code: 1 | 2, ...lines: readonly RegExp[]): void {
  expect(ended, ended.stderr).toMatchObject({ code, stdout: '' });
  const said = ended.stderr.trimEnd().split('\n');
  expect(said, ended.stderr).toHaveLength(lines.length);
  for (const [at, line] of lines.entries()) expect(said[at]).toMatch(line);
  expect(said[0]).toMatch(/^ringmaster: \S/);
}

/** Runs commands beside each other, two at a time: each is a process that takes a second to start. */
async function runAll(commands: readonly (readonly string[])[]): Promise<Ended[]> {
  const ended: Ended[] = [];
  for (let at = 0; at < commands.length; at += 2) {
    const pair = commands.slice(at, at + 2).map((args) => site.run('cli', args));
    ended.push(...(await Promise.all(pair)));
  }
  return ended;
}

async function putQuick(id = 'quick'): Promise<void> {
  await site.cli('campaign', 'put', id, '--file', await site.write(`${id}.json`, QUICK_CAMPAIGN));
}

describe('the command line', () => {
  it('refuses a campaign file that is wrong with the place and the remedy, and stores nothing of it', async () => {
    const cases: [name: string, change: object, problem: RegExp][] = [
      [
        'zone',
        { timeZone: 'Asia/Atlantis' },
        /timeZone: unknown time zone "Asia\/Atlantis"; use an IANA name/,
      ],
      [
        'span',
        { startAt: '2026-11-30T09:00:00+08:00', endAt: '2026-11-23T09:00:00+08:00' },
        /endAt: "endAt" must be later than "startAt"/,
      ],
      ['callers', { callers: [] }, /callers: name at least one caller number/],
    ];
    const files = await Promise.all(
      cases.map(([name, change]) => site.write(`${name}.json`, { ...QUICK_CAMPAIGN, ...change })),
    );
    const commands = files.map((file, at) => ['campaign', 'put', cases[at]?.[0] ?? '', '--file', file]);
    const ended = await runAll(commands);
    for (const [at, [name, , problem]] of cases.entries()) {
      expectRefusal(ended[at] as Ended, 1, new RegExp(`campaign "${name}" has one problem:`), problem);
    }
    expect(JSON.parse(await site.cli('campaign', 'list', '--json'))).toEqual([]);
  }, 120_000);

  it('refuses what is not there and what it does not know, and changes nothing', async () => {
    await putQuick();
    await symlink('loop.csv', join(site.dir, 'loop.csv'));
    const list = await site.write('list.csv', quickList(3));
    const [missing, folder, loop, nobody, start] = await runAll([
      ['import', 'add', 'quick', 'missing.csv'],
      ['import', 'add', 'quick', site.dir],
      ['import', 'add', 'quick', 'loop.csv'],
      ['import', 'add', 'nobody', list],
      ['campaign', 'start', 'nobody'],
    ]);
    expectRefusal(missing as Ended, 1, /missing\.csv cannot be read: there is no such file/);
    expectRefusal(folder as Ended, 1, /cannot be read: it is a directory/);
    expectRefusal(loop as Ended, 1, /loop\.csv cannot be read: /);
    expectRefusal(nobody as Ended, 1, /there is no campaign "nobody"; "campaign list" names all there are/);
    expectRefusal(start as Ended, 1, /there is no campaign "nobody"/);
    const [noun, verb] = await runAll([['fly'], ['campaign', 'fly', 'quick']]);
    expectRefusal(noun as Ended, 2, /unknown command 'fly'/);
    expectRefusal(verb as Ended, 2, /unknown command 'fly'/);
    expect(await site.json(CampaignJson, 'campaign', 'show', 'quick')).toMatchObject({
      state: 'draft',
      callees: 0,
    });
    // Nothing was left in the spool either.
    expect(await readdir(join(site.dir, 'spool')).catch(() => [])).toEqual([]);
  }, 120_000);

  it('takes a list from standard input, and the same bytes only once', async () => {
    await putQuick();
    await site.startTaking('ingest', [], { TCCC_SECRET_ID: undefined, TCCC_SECRET_KEY: undefined });
    const text = quickList(30, 2, 1);
    const file = await site.write('list.csv', text);
    const piped = await site.run('cli', ['import', 'add', 'quick', '-', '--wait', '--json'], { input: text });
    expect(piped.code, piped.stderr).toBe(0);
    const taken = ImportJson.parse(JSON.parse(piped.stdout));
    expect(taken).toMatchObject({ state: 'done', rows: 33, accepted: 30, duplicate: 2, rejected: 1 });
    const again = await site.cli('import', 'add', 'quick', file, '--wait');
    expect(again).toContain(`import ${taken.id} was already imported: the very same bytes`);
    expect(await site.json(ImportJson, 'import', 'show', taken.id)).toEqual(taken);
  }, 120_000);

  it('fails a list without a column of numbers as a whole, naming the columns it has', async () => {
    await putQuick();
    await site.startTaking('ingest');
    const list = await site.write('names.csv', 'first,last\nAda,Lovelace\nAlan,Turing\n');
    const ended = await site.run('cli', ['import', 'add', 'quick', list, '--wait']);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/^ringmaster: import quick-i\w+ of names\.csv failed: .*first.*last.*\n$/);
    expect(await site.cli('callee', 'list', 'quick', '--json')).toBe('[]\n');
  }, 120_000);
});

describe('every process', () => {
  it('gives up by itself when Redis is away, and says where it looked', async () => {
    const port = await freePort();
    const env = { REDIS_URL: `redis://user:secret@127.0.0.1:${port}`, LOG_LEVEL: 'error' };
    const [command, worker] = await Promise.all([
      site.run('cli', ['campaign', 'list'], { env }),
      site.run('poll', [], { env }),
    ]);
    for (const ended of [command, worker]) {
      expectRefusal(ended, 1, new RegExp(`Redis at 127.0.0.1:${port} does not answer .*REDIS_URL`));
      expect(ended.stderr).not.toContain('secret');
    }
  }, 120_000);

  it('refuses a Redis that may throw callees away', async () => {
    const redis = await startTestRedis(['--maxmemory-policy', 'allkeys-lru']);
    onTestFinished(redis.stop);
    const env = { REDIS_URL: redis.url, LOG_LEVEL: 'error' };
    const [command, worker] = await Promise.all([
      site.run('cli', ['campaign', 'list'], { env }),
      site.run('all', [], { env }),
    ]);
    const refusal =
      /may evict keys \(maxmemory-policy allkeys-lru\); run "CONFIG SET maxmemory-policy noeviction"/;
    expectRefusal(command, 1, refusal);
    expectRefusal(worker, 1, refusal);
  }, 120_000);

  it('refuses a role that there is not, and names those there are', async () => {
    const ended = await site.run('all', ['poll', 'nosuchrole']);
    expectRefusal(ended, 2, /there is no role "nosuchrole"; roles are ingest, dispatch, poll, retry/);
  }, 120_000);

  it('refuses to call anybody without the provider settings, and names each', async () => {
    const env = {
      TCCC_SECRET_ID: undefined,
      TCCC_SECRET_KEY: '',
      TCCC_SDK_APP_ID: undefined,
      LOG_LEVEL: 'error',
    };
    const ended = await site.run('dispatch', [], { env });
    const names = [/^ {2}TCCC_SECRET_ID: /, /^ {2}TCCC_SECRET_KEY: /, /^ {2}TCCC_SDK_APP_ID: /];
    expectRefusal(ended, 2, /these settings need a change in the environment:/, ...names);
  }, 120_000);

  it('reports all settings that do not parse at once, without repeating what they hold', async () => {
    const env = { SWEEP_INTERVAL: 'often', TCCC_SECRET_KEY: 'two words', LOG_LEVEL: 'loud' };
    const ended = await site.run('cli', ['campaign', 'list'], { env });
    expectRefusal(ended, 2, /these settings need a change/, /TCCC_SECRET_KEY/, /LOG_LEVEL/, /SWEEP_INTERVAL/);
    expect(ended.stderr).not.toContain('two words');
  }, 120_000);
});

it('wrong credentials block a campaign with the code of the provider; with the right ones it goes on to its end', async () => {
  const { url } = await site.simulate();
  const wrong = await site.startTaking('all', [], { TCCC_SECRET_KEY: 'not-the-key' });
  await putQuick();
  await site.cli('import', 'add', 'quick', await site.write('list.csv', quickList(40)), '--wait');
  await site.cli('campaign', 'start', 'quick');
  const show = () => site.json(CampaignJson, 'campaign', 'show', 'quick');
  // Blocked, and everybody is back where they were, at no attempt's cost.
  const back = { state: 'blocked', reason: 'provider_blocked', attempts: 0, counts: { initial: 40 } };
  await until(async () => expect(await show()).toMatchObject(back));
  // The provider's own full stop, or ours, ends the sentence.
  expect((await show()).reasonText).toMatch(
    /AuthFailure\.SignatureFailure.*[^.]\. Mend it, then: campaign start quick/,
  );
  expect(await ledgerOf(url)).toMatchObject({ dials: 0 });
  expect((await wrong.end()).code).toBe(0);

  await site.startTaking('all');
  expect(await site.cli('campaign', 'start', 'quick')).toContain('is now running');
  expect((await site.run('cli', ['campaign', 'show', 'quick', '--watch'])).code).toBe(0);
  const end = await show();
  expect(end).toMatchObject({ state: 'completed', callees: 40 });
  expect(await ledgerOf(url)).toMatchObject({ dials: end.attempts, numbers: 40, duplicateDials: 0 });
}, 240_000);

const ListedSettings = z.object({
  ok: z.boolean(),
  checks: z.array(z.object({ check: z.string(), state: z.string() })),
});

it('doctor tells wrong credentials from right ones', async () => {
  await site.simulate();
  const wrong = await site.run('cli', ['doctor', '--json'], { env: { TCCC_SECRET_KEY: 'not-the-key' } });
  expect(wrong.code).toBe(1);
  const failed = ListedSettings.parse(JSON.parse(wrong.stdout)).checks.filter(
    ({ state }) => state === 'failed',
  );
  expect(failed).toMatchObject([{ check: 'provider' }]);
  expect(await site.json(ListedSettings, 'doctor')).toMatchObject({ ok: true });
}, 120_000);

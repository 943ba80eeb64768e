import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccessRole } from '../../src/core/access.ts';
import { type CliSite, openCliSite, startRemote } from '../support/cli-site.ts';
import { setState } from '../support/redis-store.ts';
import {
  callSeeded,
  SEEDED_AT,
  SEEDED_SETTINGS,
  seedCampaign,
  seededNumber,
} from '../support/seeded-campaign.ts';

const NUMBER = '13800000004';
/** More callees than the API gives in two replies. */
const CALLEES = 1_100;

let site: CliSite;
let importId: string;
beforeAll(async () => {
  site = await openCliSite();
  site.clock.advance(SEEDED_AT - site.clock.now());
  const { store } = site;
  await seedCampaign(store, 'spring', CALLEES);
  await callSeeded(store, 'spring', 8, 4);
  await setState(store, 'spring', 'running');
  await store.createCampaign('autumn', { ...SEEDED_SETTINGS, name: '秋天' }, SEEDED_AT);
  const list = 'number,name\n13900000001,Mei\n1380013,=Wei\n13900000001,again\n';
  const added = await site.local('import add autumn -', { stdin: list });
  importId = /import (\S+) is waiting/.exec(added.out)?.[1] ?? '';
  await site.ingest();
  await site.local(['suppress', 'add', '13700000001', '--reason', 'asked by mail']);
  await site.local('suppress add 13700000002 --expires 2027-01-01');
  await site.local('suppress remove 13700000002');
  await site.local('suppress add 13700000003 --campaign spring --expires 2027-03-01');
});
afterAll(() => site.close());

/** Every command that reads, and who may. */
const READING: readonly (readonly [command: string, role?: AccessRole])[] = [
  ['campaign list', 'operator'],
  ['campaign list --json', 'viewer'],
  ['campaign show spring'],
  ['campaign show spring --json'],
  ['campaign show autumn --json'],
  ['import list spring'],
  ['import list spring --json'],
  ['import list autumn'],
  ['import list nowhere --json'],
  ['import show <import>'],
  ['import show <import> --json'],
  ['import errors <import>'],
  ['import errors <import> --text'],
  ['import errors <import> --json'],
  ['callee show spring c3'],
  ['callee show spring c3 --json'],
  [`callee show spring ${NUMBER} --json`],
  ['callee show spring row:9 --json'],
  ['callee list spring'],
  ['callee list spring --json'],
  ['callee list spring --state missed'],
  ['callee list autumn --state expired --json'],
  ['report spring'],
  ['report spring --json'],
  ['report autumn'],
  ['audit', 'viewer'],
  ['audit --json'],
  ['audit spring --json'],
  ['preflight spring'],
  ['preflight autumn --json'],
  ['suppress list'],
  ['suppress list --json'],
  ['suppress list --actions'],
  ['suppress list --actions --json'],
  ['suppress list --campaign spring'],
  ['suppress list --campaign autumn --json'],
  ['key list', 'admin'],
  ['key list --json', 'admin'],
  // Refused in the same words.
  ['campaign show nowhere'],
  ['import show nowhere'],
  ['import show spring-i000000000000 --json'],
  ['import errors spring-i000000000000 --json'],
  ['callee show nowhere c1'],
  ['callee show spring c9999'],
  ['callee show spring 13900000009'],
  ['callee list nowhere --json'],
  ['report nowhere'],
  ['audit nowhere'],
  ['suppress list --campaign nowhere'],
];

describe('a command that reads', () => {
  it.each(READING.map(([command, role]) => ({ command, role })))(
    '$command says the same over the API as on the store',
    async ({ command, role }) => {
      const args = command.replace('<import>', importId);
      const remote = await site.remote(args, role);
      expect(remote).toEqual(await site.local(args));
      expect(remote.out + remote.err).not.toBe('');
    },
  );

  it('writes the same report to a file, which appears only when it is whole', async () => {
    const [own, remote] = [join(site.dir, 'own.csv'), join(site.dir, 'remote.csv')];
    const said = await site.remote(`report spring --out ${remote}`);
    expect(said).toEqual(await site.local(`report spring --out ${own}`));
    expect(said.err).toContain(`${CALLEES.toLocaleString('en-US')} callees`);
    expect(await readFile(remote)).toEqual(await readFile(own));
    const nowhere = await site.remote(`report spring --out ${join(site.dir, 'no', 'x.csv')}`);
    expect(nowhere).toMatchObject({ code: 1, err: expect.stringContaining('cannot be written') });
    const errors = join(site.dir, 'errors.csv');
    expect(await site.remote(`import errors ${importId} --out ${errors}`)).toEqual({
      code: 0,
      out: '',
      err: '',
    });
    expect(await readFile(errors, 'utf8')).toBe((await site.local(`import errors ${importId}`)).out);
  });

  it('shows a viewer masked numbers, and refuses reports, lists of errors and writes with the role that is needed', async () => {
    const list = await site.remote('callee list spring --state missed', 'viewer');
    expect(list.out).toContain('+861********04');
    expect(list.out).not.toContain(seededNumber(4));
    for (const command of [
      'report spring',
      `import errors ${importId} --json`,
      'suppress list',
      'campaign pause spring',
      'suppress add 13800000001',
    ]) {
      const { code, out, err } = await site.remote(command, 'viewer');
      expect([command, code, out]).toEqual([command, 1, '']);
      expect(err).toBe(
        'ringmaster: this needs the role operator; the key has the role viewer; set RINGMASTER_KEY to a key that has it\n',
      );
    }
    expect((await site.remote('key list', 'operator')).err).toContain('needs the role admin');
  });

  it('never puts a number or an odd id where it would make another address', async () => {
    for (const id of ['..', '.', '', '../keys', 'a/b', 'spring?x=1', 'spring#x', '%2e%2e', '\u{1f600}']) {
      const { code, out, err } = await site.remote(['campaign', 'show', id]);
      expect([id, code, out]).toEqual([id, 1, '']);
      expect(err).toMatch(/^ringmaster: (?!unexpected)/);
    }
  });
});

describe('doctor over the API', () => {
  const checks = (out: string): Record<string, string> =>
    Object.fromEntries(
      JSON.parse(out).checks.map((one: { check: string; state: string }) => [one.check, one.state]),
    );

  it('finds the way, the key with its role, the clocks and what the API says of itself', async () => {
    // The header Date is of the machine's clock.
    const clock = { ...site.clock, now: () => Date.now(), sleep: async () => {} };
    const api = { url: site.url, key: site.keys.viewer };
    const { code, out } = await startRemote('doctor --json', api, clock).done;
    expect(checks(out)).toEqual({
      ...{ node: 'ok', settings: 'ok', api: 'ok', clock: 'ok', key: 'ok' },
      ...{ 'server process': 'ok', 'server redis': 'ok', 'server provider': 'ok' },
    });
    expect(code).toBe(0);
    const text = (await startRemote('doctor', api, clock).done).out;
    expect(text).toMatch(/^key +ok +"the viewer" with the role viewer/m);
    expect(text).not.toContain(site.keys.viewer);
  });

  it('names a clock that is wrong, a key that does not hold and a server that is not ready', async () => {
    const other = await site.another({ pingRedis: () => Promise.reject(new Error('away')) });
    const url = await other.listen({ host: '127.0.0.1', port: 0 });
    const key = `rmk_${'a'.repeat(10)}_${'b'.repeat(43)}`;
    const { code, out } = await startRemote('doctor --json', { url, key }, site.clock).done;
    expect(checks(out)).toMatchObject({
      ...{ api: 'ok', clock: 'warning', key: 'failed', 'server redis': 'failed' },
    });
    expect(code).toBe(1);
    expect(out).not.toContain(key);
  });
});

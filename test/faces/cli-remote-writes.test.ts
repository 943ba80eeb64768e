import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SUPPRESSION_REJECTIONS_SHOWN_MAX } from '../../src/core/limits.ts';
import { ACTION_NAMES, ACTIONS } from '../../src/pipelines/actions.ts';
import { type CliSite, openCliSite } from '../support/cli-site.ts';
import { eventually } from '../support/eventually.ts';
import {
  callSeeded,
  SEEDED_AT,
  SEEDED_SETTINGS,
  seedCampaign,
  seededNumber,
} from '../support/seeded-campaign.ts';

const LIST = 'number,name\n13800138000,Mei\n';

let site: CliSite;
beforeEach(async () => {
  site = await openCliSite({ settings: { uploadBytesMax: 100_000 } });
  site.clock.advance(SEEDED_AT - site.clock.now());
});
afterEach(() => site.close());

describe('campaigns over the API', () => {
  it('are put once; the same file again says so, another is refused with what differs, a wrong one with every problem', async () => {
    const path = await site.file('spring.json', SEEDED_SETTINGS);
    expect(await site.remote(`campaign put spring --file ${path}`)).toEqual({
      ...{ code: 0, out: 'campaign "spring" is stored as a draft\n', err: '' },
    });
    for (const [stdin, words] of [
      [JSON.stringify(SEEDED_SETTINGS), /^campaign "spring" was stored already/],
      [JSON.stringify({ ...SEEDED_SETTINGS, ivrId: 9 }), /exists with other settings \(ivrId\)/],
      [JSON.stringify({ name: '', callers: [], ivrID: 7 }), /has \d problems:\n {2}name: /],
      ['{ "name": ', /is not JSON/],
    ] as const) {
      const remote = await site.remote('campaign put spring --file -', 'operator', { stdin });
      expect(remote).toEqual(await site.local('campaign put spring --file -', { stdin }));
      expect(remote.out + remote.err).toMatch(words);
    }
    const bad = await site.remote(`campaign put SPRING!! --file ${path}`);
    expect(bad).toMatchObject({ code: 1, out: '' });
    expect(await site.store.campaignIds()).toEqual(['spring']);
  });

  it('are changed only when that is said, and tell which settings are others now', async () => {
    for (const id of ['own', 'api']) await site.store.createCampaign(id, SEEDED_SETTINGS, SEEDED_AT);
    const path = await site.file('x.json', { ...SEEDED_SETTINGS, priority: 2, holidays: ['2027-01-01'] });
    for (const words of ['', ' --update', ' --update']) {
      const remote = await site.remote(`campaign put api --file ${path}${words}`);
      const own = await site.local(`campaign put own --file ${path}${words}`);
      const renamed = JSON.parse(JSON.stringify(own).replaceAll('\\"own\\"', '\\"api\\"'));
      expect(remote).toEqual(renamed);
    }
    expect((await site.store.campaign('api'))?.settings).toMatchObject({ priority: 2 });
    expect((await site.store.trail('api')).at(-1)).toMatchObject({ by: 'the operator' });
  });

  it('take every action of the table, in the words of the store, under the name of the key', async () => {
    for (const action of ACTION_NAMES.filter((name) => ACTIONS[name].moves === 'campaign')) {
      const [own, remote] = [`own-${action}`, `api-${action}`];
      for (const id of [own, remote]) await site.store.createCampaign(id, SEEDED_SETTINGS, SEEDED_AT);
      const verb = action.replaceAll('_', '-');
      const said = await site.remote(`campaign ${verb} ${remote}`);
      const expected = await site.local(`campaign ${verb} ${own}`);
      expect(said).toEqual({
        ...expected,
        out: expected.out.replaceAll(own, remote),
        err: expected.err.replaceAll(own, remote),
      });
      if (said.code === 0)
        expect((await site.store.trail(remote)).at(-1)).toMatchObject({ by: 'the operator' });
    }
    await seedCampaign(site.store, 'spring', 20);
    await callSeeded(site.store, 'spring', 8, 4);
    await site.remote('campaign start spring');
    const retried = await site.remote('campaign retry-now spring --disposition busy');
    expect(retried).toMatchObject({ code: 0, out: expect.stringMatching(/callees/) });
    const asked: string[] = [];
    site.app.server.on('request', ({ url = '' }) => asked.push(url));
    const number = seededNumber(13);
    const callee = await site.remote(`callee give-up spring ${number}`);
    expect(callee).toMatchObject({ code: 0, out: '"give_up" is done for callee spring-c12\n' });
    expect(JSON.parse((await site.local('callee show spring c12 --json')).out)).toMatchObject({
      state: 'unanswered',
    });
    for (const command of ['callee show spring', 'suppress add', 'suppress remove'])
      expect((await site.remote(`${command} ${number}`)).code).toBe(0);
    expect(asked.length).toBeGreaterThan(4);
    // Proxies keep the addresses that they pass on.
    for (const address of asked) expect(address).not.toContain(number.slice(2));
  });

  it('can be watched to their end, through an API that is away for a while', async () => {
    await site.store.createCampaign('spring', SEEDED_SETTINGS, SEEDED_AT);
    const { text, done } = site.start('campaign show spring --watch', 'viewer');
    await eventually(() => expect(text.out).toContain('spring draft: 0 of 0'));
    const { port } = new URL(site.url);
    const other = await site.another({});
    await site.app.close();
    await eventually(() => {
      site.clock.advance(1_000);
      expect(text.err).toMatch(/^ringmaster: .*; trying again in 1 s\n$/);
    });
    await other.listen({ host: '127.0.0.1', port: Number(port) });
    const campaign = await site.store.campaign('spring');
    if (campaign === undefined) throw new Error('the campaign is gone');
    await site.store.moveCampaign(campaign, 'cancelled', {
      reason: 'test',
      text: 'test',
      by: 'test',
      now: 0,
    });
    await eventually(() => {
      site.clock.advance(1_000);
      expect(text.out).toContain('spring cancelled');
    });
    expect((await done).code).toBe(0);
    expect(text.out.trim().split('\n')).toHaveLength(2);
  });

  it('are watched until the operator interrupts, quietly', async () => {
    await site.store.createCampaign('spring', SEEDED_SETTINGS, SEEDED_AT);
    const interrupt = new AbortController();
    const { text, done } = site.start('campaign show spring --watch', 'viewer', { signal: interrupt.signal });
    await eventually(() => expect(text.out).toContain('spring draft'));
    interrupt.abort(new Error('interrupted'));
    expect(await done).toMatchObject({ code: 0, err: '' });
  });
});

describe('imports over the API', () => {
  beforeEach(() => site.store.createCampaign('spring', SEEDED_SETTINGS, SEEDED_AT));

  it('send a file or standard input, and know the same bytes again', async () => {
    const added = await site.remote(`import add spring ${await site.file('list.csv', LIST)}`);
    expect(added).toMatchObject({ code: 0, err: '' });
    const id = /import (spring-i[0-9a-f]{12}) is waiting to be read/.exec(added.out)?.[1];
    expect(await site.spooled()).toEqual([id]);
    const again = await site.remote('import add spring - --json', 'operator', { stdin: LIST });
    expect(JSON.parse(again.out)).toMatchObject({
      id,
      state: 'waiting',
      fileName: 'list.csv',
      bytes: LIST.length,
    });
    expect((await site.remote('import add spring -', 'operator', { stdin: LIST })).out).toContain(
      `import ${id} was already imported`,
    );
    expect((await site.store.trail('spring')).length).toBeGreaterThan(0);
  });

  it('take the operator at their word about the form, and try a list without storing anything', async () => {
    const big5 = Buffer.concat([Buffer.from('phone~name\n13800138000~'), Buffer.from([0xa4, 0xfd])]);
    const path = await site.file('list.csv', big5);
    const told = `import add spring ${path} --encoding big5 --delimiter ~`;
    const tried = await site.remote(`${told} --dry-run`);
    expect(tried).toEqual(await site.local(`${told} --dry-run`));
    expect(tried.out).toContain('nothing was stored');
    expect((await site.remote(`${told} --dry-run --json`)).out).toBe(
      (await site.local(`${told} --dry-run --json`)).out,
    );
    expect(await site.spooled()).toEqual([]);
    expect((await site.remote(told)).code).toBe(0);
    await site.ingest();
    expect((await site.remote('callee show spring 13800138000')).out).toContain('王');
    for (const words of ['--encoding ebcdic', '--delimiter 12']) {
      expect(await site.remote(`import add spring ${path} ${words}`)).toEqual(
        await site.local(`import add spring ${path} ${words}`),
      );
    }
    const gzip = await site.file('list.csv.gz', gzipSync('number\n13800138001\n'));
    expect((await site.remote(`import add spring ${gzip}`)).code).toBe(0);
    const update = await site.remote('import add spring - --update', 'operator', {
      stdin: 'number,name\n13800138000,Wei\n',
    });
    expect(update.code).toBe(0);
    await site.ingest();
    expect((await site.remote('callee show spring 13800138000')).out).toMatch(
      /changed by +row 1 of spring-i/,
    );
  });

  it('are waited for, and say how their rows ended; one that fails ends with code 1 and why', async () => {
    const { text, done } = site.start(['import', 'add', 'spring', '-', '--wait'], 'operator', {
      stdin: `${LIST}1380013,Wei\n`,
    });
    await eventually(() => expect(text.out).toContain('is waiting'));
    await eventually(() => {
      site.clock.advance(5_000);
      expect(text.err).toContain('nobody has begun to read spring-i');
    });
    await site.ingest();
    await eventually(() => {
      site.clock.advance(1_000);
      expect(text.out).toContain(
        'is done; 2 rows: 1 accepted, 0 duplicate, 0 suppressed, 1 rejected (utf-8; comma)',
      );
    });
    expect((await done).code).toBe(0);
    const wrong = site.start(['import', 'add', 'spring', '-', '--wait'], 'operator', { stdin: 'a,b\nc,d\n' });
    await eventually(() => expect(wrong.text.out).toContain('is waiting'));
    await site.ingest();
    await eventually(() => {
      site.clock.advance(1_000);
      expect(wrong.text.err).toMatch(/^ringmaster: import spring-i\w+ of standard input failed: /);
    });
    expect((await wrong.done).code).toBe(1);
  });

  it('of a list that is too large are refused before it is sent whole, and of one that changes while it is sent', async () => {
    const path = await site.file('list.csv', `${LIST}${'13800138000,x\n'.repeat(10_000)}`);
    for (const args of [
      `import add spring ${path}`,
      `suppress import ${path}`,
      `import add spring ${path} --dry-run`,
    ]) {
      const { code, out, err } = await site.remote(args);
      expect([code, out]).toEqual([1, '']);
      expect(err).toBe(
        'ringmaster: the file is larger than 100000 bytes; split it, or have HTTP_UPLOAD_BYTES_MAX raised\n',
      );
    }
    const { Readable } = await import('node:stream');
    let sent = 0;
    const endless = Readable.from(
      (function* () {
        for (;;) {
          sent += 65_536;
          yield Buffer.alloc(65_536, 'x');
        }
      })(),
    );
    const stdin = await site.remote('import add spring -', 'operator', { stdin: endless });
    expect(stdin).toMatchObject({ code: 1, err: expect.stringContaining('larger than 100000 bytes') });
    expect(sent).toBeLessThan(50_000_000);
    expect(await site.spooled()).toEqual([]);
  });

  it('of a missing file, to an unknown or a cancelled campaign are refused in the words of the store', async () => {
    await site.local('campaign cancel spring');
    const path = await site.file('list.csv', LIST);
    for (const args of [`spring ${path}.no`, `spring ${site.dir}`, `spring ${path}`, `nowhere ${path}`]) {
      const said = await site.remote(`import add ${args}`);
      expect(said).toEqual(await site.local(`import add ${args}`));
      expect(said.code).toBe(1);
    }
  });
});

describe('suppression lists over the API', () => {
  beforeEach(() => site.store.createCampaign('global', SEEDED_SETTINGS, SEEDED_AT));

  it('are changed number by number, that of a campaign called global included', async () => {
    const add = ['suppress', 'add', '13800138000', '--reason', 'asked, by mail', '--expires', '2027-01-01'];
    expect(await site.remote(add)).toMatchObject({
      code: 0,
      out: 'the number is now on the list "global"; 0 waiting callees suppressed\n',
    });
    expect((await site.remote(add)).out).toContain('was already on the list "global"');
    const json = await site.remote([...add, '--campaign', 'global', '--json']);
    expect(JSON.parse(json.out)).toEqual({
      ...{ list: 'campaign global', added: true, suppressed: 0, calling: 0 },
      expiresAt: '2026-12-31T16:00:00.000Z',
    });
    expect((await site.local([...add, '--campaign', 'global', '--json'])).out).toBe(
      json.out.replace('true', 'false'),
    );
    expect(await site.remote('suppress remove +8613800138000')).toMatchObject({
      out: 'the number was taken off the list "global"\n',
    });
    expect((await site.remote('suppress remove 13800138000 --json')).out).toBe(
      (await site.local('suppress remove 13800138000 --json')).out,
    );
    expect((await site.remote('suppress list --campaign global')).out).toMatch(
      /^\+8613800138000 {2}until 2027-01-01T00:00:00\+08:00 {2}asked, by mail {2}\(the operator, single\)\n$/,
    );
    expect(await site.remote('suppress clear --yes --campaign global')).toMatchObject({
      out: '1 numbers were taken off the list "campaign global"\n',
    });
    for (const args of ['suppress add 12', 'suppress add 13800138000 --expires soon', 'suppress remove 12']) {
      expect(await site.remote(args)).toEqual(await site.local(args));
    }
  });

  it('take files, and tell of the first rows that were refused and how many more there are', async () => {
    const rows = SUPPRESSION_REJECTIONS_SHOWN_MAX + 5;
    const stdin = `phone\n13800138000\n${'12\n'.repeat(rows)}`;
    const remote = await site.remote('suppress import -', 'operator', { stdin });
    expect(remote.code).toBe(0);
    const lines = remote.out.trim().split('\n');
    expect(lines[0]).toMatch(/^row 2 \(line 3\), column "phone": rejected, number_/);
    expect(lines.at(-2)).toBe('and 5 more rows that were rejected');
    expect(lines.at(-1)).toBe(
      `list "global": ${(rows + 1).toLocaleString('en-US')} rows: 1 added, 0 known, ${rows.toLocaleString('en-US')} rejected; 0 waiting callees suppressed`,
    );
    const again = await site.remote('suppress import - --json', 'operator', { stdin });
    expect(again.out).toBe((await site.local('suppress import - --json', { stdin })).out);
    const told = 'suppress import - --json --delimiter ^ --encoding utf-8';
    const odd = { stdin: 'name^phone\nx^13800000039\n' };
    expect(JSON.parse((await site.remote(told, 'operator', odd)).out)).toMatchObject({ rows: 1, added: 1 });
    const empty = await site.remote('suppress import -', 'operator', { stdin: '' });
    expect(empty).toEqual(await site.local('suppress import -', { stdin: '' }));
    expect(empty.code).toBe(1);
  });
});

describe('keys over the API', () => {
  it('are made, listed and revoked by an admin; a revoked one holds no longer', async () => {
    const made = await site.remote('key create --role viewer --name console --json', 'admin');
    const key = JSON.parse(made.out);
    expect(Object.keys(key)).toEqual(['id', 'name', 'role', 'createdAt', 'lastUsedAt', 'secret']);
    const plain = await site.remote('key create --role operator', 'admin');
    expect(plain.out).toMatch(/^rmk_\S+\n$/);
    expect(plain.err).toContain('it is not shown again');
    expect((await site.remote('key create --role viewer --name console', 'admin')).err).toBe(
      (await site.local('key create --role viewer --name console')).err,
    );
    expect(await site.remote('key revoke console', 'admin')).toMatchObject({
      out: `key "console" (${key.id}) is revoked\n`,
    });
    expect(await site.remote('key revoke console', 'admin')).toEqual(await site.local('key revoke console'));
    expect((await site.remote('key create --role viewer', 'operator')).err).toContain('needs the role admin');
  });
});

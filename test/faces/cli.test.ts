import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { Redis } from 'ioredis';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { type BullQueue, createBullQueue } from '../../src/adapters/bullmq/queue.ts';
import { listReader } from '../../src/adapters/list/list-reader.ts';
import { campaignKeys } from '../../src/adapters/redis/keys.ts';
import { probeRedis } from '../../src/adapters/redis/probe.ts';
import { createRedisStore } from '../../src/adapters/redis/store.ts';
import { createRedisSuppression } from '../../src/adapters/redis/suppression.ts';
import { createSpool } from '../../src/adapters/spool.ts';
import { AppError } from '../../src/core/errors.ts';
import type { CliDeps, CliIo } from '../../src/faces/cli/deps.ts';
import { runCli } from '../../src/faces/cli/run-cli.ts';
import { ACTION_NAMES, ACTIONS } from '../../src/pipelines/actions.ts';
import { ingestImport } from '../../src/pipelines/ingest.ts';
import type { Store } from '../../src/ports/store.ts';
import type { Telephony } from '../../src/ports/telephony.ts';
import { ManualClock } from '../support/clock.ts';
import { eventually } from '../support/eventually.ts';
import { keyParts } from '../support/key-parts.ts';
import { callSeeded, SEEDED_AT, SEEDED_SETTINGS, seedCampaign } from '../support/seeded-campaign.ts';
import { freshPrefix } from '../support/store.ts';

let connection: Redis;
let prefix: string;
let dir: string;
let store: Store;
let queue: BullQueue;
let clock: ManualClock;
let opened: number;
let closed: number;
let extra: Partial<CliDeps>;

beforeAll(() => {
  connection = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null });
});
afterAll(async () => {
  await connection.quit();
});
beforeEach(async () => {
  prefix = freshPrefix();
  dir = await mkdtemp(join(tmpdir(), 'rm-cli-'));
  clock = new ManualClock(SEEDED_AT);
  store = createRedisStore(connection, { prefix });
  queue = createBullQueue({ connection, prefix, clock, logger: pino({ level: 'silent' }) });
  opened = 0;
  closed = 0;
  extra = {};
});
afterEach(async () => {
  await queue.close();
  await rm(dir, { recursive: true, force: true });
  const keys = await connection.keys(`*${prefix}*`);
  if (keys.length > 0) await connection.del(...keys);
});

const open = async (): Promise<CliDeps> => {
  opened += 1;
  return {
    store,
    queue,
    clock,
    spool: createSpool(join(dir, 'spool')),
    reader: listReader(),
    suppression: createRedisSuppression(connection, { prefix }),
    redisFacts: () => probeRedis(connection),
    ...keyParts(connection, prefix, dir),
    close: async () => {
      closed += 1;
    },
    ...extra,
  };
};

interface Process {
  stdin?: string;
  isTTY?: boolean;
  signal?: AbortSignal;
  nodeVersion?: string;
}

function start(args: readonly string[], process: Process = {}) {
  const stdout = Object.assign(new PassThrough(), { isTTY: process.isTTY ?? false });
  const stderr = new PassThrough();
  const text = { out: '', err: '' };
  stdout.on('data', (chunk) => {
    text.out += chunk;
  });
  stderr.on('data', (chunk) => {
    text.err += chunk;
  });
  const io: CliIo = {
    stdin: Readable.from([Buffer.from(process.stdin ?? '')]),
    stdout,
    stderr,
    user: 'cli:mei',
    signal: process.signal ?? new AbortController().signal,
    nodeVersion: process.nodeVersion ?? 'v20.20.0',
  };
  return { text, done: runCli(args, io, open) };
}

async function cli(args: string, process: Process = {}) {
  const { text, done } = start(args.split(' '), process);
  const code = await done;
  expect(closed).toBe(opened);
  return { code, ...text };
}

const file = async (name: string, content: unknown): Promise<string> => {
  const path = join(dir, name);
  const isRaw = typeof content === 'string' || content instanceof Uint8Array;
  await writeFile(path, isRaw ? content : JSON.stringify(content));
  return path;
};

describe('campaign', () => {
  it('put stores a draft; the same file again says so; another is refused', async () => {
    const path = await file('spring.json', SEEDED_SETTINGS);
    expect(await cli(`campaign put spring --file ${path}`)).toEqual({
      code: 0,
      out: 'campaign "spring" is stored as a draft\n',
      err: '',
    });
    expect((await cli(`campaign put spring --file ${path}`)).out).toContain('stored already');
    const stdin = JSON.stringify({ ...SEEDED_SETTINGS, ivrId: 9 });
    const refused = await cli('campaign put spring --file -', { stdin });
    expect(refused).toMatchObject({ code: 1, out: '' });
    expect(refused.err).toMatch(/^ringmaster: campaign "spring" exists with other settings \(ivrId\);.*\n$/);
  });

  it('put of a wrong file names every problem with its place, and stores nothing', async () => {
    const path = await file('bad.json', { name: '', callers: [], ivrID: 7 });
    const { code, err } = await cli(`campaign put spring --file ${path}`);
    expect(code).toBe(1);
    expect(err).toMatch(/^ringmaster: campaign "spring" has \d problems:\n {2}name: /);
    expect(err).toContain('  callers: name at least one caller number');
    expect(err).toContain('unknown key "ivrID"');
    expect(err).not.toMatch(/\n\s+at /);
    expect(await store.campaignIds()).toEqual([]);
  });

  it('put of a file that is missing, a directory or no JSON says which, before Redis is needed', async () => {
    const notJson = await file('x.json', '{ "name": ');
    for (const [path, words] of [
      [join(dir, 'nowhere.json'), 'there is no such file'],
      [dir, 'it is a directory'],
      [notJson, 'is not JSON'],
      [
        await file('comma.json', '{ "name": "n",\n  "ivrId": 7,\n}'),
        '(line 3, column 1); JSON has no comments',
      ],
      [await file('comment.json', '{\n// later\n}'), '(line 2, column 1)'],
      [await file('ansi.json', Buffer.from([0x7b, 0x22, 0xca, 0xd6, 0x22])), 'is not UTF-8'],
    ]) {
      const { code, err } = await cli(`campaign put spring --file ${path}`);
      expect([code, err]).toEqual([1, expect.stringMatching(/^ringmaster: .*\n$/)]);
      expect(err).toContain(words);
    }
    expect(opened).toBe(0);
  });

  it('has a command for every row of the actions table, recorded under the operator', async () => {
    for (const action of ACTION_NAMES.filter((name) => ACTIONS[name].moves === 'campaign')) {
      await store.createCampaign(`c-${action}`, SEEDED_SETTINGS, SEEDED_AT);
      await cli(`campaign start c-${action}`);
      const { code, out } = await cli(`campaign ${action} c-${action}`);
      const state = (await store.campaign(`c-${action}`))?.state;
      expect([code, out]).toEqual([
        0,
        expect.stringContaining(
          `is ${action === 'start' || action === 'resume' ? 'already' : 'now'} ${state}`,
        ),
      ]);
      expect((await store.trail(`c-${action}`)).at(-1)).toMatchObject({ by: 'cli:mei' });
    }
  });

  it('an action that does not fit the state is refused with code 1 and one line', async () => {
    await store.createCampaign('spring', SEEDED_SETTINGS, SEEDED_AT);
    expect(await cli('campaign pause spring')).toEqual({
      code: 1,
      out: '',
      err: 'ringmaster: campaign "spring" is draft; "pause" is possible when it is: running, paused, blocked\n',
    });
  });

  it('show --json is one document with the promised fields', async () => {
    await seedCampaign(store, 'spring', 20);
    await callSeeded(store, 'spring', 8, 4);
    const { code, out } = await cli('campaign show spring --json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      id: 'spring',
      state: 'draft',
      reason: 'created',
      counts: { initial: 12, batched: 0, calling: 0, missed: 2, answered: 6, cancelled: 0 },
      dispositions: { answered: 6, busy: 2 },
      attempts: 8,
      nextDueAt: '2026-11-23T02:00:00.000Z',
    });
    expect((await cli('campaign show nowhere --json')).err).toMatch(
      /^ringmaster: there is no campaign "nowhere"/,
    );
  });

  it('show without --json is for people', async () => {
    await seedCampaign(store, 'spring', 20);
    await callSeeded(store, 'spring', 8, 4);
    const { out } = await cli('campaign show spring');
    expect(out).toMatch(/^campaign +spring$/m);
    expect(out).toMatch(/^callees +20, of them finished 6$/m);
    expect(out).toMatch(/^answered +6$/m);
    // In the campaign's own time zone, as the windows of its file are.
    expect(out).toMatch(/^next due +2026-11-23T10:00:00\+08:00$/m);
  });

  it('list --json is an array of the same documents; without campaigns it is empty', async () => {
    expect((await cli('campaign list --json')).out).toBe('[]\n');
    await store.createCampaign('b', SEEDED_SETTINGS, 0);
    await store.createCampaign('a', SEEDED_SETTINGS, 0);
    const documents = JSON.parse((await cli('campaign list --json')).out);
    expect(documents.map((one: { id: string }) => one.id)).toEqual(['a', 'b']);
    expect(documents[0]).toEqual(JSON.parse((await cli('campaign show a --json')).out));
    expect((await cli('campaign list')).out).toMatch(/^campaign +state.*\na +draft/);
  });

  it('show --watch shows each change and ends with the campaign', async () => {
    await store.createCampaign('spring', SEEDED_SETTINGS, SEEDED_AT);
    const { text, done } = start(['campaign', 'show', 'spring', '--watch']);
    await eventually(() => expect(text.out).toContain('spring draft: 0 of 0'));
    const campaign = await store.campaign('spring');
    if (campaign === undefined) throw new Error('the campaign is gone');
    await store.moveCampaign(campaign, 'cancelled', { reason: 'test', text: 'test', by: 'test', now: 0 });
    await eventually(() => {
      clock.advance(500);
      expect(text.out).toContain('spring cancelled');
    });
    expect(await done).toBe(0);
    expect(text.out.trim().split('\n')).toHaveLength(2);
  });

  it('show --watch ends quietly when the operator interrupts', async () => {
    await store.createCampaign('spring', SEEDED_SETTINGS, SEEDED_AT);
    const interrupt = new AbortController();
    const { text, done } = start(['campaign', 'show', 'spring', '--watch'], { signal: interrupt.signal });
    await eventually(() => expect(clock.sleepers).toBe(1));
    interrupt.abort();
    expect(await done).toBe(0);
    expect(text.err).toBe('');
  });
});

describe('import', () => {
  const LIST = 'number,name\n13800138000,Mei\n';

  it('add takes a file, tells its id, and the same bytes again are known', async () => {
    await store.createCampaign('spring', SEEDED_SETTINGS, SEEDED_AT);
    const path = await file('list.csv', LIST);
    const first = await cli(`import add spring ${path}`);
    expect([first.code, first.err]).toEqual([0, '']);
    const id = /import (spring-i[0-9a-f]{12}) is waiting to be read/.exec(first.out)?.[1];
    expect(await readFile(join(dir, 'spool', String(id)), 'utf8')).toBe(LIST);
    const again = await cli('import add spring -', { stdin: LIST });
    expect(again).toMatchObject({
      code: 0,
      out: expect.stringContaining(`import ${id} was already imported`),
    });
    expect((await cli('import list spring')).out).toMatch(
      new RegExp(`^import +state +rows .*\\n${id} +waiting +0 +0 +0 +0 +0 +list\\.csv\\n$`),
    );
    expect(JSON.parse((await cli(`import list spring --json`)).out)).toMatchObject([
      { id, state: 'waiting' },
    ]);
    expect(JSON.parse((await cli(`import show ${id} --json`)).out)).toMatchObject({
      id,
      campaign: 'spring',
      state: 'waiting',
      rows: 0,
      accepted: 0,
      duplicate: 0,
      suppressed: 0,
      rejected: 0,
      encoding: '',
      delimiter: '',
    });
  });

  it('add takes the operator at their word about encoding and delimiter, and show says how the file was read', async () => {
    await store.createCampaign('spring', SEEDED_SETTINGS, SEEDED_AT);
    const path = join(dir, 'list.csv');
    // One character in Big5 that is another one in GB18030, parted by what no list is parted by.
    await writeFile(
      path,
      Buffer.concat([Buffer.from('phone~name\n13800138000~'), Buffer.from([0xa4, 0xfd])]),
    );
    const told = `import add spring ${path} --encoding big5 --delimiter ~`;
    expect((await cli(told)).code).toBe(0);
    const [record] = await store.imports('spring');
    expect(record?.wish).toEqual({ encoding: 'big5', delimiter: '~' });
    const id = record?.id ?? '';
    expect((await cli(`import show ${id}`)).out).toMatch(/written as +not read yet/);
    const deps = { store, clock, reader: listReader(), openFile: () => path };
    await ingestImport(deps, id);
    expect((await cli(`import show ${id}`)).out).toMatch(/written as +big5; "~"/);
    expect(JSON.parse((await cli(`import show ${id} --json`)).out)).toMatchObject({
      ...{ accepted: 1, encoding: 'big5', encodingSure: 100, delimiter: '~', format: 'text', sheet: '' },
    });
    expect((await cli(`callee show spring 13800138000`)).out).toContain('王');
    expect(JSON.parse((await cli(`${told} --dry-run --json`)).out)).toMatchObject({
      unchanged: 1,
      rejected: 0,
    });
    for (const words of ['--encoding ebcdic', '--delimiter 12']) {
      const { code, err } = await cli(`import add spring ${path} ${words}`);
      expect([code, err.split(';')[0]]).toEqual([
        1,
        expect.stringMatching(/no encoding "ebcdic"|"12" cannot part/),
      ]);
    }
  });

  it('add of a missing file, to an unknown or a cancelled campaign is refused and spools nothing', async () => {
    await store.createCampaign('spring', SEEDED_SETTINGS, SEEDED_AT);
    await cli('campaign cancel spring');
    const path = await file('list.csv', LIST);
    for (const [args, words] of [
      [`spring ${join(dir, 'nowhere.csv')}`, 'there is no such file'],
      [`spring ${dir}`, 'it is a directory'],
      [`spring ${path}`, 'is cancelled'],
      [`nowhere ${path}`, 'there is no campaign'],
    ]) {
      for (const dryRun of ['', ' --dry-run']) {
        const { code, err, out } = await cli(`import add ${args}${dryRun}`);
        expect([code, out, err.includes(String(words))]).toEqual([1, '', true]);
      }
    }
    expect(await readdir(dir)).not.toContain('spool');
  });

  it('add --wait says that nobody reads, then how the rows ended', async () => {
    await store.createCampaign('spring', SEEDED_SETTINGS, SEEDED_AT);
    const path = await file('list.csv', LIST);
    const { text, done } = start(['import', 'add', 'spring', path, '--wait']);
    await eventually(() => {
      clock.advance(2_000);
      expect(text.err).toContain('nobody has begun to read spring-i');
    });
    expect(text.err).toContain('npm start -- ingest');
    const [record] = await store.imports('spring');
    const rejection = {
      kind: 'rejected',
      row: 1,
      line: 2,
      column: 'number',
      code: 'number_invalid',
      message: 'no',
      cells: ['1'],
    } as const;
    await store.storeImportStep(record?.id ?? '', {
      rowsBefore: 0,
      rowsAfter: 1,
      page: undefined,
      rejections: [rejection],
      now: 1,
    });
    await store.closeImport(record?.id ?? '', { state: 'done', reason: '', now: 1 });
    await eventually(() => {
      clock.advance(500);
      expect(text.out).toContain('is done; 1 rows: 0 accepted, 0 duplicate, 0 suppressed, 1 rejected');
    });
    expect(await done).toBe(0);
    expect(text.err.match(/nobody has begun/g)).toHaveLength(1);
    const sentence = 'row 1 (line 2), column "number": rejected, number_invalid: no\n';
    expect((await cli(`import errors ${record?.id} --text`)).out).toBe(sentence);
    expect(JSON.parse((await cli(`import errors ${record?.id} --json`)).out)).toEqual([
      { ...rejection, value: '' },
    ]);
  });

  it('add --wait of a list that cannot be taken ends with code 1 and the reason', async () => {
    await store.createCampaign('spring', SEEDED_SETTINGS, SEEDED_AT);
    const { text, done } = start([
      'import',
      'add',
      'spring',
      await file('list.csv', LIST),
      '--wait',
      '--json',
    ]);
    await eventually(async () => expect(await store.imports('spring')).toHaveLength(1));
    const [record] = await store.imports('spring');
    await store.closeImport(record?.id ?? '', { state: 'failed', reason: 'no column holds numbers', now: 1 });
    await eventually(() => {
      clock.advance(500);
      expect(text.err).not.toBe('');
    });
    expect(await done).toBe(1);
    expect(text.err).toMatch(
      /^ringmaster: import spring-i[0-9a-f]+ of list\.csv failed: no column holds numbers\n$/,
    );
    expect(JSON.parse(text.out)).toMatchObject({ id: record?.id, state: 'failed' });
  });

  it('add --wait says how a list ended that was read before anybody could look', async () => {
    await store.createCampaign('spring', SEEDED_SETTINGS, SEEDED_AT);
    const good = await file('good.csv', LIST);
    const bad = await file('bad.csv', 'first,last\nAda,Lovelace\n');
    // The role ingest is so fast that the list is read when the command hears that it was added.
    const wake: BullQueue['wake'] = async (wish) => {
      if (wish.queue !== 'ingest') return;
      const openFile = (id: string) => join(dir, 'spool', id);
      await ingestImport({ store, clock, reader: listReader(), openFile }, wish.importId);
    };
    extra = { queue: Object.assign(Object.create(queue) as BullQueue, { wake }) };
    const done = await cli(`import add spring ${good} --wait`);
    expect(done).toMatchObject({ code: 0, err: '' });
    expect(done.out).toMatch(/^import \S+ was added\nimport \S+ is done; 1 rows: 1 accepted, /);
    const failed = await cli(`import add spring ${bad} --wait`);
    expect(failed).toMatchObject({ code: 1, out: expect.stringMatching(/ is failed; 0 rows: /) });
    expect(failed.err).toMatch(/^ringmaster: import \S+ of bad\.csv failed: no column /);
    const asJson = await cli(`import add spring ${bad} --wait --json`);
    expect([asJson.code, JSON.parse(asJson.out)]).toMatchObject([1, { state: 'failed' }]);
    const again = await cli(`import add spring ${good} --json`);
    expect([again.code, JSON.parse(again.out)]).toMatchObject([0, { state: 'done', accepted: 1 }]);
    expect(again.err).toMatch(/^ringmaster: import \S+ was already imported: the very same bytes\n$/);
  });

  it('errors gives the rows that were not taken as a list to mend; a file appears only when it is whole', async () => {
    await store.createCampaign('spring', SEEDED_SETTINGS, SEEDED_AT);
    const path = await file('list.csv', `${LIST}1380013,=Wei\n13800138000,again\n`);
    const id = /import (\S+) is waiting/.exec((await cli(`import add spring ${path}`)).out)?.[1] ?? '';
    await ingestImport({ store, clock, reader: listReader(), openFile: () => path }, id);
    const csv = [
      '\ufeffnumber,name,ringmaster_row,ringmaster_line,ringmaster_column,ringmaster_code,ringmaster_reason',
      expect.stringMatching(/^1380013,'=Wei,2,3,number,number_\w+,.+$/),
      '13800138000,again,3,4,number,duplicate,the same number as row 1',
      '',
    ];
    expect((await cli(`import errors ${id}`)).out.split('\r\n')).toEqual(csv);
    const out = join(dir, 'list.errors.csv');
    expect(await cli(`import errors ${id} --out ${out}`)).toEqual({ code: 0, out: '', err: '' });
    expect((await readFile(out, 'utf8')).split('\r\n')).toEqual(csv);
    const nowhere = join(dir, 'nowhere', 'x.csv');
    expect(await cli(`import errors ${id} --out ${nowhere}`)).toMatchObject({
      code: 1,
      err: expect.stringContaining('cannot be written'),
    });
    const text = (await cli(`import errors ${id} --text`)).out;
    expect(text).toMatch(/^row 2 \(line 3\), column "number" \("138\*\*13"\): rejected, number_/);
  });

  it('add --dry-run says what would become of the rows, masked, and stores nothing', async () => {
    await store.createCampaign('spring', SEEDED_SETTINGS, SEEDED_AT);
    const stdin = `${LIST}1380013,Wei\n`;
    const { code, out, err } = await cli('import add spring - --dry-run', { stdin });
    expect([code, err]).toEqual([0, '']);
    expect(out).toMatch(/^file +standard input \(utf-8\), nothing was stored\nrows +2\nadded +1\n/);
    expect(out).toMatch(/row 2 \(line 3\), column "number" \("138\*\*13"\): rejected, number_\w+: /);
    expect(out).not.toMatch(/\d{7}/);
    expect(await store.imports('spring')).toEqual([]);
    expect(await readdir(join(dir, 'spool'))).toEqual([]);
    const json = await cli('import add spring - --dry-run --json', { stdin });
    expect(JSON.parse(json.out)).toMatchObject({ rows: 2, added: 1, rejected: 1, mode: 'add' });
  });

  it('add --update is an import of its own, and its summary says how many callees it changed', async () => {
    await store.createCampaign('spring', SEEDED_SETTINGS, SEEDED_AT);
    const take = async (content: string, options: string): Promise<string> => {
      const path = await file('list.csv', content);
      const added = await cli(`import add spring ${path}${options}`);
      const id = /import (\S+) is waiting/.exec(added.out)?.[1] ?? '';
      await ingestImport({ store, clock, reader: listReader(), openFile: () => path }, id);
      return id;
    };
    const added = await take(LIST, '');
    expect((await cli(`import show ${added}`)).out).not.toContain('changed');
    const id = await take(LIST.replace('Mei', 'Wei'), ' --update');
    expect((await cli(`import show ${id}`)).out).toContain(
      '1 rows: 0 accepted, 1 duplicate, 0 suppressed, 0 rejected; of the duplicates 1 changed the attributes of a callee',
    );
    const document = JSON.parse((await cli(`import show ${id} --json`)).out);
    expect(document).toMatchObject({ mode: 'update', updated: 1, duplicate: 1 });
    const callee = await cli('callee show spring 13800138000');
    expect(callee.out).toMatch(new RegExp(`changed by +row 1 of ${id}`));
    expect(callee.out).toMatch(/name +Wei/);
  });

  it('an unknown import is refused', async () => {
    expect(await cli('import show spring-i000000000000')).toMatchObject({ code: 1, out: '' });
    expect((await cli('import errors what --json --out x.json')).code).toBe(2);
    expect((await cli('import errors what')).err).toMatch(/^ringmaster: there is no import "what"/);
  });
});

describe('callee', () => {
  beforeEach(async () => {
    await seedCampaign(store, 'spring', 20);
    await callSeeded(store, 'spring', 8, 4);
  });

  it('show finds one by number in any form, and by id', async () => {
    const byId = await cli('callee show spring c3 --json');
    expect(JSON.parse(byId.out)).toMatchObject({
      id: 'spring-c3',
      callee: '+8613800000004',
      row: 4,
      state: 'missed',
      reason: 'call_missed',
      attempts: 1,
      nextAttemptAt: null,
      uui: 'order-4',
      variables: { name: 'Name 4' },
      history: [
        { at: '2026-11-23T02:00:00.000Z', from: 'initial', to: 'batched', reason: 'claimed', batch: 1 },
        { from: 'batched', to: 'calling', reason: 'task_accepted' },
        {
          from: 'calling',
          to: 'missed',
          reason: 'call_missed',
          disposition: 'busy',
          calls: [{ sessionId: 's-3' }],
        },
      ],
    });
    for (const text of ['13800000004', '+8613800000004', '008613800000004', 'spring-c3']) {
      expect((await cli(`callee show spring ${text} --json`)).out).toBe(byId.out);
    }
  });

  it('show for people tells every move and why', async () => {
    const { out } = await cli('callee show spring c3');
    expect(out).toMatch(/^number +\+8613800000004$/m);
    expect(out).toMatch(
      /^ {2}2026-11-23T10:00:00\+08:00 {2}calling -> missed: the provider reports the call as unanswered \(busy, attempts 1, batch 1\)\n {4}call: session id s-3.*$/m,
    );
    expect(out).not.toMatch(/[{}"]/);
  });

  it('show of nobody is refused, and the number is not repeated', async () => {
    for (const text of ['13900000009', 'c999', 'c2048', 'autumn-c3', 'hello', '13800']) {
      const { code, err, out } = await cli(`callee show spring ${text}`);
      expect([code, out, err]).toEqual([1, '', expect.stringMatching(/^ringmaster: .*\n$/)]);
      expect(err).not.toContain('13900000009');
    }
  });

  it('list gives all in row order, or those of one state; another word is a usage error', async () => {
    const all = JSON.parse((await cli('callee list spring --json')).out);
    expect(all.map((one: { row: number }) => one.row)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
    const missed = await cli('callee list spring --state missed');
    expect(missed.out.trim().split('\n')).toEqual([
      'spring-c3  +8613800000004  missed  call_missed  attempts 1  busy',
      'spring-c7  +8613800000008  missed  call_missed  attempts 1  busy',
    ]);
    expect(JSON.parse((await cli('callee list spring --state expired --json')).out)).toEqual([]);
    expect((await cli('callee list spring --state lost')).code).toBe(2);
  });
});

describe('report and audit', () => {
  beforeEach(async () => {
    await seedCampaign(store, 'spring', 20);
    await callSeeded(store, 'spring', 8, 4);
  });

  it('report goes to standard output, its totals to standard error', async () => {
    const { code, out, err } = await cli('report spring');
    expect(code).toBe(0);
    expect(out.startsWith('\ufeffrow,callee,')).toBe(true);
    expect(out.trimEnd().split('\r\n')).toHaveLength(21);
    expect(err).toBe(
      'report of spring: 20 rows read, 20 accepted; 20 callees (12 initial, 2 missed, 6 answered); 8 attempts\n',
    );
  });

  it('report --out writes the same file, whole or not at all', async () => {
    const path = join(dir, 'report.csv');
    const { code, out } = await cli(`report spring --out ${path} --json`);
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ campaign: 'spring', callees: 20, attempts: 8 });
    expect(await readFile(path, 'utf8')).toBe((await cli('report spring')).out);
    const refused = await cli(`report spring --out ${join(dir, 'nowhere', 'report.csv')}`);
    expect([refused.code, refused.err]).toEqual([
      1,
      expect.stringMatching(/^ringmaster: .* cannot be written: .*\n$/),
    ]);
    expect((await readdir(dir)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('a reader that goes away, as head does, is no error', async () => {
    const gone = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' });
    const stdout = new Writable({ write: (_chunk, _encoding, done) => done(gone) });
    const stderr = new PassThrough();
    const io: CliIo = {
      stdin: Readable.from([]),
      stdout,
      stderr,
      user: 'x',
      signal: new AbortController().signal,
      nodeVersion: 'v20.20.0',
    };
    for (const args of [
      ['report', 'spring'],
      ['callee', 'list', 'spring'],
      ['campaign', 'show', 'spring'],
    ]) {
      expect(await runCli(args, io, open)).toBe(0);
    }
    expect(stderr.read()).toBeNull();
  });

  it('an interrupted report leaves no file, and long lists stop', async () => {
    const signal = AbortSignal.abort();
    for (const args of [`report spring --out ${join(dir, 'report.csv')}`, 'callee list spring', 'audit']) {
      expect(await cli(args, { signal })).toEqual({ code: 1, out: '', err: 'ringmaster: interrupted\n' });
    }
    expect((await readdir(dir)).filter((name) => name.includes('report'))).toEqual([]);
  });

  it('audit prints no violation and ends with 0; with one it ends with 1', async () => {
    const clean = await cli('audit --json');
    expect(clean.code).toBe(0);
    expect(JSON.parse(clean.out)).toMatchObject({ violations: [], callees: 20 });
    await connection.hincrby(campaignKeys(prefix, 'spring').counts, 'attempts', 1);
    const broken = await cli('audit spring');
    expect(broken.code).toBe(1);
    expect(broken.out).toMatch(
      /^spring: .*counts_match_pages.*\n1 violations; looked at 20 callees in 1 campaigns\n$/,
    );
  });
});

describe('doctor', () => {
  const telephony = (reply: Awaited<ReturnType<Telephony['listTasks']>>): Telephony => {
    const unused = async () => {
      throw new Error('doctor only lists tasks');
    };
    return {
      listTasks: async () => reply,
      createTask: unused,
      describeTask: unused,
      stopTask: unused,
      pauseTask: unused,
      resumeTask: unused,
      callRecords: unused,
    };
  };
  const states = (out: string) =>
    Object.fromEntries(
      JSON.parse(out).checks.map((one: { check: string; state: string }) => [one.check, one.state]),
    );

  it('all well ends with 0, also while no credentials are set', async () => {
    const { code, out } = await cli('doctor --json');
    expect(code).toBe(0);
    expect(states(out)).toEqual({
      node: 'ok',
      packages: 'ok',
      settings: 'ok',
      redis: 'ok',
      clock: 'ok',
      queues: 'ok',
      provider: 'missing',
    });
    extra = { telephony: telephony({ ok: true, value: { tasksTotal: 3, tasks: [] } }) };
    expect((await cli('doctor')).out).toMatch(/^provider +ok +credentials accepted, 3 tasks/m);
  });

  it('refused credentials, an old Node, a Redis that evicts and clocks apart are each named, and end with 1', async () => {
    const failure = {
      kind: 'blocked',
      code: 'AuthFailure.SignatureFailure',
      message: 'check the key',
    } as const;
    extra = {
      telephony: telephony({ ok: false, failure }),
      redisFacts: async () => ({
        version: '6.2.0',
        maxmemoryPolicy: 'allkeys-lru',
        latencyMs: 1,
        serverAt: 0,
        localAt: 60_000,
      }),
    };
    const { code, out } = await cli('doctor --json', { nodeVersion: 'v18.19.1' });
    expect(code).toBe(1);
    expect(states(out)).toMatchObject({
      node: 'failed',
      redis: 'failed',
      clock: 'warning',
      provider: 'failed',
    });
  });

  it('settings that do not parse are a finding, not a crash', async () => {
    const io: CliIo = {
      stdin: Readable.from([]),
      stdout: new PassThrough(),
      stderr: new PassThrough(),
      user: 'x',
      signal: new AbortController().signal,
      nodeVersion: 'v20.20.0',
    };
    const refuse = async (): Promise<CliDeps> => {
      throw new AppError('settings_invalid', 'this setting needs a change: REDIS_URL');
    };
    expect(await runCli(['doctor'], io, refuse)).toBe(1);
    expect(String((io.stdout as PassThrough).read())).toMatch(
      /settings +failed +this setting needs a change/,
    );
  });
});

describe('the command line itself', () => {
  it('a wrong one ends with 2, one clear line and no Redis', async () => {
    for (const args of [
      'campaign strat spring',
      'campaign put spring',
      'campaign show',
      'campaign show a b',
      'callee list spring --stat x',
      'frobnicate',
      'campaign show spring --json --watch',
    ]) {
      const { code, out, err } = await cli(args);
      expect([args, code, out]).toEqual([args, 2, '']);
      expect(err).toMatch(/^ringmaster: /);
      expect(err).not.toMatch(/\n\s+at /);
    }
    expect(opened).toBe(0);
  });

  it('help ends with 0 and names every command; a noun alone is a usage error', async () => {
    const { code, out } = await cli('--help');
    expect(code).toBe(0);
    for (const noun of ['campaign', 'import', 'callee', 'report', 'audit', 'doctor'])
      expect(out).toContain(noun);
    const help = await cli('campaign --help');
    const verbs = ACTION_NAMES.map((name) => name.replaceAll('_', '-'));
    for (const verb of ['put', 'show', 'list', ...verbs]) expect(help.out).toContain(verb);
    expect((await cli('campaign')).code).toBe(2);
  });

  it('a fault that nobody foresaw is one line too, and the application is closed', async () => {
    store = { ...store, campaignIds: async () => Promise.reject(new Error('something broke')) };
    expect(await cli('campaign list')).toEqual({
      code: 1,
      out: '',
      err: 'ringmaster: unexpected: something broke\n',
    });
  });
});

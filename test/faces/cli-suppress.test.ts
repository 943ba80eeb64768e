import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { Redis } from 'ioredis';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { type BullQueue, createBullQueue } from '../../src/adapters/bullmq/queue.ts';
import { listReader } from '../../src/adapters/list/list-reader.ts';
import { probeRedis } from '../../src/adapters/redis/probe.ts';
import { createRedisStore } from '../../src/adapters/redis/store.ts';
import { createRedisSuppression } from '../../src/adapters/redis/suppression.ts';
import { createSpool } from '../../src/adapters/spool.ts';
import type { CliDeps } from '../../src/faces/cli/deps.ts';
import { runCli } from '../../src/faces/cli/run-cli.ts';
import type { Store } from '../../src/ports/store.ts';
import { ManualClock } from '../support/clock.ts';
import { keyParts } from '../support/key-parts.ts';
import { makeXlsx } from '../support/make-xlsx.ts';
import { setState } from '../support/redis-store.ts';
import { callSeeded, SEEDED_AT, seedCampaign } from '../support/seeded-campaign.ts';
import { freshPrefix } from '../support/store.ts';

let connection: Redis;
let prefix: string;
let dir: string;
let store: Store;
let queue: BullQueue;
let key: string | undefined;

beforeAll(() => {
  connection = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null });
});
afterAll(async () => {
  await connection.quit();
});
beforeEach(async () => {
  prefix = freshPrefix();
  dir = await mkdtemp(join(tmpdir(), 'rm-cli-'));
  store = createRedisStore(connection, { prefix });
  const clock = new ManualClock(SEEDED_AT);
  queue = createBullQueue({ connection, prefix, clock, logger: pino({ level: 'silent' }) });
  key = undefined;
  await seedCampaign(store, 'spring', 20);
  await callSeeded(store, 'spring', 8, 4);
  await setState(store, 'spring', 'running');
});
afterEach(async () => {
  await queue.close();
  await rm(dir, { recursive: true, force: true });
  const keys = await connection.keys(`*${prefix}*`);
  if (keys.length > 0) await connection.del(...keys);
});

const open = async (): Promise<CliDeps> => ({
  store,
  queue,
  clock: new ManualClock(SEEDED_AT),
  spool: createSpool(join(dir, 'spool')),
  reader: listReader(),
  suppression: createRedisSuppression(connection, { prefix, key }),
  redisFacts: () => probeRedis(connection),
  ...keyParts(connection, prefix, dir),
  close: async () => {},
});

async function cli(args: string | readonly string[], stdin = '') {
  const text = { out: '', err: '' };
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  stdout.on('data', (chunk) => {
    text.out += chunk;
  });
  stderr.on('data', (chunk) => {
    text.err += chunk;
  });
  const code = await runCli(
    typeof args === 'string' ? args.split(' ') : args,
    {
      ...{ stdin: Readable.from([Buffer.from(stdin)]), stdout, stderr, user: 'cli:mei' },
      ...{ signal: new AbortController().signal, nodeVersion: 'v20.20.0' },
    },
    open,
  );
  return { code, ...text };
}

describe('suppress', () => {
  it('add ends who waits under the number, says so, and never repeats the number', async () => {
    const added = await cli([
      'suppress',
      'add',
      '138 0000 0015',
      '--reason',
      'asked us',
      '--expires',
      '2027-01-01',
    ]);
    expect(added).toEqual({
      code: 0,
      out: 'the number is now on the list "global"; 1 waiting callees suppressed\n',
      err: '',
    });
    const again = await cli('suppress add +8613800000015 --json');
    expect(JSON.parse(again.out)).toEqual({
      ...{ list: 'global', added: false, expiresAt: null },
      ...{ suppressed: 0, calling: 0 },
    });
    const shown = await cli('callee show spring c14');
    expect(shown.out).toMatch(/initial -> suppressed: on a suppression list \(.*list global.*asked us/);
    expect((await cli('suppress add 138')).err).toMatch(/^ringmaster: the number has too few digits/);
    expect((await cli('suppress add 13800000015 --campaign autumn')).err).toContain('"autumn"');
  });

  it('list shows numbers with reason and expiry; with --actions who did what, and when', async () => {
    await cli(['suppress', 'add', '13800000015', '--campaign', 'spring', '--reason', 'asked us']);
    await cli('suppress add 13800000016 --campaign spring --expires 2027-01-01');
    const lines = (await cli('suppress list --campaign spring')).out.trim().split('\n').sort();
    expect(lines).toEqual([
      '+8613800000015  for good  asked us  (cli:mei, single)',
      '+8613800000016  until 2027-01-01T00:00:00+08:00  (cli:mei, single)',
    ]);
    const [first] = JSON.parse((await cli('suppress list --campaign spring --json')).out) as unknown[];
    expect(first).toMatchObject({
      by: 'cli:mei',
      source: 'single',
      digest: null,
      addedAt: '2026-11-23T02:00:00.000Z',
    });
    expect((await cli('suppress list --json')).out).toBe('[]\n');
    await cli('suppress remove 13800000015 --campaign spring');
    const actions = JSON.parse((await cli('suppress list --campaign spring --actions --json')).out);
    expect(actions).toMatchObject([
      { did: 'add' },
      { did: 'add' },
      { did: 'remove', entries: 1, by: 'cli:mei' },
    ]);
    expect((await cli('suppress list --campaign spring --actions')).out).toMatch(
      /^2026-11-23T02:00:00.000Z {2}cli:mei {2}add {2}1 entries {2}single: asked us\n/,
    );
  });

  it('remove says whether it was there; clear asks for a yes', async () => {
    await cli('suppress add 13800000015');
    expect((await cli('suppress remove 13800000015')).out).toBe(
      'the number was taken off the list "global"\n',
    );
    expect(JSON.parse((await cli('suppress remove 13800000015 --json')).out)).toEqual({
      list: 'global',
      removed: false,
    });
    await cli('suppress add 13800000016');
    expect((await cli('suppress clear')).code).toBe(2);
    expect((await cli('suppress clear --yes')).out).toBe('1 numbers were taken off the list "global"\n');
  });

  it('import accounts for every row, from a file or standard input, and leaves nothing in the spool', async () => {
    const path = join(dir, 'optouts.csv');
    await writeFile(path, 'phone\n13800000015\n12\n13800000016\n13800000015\n');
    expect(await cli(`suppress import ${path}`)).toEqual({
      code: 0,
      out:
        'row 2 (line 3), column "phone": rejected, number_too_short: the number has too few digits; write it in full, with its area or country code\n' +
        'list "global": 4 rows: 2 added, 1 known, 1 rejected; 2 waiting callees suppressed\n',
      err: '',
    });
    const piped = await cli('suppress import - --campaign spring --json', '13800000017\nnobody\n');
    expect(JSON.parse(piped.out)).toMatchObject({
      ...{ list: 'campaign spring', rows: 2, added: 1, known: 0, rejected: 1, suppressed: 1, fault: '' },
      rejections: [{ row: 2, line: 2, code: 'number_letters' }],
    });
    expect(await readdir(join(dir, 'spool')).catch(() => [])).toEqual([]);
    expect((await cli(`suppress import ${join(dir, 'none.csv')}`)).code).toBe(1);
    expect((await store.counts('spring')).states).toMatchObject({ initial: 9, suppressed: 3 });
  });

  it('import is told how a file is written, and names the sheets of a workbook that it did not read', async () => {
    const path = join(dir, 'optouts.xlsx');
    const sheets = [
      { name: 'Read me', rows: [['see the next sheet']] },
      { name: 'List', rows: [['phone'], ['13800000015']] },
    ];
    await writeFile(path, makeXlsx({ sheets }));
    const refused = await cli(`suppress import ${path}`);
    expect([refused.code, refused.err]).toEqual([
      1,
      expect.stringMatching(/sheet "Read me".*--sheet: "List"/),
    ]);
    expect((await cli(`suppress import ${path} --sheet list`)).out).toContain('1 rows: 1 added');
    const odd = await cli('suppress import - --delimiter ^ --encoding utf-8', 'name^phone\nx^13800000016\n');
    expect(odd.out).toContain('1 rows: 1 added');
    expect((await cli(`suppress import ${path} --encoding ebcdic`)).err).toContain('no encoding "ebcdic"');
  });

  it('with a key shows digests, and without it is refused', async () => {
    key = 'a key that is long enough for a test';
    await cli('suppress add 13800000015');
    expect((await cli('suppress list')).out).toMatch(
      /^digest [\w-]{12} {2}for good {2}\(cli:mei, single\)\n$/,
    );
    key = undefined;
    for (const command of ['suppress list', 'suppress add 13800000016', 'suppress remove 13800000015']) {
      expect(await cli(command)).toMatchObject({ code: 2, err: expect.stringContaining('SUPPRESSION_KEY') });
    }
  });
});

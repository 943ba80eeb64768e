import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { listReader } from '../../src/adapters/list/list-reader.ts';
import { createRedisStore } from '../../src/adapters/redis/store.ts';
import { createRedisSuppression } from '../../src/adapters/redis/suppression.ts';
import { type ImportRecord, importId, type Rejection } from '../../src/core/import.ts';
import { PAGE_SLOTS } from '../../src/core/limits.ts';
import { HOUR } from '../../src/core/time.ts';
import { ingestImport } from '../../src/pipelines/ingest.ts';
import { type RefusedRow, suppressList } from '../../src/pipelines/suppress-list.ts';
import { suppressNumber } from '../../src/pipelines/suppress-numbers.ts';
import type { Store } from '../../src/ports/store.ts';
import type { ListedNumber, Suppression } from '../../src/ports/suppression.ts';
import { ManualClock } from '../support/clock.ts';
import { HandQueue } from '../support/hand-queue.ts';
import { seedCampaign, seededNumber } from '../support/seeded-campaign.ts';
import { freshPrefix } from '../support/store.ts';

const SETTINGS = { name: 'Test', callers: ['008602150000001'], ivrId: 7 };
const ID = 'spring';

let folder: string;
let redis: Redis;
let prefix: string;
let store: Store;
let suppression: Suppression;
let clock: ManualClock;
let queue: HandQueue;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rm-suppress-'));
  redis = new Redis(inject('redisUrl'));
});
afterAll(async () => {
  redis.disconnect();
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  prefix = freshPrefix();
  store = createRedisStore(redis, { prefix });
  suppression = createRedisSuppression(redis, { prefix });
  clock = new ManualClock();
  queue = new HandQueue();
});
afterEach(async () => {
  const names = await redis.keys(`*${prefix}*`);
  if (names.length > 0) await redis.unlink(...names);
});

const deps = () => ({ store, suppression, clock, queue, reader: listReader() });
const number = (index: number): string => `138${String(index).padStart(8, '0')}`;
const numbered = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, at) => `${number(from + at)}\n`).join('');

async function file(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, `${prefix}-${name}`);
  await writeFile(path, content);
  return path;
}

/** Imports a list of callees as the role does. */
async function ingest(
  content: string,
  tag: string,
): Promise<{ record: ImportRecord; rejections: Rejection[] }> {
  await store.createCampaign(ID, SETTINGS, clock.now());
  const path = await file(tag, content);
  const id = importId(ID, createHash('sha256').update(content).update(tag).digest('hex'));
  const counts = { rows: 0, accepted: 0, duplicate: 0, suppressed: 0, rejected: 0 };
  await store.openImport({
    ...{ id, campaignId: ID, state: 'waiting', reason: '', fileName: tag, bytes: content.length },
    ...{ createdAt: clock.now(), closedAt: 0, encoding: '', delimiter: '', ...counts },
  });
  const { record } = await ingestImport({ ...deps(), openFile: () => path }, id);
  const rejections: Rejection[] = [];
  for await (const rejection of store.rejections(id)) rejections.push(rejection);
  return { record, rejections };
}

async function importList(content: string | Buffer, input: Record<string, string> = {}) {
  const refused: RefusedRow[] = [];
  const path = await file('list', content);
  const result = await suppressList(
    deps(),
    { by: 'mei', ...input },
    { path, fileName: 'optouts.csv' },
    { onRefused: (row) => void refused.push(row) },
  );
  return { result, refused };
}

describe('a row of an import whose number is listed', () => {
  it('is counted as suppressed, with its cells, the list and the reason; the rest is accounted for as ever', async () => {
    await store.createCampaign(ID, SETTINGS, clock.now());
    await suppressNumber(deps(), { number: number(1), by: 'mei', reason: 'asked us' });
    await suppressNumber(deps(), { number: number(2), by: 'mei', campaignId: ID, expires: '2027-01-01' });
    const rows = [number(1), number(2), number(3), number(3), '12', ` +86 ${number(1)} `];
    const { record, rejections } = await ingest(
      `phone,name\n${rows.map((row) => `${row},x\n`).join('')}`,
      'a',
    );
    expect(record).toMatchObject({ rows: 6, accepted: 1, duplicate: 1, suppressed: 3, rejected: 1 });
    expect(rejections.filter((one) => one.kind === 'suppressed')).toMatchObject([
      {
        row: 1,
        line: 2,
        column: 'phone',
        code: 'suppressed',
        message: 'on the suppression list "global": asked us',
        cells: [number(1), 'x'],
      },
      { row: 2, message: 'on the suppression list "campaign spring" (until 2026-12-31T16:00:00.000Z)' },
      { row: 6, message: 'on the suppression list "global": asked us' },
    ]);
  });

  it('is taken by an import after the entry has expired', async () => {
    await store.createCampaign(ID, SETTINGS, clock.now());
    const expires = new Date(clock.now() + HOUR).toISOString();
    await suppressNumber(deps(), { number: number(1), by: 'mei', expires });
    const list = `phone\n${number(1)}\n`;
    expect((await ingest(list, 'a')).record).toMatchObject({ accepted: 0, suppressed: 1 });
    clock.advance(HOUR);
    expect((await ingest(list, 'b')).record).toMatchObject({ accepted: 1, suppressed: 0 });
  });

  it('is one of many, over several pages and blocks', async () => {
    await store.createCampaign(ID, SETTINGS, clock.now());
    const { result } = await importList(`phone\n${numbered(1_000, 4_000)}`);
    expect(result).toMatchObject({ rows: 3_000, added: 3_000 });
    const { record } = await ingest(`phone\n${numbered(0, 10_000)}`, 'a');
    expect(record).toMatchObject({ rows: 10_000, accepted: 7_000, suppressed: 3_000 });
  });
});

describe('a file of numbers for a list', () => {
  it('ends every row as added, known or rejected, and says why at which line', async () => {
    await importList(`phone\n${number(2)}\n`);
    const { result, refused } = await importList(
      `name,phone\na,${number(1)}\nb,${number(2)}\nc,12\nd,${number(1)}\ne,+86 ${number(3)}\nf,\n`,
      { reason: 'from the regulator' },
    );
    expect(result).toMatchObject({ list: 'global', rows: 6, added: 2, known: 2, rejected: 2, fault: '' });
    expect(refused).toMatchObject([
      { row: 3, line: 4, code: 'number_too_short' },
      { row: 6, line: 7, code: 'number_missing' },
    ]);
    expect(await suppression.actions('global')).toMatchObject([
      { did: 'import', entries: 1, source: 'optouts.csv', by: 'mei' },
      { did: 'import', entries: 2, reason: 'from the regulator' },
    ]);
  });

  it('may be a bare column, in any form that imports take', async () => {
    expect((await importList(numbered(0, 3))).result).toMatchObject({ rows: 3, added: 3 });
    const wide = Buffer.from(`\ufeff手机号;备注\r\n${number(7)};好\r\n`, 'utf16le');
    expect((await importList(wide)).result).toMatchObject({ rows: 1, added: 1 });
    await store.createCampaign(ID, { ...SETTINGS, defaultRegion: 'US' }, clock.now());
    const { result } = await importList('(415) 555-2671\n', { campaignId: ID });
    expect(result).toMatchObject({ list: 'campaign spring', added: 1 });
    const found = await suppression.find([{ campaignId: ID }], ['14155552671'], clock.now());
    expect(found.entries.size).toBe(1);
  });

  it('may be a form with a title above its header, and names a row with several numbers without a campaign', async () => {
    const form = `退订名单,,\n制表：,市场部,2026-11-23\n姓名,联系电话（必填）,原因\n王,${number(1)},来电要求\n李,"${number(2)}/${number(3)}",\n`;
    const { result, refused } = await importList(form);
    expect(result).toMatchObject({ rows: 2, added: 1, ownReasons: 1, rejected: 1 });
    expect(refused).toEqual([
      {
        ...{ row: 2, line: 5, column: '联系电话（必填）', code: 'number_several' },
        message: 'the cell holds several numbers; give each its own row',
      },
    ]);
    await expect(importList(`手机,电话\n${number(1)},${number(2)}\n`)).rejects.toMatchObject({
      message: expect.stringMatching(/"手机" or "电话"\? Rename the others$/),
    });
  });

  it('that names no numbers, or two columns of them, is refused as a whole', async () => {
    for (const content of ['', 'name,city\na,b\n', `${number(1)},${number(2)}\n`]) {
      await expect(importList(content)).rejects.toMatchObject({ code: 'file_invalid' });
    }
    expect(await suppression.size('global')).toBe(0);
  });

  it('ends the callees of running campaigns that wait under its numbers', async () => {
    await seedCampaign(store, ID, 3 * PAGE_SLOTS);
    const campaign = await store.campaign(ID);
    if (campaign === undefined) throw new Error('no campaign');
    await store.moveCampaign(campaign, 'running', { reason: 'r', text: 't', by: 'b', now: clock.now() });
    const rows = Array.from({ length: 2_500 }, (_, at) => `${seededNumber(2 * at + 1).slice(2)}\n`).join('');
    const { result } = await importList(rows);
    expect(result).toMatchObject({ rows: 2_500, added: 2_500, suppressed: 1_536, calling: 0 });
    expect((await store.counts(ID)).states).toMatchObject({ initial: 1_536, suppressed: 1_536 });
  });

  it('that is cut off keeps what was added, and says so; again it is known', async () => {
    const path = await file('cut', numbered(0, 3 * PAGE_SLOTS));
    const stop = new AbortController();
    const source = { path, fileName: 'cut.csv' };
    const cut = suppressList(deps(), { by: 'mei' }, source, {
      onRows: () => stop.abort(new Error('enough')),
      signal: stop.signal,
    });
    await expect(cut).rejects.toThrow('enough');
    expect(await suppression.actions('global')).toMatchObject([{ did: 'import', entries: PAGE_SLOTS }]);
    expect(await suppressList(deps(), { by: 'mei' }, source)).toMatchObject({
      rows: 3 * PAGE_SLOTS,
      added: 2 * PAGE_SLOTS,
      known: PAGE_SLOTS,
    });
  });
});

describe('a file of numbers with columns for reason and expiry', () => {
  const day = (days: number): string => new Date(clock.now() + days * 24 * HOUR).toISOString().slice(0, 10);
  const entriesOf = async () => {
    const found: ListedNumber[] = [];
    for await (const one of suppression.entries('global')) found.push(one);
    return found.sort((a, b) => (a.number ?? '').localeCompare(b.number ?? ''));
  };

  it('lists each number for its own reason and time, and else for those of the file', async () => {
    const content =
      `手机号,退订原因,到期日\n${number(1)},asked on the phone,${day(30)}\n${number(2)},,\n` +
      `${number(3)},court order,永久\n${number(4)},asked on the phone,\n`;
    const words = { reason: 'spring list', expires: day(90) };
    const { result } = await importList(content, words);
    expect(result).toMatchObject({ rows: 4, added: 4, rejected: 0, ownReasons: 3, ownExpiries: 2 });
    const [first, second, third, fourth] = (await entriesOf()).map(({ entry }) => entry);
    // A date alone holds through that day, in the time zone of the list.
    const through = Date.parse(`${day(30)}T16:00:00Z`);
    expect(first).toMatchObject({ reason: 'asked on the phone', expiresAt: through, source: 'optouts.csv' });
    expect(second).toMatchObject({ reason: 'spring list', expiresAt: Date.parse(`${day(90)}T00:00+08:00`) });
    expect(third).toMatchObject({ reason: 'court order', expiresAt: undefined });
    expect(fourth).toMatchObject({ reason: 'asked on the phone', expiresAt: second?.expiresAt });
    expect(await suppression.actions('global')).toMatchObject([{ did: 'import', entries: 4 }]);
  });

  it('refuses what cannot be understood row by row, and says where and what to write', async () => {
    const content =
      `phone,reason,valid until\n${number(1)},,31/12/2026\n${number(2)},,${day(-3)}\n` +
      `${number(3)},${'x'.repeat(201)},\n12,,\n${number(5)},fine,never\n`;
    const { result, refused } = await importList(content);
    expect(result).toMatchObject({ rows: 5, added: 1, rejected: 4 });
    expect(refused.map(({ row, line, column, code }) => [row, line, column, code])).toEqual([
      [1, 2, 'valid until', 'expiry_unclear'],
      [2, 3, 'valid until', 'expiry_over'],
      [3, 4, 'reason', 'reason_too_long'],
      [4, 5, 'phone', 'number_too_short'],
    ]);
    expect(refused[0]?.message).toContain('write "2027-01-01"');
  });

  it('with too many reasons lists every number all the same', async () => {
    const rows = Array.from({ length: 520 }, (_, at) => `${number(at)},reason ${at}\n`).join('');
    const { result } = await importList(`phone,reason\n${rows}`, { reason: 'all of them' });
    expect(result).toMatchObject({ added: 520, ownReasons: 500, reasonsLeftOut: 20 });
    const reasons = new Set((await entriesOf()).map(({ entry }) => entry.reason));
    expect(reasons.size).toBe(501);
    expect(reasons).toContain('all of them');
  });

  it('with two columns of one meaning is asked back', async () => {
    await expect(importList(`phone,expires,valid until\n${number(1)},,\n`)).rejects.toThrow(/say the same/);
  });
});

import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { listReader } from '../../src/adapters/list/list-reader.ts';
import { createRedisStore } from '../../src/adapters/redis/store.ts';
import type { ImportRecord, Rejection } from '../../src/core/import.ts';
import { importId } from '../../src/core/import.ts';
import { PAGE_SLOTS } from '../../src/core/limits.ts';
import {
  type IngestDeps,
  type IngestOptions,
  type IngestProgress,
  ingestImport,
} from '../../src/pipelines/ingest.ts';
import type { Store, StoredPage } from '../../src/ports/store.ts';
import { freshPrefix } from '../support/store.ts';

const NOW = Date.parse('2026-11-22T08:00:00Z');
const SETTINGS = { name: 'Test', callers: ['008602150000001'], ivrId: 7 };

let folder = '';
let redis: Redis;
let store: Store;
let deps: IngestDeps;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rm-ingest-'));
  redis = new Redis(inject('redisUrl'));
});
afterAll(async () => {
  redis.disconnect();
  await rm(folder, { recursive: true });
});
beforeEach(() => {
  store = createRedisStore(redis, { prefix: freshPrefix() });
  deps = {
    store,
    clock: { now: () => NOW, sleep: () => Promise.reject(new Error('nothing here waits by the clock')) },
    reader: listReader(),
    openFile: (id) => join(folder, id),
  };
});

/** Opens an import of `content` for the campaign, which is made when it is new, and puts its file into the spool. */
async function spool(
  content: string | Buffer,
  campaignId = 'spring',
  settings: Record<string, unknown> = {},
): Promise<string> {
  await store.createCampaign(campaignId, { ...SETTINGS, ...settings }, NOW);
  const bytes = Buffer.from(content);
  const id = importId(campaignId, createHash('sha256').update(bytes).digest('hex'));
  await writeFile(join(folder, id), bytes);
  const counts = { rows: 0, accepted: 0, duplicate: 0, suppressed: 0, rejected: 0 };
  const record: ImportRecord = {
    ...{ id, campaignId, state: 'waiting', reason: '', fileName: 'list.csv', bytes: bytes.length },
    ...{ createdAt: NOW, closedAt: 0, encoding: '', delimiter: '', ...counts },
  };
  await store.openImport(record);
  return id;
}

async function ingest(
  content: string | Buffer,
  settings: Record<string, unknown> = {},
  options?: IngestOptions,
) {
  const id = await spool(content, 'spring', settings);
  return ingestImport(deps, id, options);
}

async function rejectionsOf(id: string): Promise<Rejection[]> {
  const found: Rejection[] = [];
  for await (const rejection of store.rejections(id)) found.push(rejection);
  return found.sort((a, b) => a.row - b.row);
}

async function pagesOf(campaignId: string): Promise<StoredPage[]> {
  const pages: StoredPage[] = [];
  for await (const page of store.pages(campaignId)) pages.push(page);
  return pages;
}

/** Numbers of all callees of the campaign, in row order. */
async function numbersOf(campaignId: string): Promise<number[]> {
  const numbers: number[] = [];
  for (const page of await pagesOf(campaignId)) {
    for (const [slot, record] of page.records.entries()) {
      if (record !== undefined) numbers.push(page.rows[slot]?.number ?? Number.NaN);
    }
  }
  return numbers;
}

const number = (index: number): string => `138${String(index).padStart(8, '0')}`;
const listOf = (from: number, to: number): string =>
  `phone,name\n${Array.from({ length: to - from }, (_, index) => `${number(from + index)},n${from + index}\n`).join('')}`;

/** Steps stored so far, so that a test can act between two of them. */
function countingSteps(inner: Store, onStep: (steps: number) => Promise<void> | void): Store {
  let steps = 0;
  return {
    ...inner,
    storeImportStep: async (id, step) => {
      steps += 1;
      await onStep(steps);
      return inner.storeImportStep(id, step);
    },
  };
}

describe('what is taken', () => {
  test('callees get their number, UUI, variables and time zone by the campaign columns', async () => {
    const { outcome, record } = await ingest(
      '\ufeff手机号,order,姓名,tz\r\n13800000001,A-1,"王, 小明",\r\n+1 415 555 2671,A-2,"line\nbreak",America/Los_Angeles\r\n',
      { columns: { uui: 'order', variables: { name: '姓名' }, timeZone: 'tz' } },
    );
    expect(outcome).toBe('done');
    expect(record).toMatchObject({ state: 'done', reason: '', rows: 2, accepted: 2, closedAt: NOW });
    expect(record).toMatchObject({ encoding: 'utf-8', delimiter: ',' });
    const [page] = await pagesOf('spring');
    expect(page?.rows).toEqual([
      { importId: record.id, row: 1, number: 8613800000001, uui: 'A-1', variables: { name: '王, 小明' } },
      { importId: record.id, row: 2, number: 14155552671, uui: 'A-2', variables: { name: 'line\nbreak' } },
    ]);
    const zones = (await store.campaign('spring'))?.zones ?? [];
    expect(page?.records.map((callee) => zones[callee?.zone ?? -1])).toEqual([
      'Asia/Shanghai',
      'America/Los_Angeles',
    ]);
  });

  test('every row is accepted, duplicate or rejected, and each that was not taken says why, where and with its cells', async () => {
    const { record } = await ingest(
      [
        'phone,tz,note',
        '13800000001,,first',
        'nobody,,x',
        '013800000001,,again',
        '13800000002,Mars/Base,y',
        '"1380000"0003,,z',
        ',,',
        '13800000004,,"two\nlines"',
        '13800000005,,a,b,c',
      ].join('\n'),
    );
    expect(record).toMatchObject({ rows: 8, accepted: 2, duplicate: 1, suppressed: 0, rejected: 5 });
    const rejections = await rejectionsOf(record.id);
    expect(rejections.map(({ kind, row, line, column, code }) => [kind, row, line, column, code])).toEqual([
      ['rejected', 2, 3, 'phone', 'number_letters'],
      ['duplicate', 3, 4, 'phone', 'duplicate'],
      ['rejected', 4, 5, 'tz', 'time_zone_unknown'],
      ['rejected', 5, 6, '', 'broken_quoting'],
      ['rejected', 6, 7, '', 'row_empty'],
      ['rejected', 8, 10, '', 'row_too_long'],
    ]);
    expect(rejections[1]).toMatchObject({
      message: 'the same number as row 1',
      cells: ['013800000001', '', 'again'],
    });
    expect(rejections[3]?.cells).toEqual(['"1380000"0003,,z']);
    expect(JSON.stringify(rejections.map((rejection) => rejection.message))).not.toMatch(/\d{7}/);
  });

  test.each([0, 1_500, 2 * PAGE_SLOTS])(
    'a cell with the marks that part the cells of a stored page comes back as it was, in row %d',
    async (place) => {
      // Long enough for several blocks of text, so that some are without any mark.
      const notes = Array.from({ length: 2 * PAGE_SLOTS + 1 }, (_, index) =>
        index === place ? 'a\u001fb\u001ac\u001a0\u001f' : `note ${index} ${'x'.repeat(60)}`,
      );
      const rows = notes.map((note, index) => `${number(index)},"${note}"\n`);
      const { record } = await ingest(`phone,note\n${rows.join('')}`);
      expect(record).toMatchObject({ accepted: notes.length });
      const stored = (await pagesOf('spring')).flatMap((page) => page.rows);
      expect(stored.map((row) => row.variables.note)).toEqual(notes);
    },
  );

  test('rows beyond one page keep their order, and a repeat is found in any page', async () => {
    const rows = 3 * PAGE_SLOTS + 100;
    const { record } = await ingest(`${listOf(0, rows)}${number(5)},again\n${number(2_000)},again\n`);
    expect(record).toMatchObject({ rows: rows + 2, accepted: rows, duplicate: 2, rejected: 0 });
    expect(await numbersOf('spring')).toEqual(
      Array.from({ length: rows }, (_, index) => Number(`86${number(index)}`)),
    );
    expect((await rejectionsOf(record.id)).map(({ kind, row }) => [kind, row])).toEqual([
      ['duplicate', rows + 1],
      ['duplicate', rows + 2],
    ]);
  });

  test('a list of rejections alone is stored in steps of its own', async () => {
    const { record } = await ingest(`phone\n${'abc\n'.repeat(2_500)}`);
    expect(record).toMatchObject({ state: 'done', rows: 2_500, accepted: 0, rejected: 2_500 });
    expect((await rejectionsOf(record.id)).map((rejection) => rejection.row)).toEqual(
      Array.from({ length: 2_500 }, (_, index) => index + 1),
    );
  });

  test('a list that repeats another one adds its new callees only, and no pages of duplicates', async () => {
    await ingest(listOf(0, 2_500));
    const before = (await store.campaign('spring'))?.pagesTotal ?? 0;
    const { record } = await ingest(listOf(1, 2_503));
    expect(record).toMatchObject({ rows: 2_502, accepted: 3, duplicate: 2_499 });
    expect((await store.campaign('spring'))?.pagesTotal).toBe(before + 1);
    expect((await store.counts('spring')).accepted).toBe(2_503);
    expect(await rejectionsOf(record.id)).toHaveLength(2_499);
  });

  test('progress counts stored rows and bytes, and ends at the whole file', async () => {
    const seen: IngestProgress[] = [];
    const text = listOf(0, 5_000);
    await ingest(text, {}, { onProgress: (progress) => seen.push(progress) });
    expect(seen.length).toBeGreaterThanOrEqual(5);
    expect(seen.map((progress) => progress.rows)).toEqual(
      seen.map((progress) => progress.rows).sort((a, b) => a - b),
    );
    expect(seen.at(-1)).toEqual({ rows: 5_000, bytesRead: text.length, bytesTotal: text.length });
  });
});

describe('what ends an import as failed', () => {
  const cases: [name: string, content: string | Buffer, settings: Record<string, unknown>, reason: RegExp][] =
    [
      ['an empty file', '', {}, /empty; its first line must name the columns\. No row was taken/],
      ['a file of blank lines', '\n\r\n\n', {}, /empty; its first line must name the columns/],
      [
        'a list without a number column',
        'name,city\na,b\n',
        {},
        /no column looks like a number.*"name", "city"/,
      ],
      [
        'two number columns',
        'phone,mobile\n1,2\n',
        {},
        /which column is the number to call: "phone" or "mobile"/,
      ],
      [
        'a named column that is not there',
        'phone\n1\n',
        { columns: { callee: 'tel' } },
        /names column "tel"/,
      ],
      [
        'a header whose quoting is broken',
        '"phone"x,name\n13800000001,a\n',
        {},
        /line 1, the header: text follows/,
      ],
      [
        'a document that is no list',
        '%PDF-1.7 phone\n1\n',
        {},
        /a PDF document; export the list as CSV or XLSX/,
      ],
    ];
  test.each(cases)(
    '%s is refused with the place and the remedy',
    async (_name, content, settings, reason) => {
      const { outcome, record } = await ingest(content, settings);
      expect(outcome).toBe('failed');
      expect(record).toMatchObject({ state: 'failed', rows: 0, accepted: 0 });
      expect(record.reason).toMatch(reason);
    },
  );

  test('a file that is gone is refused with its place', async () => {
    const id = await spool('phone\n13800000001\n');
    await rm(join(folder, id));
    const { record } = await ingestImport(deps, id);
    expect(record).toMatchObject({ state: 'failed', rows: 0 });
    expect(record.reason).toContain(`${join(folder, id)}: the file is missing; import it again`);
  });

  test('a fault in the middle keeps what was read before it and says from which row on nothing was taken', async () => {
    const good = Buffer.from(listOf(0, 3_000).replaceAll(',n', ',王'));
    const gbk = Buffer.concat([Buffer.from(`${number(3_000)},`), Buffer.from([0xcd, 0xf5, 0x0a])]);
    const bytes = Buffer.concat([good, ...Array.from({ length: 1_000 }, () => gbk)]);
    const { outcome, record } = await ingest(bytes);
    expect(outcome).toBe('failed');
    expect(record).toMatchObject({ rows: 3_000, accepted: 3_000 });
    expect(record.reason).toContain(`not UTF-8 from byte ${good.length + number(0).length + 2} on;`);
    expect(record.reason).toContain('Rows 1 to 3000 were taken, nothing from row 3001 on');
    expect(await numbersOf('spring')).toHaveLength(3_000);
  });

  test('a cancelled campaign takes no rows', async () => {
    const id = await spool('phone\n13800000001\n');
    const campaign = await store.campaign('spring');
    await store.moveCampaign(campaign!, 'cancelled', { reason: 'asked', text: '', by: 'test', now: NOW });
    const { record } = await ingestImport(deps, id);
    expect(record).toMatchObject({
      state: 'failed',
      accepted: 0,
      reason: expect.stringContaining('cancelled'),
    });
  });

  test('a header without rows is done, with a note', async () => {
    const { record } = await ingest('phone,name\n');
    expect(record).toMatchObject({ state: 'done', rows: 0, reason: 'the file has a header and no rows' });
  });

  test('an import that nobody opened is an error', async () => {
    await expect(ingestImport(deps, 'spring-i000000000000')).rejects.toMatchObject({
      code: 'import_not_found',
    });
  });
});

describe('stopped, killed and repeated', () => {
  const text = `${listOf(0, 4_200)}${number(7)},again\nbroken,x\n`;
  const long = listOf(0, 20_000);
  const accounting = { state: 'done', rows: 4_202, accepted: 4_200, duplicate: 1, rejected: 1 };

  test('a stop leaves whole steps, and the next run goes on behind them to the same accounting', async () => {
    const id = await spool(long);
    const stop = new AbortController();
    const onProgress = (): void => stop.abort();
    const first = await ingestImport(deps, id, { signal: stop.signal, onProgress });
    expect(first.outcome).toBe('stopped');
    const { rows, accepted } = first.record;
    expect(rows).toBeGreaterThan(0);
    expect(rows).toBeLessThan(20_000);
    expect(accepted).toBe(rows);
    const { record } = await ingestImport(deps, id);
    expect(record).toMatchObject({ state: 'done', rows: 20_000, accepted: 20_000 });
    expect(await numbersOf('spring')).toHaveLength(20_000);
  });

  test('killed at any step, before or after it was stored, it goes on to the same accounting', async () => {
    for (let fatal = 1; ; fatal += 1) {
      for (const when of ['before', 'after'] as const) {
        const campaignId = `c${fatal}${when}`;
        const id = await spool(text, campaignId);
        let reached = false;
        let steps = 0;
        const dying: Store = {
          ...store,
          storeImportStep: async (stepOf, step) => {
            steps += 1;
            if (steps < fatal) return store.storeImportStep(stepOf, step);
            // From here on nothing arrives any more: only the step that was on its way may have.
            if (steps === fatal && when === 'after') await store.storeImportStep(stepOf, step);
            reached = true;
            throw new Error('killed');
          },
        };
        const first = ingestImport({ ...deps, store: dying }, id);
        if (!reached) await first.catch((error: unknown) => expect(String(error)).toContain('killed'));
        const { record } = await ingestImport(deps, id);
        expect(record, `step ${fatal}, ${when}`).toMatchObject(accounting);
        expect(await numbersOf(campaignId)).toHaveLength(4_200);
        expect(await rejectionsOf(id)).toHaveLength(2);
        if (!reached) {
          expect(fatal).toBeGreaterThan(4);
          return;
        }
      }
    }
  });

  test('two importers of one list at once end with the accounting of one', async () => {
    const id = await spool(text);
    const results = await Promise.all([
      ingestImport(deps, id),
      ingestImport(deps, id),
      ingestImport(deps, id),
    ]);
    for (const { outcome, record } of results) {
      expect(outcome).toBe('done');
      expect(record).toMatchObject(accounting);
    }
    expect(await numbersOf('spring')).toHaveLength(4_200);
    expect((await store.campaign('spring'))?.importsOpen).toBe(0);
  });

  test('two lists of one campaign at once: each number once, each list accounted for in full', async () => {
    const first = await spool(listOf(0, 3_000));
    const second = await spool(listOf(1_500, 5_000));
    const [a, b] = await Promise.all([ingestImport(deps, first), ingestImport(deps, second)]);
    expect(a.record.accepted + b.record.accepted).toBe(5_000);
    expect(a.record.duplicate + b.record.duplicate).toBe(1_500);
    expect([a.record.rows, b.record.rows]).toEqual([3_000, 3_500]);
    expect(new Set(await numbersOf('spring')).size).toBe(5_000);
  });

  test('steps that reach the store in the wrong order are stored in the right one', async () => {
    const held: (() => void)[] = [];
    // The first step is let go only when the second has been answered.
    let steps = 0;
    const shuffled: Store = {
      ...store,
      storeImportStep: async (id, step) => {
        steps += 1;
        if (steps === 1) await new Promise<void>((letGo) => held.push(letGo));
        const result = await store.storeImportStep(id, step);
        for (const letGo of held.splice(0)) letGo();
        return result;
      },
    };
    const id = await spool(text);
    const { record } = await ingestImport({ ...deps, store: shuffled }, id);
    expect(record).toMatchObject(accounting);
    expect(steps).toBeGreaterThan(5);
    expect(await numbersOf('spring')).toEqual(
      Array.from({ length: 4_200 }, (_, index) => Number(`86${number(index)}`)),
    );
  });

  test('running a finished import again changes nothing', async () => {
    const id = await spool(text);
    const { record } = await ingestImport(deps, id);
    const again = await ingestImport(
      { ...deps, store: countingSteps(store, () => expect.unreachable()) },
      id,
    );
    expect(again).toEqual({ outcome: 'done', record });
  });

  test('a file that shrank between two runs is refused, and what was stored stays', async () => {
    const id = await spool(long);
    const stop = new AbortController();
    const first = await ingestImport(deps, id, { signal: stop.signal, onProgress: () => stop.abort() });
    await writeFile(join(folder, id), listOf(0, 10));
    const { record } = await ingestImport(deps, id);
    expect(record).toMatchObject({ state: 'failed', rows: first.record.rows });
    expect(record.reason).toMatch(/the file now has 10 rows, but \d+ had been read before/);
  });
});

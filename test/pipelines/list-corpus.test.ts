import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { listReader } from '../../src/adapters/list/list-reader.ts';
import { createRedisStore } from '../../src/adapters/redis/store.ts';
import type { ImportRecord } from '../../src/core/import.ts';
import type { ListWish } from '../../src/core/list-wish.ts';
import { type IngestDeps, ingestImport } from '../../src/pipelines/ingest.ts';
import type { Store } from '../../src/ports/store.ts';
import { LIST_CORPUS } from '../support/list-corpus.ts';
import { SAMPLE_LISTS } from '../support/sample-lists.ts';
import { freshPrefix } from '../support/store.ts';

const NOW = Date.parse('2026-11-22T08:00:00Z');
const LISTS = 'test/fixtures/lists';
/** What a compressor makes of the same content differs between its releases. */
const PACKED = /\.(?:gz|xlsx|xlsb|zip|ods|docx)$/;

let redis: Redis;
let store: Store;
beforeAll(() => {
  redis = new Redis(inject('redisUrl'));
  store = createRedisStore(redis, { prefix: freshPrefix() });
});
afterAll(() => redis.disconnect());

interface Taken {
  readonly record: ImportRecord;
  readonly codes: string[];
  readonly messages: string[];
  readonly variables: Readonly<Record<string, string>> | undefined;
}

let campaigns = 0;

/** Imports a file into a campaign of its own. */
async function take(path: string, settings: object = {}, wish?: ListWish): Promise<Taken> {
  campaigns += 1;
  const campaignId = `c${campaigns}`;
  await store.createCampaign(
    campaignId,
    { name: 'Test', callers: ['008602150000001'], ivrId: 7, ...settings },
    NOW,
  );
  const counts = { rows: 0, accepted: 0, duplicate: 0, suppressed: 0, rejected: 0 };
  const id = `${campaignId}-i000000000000`;
  await store.openImport({
    ...{
      id,
      campaignId,
      state: 'waiting',
      reason: '',
      fileName: 'list',
      bytes: (await readFile(path)).length,
    },
    ...{ createdAt: NOW, closedAt: 0, encoding: '', delimiter: '', ...counts },
    ...(wish !== undefined && { wish }),
  });
  const deps: IngestDeps = {
    store,
    clock: { now: () => NOW, sleep: () => Promise.reject(new Error('nothing here waits by the clock')) },
    reader: listReader(),
    openFile: () => path,
  };
  const { record } = await ingestImport(deps, id);
  const codes: string[] = [];
  const messages: string[] = [];
  for await (const rejection of store.rejections(id)) {
    if (rejection.kind === 'rejected') codes.push(rejection.code);
    messages.push(rejection.message);
  }
  for await (const page of store.pages(campaignId)) {
    const slot = page.records.findIndex((one) => one !== undefined);
    if (slot >= 0) return { record, codes, messages, variables: page.rows[slot]?.variables };
  }
  return { record, codes, messages, variables: undefined };
}

describe('lists as they come', () => {
  test('are committed as they are made, at least sixty of them', async () => {
    expect(LIST_CORPUS.length).toBeGreaterThanOrEqual(60);
    const names = LIST_CORPUS.map(({ file }) => file);
    expect([...new Set(names)].sort()).toEqual([...names].sort());
    expect((await readdir(LISTS)).sort()).toEqual([...names].sort());
    for (const { file, bytes } of LIST_CORPUS) {
      const committed = await readFile(join(LISTS, file));
      expect(committed.length, file).toBeLessThan(20_000);
      if (!PACKED.test(file)) expect(committed.equals(bytes), file).toBe(true);
    }
  });

  test.each(LIST_CORPUS)('$file: every row is accounted for as promised', async (list) => {
    const { record, codes, messages, variables } = await take(
      join(LISTS, list.file),
      list.settings,
      list.wish,
    );
    const { rows, accepted, duplicate = 0, codes: expected = [] } = list;
    const { encoding, delimiter, format } = list;
    expect({ ...record, codes }, record.reason).toMatchObject({
      ...{
        state: list.refused ? 'failed' : 'done',
        rows,
        accepted,
        duplicate,
        suppressed: 0,
        codes: expected,
      },
      rejected: expected.length,
      ...(encoding !== undefined && { encoding }),
      ...(delimiter !== undefined && { delimiter }),
      ...(format !== undefined && { format }),
    });
    expect(record.reason).toMatch(list.reason ?? /^$/);
    if (list.variables !== undefined) expect(variables).toMatchObject(list.variables);
    const said = [record.reason, ...messages].join('\n').replaceAll('1.38E+10', '');
    expect(said).not.toMatch(/\d{7}/);
    if (list.encoding !== undefined && !list.refused) expect(record.encodingSure).toBeGreaterThanOrEqual(50);
  });

  test.each(SAMPLE_LISTS)('$path is a sample that is taken as promised', async (sample) => {
    const { path, bytes, ...promised } = sample;
    if (!PACKED.test(path)) expect((await readFile(path)).equals(bytes), path).toBe(true);
    const settings = JSON.parse(await readFile('samples/demo.campaign.json', 'utf8')) as object;
    const { record } = await take(path, settings);
    expect(record).toMatchObject({ state: 'done', reason: '', ...promised });
  });
});

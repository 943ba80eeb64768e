/**
 * One measured round in a process of its own, so that its peak memory and CPU time are its own: run as
 * `node ingest-round.js <task> <file> <redis url> <prefix>`, it prints one JSON object.
 */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { parse } from 'csv-parse';
import { Redis } from 'ioredis';
import { listReader } from '../../src/adapters/list/list-reader.ts';
import { createRedisStore } from '../../src/adapters/redis/store.ts';
import { createRedisSuppression } from '../../src/adapters/redis/suppression.ts';
import { assert } from '../../src/core/assert.ts';
import type { ImportRecord } from '../../src/core/import.ts';
import { ingestImport } from '../../src/pipelines/ingest.ts';
import { naiveIngest } from './naive-ingest.ts';

export type RoundTask = 'csv-parse' | 'ingest' | 'ingest-listed' | 'naive';

export interface Round {
  readonly rows: number;
  readonly seconds: number;
  /** User and system time of this process, all its threads. */
  readonly cpuSeconds: number;
  readonly rssBytes: number;
}

/** The bare parser as its documentation shows it: streamed, records as arrays, nothing done with them. */
async function parseOnly(file: string): Promise<number> {
  let records = 0;
  const parser = createReadStream(file).pipe(parse());
  await new Promise((resolve, reject) => {
    parser.on('data', () => {
      records += 1;
    });
    parser.on('end', resolve);
    parser.on('error', reject);
  });
  return records - 1;
}

async function prepareIngest(
  file: string,
  url: string,
  prefix: string,
  listed: boolean,
): Promise<() => Promise<number>> {
  const redis = new Redis(url);
  const store = createRedisStore(redis, { prefix });
  const suppression = listed ? createRedisSuppression(redis, { prefix }) : undefined;
  const now = Date.now();
  await store.createCampaign('bench', { name: 'Bench', callers: ['008602150000001'], ivrId: 1 }, now);
  const counts = { rows: 0, accepted: 0, duplicate: 0, suppressed: 0, rejected: 0 };
  const record: ImportRecord = {
    ...{ id: 'bench-i000000000000', campaignId: 'bench', state: 'waiting', reason: '', fileName: 'list.csv' },
    ...{
      bytes: (await stat(file)).size,
      createdAt: now,
      closedAt: 0,
      encoding: '',
      delimiter: '',
      ...counts,
    },
  };
  await store.openImport(record);
  const clock = { now: () => Date.now(), sleep: () => Promise.reject(new Error('ingest never waits')) };
  return async () => {
    const result = await ingestImport(
      { store, suppression, clock, reader: listReader(), openFile: () => file },
      record.id,
    );
    redis.disconnect();
    assert(result.record.accepted === result.record.rows, `not all rows were taken: ${result.record.reason}`);
    return result.record.rows;
  };
}

async function prepare(
  task: RoundTask,
  file: string,
  url: string,
  prefix: string,
): Promise<() => Promise<number>> {
  if (task === 'ingest' || task === 'ingest-listed')
    return prepareIngest(file, url, prefix, task === 'ingest-listed');
  if (task === 'naive') return () => naiveIngest(file, url, prefix);
  return () => parseOnly(file);
}

const [task, file, url, prefix] = process.argv.slice(2);
if (process.argv[1] === import.meta.filename && task !== undefined) {
  assert(
    file !== undefined && url !== undefined && prefix !== undefined,
    'a round needs a file, a Redis and a prefix',
  );
  assert(
    task === 'csv-parse' || task === 'ingest' || task === 'ingest-listed' || task === 'naive',
    `there is no round "${task}"`,
  );
  const run = await prepare(task, file, url, prefix);
  const startedAt = performance.now();
  const cpuBefore = process.cpuUsage();
  const rows = await run();
  const cpu = process.cpuUsage(cpuBefore);
  const round: Round = {
    rows,
    seconds: (performance.now() - startedAt) / 1_000,
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
    rssBytes: process.resourceUsage().maxRSS * 1_024,
  };
  console.log(JSON.stringify(round));
}

import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { assert } from '../../src/core/assert.ts';
import { writeBenchList } from './ingest-list.ts';
import type { Round, RoundTask } from './ingest-round.ts';
import { type BenchLine, type BenchOptions, rounded } from './line.ts';
import { listedFor, measureListed } from './listed-ingest.ts';

const ROUNDS = 5;
const LISTED_ROUNDS = 3;
/** Rows of the naive worker's list; it is slow, and its rate does not depend on the length. */
const NAIVE_ROWS_MAX = 20_000;
const ROUND = fileURLToPath(new URL('./ingest-round.js', import.meta.url));
const run = promisify(execFile);

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  assert(middle !== undefined, 'a median needs a value');
  return middle;
}

async function dropKeys(redis: Redis, prefix: string): Promise<void> {
  for await (const keys of redis.scanStream({ match: `*${prefix}*`, count: 1_000 })) {
    if (keys.length > 0) await redis.unlink(...keys);
  }
}

/** Seconds that the Redis server has used, all its threads. */
async function redisCpu(redis: Redis): Promise<number> {
  const info = await redis.info('cpu');
  const seconds = (field: string): number => Number(new RegExp(`${field}:([\\d.]+)`).exec(info)?.[1] ?? 0);
  return seconds('used_cpu_user') + seconds('used_cpu_sys');
}

interface Measured extends Round {
  readonly redisCpuSeconds: number;
}

async function measure(redis: Redis, redisUrl: string, task: RoundTask, file: string): Promise<Measured> {
  const prefix = `bench${randomBytes(5).toString('hex')}`;
  const before = await redisCpu(redis);
  const { stdout } = await run(process.execPath, [ROUND, task, file, redisUrl, prefix]);
  const redisCpuSeconds = (await redisCpu(redis)) - before;
  await dropKeys(redis, prefix);
  const round: Round = JSON.parse(stdout);
  return { ...round, redisCpuSeconds };
}

/**
 * Measures the whole ingest of a list (read, map, validate, normalise, find repeats, store) against csv-parse alone
 * on the same file, and against a worker with one BullMQ job per row. Every round runs in a process of its own,
 * rounds are interleaved, medians are compared. Runs from the built files only: a child process cannot load TypeScript.
 */
export async function* runIngestBench(options: BenchOptions): AsyncGenerator<BenchLine> {
  const { redisUrl, rows, rounds = ROUNDS, progress } = options;
  const folder = await mkdtemp(join(tmpdir(), 'rm-bench-ingest-'));
  const redis = new Redis(redisUrl);
  try {
    const file = join(folder, 'list.csv');
    await writeBenchList(file, rows);
    const parsed: Measured[] = [];
    const ingested: Measured[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      progress(`ingest: round ${round} of ${rounds}`);
      parsed.push(await measure(redis, redisUrl, 'csv-parse', file));
      ingested.push(await measure(redis, redisUrl, 'ingest', file));
    }
    yield* ingestLines(parsed, ingested, rows);
    yield await listedLine(options, file, ingested);
    const naiveRows = Math.min(rows, NAIVE_ROWS_MAX);
    progress(`ingest: naive worker, ${naiveRows} rows`);
    const short = join(folder, 'naive.csv');
    await writeBenchList(short, naiveRows);
    const ours = await measure(redis, redisUrl, 'ingest', short);
    const naive = await measure(redis, redisUrl, 'naive', short);
    const base = { bench: 'ingest', against: 'one BullMQ job and one hash per row', rows: naiveRows };
    const rate = (round: Round): number => round.rows / round.seconds;
    const what = 'rows per second, same short list';
    yield {
      ...base,
      what,
      value: rounded(rate(ours)),
      unit: 'rows/s',
      ratio: rounded(rate(ours) / rate(naive)),
    };
  } finally {
    redis.disconnect();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The same ingest while a suppression list of a million numbers holds. */
async function listedLine(
  { redisUrl, rows, rounds: roundsAsked = LISTED_ROUNDS, progress }: BenchOptions,
  file: string,
  ingested: readonly Measured[],
): Promise<BenchLine> {
  const numbers = listedFor(rows);
  progress(`ingest: with ${numbers} numbers suppressed`);
  const rate = (rounds: readonly Round[]): number =>
    median(rounds.map((round) => round.rows / round.seconds));
  const value = rate(await measureListed(redisUrl, file, numbers, Math.min(LISTED_ROUNDS, roundsAsked)));
  return {
    ...{
      bench: 'ingest',
      what: `rows per second, ${numbers} numbers suppressed`,
      value: rounded(value),
      rows,
    },
    ...{
      unit: 'rows/s',
      ratio: rounded(value / rate(ingested)),
      against: 'the same without a suppression list',
    },
  };
}

function* ingestLines(
  parsed: readonly Measured[],
  ingested: readonly Measured[],
  rows: number,
): Generator<BenchLine> {
  const of = (rounds: readonly Measured[], pick: (round: Measured) => number): number =>
    median(rounds.map(pick));
  const base = { bench: 'ingest', against: 'csv-parse alone', rows };
  const compared = (what: string, unit: string, pick: (round: Measured) => number): BenchLine => {
    const value = of(ingested, pick);
    return { ...base, what, value: rounded(value), unit, ratio: rounded(value / of(parsed, pick)) };
  };
  yield compared('rows per second', 'rows/s', (round) => round.rows / round.seconds);
  yield compared('CPU time of the process, all threads', 's', (round) => round.cpuSeconds);
  const value = rounded(Math.max(...ingested.map((round) => round.rssBytes)) / 2 ** 20);
  yield {
    ...base,
    what: 'peak memory (RSS), largest of all rounds',
    value,
    unit: 'MB',
    ratio: null,
    against: null,
  };
  const redisSeconds = rounded(of(ingested, (round) => round.redisCpuSeconds));
  yield { ...base, what: 'CPU time of Redis', value: redisSeconds, unit: 's', ratio: null, against: null };
}

import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { createRedisStore } from '../../src/adapters/redis/store.ts';
import type { Store } from '../../src/ports/store.ts';
import { startTestRedis } from '../support/redis-server.ts';
import { campaignCells, createCaller, loadCampaign, VARIABLES } from './campaign-data.ts';
import { type BenchLine, type BenchOptions, rounded } from './line.ts';

const CAMPAIGN = 'memory';
/** Hashes and jobs are alike: more of them would take longer and tell the same. */
const NAIVE_HASHES_MAX = 100_000;
const NAIVE_JOBS_MAX = 20_000;
const ADDED_AT_ONCE = 1_000;

async function usedMemory(redis: Redis): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);
}

/** Runs `fill` on a fresh private Redis and gives the bytes that it holds more each time `fill` reports. */
async function measured(fill: (redis: Redis, url: string, report: () => Promise<number>) => Promise<void>) {
  const server = await startTestRedis();
  const redis = new Redis(server.url);
  try {
    const before = await usedMemory(redis);
    await fill(redis, server.url, async () => (await usedMemory(redis)) - before);
  } finally {
    redis.disconnect();
    await server.stop();
  }
}

async function naiveHashes(redis: Redis, rows: number): Promise<void> {
  for (let from = 0; from < rows; from += ADDED_AT_ONCE) {
    const pipeline = redis.pipeline();
    for (let row = from; row < Math.min(rows, from + ADDED_AT_ONCE); row += 1) {
      const [, number, , ...cells] = campaignCells(row);
      const fields = Object.fromEntries(VARIABLES.map((name, at) => [name, cells[at] ?? '']));
      pipeline.hset(`callee:${number}`, { ...fields, state: 'initial', attempts: 0 });
    }
    await pipeline.exec();
  }
}

async function naiveJobs(url: string, rows: number): Promise<void> {
  const queue = new Queue('callees', { connection: { url, maxRetriesPerRequest: null } });
  for (let from = 0; from < rows; from += ADDED_AT_ONCE) {
    const jobs: { name: string; data: Record<string, string | undefined> }[] = [];
    for (let row = from; row < Math.min(rows, from + ADDED_AT_ONCE); row += 1) {
      const [, number, , ...cells] = campaignCells(row);
      const data = { number, ...Object.fromEntries(VARIABLES.map((name, at) => [name, cells[at]])) };
      jobs.push({ name: 'call', data });
    }
    await queue.addBulk(jobs);
  }
  await queue.close();
}

/**
 * Bytes of Redis per callee, all included: with a list of 80-byte rows just loaded, and with the campaign finished after
 * two attempts a callee on average, every call's facts kept; beside the two ways in which such a worker is often begun.
 */
export async function* runMemoryBench(options: BenchOptions): AsyncGenerator<BenchLine> {
  const { rows, progress } = options;
  const bytes = { hash: 0, job: 0, loaded: 0, finished: 0 };
  const hashes = Math.min(rows, NAIVE_HASHES_MAX);
  const jobs = Math.min(rows, NAIVE_JOBS_MAX);
  progress('memory: one hash per callee, one job per callee');
  await measured(async (redis, _url, report) => {
    await naiveHashes(redis, hashes);
    bytes.hash = (await report()) / hashes;
  });
  await measured(async (_redis, url, report) => {
    await naiveJobs(url, jobs);
    bytes.job = (await report()) / jobs;
  });
  await measured(async (redis, _url, report) => {
    const store: Store = createRedisStore(redis, { prefix: 'rm' });
    progress(`memory: loading ${rows} callees`);
    await loadCampaign(store, CAMPAIGN, rows);
    bytes.loaded = (await report()) / rows;
    progress(`memory: calling ${rows} callees`);
    const { moves } = await createCaller(store, CAMPAIGN).call(Number.POSITIVE_INFINITY);
    bytes.finished = (await report()) / rows;
    progress(`memory: ${rounded(moves.read / rows)} attempts a callee`);
  });
  const line = (what: string, value: number, against: 'hash' | 'job' | null): BenchLine => ({
    bench: 'memory',
    what,
    value: rounded(value),
    unit: 'bytes per callee',
    ratio: against === null ? null : rounded(value / bytes[against]),
    against: against === null ? null : `one ${against} per callee`,
    rows,
  });
  yield line('loaded', bytes.loaded, 'hash');
  yield line('loaded', bytes.loaded, 'job');
  yield line('finished, two attempts on average', bytes.finished, 'hash');
  yield line('finished, two attempts on average', bytes.finished, 'job');
  yield { ...line('one hash per callee', bytes.hash, null), rows: hashes };
  yield { ...line('one job per callee', bytes.job, null), rows: jobs };
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { createRedisStore } from '../../src/adapters/redis/store.ts';
import { createCaller, loadCampaign } from './campaign-data.ts';
import { readAll, sendLoad } from './http-load.ts';
import type { Used } from './http-served.ts';
import { type BenchLine, type BenchOptions, quantile, rounded } from './line.ts';

const CAMPAIGN = 'http';
const PREFIX = 'bench-http';
const ROUNDS = 5;
const CONNECTIONS = 16;
const SERVED = fileURLToPath(new URL('./http-served.js', import.meta.url));

interface Served {
  readonly url: string;
  readonly key: string;
  used(): Promise<Used>;
  stop(): Promise<void>;
}

async function start(which: 'ours' | 'bare', redisUrl: string): Promise<Served> {
  const child: ChildProcess = spawn(process.execPath, [SERVED, which, redisUrl, PREFIX], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (child.stdout === null) throw new Error('a server without output');
  const [line] = await once(child.stdout, 'data');
  const { url, key } = JSON.parse(String(line));
  return {
    url,
    key,
    used: async () => (await fetch(`${url}/bench`)).json() as Promise<Used>,
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

interface Rates {
  readonly perSecond: number[];
  /** Milliseconds of the server's processor per request. */
  readonly cpu: number[];
}

const ADDRESSES = [
  { what: 'GET campaign', method: 'GET', path: `/v1/campaigns/${CAMPAIGN}` },
  { what: 'POST action', method: 'POST', path: `/v1/campaigns/${CAMPAIGN}/actions/pause` },
] as const;

async function* loadLines(options: BenchOptions, requests: number): AsyncGenerator<BenchLine> {
  const { rounds = ROUNDS } = options;
  const servers = {
    ours: await start('ours', options.redisUrl),
    bare: await start('bare', options.redisUrl),
  };
  const names = ['bare', 'ours'] as const;
  try {
    for (const { what, method, path } of ADDRESSES) {
      const rates: Record<'ours' | 'bare', Rates> = {
        ours: { perSecond: [], cpu: [] },
        bare: { perSecond: [], cpu: [] },
      };
      for (let round = 0; round <= rounds; round += 1) {
        options.progress(`http: ${what}, round ${round} of ${rounds}`);
        for (const name of names) {
          const { url, key, used } = servers[name];
          const before = await used();
          const seconds = await sendLoad({ url, key, method, path, requests, connections: CONNECTIONS });
          const after = await used();
          // The first round warms both up.
          if (round === 0) continue;
          rates[name].perSecond.push(requests / seconds);
          rates[name].cpu.push((1_000 * (after.cpuSeconds - before.cpuSeconds)) / requests);
        }
      }
      const [ours, bare] = [rates.ours, rates.bare];
      const line = (value: number, unit: string, against: number): BenchLine => ({
        ...{ bench: 'http', what, value: rounded(value), unit, ratio: rounded(value / against) },
        ...{ against: 'bare fastify with the same work', rows: options.rows },
      });
      const median = (values: readonly number[]): number => quantile(values, 0.5);
      yield line(median(ours.perSecond), 'requests/s', median(bare.perSecond));
      yield line(median(ours.cpu), 'ms of CPU per request', median(bare.cpu));
    }
  } finally {
    await Promise.all([servers.ours.stop(), servers.bare.stop()]);
  }
}

async function* reportLines(options: BenchOptions): AsyncGenerator<BenchLine> {
  const { rows, progress } = options;
  const server = await start('ours', options.redisUrl);
  try {
    const base = { bench: 'http', ratio: null, against: null, rows };
    const idle = (await server.used()).rssPeakBytes;
    progress(`http: report of ${rows} callees`);
    const { bytes, seconds } = await readAll(`${server.url}/v1/campaigns/${CAMPAIGN}/report.csv`, server.key);
    const { rssPeakBytes } = await server.used();
    yield { ...base, what: 'report streamed', value: rounded(rows / seconds), unit: 'callees/s' };
    yield { ...base, what: 'report, size', value: rounded(bytes / 2 ** 20), unit: 'MB' };
    yield { ...base, what: 'report, peak RSS', value: rounded(rssPeakBytes / 2 ** 20), unit: 'MB' };
    yield { ...base, what: 'peak RSS before it', value: rounded(idle / 2 ** 20), unit: 'MB' };
  } finally {
    await server.stop();
  }
}

/**
 * What the API costs over a bare fastify that does the same reads and the same action, by requests per second and by the
 * server's processor; and a report of a finished campaign, streamed, with the most memory that the server ever held.
 * Servers are processes of their own, rounds are interleaved, medians are compared. Runs from the built files only: a
 * child process cannot load TypeScript.
 */
export async function* runHttpBench(options: BenchOptions): AsyncGenerator<BenchLine> {
  const { rows, progress } = options;
  const redis = new Redis(options.redisUrl);
  const store = createRedisStore(redis, { prefix: PREFIX });
  try {
    progress(`http: loading and calling ${rows} callees`);
    await loadCampaign(store, CAMPAIGN, rows);
    await createCaller(store, CAMPAIGN).call(rows);
    yield* loadLines(options, Math.min(10_000, rows));
    yield* reportLines(options);
  } finally {
    redis.disconnect();
  }
}

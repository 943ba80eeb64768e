/**
 * `node dist/test/bench/main.js [name ...] [--rows N] [--small]`: measures and prints one JSON object per line. No figure
 * fails it; a broken promise does, which `rules` looks for. Figures mean something on a quiet machine only; the ratios
 * within one run mean something on any.
 */
import { parseArgs } from 'node:util';
import { startTestRedis } from '../support/redis-server.ts';
import { runFormatsBench } from './formats.ts';
import { runHttpBench } from './http.ts';
import { runIngestBench } from './ingest.ts';
import type { BenchLine, BenchOptions } from './line.ts';
import { runMemoryBench } from './memory.ts';
import { runMovesBench } from './moves.ts';
import { runRequestsBench } from './requests.ts';
import { runRulesBench } from './rules.ts';

interface Bench {
  readonly run: (options: BenchOptions) => AsyncIterable<BenchLine>;
  /** Rows where none are asked for, and for a look whether it still runs. */
  readonly rows: readonly number[];
  readonly small: number;
}

export const BENCHES: Readonly<Record<string, Bench>> = {
  ingest: { run: runIngestBench, rows: [100_000, 1_000_000], small: 4_000 },
  formats: { run: runFormatsBench, rows: [100_000], small: 2_000 },
  memory: { run: runMemoryBench, rows: [100_000, 1_000_000], small: 4_000 },
  http: { run: runHttpBench, rows: [100_000, 1_000_000], small: 300 },
  moves: { run: runMovesBench, rows: [100_000, 1_000_000], small: 4_000 },
  // A million callees would take that many calls to play, and tell nothing else.
  requests: { run: runRequestsBench, rows: [100_000], small: 1_500 },
  rules: { run: runRulesBench, rows: [20_000], small: 400 },
};

/** Runs one bench on a private Redis, which is stopped whatever happens. */
export async function runBench(
  bench: Bench,
  options: Omit<BenchOptions, 'redisUrl'>,
  print: (line: BenchLine) => void,
): Promise<void> {
  const server = await startTestRedis();
  try {
    for await (const line of bench.run({ ...options, redisUrl: server.url })) print(line);
  } finally {
    await server.stop();
  }
}

/** Runs what the command line names. Throws an Error that says what is wrong with it. */
export async function runBenches(args: readonly string[], print: (line: BenchLine) => void): Promise<void> {
  const options = { rows: { type: 'string' }, small: { type: 'boolean' } } as const;
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  const names = positionals.length === 0 ? Object.keys(BENCHES) : positionals;
  const asked = values.rows === undefined ? undefined : Number(values.rows);
  if (asked !== undefined && !(Number.isInteger(asked) && asked > 0))
    throw new Error('--rows needs a whole number');
  for (const name of names) {
    const bench = BENCHES[name];
    if (bench === undefined)
      throw new Error(`there is no bench "${name}"; there are: ${Object.keys(BENCHES).join(', ')}`);
    const rows = values.small ? [bench.small] : asked === undefined ? bench.rows : [asked];
    const progress = (text: string): unknown => process.stderr.write(`${text}\n`);
    for (const each of rows) {
      await runBench(bench, { rows: each, ...(values.small && { rounds: 1 }), progress }, print);
    }
  }
}

if (process.argv[1] === import.meta.filename) {
  await runBenches(process.argv.slice(2), (line) => process.stdout.write(`${JSON.stringify(line)}\n`));
}

import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createGzip } from 'node:zlib';
import iconv from 'iconv-lite';
import { Redis } from 'ioredis';
import { listReader } from '../../src/adapters/list/list-reader.ts';
import { type Cell, makeXlsx } from '../support/make-xlsx.ts';
import { writeBenchList } from './ingest-list.ts';
import type { Round } from './ingest-round.ts';
import { type BenchLine, type BenchOptions, quantile, rounded } from './line.ts';

const ROUNDS = 3;
const WORKBOOK_ROWS_MAX = 100_000;
const ROUND = fileURLToPath(new URL('./ingest-round.js', import.meta.url));
const run = promisify(execFile);

const FORMATS = ['utf-8', 'gb18030', 'gzip', 'xlsx'] as const;
type Format = (typeof FORMATS)[number];

/** Numbers as numbers and texts in the shared table, as Excel writes a list. */
async function writeWorkbook(from: string, to: string): Promise<void> {
  const rows: Cell[][] = [];
  const list = await listReader().open(from);
  for await (const block of list.blocks()) {
    for (const [number = '', ...rest] of block.records) {
      rows.push([/^\d+$/.test(number) ? Number(number) : number, ...rest]);
    }
  }
  await writeFile(to, makeXlsx({ shared: true, sheets: [{ name: 'List', rows }] }));
}

/** The same list in each format; workbooks have fewer rows, since Excel itself takes no more than a million. */
async function writeLists(folder: string, rows: number): Promise<Record<Format, string>> {
  const paths = {
    'utf-8': join(folder, 'utf-8.csv'),
    gb18030: join(folder, 'gb18030.csv'),
    gzip: join(folder, 'utf-8.csv.gz'),
    xlsx: join(folder, 'list.xlsx'),
  };
  await writeBenchList(paths['utf-8'], rows);
  const text = createReadStream(paths['utf-8'], 'utf8');
  await pipeline(text, iconv.encodeStream('gb18030'), createWriteStream(paths.gb18030));
  await pipeline(createReadStream(paths['utf-8']), createGzip(), createWriteStream(paths.gzip));
  const short = join(folder, 'short.csv');
  await writeBenchList(short, Math.min(rows, WORKBOOK_ROWS_MAX));
  await writeWorkbook(short, paths.xlsx);
  return paths;
}

async function measure(redis: Redis, redisUrl: string, file: string): Promise<Round> {
  const prefix = `bench${randomBytes(5).toString('hex')}`;
  const { stdout } = await run(process.execPath, [ROUND, 'ingest', file, redisUrl, prefix]);
  for await (const keys of redis.scanStream({ match: `*${prefix}*`, count: 1_000 })) {
    if (keys.length > 0) await redis.unlink(...keys);
  }
  return JSON.parse(stdout);
}

/**
 * Measures the ingest of one list in other forms against the same list as UTF-8: time of GB18030, of gzip, and of a
 * workbook per row, and the peak memory of each. Every round runs in a process of its own, rounds are interleaved.
 * Runs from the built files only.
 */
export async function* runFormatsBench(options: BenchOptions): AsyncGenerator<BenchLine> {
  const { redisUrl, rows, rounds = ROUNDS, progress } = options;
  const folder = await mkdtemp(join(tmpdir(), 'rm-bench-formats-'));
  const redis = new Redis(redisUrl);
  try {
    const lists = await writeLists(folder, rows);
    const measured: Record<Format, Round[]> = { 'utf-8': [], gb18030: [], gzip: [], xlsx: [] };
    for (let round = 1; round <= rounds; round += 1) {
      for (const format of FORMATS) {
        progress(`formats: round ${round} of ${rounds}, ${format}`);
        measured[format].push(await measure(redis, redisUrl, lists[format]));
      }
    }
    for (const format of FORMATS) yield* linesOf(format, measured[format], measured['utf-8']);
  } finally {
    redis.disconnect();
    await rm(folder, { recursive: true, force: true });
  }
}

function median(rounds: readonly Round[], pick: (round: Round) => number): number {
  return quantile(rounds.map(pick), 0.5);
}

function* linesOf(format: Format, rounds: readonly Round[], plain: readonly Round[]): Generator<BenchLine> {
  const base = { bench: 'formats', rows: rounds[0]?.rows ?? 0 };
  const against = format === 'utf-8' ? null : 'the same list as UTF-8, per row';
  const compared = (what: string, seconds: (round: Round) => number): BenchLine => {
    const perRow = (all: readonly Round[]): number => median(all, (round) => seconds(round) / round.rows);
    const ratio = format === 'utf-8' ? null : rounded(perRow(rounds) / perRow(plain));
    return { ...base, what, value: rounded(median(rounds, seconds)), unit: 's', ratio, against };
  };
  yield compared(`time of ${format}`, (round) => round.seconds);
  yield compared(`CPU time of ${format}, all threads`, (round) => round.cpuSeconds);
  const peak = rounded(Math.max(...rounds.map((round) => round.rssBytes)) / 2 ** 20);
  yield {
    ...base,
    what: `peak memory (RSS) of ${format}`,
    value: peak,
    unit: 'MB',
    ratio: null,
    against: null,
  };
}

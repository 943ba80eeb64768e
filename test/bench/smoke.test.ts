import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { BenchLine } from './line.ts';
import { BENCHES, runBench, runBenches } from './main.ts';

async function linesOf(name: string): Promise<BenchLine[]> {
  const bench = BENCHES[name];
  if (bench === undefined) throw new Error(`no bench ${name}`);
  const lines: BenchLine[] = [];
  await runBench(bench, { rows: bench.small, rounds: 1, progress: () => {} }, (line) => lines.push(line));
  checkLines(name, lines);
  return lines;
}

/** The same as the command `npm run bench`, for benches whose rounds are processes of built files. */
async function linesOfProcess(name: string): Promise<BenchLine[]> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    resolve('dist/test/bench/main.js'),
    name,
    '--small',
  ]);
  const lines = stdout
    .trim()
    .split('\n')
    .map((line): BenchLine => JSON.parse(line));
  checkLines(name, lines);
  return lines;
}

function checkLines(name: string, lines: readonly BenchLine[]): void {
  for (const line of lines) {
    expect(Object.keys(line).sort()).toEqual(['against', 'bench', 'ratio', 'rows', 'unit', 'value', 'what']);
    expect(line.bench).toBe(name);
    expect(Number.isFinite(line.value) && line.value >= 0).toBe(true);
    expect(line.ratio === null || line.ratio > 0).toBe(true);
    expect(line.ratio === null || line.against !== null).toBe(true);
  }
}

function figure(lines: readonly BenchLine[], what: string): number {
  return lines.find((line) => line.what === what)?.value ?? Number.NaN;
}

describe('the bench', () => {
  it('of memory shows less for a callee of ours than for a hash or a job of its own', async () => {
    const lines = await linesOf('memory');
    expect(figure(lines, 'loaded')).toBeLessThan(figure(lines, 'one hash per callee'));
    expect(figure(lines, 'finished, two attempts on average')).toBeGreaterThan(figure(lines, 'loaded'));
    expect(figure(lines, 'finished, two attempts on average')).toBeLessThan(
      figure(lines, 'one job per callee'),
    );
  });

  it('of moves names each step of a callee', async () => {
    const lines = await linesOf('moves');
    expect(lines.filter((line) => line.unit === 'moves/s').length).toBe(4);
  });

  it('of requests plays a whole campaign within a quarter above the floor of its batches', async () => {
    const lines = await linesOf('requests');
    const all = lines.find((line) => line.against === 'the floor of the batches there were');
    expect(all?.ratio).toBeGreaterThanOrEqual(1);
    expect(figure(lines, 'CreateAutoCalloutTask')).toBeGreaterThan(0);
    expect(figure(lines, 'jobs')).toBeLessThan(1_000);
  }, 120_000);

  it('of rules plays two campaigns in which no dial breaks a rule, and every code and rule has its turn', async () => {
    const lines = await linesOf('rules');
    for (const what of ['dials outside a window', 'dials above a cap', 'dials after a suppression'])
      expect(figure(lines, what)).toBe(0);
    expect(figure(lines, 'audit violations')).toBe(0);
    const happened = [
      ...['dials', 'numbers that both campaigns dialled', 'dials that left no room under a cap'],
      ...['callees ended by a suppression', 'times that a cap put a callee off', 'audits'],
    ];
    for (const what of happened) expect(figure(lines, what), what).toBeGreaterThan(0);
    expect(figure(lines, 'distinct dispositions')).toBeGreaterThan(30);
  }, 240_000);

  it('of ingest stores more rows per second than one job per row does', async () => {
    const lines = await linesOfProcess('ingest');
    const naive = lines.find((line) => line.against === 'one BullMQ job and one hash per row');
    expect(naive?.ratio).toBeGreaterThan(1);
  }, 120_000);

  it('of formats reads the same list in every form', async () => {
    const lines = await linesOfProcess('formats');
    expect(new Set(lines.map((line) => line.what)).size).toBe(lines.length);
    expect(figure(lines, 'time of xlsx')).toBeGreaterThan(0);
  }, 120_000);

  it('of http streams a report whole', async () => {
    const lines = await linesOfProcess('http');
    expect(figure(lines, 'report, size')).toBeGreaterThan(0);
  }, 120_000);

  it('refuses a name and a size that it does not have', async () => {
    await expect(runBenches(['nothing'], () => {})).rejects.toThrow('there is no bench "nothing"');
    await expect(runBenches(['moves', '--rows', 'many'], () => {})).rejects.toThrow('--rows');
  });
});

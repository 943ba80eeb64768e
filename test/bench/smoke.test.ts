import { describe, expect, it } from 'vitest';
import type { BenchLine } from './line.ts';
import { BENCHES, runBench, runBenches } from './main.ts';

async function linesOf(name: string): Promise<BenchLine[]> {
  const bench = BENCHES[name];
  if (bench === undefined) throw new Error(`no bench ${name}`);
  const lines: BenchLine[] = [];
  await runBench(
    bench,
    bench.small,
    (line) => lines.push(line),
    () => {},
  );
  for (const line of lines) {
    expect(Object.keys(line).sort()).toEqual(['against', 'bench', 'ratio', 'rows', 'unit', 'value', 'what']);
    expect(line.bench).toBe(name);
    expect(Number.isFinite(line.value) && line.value >= 0).toBe(true);
    expect(line.ratio === null || line.ratio > 0).toBe(true);
    expect(line.ratio === null || line.against !== null).toBe(true);
  }
  return lines;
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

  it('refuses a name and a size that it does not have', async () => {
    await expect(runBenches(['nothing'], () => {})).rejects.toThrow('there is no bench "nothing"');
    await expect(runBenches(['moves', '--rows', 'many'], () => {})).rejects.toThrow('--rows');
  });
});

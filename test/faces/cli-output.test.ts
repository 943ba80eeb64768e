import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { CliIo } from '../../src/faces/cli/deps.ts';
import { factsText, tableText } from '../../src/faces/cli/output.ts';
import { startProgress } from '../../src/faces/cli/progress.ts';
import { ManualClock } from '../support/clock.ts';

function terminal(isTTY: boolean): { io: CliIo; drawn: () => string } {
  const stderr = new PassThrough();
  const io: CliIo = {
    stdin: Readable.from([]),
    stdout: Object.assign(new PassThrough(), { isTTY }),
    stderr,
    user: 'x',
    signal: new AbortController().signal,
    nodeVersion: 'v20.20.0',
  };
  return { io, drawn: () => String(stderr.read() ?? '') };
}

describe('text for people', () => {
  it('a table is aligned, numbers to the right, Chinese characters two columns wide', () => {
    expect(
      tableText(
        ['name', 'callees'],
        [
          ['姓名', 5],
          ['ab', 12_345],
        ],
      ),
    ).toBe('name  callees\n姓名        5\nab      12345');
  });

  it('facts stand under each other, whatever script their names are in', () => {
    expect(
      factsText([
        ['campaign', 'spring'],
        ['姓名', 'Mei'],
      ]),
    ).toBe('campaign  spring\n姓名      Mei');
  });
});

describe('what comes from lists and names of files', () => {
  it('stays on its line and does nothing to a terminal', () => {
    const odd = 'new\r\nline\u001b[2J.csv';
    expect(tableText(['file'], [[odd]])).toBe('file\nnew line [2J.csv');
    expect(factsText([['City\nname', odd]])).toBe('City name  new line [2J.csv');
  });
});

describe('progress', () => {
  const work = { label: 'report', unit: 'rows', total: 4_000 };

  it('on a terminal is a bar that redraws itself and is gone at the end', () => {
    const clock = new ManualClock();
    const { io, drawn } = terminal(true);
    const progress = startProgress(io, clock, work);
    progress.at(10);
    expect(drawn()).toBe('');
    clock.advance(100);
    progress.at(1_000);
    expect(drawn()).toBe(`\rreport [${'#'.repeat(8)}${'-'.repeat(22)}] 25% 1,000 of 4,000 rows\u001b[K`);
    progress.end();
    expect(drawn()).toBe('\r\u001b[K');
  });

  it('elsewhere is a plain line every few seconds, and short work shows nothing', () => {
    const clock = new ManualClock();
    const { io, drawn } = terminal(false);
    const progress = startProgress(io, clock, work);
    clock.advance(4_999);
    progress.at(1_000);
    progress.end();
    expect(drawn()).toBe('');
    clock.advance(1);
    progress.at(2_000);
    progress.end();
    expect(drawn()).toBe('report: 50%, 2,000 of 4,000 rows\n');
  });
});

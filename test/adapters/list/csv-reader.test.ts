import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { csvBlocks } from '../../../src/adapters/list/csv-reader.ts';
import { COMMA_SEPARATED } from '../../../src/adapters/list/dialect.ts';
import { listReader } from '../../../src/adapters/list/list-reader.ts';
import type { AppError } from '../../../src/core/errors.ts';
import { ROW_CHARACTERS_MAX } from '../../../src/core/limits.ts';

interface Found {
  readonly records: (readonly string[])[];
  readonly lines: number[];
  /** `<index>:<code>` of each fault. */
  readonly faults: string[];
  error: unknown;
}

/** Everything read from `bytes` when the file gives `piece` bytes at a time. */
async function readAll(bytes: Buffer, piece = bytes.length): Promise<Found> {
  let at = 0;
  const read = async (into: Buffer): Promise<number> => {
    const copied = bytes.copy(into, 0, at, Math.min(at + piece, at + into.length));
    at += copied;
    return copied;
  };
  const found: Found = { records: [], lines: [], faults: [], error: undefined };
  try {
    const source = { read, fileBytesRead: bytes.length, close: () => Promise.resolve() };
    for await (const block of csvBlocks(source, COMMA_SEPARATED)) {
      for (const [index, fault] of block.faults)
        found.faults.push(`${found.records.length + index}:${fault.code}`);
      // Whatever a block holds, cutting it once more gives the same.
      expect(block.again?.()).toEqual(block.records);
      found.records.push(...block.records);
      found.lines.push(...block.lines);
    }
  } catch (error) {
    found.error = error;
  }
  return found;
}

const readText = (text: string, piece?: number): Promise<Found> => readAll(Buffer.from(text), piece);

describe('what a record is', () => {
  test('LF, CRLF and a last line without a break are the same rows', async () => {
    for (const text of ['a,b\n1,2\n3,4\n', 'a,b\r\n1,2\r\n3,4\r\n', 'a,b\n1,2\r\n3,4', 'a,b\r\n1,2\n3,4\r']) {
      const found = await readText(text);
      expect(found.records, JSON.stringify(text)).toEqual([
        ['a', 'b'],
        ['1', '2'],
        ['3', '4'],
      ]);
      expect(found.lines).toEqual([1, 2, 3]);
    }
  });

  test('LF, CRLF and CR end lines in any mixture, and stay what they are inside quotes', async () => {
    const found = await readText('a,b\r1,"x\ry\r\nz\n"\r\n2,3\n\r4,5\r\r\n6,7\r');
    expect(found.records).toEqual([
      ['a', 'b'],
      ['1', 'x\ry\r\nz\n'],
      ['2', '3'],
      ['4', '5'],
      ['6', '7'],
    ]);
    expect(found.lines).toEqual([1, 2, 6, 8, 10]);
    expect(found.faults).toEqual([]);
  });

  test('a long list whose lines end with CR alone is read in bounded pieces', async () => {
    const found = await readText(`a,b\r${'1,2\r'.repeat(200_000)}`, 50_000);
    expect(found.records).toHaveLength(200_001);
    expect(found.lines.at(-1)).toBe(200_001);
    expect(found.faults).toEqual([]);
  });

  test('a byte-order mark is no part of the first header', async () => {
    expect((await readText('\ufeffa,b\n1,2\n')).records[0]).toEqual(['a', 'b']);
  });

  test('blank lines are no rows, and lines are still counted', async () => {
    const found = await readText('a\n\n1\r\n\r\n2\n');
    expect(found.records).toEqual([['a'], ['1'], ['2']]);
    expect(found.lines).toEqual([1, 3, 5]);
  });

  test('quoted fields keep breaks, commas and doubled quotes; a row starts on its first line', async () => {
    const found = await readText('a,b\n"x\r\ny, ""z""",1\n2,"\n\n"\n3,4\n');
    expect(found.records).toEqual([
      ['a', 'b'],
      ['x\r\ny, "z"', '1'],
      ['2', '\n\n'],
      ['3', '4'],
    ]);
    expect(found.lines).toEqual([1, 2, 4, 7]);
    expect(found.faults).toEqual([]);
  });

  test('rows may have fewer or more cells than the header', async () => {
    expect((await readText('a,b\n1\n1,2,3\n"1"\n"1",2,3\n')).records).toEqual([
      ['a', 'b'],
      ['1'],
      ['1', '2', '3'],
      ['1'],
      ['1', '2', '3'],
    ]);
  });

  test('a quote inside an unquoted field stands for itself', async () => {
    const found = await readText('a,b\n5" pipe,x\ny,5"\n5" pipe,"x,y"\n');
    expect(found.records.slice(1)).toEqual([
      ['5" pipe', 'x'],
      ['y', '5"'],
      ['5" pipe', 'x,y'],
    ]);
    expect(found.faults).toEqual([]);
  });

  test('well-formed files give the same cells as csv-parse alone, however the bytes arrive', async () => {
    const cell = fc.oneof(
      fc.stringMatching(/^[a-z0-9 王"]{0,6}$/),
      fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r\n', '王', '📞', 'x', ' '), maxLength: 6 }),
    );
    const file = fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(
        file,
        fc.constantFrom('\n', '\r\n'),
        fc.integer({ min: 1, max: 9 }),
        async (rows, eol, piece) => {
          const write = (text: string): string =>
            /[",\r\n]/.test(text) || text === '' ? `"${text.replaceAll('"', '""')}"` : text;
          const text = rows.map((row) => row.map(write).join(',')).join(eol) + eol;
          const found = await readText(text, piece);
          expect(found).toMatchObject({ faults: [], error: undefined });
          expect(found.records).toEqual(parse(text, { relax_column_count: true, record_delimiter: eol }));
          expect(found.records).toEqual(rows);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('what cannot be read', () => {
  test('broken quoting costs its own line; the rows behind it are read', async () => {
    const found = await readText('a,b\n1,2\n"x"y,3\n4,"open\n5,6\n7,"fine, too"\n8,9\n');
    expect(found.faults).toEqual(['2:broken_quoting', '3:broken_quoting']);
    expect(found.records).toEqual([
      ['a', 'b'],
      ['1', '2'],
      ['"x"y,3'],
      ['4,"open'],
      ['5', '6'],
      ['7', 'fine, too'],
      ['8', '9'],
    ]);
    expect(found.lines).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test('a quote that nothing closes costs its own line, at the end of the file and within the bound of a row', async () => {
    const row = '13800000000,plain\n';
    for (const rows of [2, Math.ceil((3 * ROW_CHARACTERS_MAX) / row.length)]) {
      const found = await readText(`a,b\n1,"never closed\n${row.repeat(rows)}`);
      expect(found.faults).toEqual(['1:broken_quoting']);
      expect(found.records).toHaveLength(2 + rows);
      expect(found.records.at(-1)).toEqual(['13800000000', 'plain']);
      expect(found.lines.at(-1)).toBe(2 + rows);
    }
  });

  test('a row longer than the bound is refused as a row, plain or quoted, and not held in memory', async () => {
    const long = 'x'.repeat(ROW_CHARACTERS_MAX);
    for (const row of [`${long},1`, `"${long}",1`, `"${long.slice(0, -9)}\n${'y'.repeat(20)}",1`]) {
      const found = await readText(`a,b\n1,2\n${row}\n3,4\n`);
      expect(found.faults).toEqual(['2:row_too_big']);
      expect(found.records[2]?.[0]?.length).toBeLessThanOrEqual(1_000);
      expect(found.records[3]).toEqual(['3', '4']);
      expect(found.lines[3]).toBe(row.includes('\n') ? 5 : 4);
    }
  });

  test('of a line far longer than the bound only the beginning is kept, and the next line is read', async () => {
    for (const unit of ['x', '王', '📞', '"']) {
      const found = await readText(`a,b\n1,2\n${unit.repeat(ROW_CHARACTERS_MAX * 7)}\n3,4\n5,6\n`);
      expect(found.error).toBeUndefined();
      expect(found.faults).toEqual(['2:row_too_big']);
      expect(found.records.slice(3)).toEqual([
        ['3', '4'],
        ['5', '6'],
      ]);
      expect(found.lines.slice(3)).toEqual([4, 5]);
    }
  });

  test('bytes that are not UTF-8 cost their row, which shows where they stood', async () => {
    const good = Buffer.from('\ufeffa,b\n1,\ufffd王\n2,');
    const bytes = Buffer.concat([good, Buffer.from([0xcd, 0xf5]), Buffer.from('\n3,4\n5,王')]).subarray(
      0,
      -1,
    );
    for (const piece of [1, 3, 100]) {
      const found = await readAll(bytes, piece);
      expect(found.error).toBeUndefined();
      expect(found.faults).toEqual(['2:row_damaged', '4:row_damaged']);
      expect(found.records.slice(0, 2)).toEqual([
        ['a', 'b'],
        ['1', '\ufffd王'],
      ]);
      expect(found.records[2]).toEqual(['2', '\ufffd\ufffd']);
      expect(found.records[3]).toEqual(['3', '4']);
    }
  });

  test('many such rows are another encoding: the file ends after the last row before them, naming the byte', async () => {
    const good = Buffer.from('a,b\n1,王\n');
    const gbk = Buffer.concat([Buffer.from('2,'), Buffer.from([0xcd, 0xf5]), Buffer.from('\n')]);
    const found = await readAll(Buffer.concat([good, ...Array.from({ length: 50 }, () => gbk)]));
    expect(found.records).toEqual([
      ['a', 'b'],
      ['1', '王'],
    ]);
    const error = found.error as AppError;
    expect(error.code).toBe('file_invalid');
    expect(error.message).toContain(`not UTF-8 from byte ${good.length + 3} on;`);
    expect(error.message).toContain('--encoding');
  });

  test('zero bytes cost their row', async () => {
    const found = await readText('a,b\n1,2\n3,\0\0\n4,5\n\0\0\0');
    expect(found.faults).toEqual(['2:row_damaged', '4:row_damaged']);
    expect(found.records[3]).toEqual(['4', '5']);
  });

  test('a byte-order mark in the middle, where files were joined, is no part of a cell', async () => {
    expect((await readText('\ufeffa,b\n1,2\n\ufeff3,4\n')).records).toEqual([
      ['a', 'b'],
      ['1', '2'],
      ['3', '4'],
    ]);
  });
});

describe('files on disk', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rm-list-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('an open list knows its size, and every block says how far it has read', async () => {
    const path = join(folder, 'list.csv');
    const text = `a,b\n${'1,2\n'.repeat(40_000)}`;
    await writeFile(path, text);
    const list = await listReader().open(path);
    expect(list).toMatchObject({ bytes: text.length, encoding: 'utf-8', delimiter: ',' });
    let rows = 0;
    let bytesRead = 0;
    for await (const block of list.blocks()) {
      rows += block.records.length;
      expect(block.bytesRead).toBeGreaterThanOrEqual(bytesRead);
      bytesRead = block.bytesRead;
    }
    expect([rows, bytesRead]).toEqual([40_001, text.length]);
  });

  test('a file that is missing, or is a folder, is refused with the remedy', async () => {
    await expect(listReader().open(join(folder, 'none.csv'))).rejects.toMatchObject({
      code: 'file_unreadable',
      message: expect.stringContaining('missing; import it again'),
    });
    await expect(listReader().open(folder)).rejects.toMatchObject({
      code: 'file_unreadable',
      message: expect.stringContaining('folder'),
    });
  });
});

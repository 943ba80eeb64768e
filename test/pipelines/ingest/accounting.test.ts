import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PAGE_SLOTS } from '../../../src/core/limits.ts';
import { ingestImport } from '../../../src/pipelines/ingest.ts';
import type { Store } from '../../../src/ports/store.ts';
import { type ImportSite, mobile, openImportSite, rowsByNumber } from '../../support/import-site.ts';
import { SEEDED_AT, SEEDED_SETTINGS } from '../../support/seeded-campaign.ts';

let site: ImportSite;
beforeEach(async () => {
  site = await openImportSite();
  await site.store.createCampaign('spring', SEEDED_SETTINGS, SEEDED_AT);
});
afterEach(() => site.close());

/** Rows `from` to `to` of a list with a quoted cell that breaks its line now and then. */
function listRows(from: number, to: number): string {
  let text = '';
  for (let index = from; index < to; index += 1) {
    text += `${mobile(index)},n${index},${index % 500 === 0 ? '"two\nlines"' : 'x'}\n`;
  }
  return text;
}

const HEADER = 'phone,name,remark\n';

function cellsOf(csv: string): string[][] {
  expect(csv.startsWith('\ufeff')).toBe(true);
  return parse(csv.slice(1), { relax_column_count: true });
}

describe('a row that made no callee', () => {
  test('says its line, its cells as they were, and which row it repeats, also when only the store knew', async () => {
    const rows = 2 * PAGE_SLOTS;
    // Far from the rows that they repeat, so that no page can tell; the numbers are written in other ways.
    const text = `${HEADER}${listRows(0, rows)}+86 ${mobile(5)}, again ,=1+1\n${listRows(rows, rows + 1_200)}0${mobile(1_500)},again,\n`;
    const record = await site.take('spring', text);
    expect(record).toMatchObject({ rows: rows + 1_202, accepted: rows + 1_200, duplicate: 2 });
    const lines = text.split('\n');
    const lineOf = (start: string): number => lines.findIndex((line) => line.startsWith(start)) + 1;
    expect(await site.rejections(record.id)).toEqual([
      {
        ...{ kind: 'duplicate', row: rows + 1, line: lineOf('+86 '), column: 'phone', code: 'duplicate' },
        ...{ message: 'the same number as row 6', cells: [`+86 ${mobile(5)}`, ' again ', '=1+1'] },
      },
      {
        ...{ kind: 'duplicate', row: rows + 1_202, line: lineOf('0138'), column: 'phone', code: 'duplicate' },
        ...{ message: 'the same number as row 1501', cells: [`0${mobile(1_500)}`, 'again', ''] },
      },
    ]);
  });

  test('names the import of the row that it repeats', async () => {
    const first = await site.take('spring', HEADER + listRows(0, 20));
    const second = await site.take('spring', HEADER + listRows(10, 12));
    const third = await site.take('spring', `${HEADER}${listRows(30, 31)}${listRows(15, 16)}`);
    expect(second).toMatchObject({ accepted: 0, duplicate: 2 });
    expect((await site.rejections(second.id)).map(({ message }) => message)).toEqual([
      `the same number as row 11 of ${first.id}`,
      `the same number as row 12 of ${first.id}`,
    ]);
    expect((await site.rejections(third.id)).map(({ row, message }) => [row, message])).toEqual([
      [2, `the same number as row 16 of ${first.id}`],
    ]);
  });

  test('is listed once per row, in file order, whatever found it out', async () => {
    const bad = Array.from({ length: 40 }, (_, index) => `bad${index},x,\n`);
    const repeats = Array.from({ length: 40 }, (_, index) => listRows(index * 7 + 1, index * 7 + 2));
    const mixed = bad.map((row, index) => row + (repeats[index] ?? '')).join('');
    const text = `${HEADER}${listRows(0, PAGE_SLOTS + 500)}${mixed}${listRows(3_000, 4_500)}${mixed}`;
    const record = await site.take('spring', text);
    const listed = await site.rejections(record.id);
    expect(listed).toHaveLength(160);
    expect(listed.map(({ row }) => row)).toEqual(listed.map(({ row }) => row).sort((a, b) => a - b));
    expect(new Set(listed.map(({ row }) => row)).size).toBe(160);
    expect(listed.every(({ line, cells }) => line > 0 && cells.length >= 2)).toBe(true);
    const { accepted, duplicate, suppressed, rejected } = record;
    expect(record).toMatchObject({ duplicate: 80, rejected: 80 });
    expect(accepted + duplicate + suppressed + rejected).toBe(record.rows);
  });
});

describe('errors.csv', () => {
  const LIST = [
    'phone,name,amount,remark',
    '13800000001,first,-5,ok',
    'nobody,王,100.00,=1+1',
    "'13800000001,again,+3,0012",
    '13800000002,"a, ""b""\nc",1,x,beyond',
    '13800000003,short',
    '138000000,too short,1,x',
    '',
  ].join('\n');

  test('has the cells of every row not taken under their own header, then why', async () => {
    const record = await site.take('spring', LIST);
    expect(cellsOf(await site.errorsCsv(record.id))).toEqual([
      [
        ...['phone', 'name', 'amount', 'remark', 'ringmaster_row', 'ringmaster_line', 'ringmaster_column'],
        ...['ringmaster_code', 'ringmaster_reason'],
      ],
      [
        ...['nobody', '王', "'100.00", "'=1+1", '2', '3', 'phone', 'number_letters'],
        'the number holds letters; write digits only',
      ],
      [
        ...["''13800000001", 'again', "'+3", "'0012", '3', '4', 'phone', 'duplicate'],
        'the same number as row 1',
      ],
      [
        ...['13800000002', 'a, "b"\nc', '1', 'x', '4', '5', '', 'row_too_long'],
        expect.stringContaining('5 cells but the header 4'),
        'beyond',
      ],
      ['138000000', 'too short', '1', 'x', '6', '8', 'phone', 'number_invalid', expect.any(String)],
    ]);
  });

  test('imported again as it is ends as it did: every row is refused for the same reason', async () => {
    const first = await site.take('spring', LIST);
    const again = await site.take('spring', await site.errorsCsv(first.id));
    expect(again).toMatchObject({ state: 'done', rows: 4, accepted: 0, duplicate: 1, rejected: 3 });
    const facts = async (id: string) =>
      (await site.rejections(id)).map(({ kind, code, cells }) => [kind, code, cells]);
    expect(await facts(again.id)).toEqual(await facts(first.id));
    const own = cellsOf(await site.errorsCsv(again.id)).map((cells) => [...cells.slice(0, 4), cells[7]]);
    expect(own).toEqual(
      cellsOf(await site.errorsCsv(first.id)).map((cells) => [...cells.slice(0, 4), cells[7]]),
    );
  });

  test('mended and imported again gives callees their own cells, and none of ours', async () => {
    const first = await site.take('spring', LIST);
    const mended = (await site.errorsCsv(first.id)).replace('nobody', '13800000009').replace(',beyond', '');
    const again = await site.take('spring', mended);
    expect(again).toMatchObject({ rows: 4, accepted: 2, duplicate: 1, rejected: 1 });
    const rows = await rowsByNumber(site.store, 'spring');
    expect(rows.get(8613800000009)?.variables).toEqual({ name: '王', amount: '100.00', remark: '=1+1' });
    expect(rows.get(8613800000002)?.variables).toEqual({ name: 'a, "b"\nc', amount: '1', remark: 'x' });
  });

  test('of an import without such rows is its header', async () => {
    const record = await site.take('spring', HEADER + listRows(1, 3));
    expect(cellsOf(await site.errorsCsv(record.id))).toHaveLength(1);
  });

  test('comes in parts, however many rows there are', async () => {
    const record = await site.take('spring', `phone\n${'abc\n'.repeat(3_000)}`);
    expect(cellsOf(await site.errorsCsv(record.id))).toHaveLength(3_001);
  });
});

describe('killed between storing a page and saying what its duplicates were', () => {
  const text = `${HEADER}${listRows(0, 2_100)}${listRows(3, 4)}${listRows(5_000, 6_200)}${listRows(77, 79)}${listRows(7_000, 7_001)}`;

  async function outcome(id: string) {
    const record = await site.store.importRecord(id);
    return { ...record, id: '', campaignId: '', rejections: await site.rejections(id) };
  }

  test('it goes on to the very accounting that it has without the kill', async () => {
    const whole = await site.take('spring', text);
    const expected = await outcome(whole.id);
    expect(expected.rejections.map(({ line, cells }) => [line, cells.length])).toEqual([
      [2_107, 3],
      [3_311, 3],
      [3_312, 3],
    ]);
    for (let fatal = 1; ; fatal += 1) {
      const campaignId = `c${fatal}`;
      await site.store.createCampaign(campaignId, SEEDED_SETTINGS, SEEDED_AT);
      const id = await site.open(campaignId, text);
      let described = 0;
      const dying: Store = {
        ...site.store,
        describeRepeats: async (...args) => {
          described += 1;
          if (described >= fatal) throw new Error('killed');
          await site.store.describeRepeats(...args);
        },
      };
      await ingestImport({ ...site.deps, store: dying }, id).catch((error: unknown) =>
        expect(String(error)).toContain('killed'),
      );
      await ingestImport(site.deps, id);
      const found = await outcome(id);
      const strip = (rejections: typeof found.rejections) =>
        rejections.map(({ message: _, ...rest }) => rest);
      expect({ ...found, rejections: strip(found.rejections) }, `kill ${fatal}`).toEqual({
        ...expected,
        rejections: strip(expected.rejections),
      });
      if (described < fatal) {
        expect(fatal).toBeGreaterThan(2);
        return;
      }
    }
  });

  test('while it is not described, the row is listed with what is stored of it', async () => {
    const id = await site.open('spring', text);
    const dying: Store = { ...site.store, describeRepeats: () => Promise.reject(new Error('killed')) };
    await expect(ingestImport({ ...site.deps, store: dying }, id)).rejects.toThrow('killed');
    const [first] = await site.rejections(id);
    expect(first).toMatchObject({ row: 2_101, line: 0, cells: [`86${mobile(3)}`, '', 'n3', 'x'] });
  });

  test('a file that is gone by then ends as failed, and its rows stay accounted for', async () => {
    const id = await site.open('spring', text);
    const dying: Store = { ...site.store, describeRepeats: () => Promise.reject(new Error('killed')) };
    await expect(ingestImport({ ...site.deps, store: dying }, id)).rejects.toThrow('killed');
    await writeFile(join(site.folder, id), HEADER);
    const { record } = await ingestImport(site.deps, id);
    expect(record.state).toBe('failed');
    expect(await site.rejections(id)).toHaveLength(record.duplicate);
  });
});

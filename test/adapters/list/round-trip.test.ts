import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listReader } from '../../../src/adapters/list/list-reader.ts';
import { ENCODINGS, type Encoding, type ListWish } from '../../../src/core/list-wish.ts';
import { makeXlsx } from '../../support/make-xlsx.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rm-lists-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function readBack(bytes: Buffer, wish?: ListWish) {
  const path = join(folder, 'list');
  await writeFile(path, bytes);
  const list = await listReader().open(path, wish);
  const records: (readonly string[])[] = [];
  let faults = 0;
  for await (const block of list.blocks()) {
    records.push(...block.records);
    faults += block.faults.size;
  }
  return { list, records, faults };
}

const HANZI = [
  ...'王李张刘陈杨黄吴赵周徐孙马朱胡林郭何高罗北京上海广州深圳成都请下午联系客户电话姓名地址备注',
]; // simplified
const HANZI_TW = [
  ...'王李張劉陳楊黃吳趙周徐孫馬朱胡林郭何高羅臺北新竹請下午聯絡客戶電話姓名地址備註說這個電話',
]; // traditional
const KANA = [...'山田佐藤鈴木高橋伊東京都大阪午後電話番号お名前さまにをのメールカタナ連絡済'];
const LATIN = [...'éèüöäßñçÀÉÜŒ–€’'];

/** Characters that each encoding can write, beside ASCII. */
const LETTERS: Readonly<Record<Encoding, readonly string[]>> = {
  'utf-8': [...HANZI, ...HANZI_TW, ...KANA, ...LATIN, '📞', '𠮷', '\u00a0'],
  'utf-16le': [...HANZI, ...KANA, ...LATIN, '📞', '𠮷'],
  'utf-16be': [...HANZI, ...KANA, ...LATIN, '📞', '𠮷'],
  gb18030: [...HANZI, ...HANZI_TW, ...KANA, '𠮷', '㐂', '—', '，'],
  big5: [...HANZI_TW, '，', '。', '嘅', '喺', '邨'],
  'shift-jis': [...KANA, 'ﾔ', 'ﾏ', 'ﾀﾞ', '①', '～', '髙', '﨑'],
  'windows-1252': LATIN,
};
const PLAIN = [...'abcXYZ019 .-_@/', "'"];

const dialect = fc.record({
  encoding: fc.constantFrom(...ENCODINGS),
  delimiter: fc.constantFrom(',', '\t', ';', '|'),
  eol: fc.constantFrom('\n', '\r\n', '\r'),
  quoteAll: fc.boolean(),
  lastEnd: fc.boolean(),
  packed: fc.boolean(),
  mark: fc.boolean(),
});
type Dialect = typeof dialect extends fc.Arbitrary<infer T> ? T : never;

function written(rows: readonly (readonly string[])[], form: Dialect): Buffer {
  const { delimiter, eol, encoding, quoteAll } = form;
  const cell = (text: string): string =>
    quoteAll || text === '' || /["\r\n]/.test(text) || text.includes(delimiter)
      ? `"${text.replaceAll('"', '""')}"`
      : text;
  const text = rows.map((row) => row.map(cell).join(delimiter)).join(eol) + (form.lastEnd ? eol : '');
  const addBOM = form.mark && encoding.startsWith('utf-');
  const bytes = iconv.encode(text, encoding === 'shift-jis' ? 'shift_jis' : encoding, { addBOM });
  return form.packed ? gzipSync(bytes) : bytes;
}

/** Rows of one width with cells of anything the encoding has, breaks, quotes and all delimiters among it. */
function rowsIn(encoding: Encoding) {
  const unit = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...PLAIN) },
    { weight: 3, arbitrary: fc.constantFrom(...LETTERS[encoding]) },
    { weight: 1, arbitrary: fc.constantFrom('"', ',', ';', '|', '\t', '\n', '\r\n', '\r') },
  );
  const cell = fc.string({ unit, maxLength: 8 });
  return fc
    .integer({ min: 1, max: 5 })
    .chain((width) =>
      fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 20 }),
    );
}

describe('rows that are written come back', () => {
  test('in every dialect and encoding that is told, packed or not', async () => {
    const lists = dialect.chain((form) => fc.tuple(fc.constant(form), rowsIn(form.encoding)));
    await fc.assert(
      fc.asyncProperty(lists, async ([form, rows]) => {
        const { encoding, delimiter } = form;
        const found = await readBack(written(rows, form), { encoding, delimiter });
        expect(found.faults).toBe(0);
        expect(found.records).toEqual(rows);
      }),
      { numRuns: 400 },
    );
  });

  test('in every dialect and encoding that has to be found, from lists such as people send', async () => {
    const word = (encoding: Encoding) => {
      const letter = fc.constantFrom(...LETTERS[encoding].filter((one) => /^[\p{L}]$/u.test(one)));
      // Accented letters stand among plain ones; other scripts stand together.
      const accented = fc.tuple(
        fc.constantFrom('Ren', 'M', 'Fran', 'Jos'),
        letter,
        fc.constantFrom('n', 's', 'ller'),
      );
      return encoding === 'windows-1252'
        ? accented.map((parts) => parts.join(''))
        : fc.array(letter, { minLength: 2, maxLength: 6 }).map((letters) => letters.join(''));
    };
    const lists = dialect.chain((form) =>
      fc.tuple(
        fc.constant(form),
        fc.array(fc.tuple(word(form.encoding), word(form.encoding)), { minLength: 15, maxLength: 40 }),
      ),
    );
    await fc.assert(
      fc.asyncProperty(lists, async ([form, words]) => {
        const rows = [
          ['phone', 'name', 'note'],
          ...words.map(([name, note], index) => [`138${String(index).padStart(8, '0')}`, name, note]),
        ];
        const { list, records } = await readBack(written(rows, form));
        expect({ encoding: list.encoding, delimiter: list.delimiter }).toEqual({
          encoding: form.encoding,
          delimiter: form.delimiter,
        });
        expect(list.encodingSure).toBeGreaterThanOrEqual(60);
        expect(records).toEqual(rows);
      }),
      { numRuns: 400 },
    );
  });

  test('from a workbook, wherever it keeps its texts', async () => {
    const unit = fc.constantFrom(...PLAIN, ...LETTERS['utf-8'], '&', '<', '>', '"', '\n', '\t');
    const cell = fc.string({ unit, maxLength: 8 });
    const table = fc.array(fc.array(cell, { minLength: 1, maxLength: 30 }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(table, fc.boolean(), async (rows, shared) => {
        const { records } = await readBack(makeXlsx({ shared, sheets: [{ name: 'A', rows }] }));
        const filled = rows.map((row) => row.slice(0, row.findLastIndex((text) => text !== '') + 1));
        let width = 0;
        const wide = filled.flatMap((row) => {
          width = Math.max(width, row.length);
          return row.length === 0 ? [] : [[...row, ...Array<string>(width - row.length).fill('')]];
        });
        expect(records).toEqual(wide);
      }),
      { numRuns: 150 },
    );
  });

  test('an encoding that shows itself only behind a megabyte of ASCII is found all the same', async () => {
    const plain = Array.from(
      { length: 50_000 },
      (_, index) => `138${String(index).padStart(8, '0')},none yet,x\n`,
    );
    const late = `13900000001,王小明,北京\n13900000002,李秀英,上海\n`;
    const text = `phone,name,city\n${plain.join('')}${late}`;
    const { list, records, faults } = await readBack(iconv.encode(text, 'gb18030'));
    expect(text.length).toBeGreaterThan(2 ** 20);
    expect(list.encoding).toBe('gb18030');
    expect(records.at(-1)).toEqual(['13900000002', '李秀英', '上海']);
    expect([records.length, faults]).toEqual([50_003, 0]);
  });

  test('a file in an encoding that is none of these is refused, and can be told', async () => {
    const names = ['Иван Петрович', 'Мария', 'Ольга Сергеева', 'Алексей', 'Дмитрий Иванович'];
    const rows = names.map((name, index) => `+7 912 345 67 0${index},${name},Москва`);
    const bytes = iconv.encode(`phone,name,city\n${rows.join('\n')}\n`, 'windows-1251');
    await expect(readBack(bytes)).rejects.toMatchObject({
      code: 'file_invalid',
      message: expect.stringContaining('--encoding'),
    });
    expect((await readBack(bytes, { encoding: 'windows-1252' })).records).toHaveLength(6);
  });
});

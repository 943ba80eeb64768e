import iconv from 'iconv-lite';
import { makeXlsx } from './make-xlsx.ts';

/** A list under samples/, and what an import of it into the demo campaign says. */
export interface SampleList {
  readonly path: string;
  readonly bytes: Buffer;
  readonly encoding: string;
  readonly delimiter: string;
  readonly rows: number;
  readonly accepted: number;
  readonly duplicate: number;
  readonly rejected: number;
}

const ROWS = 120;
const NAMES = ['王小明', '李秀英', '张伟', '刘洋', '陈静', '杨磊'];
const CITIES = ['北京', '上海', '乌鲁木齐', '呼和浩特', '广州'];
const HEADER = ['手机号', '姓名', 'order_no', 'amount', 'note'];

function number(block: number, index: number): string {
  return `139${block}${String(index * 37).padStart(7, '0')}`;
}

function rowsOf(block: number): string[][] {
  return Array.from({ length: ROWS }, (_, index) => [
    number(block, index),
    NAMES[index % NAMES.length] ?? '',
    `S${block}-${String(index + 1).padStart(4, '0')}`,
    `${50 + index}.50`,
    `${CITIES[index % CITIES.length]}，请下午联系`,
  ]);
}

const text = (rows: readonly (readonly string[])[], delimiter: string): string =>
  rows.map((row) => `${row.join(delimiter)}\r\n`).join('');
const good = { rows: ROWS, accepted: ROWS, duplicate: 0, rejected: 0 } as const;

/** What goes wrong in real lists, one row each; the number of the good rows between them does not matter. */
const WRONG = [
  ['1.38E+10', 'Excel', 'W-1', '1.00', ''],
  ['13900000000转8012', '分机', 'W-2', '2.00', ''],
  ['13900000000/13900000037', '两个', 'W-3', '3.00', ''],
  ['', '没有号码', 'W-4', '4.00', ''],
  ['1390000003', '少一位', 'W-5', '5.00', ''],
  ['未知', '文字', 'W-6', '6.00', ''],
  [number(4, 0), '重复', 'W-7', '7.00', ''],
  [number(4, 1), '逗号', 'W-8', '8.00', '一格', '多一格'],
];

export const SAMPLE_LISTS: readonly SampleList[] = [
  {
    path: 'samples/gb18030.csv',
    bytes: iconv.encode(text([HEADER, ...rowsOf(0)], ','), 'gb18030'),
    ...{ encoding: 'gb18030', delimiter: ',' },
    ...good,
  },
  {
    path: 'samples/utf16.txt',
    bytes: iconv.encode(text([HEADER, ...rowsOf(1)], '\t'), 'utf-16le', { addBOM: true }),
    ...{ encoding: 'utf-16le', delimiter: '\t' },
    ...good,
  },
  {
    path: 'samples/semicolon.csv',
    bytes: Buffer.from(text([HEADER, ...rowsOf(2)], ';')),
    ...{ encoding: 'utf-8', delimiter: ';' },
    ...good,
  },
  {
    path: 'samples/workbook.xlsx',
    bytes: makeXlsx({
      shared: true,
      formats: [14],
      sheets: [
        {
          name: '名单',
          rows: [
            ['2026年11月回访名单'],
            [...HEADER, '到期日'],
            ...rowsOf(3).map(([phone, name, order, amount, note], index) => [
              Number(phone),
              name,
              order,
              Number(amount),
              note,
              { xml: `<c r="@" s="1"><v>${46348 + (index % 9)}</v></c>` },
            ]),
          ],
        },
      ],
    }),
    ...{ encoding: 'utf-8', delimiter: '' },
    ...good,
  },
  {
    path: 'samples/with-errors.csv',
    bytes: Buffer.from(text([HEADER, ...rowsOf(4), ...WRONG], ',')),
    ...{ encoding: 'utf-8', delimiter: ',' },
    ...{ rows: ROWS + WRONG.length, accepted: ROWS, duplicate: 1, rejected: WRONG.length - 1 },
  },
];

import { describe, expect, test } from 'vitest';
import { CampaignSettings } from '../../src/core/campaign.ts';
import { TITLE_LINES_MAX } from '../../src/core/limits.ts';
import { findHead } from '../../src/core/list-head.ts';

const settings = (more: object = {}) =>
  CampaignSettings.parse({ name: 'T', callers: ['008602150000001'], ivrId: 1, ...more });
const A = '13800000001';
const B = '13900000002';

describe('where rows begin', () => {
  const cases: [name: string, records: string[][], more: object, expected: object][] = [
    [
      'behind a header',
      [
        ['phone', 'name'],
        [A, 'a'],
      ],
      {},
      { ok: true, firstRow: 1 },
    ],
    ['behind a header of one column', [['phone'], [A], [B]], {}, { ok: true, firstRow: 1 }],
    [
      'behind a title and its header',
      [['Our list'], ['name', 'phone'], ['a', A]],
      {},
      { ok: true, firstRow: 2 },
    ],
    [
      'behind titles with blank cells',
      [
        ['名单', '', ''],
        ['', '', ''],
        ['2026', '', ''],
        ['姓名', '手机', ''],
        ['a', A, ''],
      ],
      {},
      { ok: true, firstRow: 4 },
    ],
    [
      'behind a title that is itself a name',
      [['Phone'], ['name', 'tel'], ['a', A]],
      {},
      { ok: true, firstRow: 2 },
    ],
    [
      'not behind lines of several cells',
      [
        ['made', 'by us'],
        ['name', 'phone'],
        ['a', A],
      ],
      {},
      { ok: false, code: 'callee_column_missing' },
    ],
    [
      'not behind more lines than a title has',
      [...Array.from({ length: TITLE_LINES_MAX + 1 }, () => ['title']), ['name', 'phone']],
      {},
      { ok: false, code: 'callee_column_missing' },
    ],
    [
      'at once, without a header',
      [
        [A, 'a'],
        [B, 'b'],
      ],
      {},
      { ok: true, firstRow: 0 },
    ],
    ['at once, for one column', [[A], [B]], {}, { ok: true, firstRow: 0 }],
    ['not at once where two cells are numbers', [[A, B]], {}, { ok: false, code: 'column_unclear' }],
    [
      'at once where the campaign says which of them',
      [[A, B]],
      { columns: { callee: 'column_2' } },
      { ok: true, firstRow: 0, columns: { callee: 1 } },
    ],
    [
      'not at once where the campaign names a column that is not there',
      [[A, 'a']],
      { columns: { callee: '手机号' } },
      { ok: false, code: 'column_missing' },
    ],
    [
      'not at once where that place holds no number',
      [
        ['客户', 'x'],
        [A, 'a'],
      ],
      { columns: { callee: 'column_1' } },
      { ok: false, code: 'column_missing' },
    ],
    [
      'asked back where two headers could be the number',
      [
        ['手机', '电话'],
        [A, B],
      ],
      {},
      { ok: false, code: 'column_unclear' },
    ],
    ['nowhere in an empty list', [], {}, { ok: false, code: 'header_missing' }],
  ];
  test.each(cases)('%s', (_name, records, more, expected) => {
    const found = findHead(records, settings(more));
    expect(found).toMatchObject(expected);
    if (!found.ok) expect(found.message).not.toMatch(/\d{5}/);
  });

  test('columns without a header are called by their places, and the number by its name', () => {
    expect(findHead([['a', A, 'b']], settings())).toMatchObject({
      columns: {
        callee: 1,
        headers: ['column_1', 'phone', 'column_3'],
        variables: [
          { name: 'column_1', index: 0 },
          { name: 'column_3', index: 2 },
        ],
      },
    });
  });

  test('the names that a list without a header is given are a header that is understood', () => {
    const found = findHead([['a', A]], settings());
    const again = findHead([found.ok ? [...found.columns.headers] : [], ['a', A]], settings());
    expect(again).toMatchObject({ ok: true, firstRow: 1, columns: { callee: 1 } });
  });
});

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
      'behind lines of several cells that name nothing, as forms have them',
      [
        ['接种通知名单', '', '', ''],
        ['制表单位：', '街道办', '日期：', '2026-11-23'],
        ['序号', '姓名', '联系电话', '住址'],
        ['1', '王', A, '北京'],
      ],
      {},
      { ok: true, firstRow: 3, columns: { callee: 2 } },
    ],
    [
      'behind the names of groups of columns',
      [
        ['基本信息', '', '联系信息', ''],
        ['姓名', '性别', '手机', '地址'],
        ['王', '男', A, '北京'],
      ],
      {},
      { ok: true, firstRow: 2, columns: { callee: 2 } },
    ],
    [
      'behind lines without the column that the campaign names',
      [
        ['made', 'by us'],
        ['name', 'work phone'],
        ['a', A],
      ],
      { columns: { callee: 'Work phone' } },
      { ok: true, firstRow: 2, columns: { callee: 1 } },
    ],
    [
      'not behind lines of which one could be a row',
      [
        ['Customers', ''],
        ['a', A],
        ['name', 'phone'],
        ['b', B],
      ],
      {},
      {
        ok: false,
        code: 'header_missing',
        message: expect.stringMatching(/begins with "name" .* remove the lines/),
      },
    ],
    [
      'asked back where the line below a title has two headers that could be the number',
      [['Customers'], ['手机', '电话'], [A, B]],
      {},
      { ok: false, code: 'column_unclear' },
    ],
    [
      'at once where a second list with a header follows a row',
      [[A], ['name', 'phone'], ['b', B]],
      {},
      { ok: true, firstRow: 0 },
    ],
    [
      'behind the first header where a list with another follows its rows',
      [['phone'], [A], ['name', 'tel'], ['b', B]],
      {},
      { ok: true, firstRow: 1 },
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

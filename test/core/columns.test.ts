import { describe, expect, test } from 'vitest';
import type { CampaignSettings } from '../../src/core/campaign.ts';
import { type ColumnsFault, resolveColumns } from '../../src/core/columns.ts';
import { COLUMNS_MAX } from '../../src/core/limits.ts';

describe('columns that are found', () => {
  test.each([
    ...[
      'phone',
      'Phone Number',
      'phone_number',
      'MOBILE',
      'tel.',
      'Telephone',
      'number',
      'Callee',
      'cell-phone',
    ],
    ...[
      '手机号',
      '手机号码',
      '手机',
      '电话',
      '电话号码',
      '被叫号码',
      '联系电话',
      '客户手机',
      '号码',
      ' 手机号 ',
    ],
    ...['\ufeff手机号', 'ＰＨＯＮＥ', '電話號碼', '\u200b手机号\u202c', '手\u200d机号\ufe0f'],
    ...['手机号（必填）', '*手机号(11位)', '【必填】手机号', 'Mobile [required]', 'Phone\n(11 digits)'],
  ])('"%s" is a column of numbers', (header) => {
    expect(resolveColumns(['name', header], {})).toMatchObject({ ok: true, columns: { callee: 1 } });
  });

  test('a name with a note in brackets gives way to one without', () => {
    expect(resolveColumns(['电话（备用）', '电话'], {})).toMatchObject({ ok: true, columns: { callee: 1 } });
  });

  test('without names in the campaign every other column is a variable under its own header', () => {
    expect(resolveColumns(['\ufeff姓名', '手机号', 'UUI', '时区', ' Order No '], {})).toEqual({
      ok: true,
      columns: {
        callee: 1,
        uui: 2,
        timeZone: 3,
        variables: [
          { name: '姓名', index: 0 },
          { name: 'Order No', index: 4 },
        ],
        headers: ['姓名', '手机号', 'UUI', '时区', 'Order No'],
        unnamed: [],
      },
    });
  });

  test('the names of the campaign win over the usual ones, whatever their width and case', () => {
    const header = ['电话', '客户 手机', 'ORDER_NO', 'tz2', '姓名'];
    const columns = {
      ...{ callee: '客户　手机', uui: 'order_no', timeZone: 'TZ2' },
      variables: { name: '姓名', spare: '电话' },
    };
    expect(resolveColumns(header, columns)).toMatchObject({
      ok: true,
      columns: {
        ...{ callee: 1, uui: 2, timeZone: 3 },
        variables: [
          { name: 'name', index: 4 },
          { name: 'spare', index: 0 },
        ],
      },
    });
  });

  test('a column without a header is no variable, and is remembered so that its cells can be refused', () => {
    expect(resolveColumns(['phone', '', 'name', ''], {})).toMatchObject({
      ok: true,
      columns: { variables: [{ name: 'name', index: 2 }], unnamed: [1, 3] },
    });
  });

  test('equal headers do no harm where nobody asks for them', () => {
    expect(resolveColumns(['phone', 'x', 'x', 'name'], { variables: { name: 'name' } })).toMatchObject({
      ok: true,
    });
  });
});

const REFUSALS: readonly (readonly [
  string,
  string[],
  CampaignSettings['columns'] | undefined,
  ColumnsFault,
  string[],
])[] = [
  ['no header at all', ['', ' '], {}, 'header_missing', ['first line']],
  ['data in the first line', ['13800138000', '张三'], {}, 'header_missing', ['names of the columns']],
  [
    'no number column',
    ['name', 'order'],
    {},
    'callee_column_missing',
    ['"name"', '"order"', '手机号', 'phone'],
  ],
  [
    'two number columns',
    ['手机', 'name', '电话'],
    {},
    'column_unclear',
    ['"手机" or "电话"', '{"callee":"手机"}'],
  ],
  [
    'two number columns of forms',
    ['手机（必填）', '电话（选填）'],
    {},
    'column_unclear',
    ['"手机（必填）" or "电话（选填）"', '{"callee":"手机（必填）"}'],
  ],
  [
    'two number columns of one name',
    ['手机号', 'name', ' 手机号'],
    {},
    'header_duplicate',
    ['columns 1 and 3 are both named "手机号"; rename one'],
  ],
  [
    'columns that are parted by another sign',
    ['手机号^姓名'],
    {},
    'callee_column_missing',
    ['"手机号^姓名"', 'name that with --delimiter'],
  ],
  [
    'two number columns of a list of no campaign',
    ['手机', '电话'],
    undefined,
    'column_unclear',
    ['"手机" or "电话"? Rename the others'],
  ],
  ['two time zones', ['phone', 'tz', '时区'], {}, 'column_unclear', ['"tz" or "时区"', '"timeZone"']],
  [
    'a named column that is not there',
    ['phone', 'a'],
    { uui: 'order' },
    'column_missing',
    ['"order"', '"phone"', '"a"'],
  ],
  [
    'a named variable that is not there',
    ['phone'],
    { variables: { n: '姓名' } },
    'column_missing',
    ['"姓名"', 'variable "n"'],
  ],
  [
    'a named column that is there twice',
    ['Tel', 'tel'],
    { callee: 'tel' },
    'header_duplicate',
    ['1 and 2', '"tel"'],
  ],
  ['two variables of one name', ['phone', 'Name', 'name'], {}, 'header_duplicate', ['2 and 3', 'rename']],
  ['a name that objects keep for themselves', ['phone', '__proto__'], {}, 'header_reserved', ['__proto__']],
  [
    'too many columns',
    ['phone', ...new Array<string>(COLUMNS_MAX).fill('x')],
    {},
    'header_too_wide',
    [String(COLUMNS_MAX)],
  ],
];

describe('columns that are asked back', () => {
  test.each(REFUSALS)('%s', (_, header, columns, code, words) => {
    const result = resolveColumns(header, columns);
    expect(result).toMatchObject({ ok: false, code });
    for (const word of words) expect(result.ok ? '' : result.message).toContain(word);
  });

  test('no message shows a number that stands where a header should be', () => {
    for (const columns of [{}, { callee: 'phone' }, { uui: 'x' }]) {
      const result = resolveColumns(['13800138000', '13900139000'], columns);
      expect(result.ok).toBe(false);
      expect(JSON.stringify(result)).not.toMatch(/\d{5}/);
    }
  });

  test('a long header is not listed in full', () => {
    const result = resolveColumns(
      Array.from({ length: 50 }, (_, index) => `column ${index}`),
      {},
    );
    expect(result.ok ? '' : result.message).toContain('and 30 more');
  });
});

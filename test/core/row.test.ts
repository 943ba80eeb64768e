import { describe, expect, test } from 'vitest';
import { type ResolvedColumns, resolveColumns } from '../../src/core/columns.ts';
import { mapRow, type RowFault } from '../../src/core/row.ts';

function columnsOf(header: readonly string[]): ResolvedColumns {
  const result = resolveColumns(header, {});
  if (!result.ok) throw new Error(result.message);
  return result.columns;
}

const columns = columnsOf(['姓名', '手机号', 'uui', 'tz', '城市']);
const rules = { region: 'CN', uuiBytesMax: 16 };

describe('rows that are taken', () => {
  test('a full row gives digits, UUI, zone and values in the order of the columns', () => {
    expect(mapRow(columns, ['张三', '138 0013 8000', ' A-1 ', 'america/new_york', '上海'], rules)).toEqual({
      ok: true,
      digits: '8613800138000',
      uui: ' A-1 ',
      zone: 'America/New_York',
      values: ['张三', '上海'],
    });
  });

  test('cells missing at the end count as empty', () => {
    expect(mapRow(columns, ['张三', '13800138000'], rules)).toEqual({
      ok: true,
      digits: '8613800138000',
      uui: '',
      zone: undefined,
      values: ['张三', ''],
    });
  });

  test('empty cells beyond the header are ignored', () => {
    expect(mapRow(columns, ['张三', '13800138000', '', '', '', '', ' '], rules).ok).toBe(true);
  });

  test('a UUI of exactly the bound passes', () => {
    expect(mapRow(columns, ['', '13800138000', '订单号码一a', '', ''], rules).ok).toBe(true);
  });

  test('a time zone keeps its own name where the runtime prefers another', () => {
    const result = mapRow(columns, ['', '13800138000', '', 'Asia/Kolkata', ''], rules);
    expect(result).toMatchObject({ ok: true, zone: 'Asia/Kolkata' });
  });
});

const REFUSED: readonly (readonly [string, string[], RowFault, string])[] = [
  ['all cells empty', ['', ' ', '', '', ''], 'row_empty', ''],
  ['no cell at all', [''], 'row_empty', ''],
  ['the number is cut off', ['张三'], 'row_too_short', ''],
  ['more cells than columns', ['张', '13800138000', '', '', '', 'x'], 'row_too_long', ''],
  ['no number', ['张三', '', '', '', ''], 'number_missing', '手机号'],
  ['a bad number', ['张三', '1380013800', '', '', ''], 'number_invalid', '手机号'],
  ['a UUI over the bound by one byte', ['', '13800138000', '订单号码一ab', '', ''], 'uui_too_long', 'uui'],
  ['an unknown time zone', ['', '13800138000', '', 'Asia/Peking', ''], 'time_zone_unknown', 'tz'],
  ['an offset for a time zone', ['', '13800138000', '', '+08:00', ''], 'time_zone_unknown', 'tz'],
];

describe('rows that are rejected', () => {
  test.each(REFUSED)('%s', (_, cells, code, column) => {
    const result = mapRow(columns, cells, rules);
    expect(result).toMatchObject({ ok: false, code, column });
    expect(result.ok ? '' : result.message).not.toMatch(/\d{5}/);
  });

  test('a cell under no header is rejected, not dropped', () => {
    const gap = columnsOf(['phone', '', 'name']);
    expect(mapRow(gap, ['13800138000', 'x', 'n'], rules)).toMatchObject({ ok: false, code: 'row_too_long' });
    expect(mapRow(gap, ['13800138000', '', 'n'], rules)).toMatchObject({ ok: true, values: ['n'] });
  });
});

import { describe, expect, test } from 'vitest';
import { dateText, numberFormat, numberText } from '../../../src/adapters/list/xlsx-formats.ts';

const plain = { kind: 'number' } as const;

describe('numbers of a workbook', () => {
  test.each([
    ['13800138000', '13800138000'],
    ['1.3800138E10', '13800138000'],
    ['1.3800138E+10', '13800138000'],
    ['8613800138000', '8613800138000'],
    ['-5', '-5'],
    ['12.5', '12.5'],
    ['0.30000000000000004', '0.3'],
    ['9007199254740991', '9007199254740991'],
    ['9007199254740992', '9.007199254740992E+15'],
    ['1.38001380001234E+22', '1.38001380001234E+22'],
    ['#REF!', '#REF!'],
    ['', ''],
  ])('%s reads %s: all digits, or plainly too few', (text, read) => {
    expect(numberText(text, plain)).toBe(read);
  });

  test('leading zeros that a format shows are kept', () => {
    expect(numberText('1065521000', numberFormat(200, '00000000000'))).toBe('01065521000');
    expect(numberText('1065521000', numberFormat(0, undefined))).toBe('1065521000');
  });
});

describe('dates of a workbook', () => {
  test.each([
    [46348, false, '2026-11-22'],
    [46348.395833333336, false, '2026-11-22T09:30:00'],
    [44886, true, '2026-11-22'],
    [1, false, '1900-01-01'],
    [59, false, '1900-02-28'],
    [61, false, '1900-03-01'],
    [0.5, false, '12:00:00'],
    [0.999999999, false, '00:00:00'],
    [2_958_465, false, '9999-12-31'],
    [13_800_138_000, false, undefined],
    [-1, false, undefined],
    [Number.NaN, false, undefined],
  ])('%d (1904: %s) is %s', (serial, is1904, text) => {
    expect(dateText(serial, is1904)).toBe(text);
  });

  test.each([
    [14, undefined, 'date'],
    [22, undefined, 'date'],
    [57, undefined, 'date'],
    [0, undefined, 'number'],
    [2, undefined, 'number'],
    [49, undefined, 'number'],
    [164, 'yyyy\\-mm\\-dd', 'date'],
    [164, '[$-804]yyyy"年"m"月"d"日"', 'date'],
    [164, '[h]:mm:ss', 'date'],
    [164, 'General', 'number'],
    [164, '#,##0.00" days"', 'number'],
    [164, '[Red]0.0', 'number'],
    [164, '"¥"#,##0', 'number'],
    [164, '@', 'number'],
    [164, '0_);\\(0\\)', 'number'],
  ])('format %d %s is a %s', (id, code, kind) => {
    expect(numberFormat(id, code).kind).toBe(kind);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  errorHeader,
  errorLine,
  errorListCells,
  maskedValue,
  restoredCell,
  sheetCell,
} from '../../src/core/error-list.ts';
import type { Rejection } from '../../src/core/import.ts';

const REJECTION: Rejection = {
  kind: 'rejected',
  row: 7,
  line: 9,
  column: 'phone',
  code: 'number_too_short',
  message: 'the number is too short',
  cells: ['1380013', 'Mei'],
};

describe('a cell for a spreadsheet', () => {
  test.each([
    ['a mobile number of China stays a number', '13800138000', '13800138000'],
    ['a negative amount stays a number', '-12.5', '-12.5'],
    ['zero stays', '0', '0'],
    ['text stays', '王小明', '王小明'],
    ['an empty cell stays empty', '', ''],
    ['digits that would be rounded are text', '8613800138000', "'8613800138000"],
    ['leading zeros are kept by an apostrophe', '01088886666', "'01088886666"],
    ['zeros at the end of a fraction are kept by an apostrophe', '100.00', "'100.00"],
    ['an international number is text', '+8613800138000', "'+8613800138000"],
    ['a formula is not run', '=HYPERLINK("http://x")', '\'=HYPERLINK("http://x")'],
    ['a formula in full width is not run', '＝1+2', "'＝1+2"],
    ['an apostrophe of the list is doubled', "'138", "''138"],
  ])('%s', (_name, cell, written) => {
    expect(sheetCell(cell)).toBe(written);
    expect(restoredCell(written)).toBe(cell);
  });

  test('comes back as it was, whatever it holds, and never begins a formula', () => {
    const unit = fc.constantFrom(...'0123456789.-+=@\'"\t\r\n,abc王＝＋');
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 14 }), (cell) => {
        const written = sheetCell(cell);
        expect(restoredCell(written)).toBe(cell);
        expect(/^[=+@\t\r\n\uff1d\uff0b\uff0d\uff20]/.test(written)).toBe(false);
        if (written.startsWith('-')) expect(Number(written)).not.toBeNaN();
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('an error list', () => {
  const header = ['phone', 'name', '=note'];

  test('has the list own columns first, then row, line, column, code and reason', () => {
    expect(errorHeader(header)).toEqual([
      ...['phone', 'name', "'=note"],
      ...['ringmaster_row', 'ringmaster_line', 'ringmaster_column', 'ringmaster_code', 'ringmaster_reason'],
    ]);
    expect(errorLine(REJECTION, header)).toEqual([
      ...['1380013', 'Mei', ''],
      ...['7', '9', 'phone', 'number_too_short', 'the number is too short'],
    ]);
  });

  test('keeps cells beyond the header behind our columns, so that the others stay under their names', () => {
    const line = errorLine({ ...REJECTION, line: 0, cells: ['1', 'Mei', 'x', 'beyond', '+1'] }, header);
    expect(line).toEqual([
      '1',
      'Mei',
      'x',
      '7',
      '',
      'phone',
      'number_too_short',
      'the number is too short',
      'beyond',
      "'+1",
    ]);
  });

  test('is known by any of our columns wherever they are, and gives every row back as it was', () => {
    const cell = fc.string({ unit: fc.constantFrom(..."01+-='.a王,"), maxLength: 13 });
    fc.assert(
      fc.property(fc.array(cell, { minLength: 3, maxLength: 5 }), (cells) => {
        const found = errorListCells(errorHeader(header));
        expect(found?.header).toEqual(header);
        expect(found?.restore(errorLine({ ...REJECTION, cells }, header))).toEqual(cells);
      }),
    );
    const moved = errorListCells(['ringmaster_code', 'phone', 'ringmaster_row']);
    expect(moved?.restore(['x', "'0138", '7'])).toEqual(['0138']);
    expect(errorListCells(header)).toBeUndefined();
  });

  test('the value at fault is shown masked; a row as a whole has none', () => {
    expect(maskedValue({ ...REJECTION, cells: ['1380013800', 'Mei'] }, header)).toBe('138*****00');
    expect(maskedValue({ ...REJECTION, column: '' }, header)).toBe('');
    expect(maskedValue({ ...REJECTION, column: 'gone' }, header)).toBe('');
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InvariantError } from '../../src/core/assert.ts';
import { type CalleeRow, packPage, repackPage, unpackPage } from '../../src/core/page.ts';

/** Cells that could be mistaken for the page's own marks, and what lists really hold. */
const nasty = fc.string({
  unit: fc.constantFrom('\u001f', '\u001a', '0', '1', '\n', '\r', '"', '\\', ',', '\u0000'),
});
const chinese = fc.string({ unit: fc.constantFrom(...'张三李四王五，、。订单號碼😀\u3000') });
const cell = fc.oneof(nasty, chinese, fc.string({ unit: 'binary' }), fc.constant(''));
const names = fc.uniqueArray(
  cell.filter((name) => name !== '__proto__'),
  { maxLength: 4 },
);
const page = names.chain((variables) =>
  fc.record({
    variables: fc.constant(variables),
    rows: fc.array(
      fc.record({
        row: fc.integer({ min: 1, max: 10_000_000 }),
        number: fc.integer({ min: 1_000_000, max: 999_999_999_999_999 }),
        uui: cell,
        values: fc.array(cell, { minLength: variables.length, maxLength: variables.length }),
      }),
      { maxLength: 20 },
    ),
  }),
);

describe('the text of a page', () => {
  test('every row comes back as it was, whatever its cells hold', () => {
    fc.assert(
      fc.property(page, ({ variables, rows }) => {
        const cells = rows.flatMap(({ row, number, uui, values }) => [
          String(row),
          String(number),
          uui,
          ...values,
        ]);
        const expected = rows.map(({ row, number, uui, values }) => ({
          ...{ importId: 'spring-i0', row, number, uui },
          variables: Object.fromEntries(variables.map((name, index) => [name, values[index]])),
        }));
        expect(unpackPage(packPage('spring-i0', variables, cells))).toEqual(expected);
      }),
      { numRuns: 1_000 },
    );
  });

  test('packing what was unpacked gives the same text', () => {
    fc.assert(
      fc.property(page, ({ variables, rows }) => {
        const cells = rows.flatMap(({ row, number, uui, values }) => [
          String(row),
          String(number),
          uui,
          ...values,
        ]);
        const text = packPage('i', variables, cells);
        const again = unpackPage(text).flatMap((one) => [
          ...[String(one.row), String(one.number), one.uui],
          ...variables.map((name) => one.variables[name] ?? ''),
        ]);
        expect(packPage('i', variables, again)).toBe(text);
      }),
    );
  });

  test('cells that do not fill their rows are a broken invariant', () => {
    expect(() => packPage('i', ['name'], ['1', '8613800138000', ''])).toThrow(InvariantError);
  });

  test('rows that were changed come back with the variables that each has, and with what changed them', () => {
    const changed: fc.Arbitrary<CalleeRow> = fc
      .record({
        row: fc.integer({ min: 1, max: 10_000_000 }),
        number: fc.integer({ min: 1_000_000, max: 999_999_999_999_999 }),
        uui: cell,
        variables: fc.dictionary(
          cell.filter((name) => name !== '__proto__'),
          cell,
          { maxKeys: 4, noNullPrototype: true },
        ),
        by: fc.option(fc.record({ importId: fc.constantFrom('a-i1', 'a-i2'), row: fc.nat() }), {
          nil: undefined,
        }),
      })
      .map(({ by, ...row }) => ({ importId: 'a-i0', ...row, ...(by !== undefined && { updatedBy: by }) }));
    fc.assert(
      fc.property(fc.array(changed, { minLength: 1, maxLength: 20 }), (rows) => {
        expect(unpackPage(repackPage(rows))).toEqual(rows);
        expect(repackPage(unpackPage(repackPage(rows)))).toBe(repackPage(rows));
      }),
      { numRuns: 1_000 },
    );
  });

  test('rows that nothing changed are packed again into the same text', () => {
    const text = packPage('i', ['name'], ['1', '8613800138000', 'u', 'Mei', '2', '8613800138001', '', '']);
    expect(repackPage(unpackPage(text))).toBe(text);
  });
});

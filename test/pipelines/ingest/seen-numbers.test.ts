import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SeenNumbers } from '../../../src/pipelines/ingest/seen-numbers.ts';

describe('the numbers of a list', () => {
  test('lead to their first rows, as a Map would, however long the list and whatever the numbers', () => {
    const number = fc.oneof(
      fc.integer({ min: 0, max: 400 }).map((step) => 8_613_800_000_000 + step * 1_000),
      fc.integer({ min: 0, max: 400 }).map((step) => 1 + step * 2 ** 32),
      fc.integer({ min: 1, max: 999_999_999_999_999 }),
    );
    fc.assert(
      fc.property(fc.array(number, { maxLength: 3_000, size: 'max' }), (numbers) => {
        const seen = new SeenNumbers();
        const model = new Map<number, number>();
        for (const [at, one] of numbers.entries()) {
          if (!model.has(one)) model.set(one, at + 1);
          expect(seen.first(String(one), at + 1)).toBe(model.get(one));
        }
      }),
      { numRuns: 30 },
    );
  });
});

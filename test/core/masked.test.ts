import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { masked } from '../../src/core/masked.ts';

describe('a masked value', () => {
  test.each([
    ['13800138000', '138******00'],
    ['+86 138-0013-8000', '+86 1**-****-**00'],
    ['１３８００１３８０００', '１３８******００'],
    ['call Mei on 13800138000', 'call Mei on 138******00'],
    ['12', '12'],
    ['Mars/Base', 'Mars/Base'],
    ['', ''],
    ['a\nb', 'a b'],
    ['\u001b[31ma\u0007', ' [31ma '],
  ])('%j is shown as %j', (value, shown) => {
    expect(masked(value)).toBe(shown);
  });

  test('shows at most five digits and forty characters, of whatever script', () => {
    const unit = fc.constantFrom(...'0123456789０９٣七a +-王');
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 80 }), (value) => {
        const shown = masked(value);
        expect(shown.match(/\p{Nd}/gu)?.length ?? 0).toBeLessThanOrEqual(5);
        expect([...shown].length).toBeLessThanOrEqual(40);
      }),
    );
  });
});

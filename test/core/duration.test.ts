import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDuration, parseDuration } from '../../src/core/duration.ts';
import { DAY, fromSeconds, HOUR, MINUTE, SECOND, toSecondsUp } from '../../src/core/time.ts';

describe('durations', () => {
  test.each([
    ['250ms', 250],
    ['90s', 90 * SECOND],
    ['10m', 10 * MINUTE],
    ['2h', 2 * HOUR],
    ['1d', DAY],
    ['0s', 0],
  ])('%s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each(['', '10', 'm', '1.5h', '-1h', '1 h', '1w', '1h30m', '１h', '10M', '9999999999s', 'Infinityd'])(
    '"%s" is no duration',
    (text) => expect(parseDuration(text)).toBeUndefined(),
  );

  test.each([
    [0, '0ms'],
    [1_500, '1500ms'],
    [90 * SECOND, '90s'],
    [2 * HOUR, '2h'],
    [25 * HOUR, '25h'],
    [DAY, '1d'],
  ])('%d ms is written %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  test('what is written is read back exactly', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 999_999_999 }),
        fc.constantFrom(1, SECOND, MINUTE, HOUR, DAY),
        (n, unit) => {
          expect(parseDuration(formatDuration(n * unit))).toBe(n * unit);
        },
      ),
    );
  });
});

describe('instants in seconds', () => {
  test('a stored time never lies before the time meant, nor a second after it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), (at) => {
        const stored = fromSeconds(toSecondsUp(at));
        expect(stored - at).toBeGreaterThanOrEqual(0);
        expect(stored - at).toBeLessThan(SECOND);
      }),
    );
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../src/core/time.ts';
import { isoInZone, offsetAt, UnknownTimeZoneError, zoneClock } from '../../src/core/zone-clock.ts';

const zone = fc.constantFrom(
  ...['Asia/Shanghai', 'America/New_York', 'Australia/Lord_Howe', 'America/St_Johns', 'Africa/Casablanca'],
  ...['Pacific/Apia', 'Asia/Kathmandu', 'UTC', 'America/Sao_Paulo', 'Antarctica/Troll'],
);
const minute = fc
  .integer({ min: Date.UTC(2005, 0) / MINUTE, max: Date.UTC(2045, 0) / MINUTE })
  .map((value) => value * MINUTE);

describe('the wall clock of a zone', () => {
  test('the offset is the one that the runtime shows', () => {
    fc.assert(
      fc.property(zone, minute, (name, at) => {
        const format = new Intl.DateTimeFormat('en', { timeZone: name, timeZoneName: 'longOffset' });
        const shown = format.formatToParts(at).find((part) => part.type === 'timeZoneName')?.value ?? '';
        const [, sign = '+', hours = '0', minutes = '0'] = /GMT(?:([+-])(\d+):(\d+))?/.exec(shown) ?? [];
        const offset = (Number(hours) * 60 + Number(minutes)) * MINUTE * (sign === '-' ? -1 : 1);
        expect(offsetAt(name, at)).toBe(offset);
        expect(Date.parse(isoInZone(at, name))).toBe(at);
      }),
      { numRuns: 3_000 },
    );
  });

  test('before firstReached the clock shows less, and from lastBefore on never less again', () => {
    fc.assert(
      fc.property(zone, minute, (name, at) => {
        const wall = at + offsetAt(name, at);
        const clock = zoneClock(name, at);
        const first = clock.firstReached(wall);
        const last = clock.lastBefore(wall);
        expect(first).toBeLessThanOrEqual(at);
        expect(Math.abs(last - at)).toBeLessThanOrEqual(DAY);
        for (const step of [1, 20, 45, 90, 180].map((minutes) => minutes * MINUTE)) {
          expect(first - step + offsetAt(name, first - step)).toBeLessThan(wall);
          expect(last + step + offsetAt(name, last + step)).toBeGreaterThanOrEqual(wall);
        }
      }),
      { numRuns: 3_000 },
    );
  });

  test('a skipped time stands at the moment of the change, by both readings', () => {
    const change = Date.parse('2026-03-08T07:00Z');
    const clock = zoneClock('America/New_York', change);
    const skipped = Date.parse('2026-03-08T02:30Z');
    expect([clock.firstReached(skipped), clock.lastBefore(skipped)]).toEqual([change, change]);
  });

  test('a repeated time is first reached in the first hour and passed for good in the second', () => {
    const change = Date.parse('2026-11-01T06:00Z');
    const clock = zoneClock('America/New_York', change);
    const repeated = Date.parse('2026-11-01T01:30Z');
    expect([clock.firstReached(repeated), clock.lastBefore(repeated)]).toEqual([
      change - HOUR / 2,
      change + HOUR / 2,
    ]);
  });

  test('an unknown zone has no clock', () => {
    expect(() => offsetAt('Mars/Olympus', 0)).toThrow(UnknownTimeZoneError);
    expect(() => zoneClock('', 0)).toThrow(UnknownTimeZoneError);
  });
});

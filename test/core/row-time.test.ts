import { describe, expect, test } from 'vitest';
import { parseRowTime } from '../../src/core/row-time.ts';

const SHANGHAI = 'Asia/Shanghai';
const utc = (text: string): number => Date.parse(text);

describe('a time in a list', () => {
  test.each([
    ['2026-11-23T09:00:00+08:00', '2026-11-23T01:00:00Z'],
    ['2026-11-23T09:00:00.250+0800', '2026-11-23T01:00:00Z'],
    ['2026-11-23T01:00Z', '2026-11-23T01:00:00Z'],
    ['2026-11-23 09:00 -05:00', '2026-11-23T14:00:00Z'],
    ['2026-11-23 09:00', '2026-11-23T01:00:00Z'],
    ['2026-11-23T09:00:30', '2026-11-23T01:00:30Z'],
    ['2026/11/3 9:05', '2026-11-03T01:05:00Z'],
    ['2026.11.23 09:00', '2026-11-23T01:00:00Z'],
    ['２０２６－１１－２３　０９：００', '2026-11-23T01:00:00Z'],
    ['2026年11月23日 9时30分', '2026-11-23T01:30:00Z'],
    ['2026年11月23日9:30', '2026-11-23T01:30:00Z'],
    ['2026年11月23日9点', '2026-11-23T01:00:00Z'],
    ["'2026-11-23 24:00", '2026-11-23T16:00:00Z'],
  ])('%s is understood', (text, expected) => {
    expect(parseRowTime(text, SHANGHAI, 'begin')).toBe(utc(expected));
    expect(parseRowTime(text, SHANGHAI, 'end')).toBe(utc(expected));
  });

  test.each([
    ...[
      '',
      'tomorrow',
      '23/11/2026',
      '11-23-2026 09:00',
      '05/06/26',
      '2026-02-30',
      '2026-13-01',
      '46349.375',
    ],
    ...['2026-11-23 25:00', '2026-11-23 09:60', '2026-11-23 24:01', '2026-11-23 09:00 PST', '2026-11-23 9am'],
    ...['2026-11/23', '1999-01-01', '2026-11-23T09:00+19:00', '20261123', '2026-11-23-24'],
  ])('"%s" is not understood, and nothing is guessed', (text) => {
    expect(parseRowTime(text, SHANGHAI, 'begin')).toBeUndefined();
  });

  test('a date alone is its first moment where calls begin, and its last where they end', () => {
    expect(parseRowTime('2026-11-23', SHANGHAI, 'begin')).toBe(utc('2026-11-22T16:00:00Z'));
    expect(parseRowTime('2026-11-23', SHANGHAI, 'end')).toBe(utc('2026-11-23T16:00:00Z'));
  });

  test('where clocks change, the moment counts that allows fewer calls', () => {
    const zone = 'America/New_York';
    // 02:30 does not exist on 8 March 2026, 01:30 is twice on 1 November.
    expect(parseRowTime('2026-03-08 02:30', zone, 'begin')).toBe(utc('2026-03-08T07:00:00Z'));
    expect(parseRowTime('2026-11-01 01:30', zone, 'begin')).toBe(utc('2026-11-01T06:30:00Z'));
    expect(parseRowTime('2026-11-01 01:30', zone, 'end')).toBe(utc('2026-11-01T05:30:00Z'));
  });
});

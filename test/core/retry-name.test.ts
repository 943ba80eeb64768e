import { describe, expect, it } from 'vitest';
import { retryName } from '../../src/core/retry-name.ts';

const NOW = Date.parse('2026-11-23T01:00:00Z');

describe('the name of callees that are due together', () => {
  it.each([
    [
      'the time in the campaign’s zone',
      '2026-11-23T06:30:00Z',
      'Asia/Shanghai',
      312,
      'retry spring 14:30 (312 callees)',
    ],
    ['one callee as one', '2026-11-23T06:30:00Z', 'Europe/Berlin', 1, 'retry spring 07:30 (1 callee)'],
    ['a time of the past as it is', '2026-11-22T06:30:00Z', 'UTC', 2, 'retry spring 06:30 (2 callees)'],
    [
      'the date a day later',
      '2026-11-24T01:00:00Z',
      'Asia/Shanghai',
      2,
      'retry spring 2026-11-24 09:00 (2 callees)',
    ],
  ])('says %s', (_, at, zone, callees, name) => {
    expect(retryName({ campaignId: 'spring', at: Date.parse(at), zone, callees }, NOW)).toBe(name);
  });
});

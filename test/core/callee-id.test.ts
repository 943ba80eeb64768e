import { describe, expect, it } from 'vitest';
import { calleeId, parseCalleeId } from '../../src/core/callee-id.ts';

describe('callee ids', () => {
  it('every id leads back to its place, written in full or short', () => {
    for (const ref of [0, 1, 1_023, 1_024, 999_999_999]) {
      for (const campaign of ['spring', 'a-c5', 'c']) {
        expect(parseCalleeId(campaign, calleeId(campaign, ref))).toBe(ref);
        expect(parseCalleeId(campaign, `c${ref}`)).toBe(ref);
      }
    }
  });

  it('numbers, ids of other campaigns and anything else are none', () => {
    for (const text of [
      '13800138000',
      '5',
      '',
      'c',
      'c-1',
      'c01',
      'c1.5',
      'c1e3',
      'autumn-c5',
      'spring-5',
      'spring-cc5',
    ]) {
      expect([text, parseCalleeId('spring', text)]).toEqual([text, undefined]);
    }
  });
});

import { describe, expect, it } from 'vitest';
import { CALLEE_STATES, type CalleeRecord, isCallable } from '../../src/core/callee.ts';
import { SUPPRESSION_REASON_MAX } from '../../src/core/limits.ts';
import { ForbiddenMoveError } from '../../src/core/machine.ts';
import {
  expiryText,
  holds,
  mayStillBeDialled,
  parseExpiry,
  parseReason,
  type SuppressionEntry,
  suppressCallee,
  suppressedText,
} from '../../src/core/suppression.ts';

const NOW = Date.parse('2026-11-23T02:00:00Z');
const ENTRY: SuppressionEntry = {
  list: 'global',
  reason: 'asked us',
  by: 'mei',
  source: 'single',
  addedAt: NOW - 1_000,
  expiresAt: undefined,
};
const CALLEE: CalleeRecord = {
  state: 'pending_retry',
  reason: 'retry_scheduled',
  disposition: 'busy',
  attempts: 1,
  returns: 0,
  zone: 0,
  due: NOW,
  batch: 3,
  version: 4,
};

describe('suppressing a callee', () => {
  it('ends it with the list, since when, and why, and keeps how often it was called', () => {
    const move = suppressCallee(7, CALLEE, { ...ENTRY, list: { campaignId: 'spring' } }, NOW);
    expect(move.after).toMatchObject({ state: 'suppressed', reason: 'suppressed_by_list', attempts: 1 });
    expect(move.story?.facts).toEqual({
      list: 'campaign spring',
      listed: '2026-11-23T01:59:59.000Z',
      listReason: 'asked us',
    });
    expect(suppressCallee(7, CALLEE, { ...ENTRY, reason: '' }, NOW).story?.facts).not.toHaveProperty(
      'listReason',
    );
  });

  it('is possible exactly while it waits', () => {
    for (const state of CALLEE_STATES) {
      const suppress = () => suppressCallee(7, { ...CALLEE, state }, ENTRY, NOW);
      if (isCallable(state)) expect(suppress().after.state).toBe('suppressed');
      else expect(suppress).toThrow(ForbiddenMoveError);
    }
  });
});

describe('an entry', () => {
  it('holds until the moment it expires', () => {
    expect(holds(ENTRY, NOW)).toBe(true);
    expect([NOW - 1, NOW, NOW + 1].map((at) => holds({ expiresAt: NOW }, at))).toEqual([true, false, false]);
  });

  it('says which list, why and until when', () => {
    expect(suppressedText(ENTRY)).toBe('on the suppression list "global": asked us');
    expect(suppressedText({ ...ENTRY, reason: '', list: { campaignId: 'spring' }, expiresAt: NOW })).toBe(
      'on the suppression list "campaign spring" (until 2026-11-23T02:00:00.000Z)',
    );
    expect(expiryText(undefined, 'Asia/Shanghai')).toBe('for good');
    expect(expiryText(NOW, 'Asia/Shanghai')).toBe('until 2026-11-23T10:00:00+08:00');
  });
});

describe('a callee of a live task', () => {
  it.each([
    ['initial', true],
    ['pending_retry', true],
    ['unknown', true],
    ['calling', false],
    ['answered', false],
    ['unanswered', false],
    [undefined, false],
  ])('that is %s may still be dialled: %s', (state, may) => {
    expect(mayStillBeDialled(state)).toBe(may);
  });
});

describe('what an operator writes', () => {
  it.each([
    ['2027-01-01', 'Asia/Shanghai', '2026-12-31T16:00:00Z'],
    ['2027-01-01', 'America/New_York', '2027-01-01T05:00:00Z'],
    ['2028-02-29', 'UTC', '2028-02-29T00:00:00Z'],
    ['2027-01-01T09:00+08:00', 'UTC', '2027-01-01T01:00:00Z'],
    ['2027-01-01T09:00:30.5Z', 'UTC', '2027-01-01T09:00:30.500Z'],
  ])('%s in %s is %s', (text, zone, at) => {
    expect(parseExpiry(text, zone)).toBe(Date.parse(at));
  });

  it.each([
    '',
    'soon',
    '2027-02-29',
    '2027-13-01',
    '2027-1-1',
    '01.01.2027',
    '2027-01-01T09:00',
    '2027-01-01T25:00Z',
  ])('%j is no date', (text) => {
    expect(parseExpiry(text, 'UTC')).toBeUndefined();
  });

  it('a reason is one line of bounded length', () => {
    expect(parseReason('  asked\n us  ')).toBe('asked us');
    expect(parseReason('x'.repeat(SUPPRESSION_REASON_MAX))).toHaveLength(SUPPRESSION_REASON_MAX);
    expect(parseReason('x'.repeat(SUPPRESSION_REASON_MAX + 1))).toBeUndefined();
  });
});

import { describe, expect, test } from 'vitest';
import type { CalleeRecord } from '../../src/core/callee.ts';
import { resolveColumns } from '../../src/core/columns.ts';
import { limitsCell, packPage, repackPage, unpackPage } from '../../src/core/page.ts';
import { mapRow } from '../../src/core/row.ts';
import type { RowLimits } from '../../src/core/row-limits.ts';
import {
  dueLane,
  dueLanes,
  isPlaceable,
  limitMarks,
  limitRetry,
  nextTimeLook,
  rowLimits,
  sharers,
} from '../../src/core/row-limits.ts';
import { decideRowUpdate } from '../../src/core/row-update.ts';
import { HOUR, MINUTE, SECOND } from '../../src/core/time.ts';

const NOW = Date.UTC(2026, 10, 23, 2);
const RECORD: CalleeRecord = {
  ...{ state: 'initial', reason: 'imported', disposition: undefined, attempts: 0, returns: 0 },
  ...{ zone: 0, due: 0, batch: 0, version: 0 },
};

function columnsOf(header: readonly string[], named = {}) {
  const found = resolveColumns(header, named);
  if (!found.ok) throw new Error(found.message);
  return found.columns;
}

const COLUMNS = columnsOf(['phone', 'tz', 'not_before', '最晚呼叫时间', 'Priority', 'name']);
const times = { zone: 'Asia/Shanghai', begin: NOW, end: NOW + 60 * 24 * HOUR };
const RULES = { region: 'CN', uuiBytesMax: 64, times };
const map = (notBefore: string, notAfter: string, priority: string, tz = '') =>
  mapRow(COLUMNS, ['13800138000', tz, notBefore, notAfter, priority, 'n'], RULES);

describe('columns that bound calls', () => {
  test('are found under their English and Chinese names, and are no variables', () => {
    expect(COLUMNS).toMatchObject({ notBefore: 2, notAfter: 3, priority: 4 });
    expect(COLUMNS.variables.map(({ name }) => name)).toEqual(['name']);
  });

  test('are what the campaign names, and a column that it names as a variable is that alone', () => {
    const header = ['phone', 'from', 'until', 'priority'];
    const named = { notBefore: 'from', notAfter: 'until', variables: { rank: 'priority' } };
    const columns = columnsOf(header, named);
    expect(columns).toMatchObject({ notBefore: 1, notAfter: 2, variables: [{ name: 'rank', index: 3 }] });
    expect(columns.priority).toBeUndefined();
  });
});

describe('the limits of a row', () => {
  test('are read in the time zone of the callee, or of the campaign', () => {
    const limits = {
      notBefore: Date.UTC(2026, 10, 24, 1),
      notAfter: Date.UTC(2026, 10, 25, 16),
      priority: 1,
    };
    expect(map('2026-11-24 09:00', '2026-11-25', 'P1')).toMatchObject({ ok: true, limits });
    const tokyo = map('2026-11-24 09:00', '', '3', 'Asia/Tokyo');
    expect(tokyo).toMatchObject({ ok: true, limits: { notBefore: Date.UTC(2026, 10, 24) } });
    expect(tokyo).not.toHaveProperty('limits.priority');
    expect(map('', '', '')).not.toHaveProperty('limits');
    expect(map('', '', '高')).toMatchObject({ limits: { priority: 2 } });
  });

  test.each([
    ['soon', '', '', 'not_before', 'not_before_unclear'],
    ['', '24.11.2026', '', '最晚呼叫时间', 'not_after_unclear'],
    ['', '', '6', 'Priority', 'priority_unclear'],
    ['2026-11-25', '2026-11-24', '', '最晚呼叫时间', 'not_after_too_early'],
    ['', '2026-11-22', '', '最晚呼叫时间', 'not_after_too_early'],
    ['2027-03-01', '', '', 'not_before', 'not_before_too_late'],
  ])(
    '"%s", "%s", "%s" are refused with column, reason and remedy',
    (notBefore, notAfter, priority, column, code) => {
      const result = map(notBefore, notAfter, priority);
      expect(result).toMatchObject({ ok: false, column, code });
      expect(result.ok ? '' : result.message).toMatch(/; (write|correct) /);
    },
  );

  test('survive the page, also one that is packed anew, and cost nothing in a page without any', () => {
    const limits: RowLimits = { notBefore: NOW, notAfter: NOW + HOUR, priority: 5 };
    const cells = ['1', '8613800138000', '', limitsCell(limits), 'a', '2', '8613800138001', 'u', '', 'b'];
    const text = packPage('spring-i1', ['name'], cells, { limits: true });
    const rows = unpackPage(text);
    expect(rows[0]).toMatchObject({ row: 1, limits, variables: { name: 'a' } });
    expect(rows[1]).toEqual({
      ...{ importId: 'spring-i1', row: 2, number: 8613800138001, uui: 'u', variables: { name: 'b' } },
    });
    const updated = rows.map((row) => ({ ...row, updatedBy: { importId: 'spring-i2', row: 7 } }));
    expect(unpackPage(repackPage(updated))).toEqual(updated);
    const { limits: _limits, ...plain } = rows[0]!;
    expect(repackPage([plain])).toBe(packPage('spring-i1', ['name'], ['1', '8613800138000', '', 'a']));
  });

  test('lie in whole seconds inside what was meant', () => {
    expect(rowLimits({ notBefore: NOW + 1, notAfter: NOW + 1_999, priority: 3 })).toEqual({
      ...{ notBefore: NOW + SECOND, notAfter: NOW + SECOND },
    });
  });
});

describe('who is called, and when', () => {
  test('lanes of a zone begin with the first priority, and most callees are in a lane without a mark', () => {
    expect(dueLanes(7)).toEqual(['7.1', '7.2', '7', '7.4', '7.5']);
    expect(dueLane({ zone: 7, ...limitMarks({ priority: 2, notAfter: NOW }) })).toBe('7.2');
    expect(dueLane(RECORD)).toBe('0');
  });

  test('a task has its least time after the lead time, or it is none', () => {
    expect(isPlaceable(NOW + 15 * SECOND, NOW, 10 * SECOND)).toBe(true);
    expect(isPlaceable(NOW + 14 * SECOND, NOW, 10 * SECOND)).toBe(false);
    expect(isPlaceable(undefined, NOW, 10 * SECOND)).toBe(true);
  });

  test('a retry after the end of its time ends the callee at once', () => {
    const retry = { kind: 'retry', dueAt: NOW + HOUR, caller: 'same', reason: 'retry_scheduled' } as const;
    expect(limitRetry(retry, NOW + HOUR, 0)).toEqual({ kind: 'exhaust', reason: 'no_window_left' });
    expect(limitRetry(retry, NOW + 2 * HOUR, 0)).toBe(retry);
    expect(limitRetry(retry, undefined, 0)).toBe(retry);
  });

  test('callees share a task with those whose time ends about as soon: none is cut short for another', () => {
    const minutes = [undefined, 10, 14, 300, 20, 3_000, undefined];
    const ends = minutes.map((left) => (left === undefined ? undefined : NOW + left * MINUTE));
    expect(sharers(ends, NOW)).toEqual({ indexes: [0, 3, 5, 6], notAfter: NOW + 300 * MINUTE });
    expect(sharers(ends.slice(1), NOW)).toEqual({ indexes: [0, 1], notAfter: NOW + 10 * MINUTE });
    expect(sharers([undefined, undefined], NOW)).toEqual({ indexes: [0, 1], notAfter: undefined });
  });

  test('a page is looked at when the next of its callees ends, and again while one of them cannot be ended yet', () => {
    const calling = { record: { ...RECORD, state: 'calling' } as const, notAfter: NOW - 1 };
    const over = { record: { ...RECORD, state: 'answered' } as const, notAfter: NOW - 1 };
    const waits = { record: RECORD, notAfter: NOW + 10 };
    expect(nextTimeLook([calling, over, waits], NOW)).toBe(NOW + 10);
    expect(nextTimeLook([calling, over], NOW)).toBe(NOW + MINUTE);
    expect(nextTimeLook([over], NOW)).toBeUndefined();
  });
});

describe('an update of limits', () => {
  const row = { importId: 'spring-i1', row: 1, number: 8613800138000, uui: '', variables: {} };
  const by = { importId: 'spring-i2', row: 4 };
  const update = (limits: RowLimits | undefined, record: Partial<CalleeRecord>, wanted: object) => {
    const held = limits === undefined ? row : { ...row, limits };
    const before = { ...RECORD, ...limitMarks(limits), ...record };
    return decideRowUpdate(held, before, { variables: {}, limits: wanted }, by);
  };

  test('moves the due time that came from the row, and marks the record', () => {
    const later = { notBefore: NOW + HOUR, notAfter: NOW + 2 * HOUR, priority: 1 };
    expect(update({ notBefore: NOW }, { due: NOW }, later)).toMatchObject({
      ...{ kind: 'change', row: { limits: later }, after: { due: NOW + HOUR, timed: true, priority: 1 } },
    });
  });

  test('lifts what an empty cell lifts, and leaves what the file has no column for', () => {
    const held = { notBefore: NOW, notAfter: NOW + HOUR, priority: 1 };
    const lifted = update(held, { due: NOW }, { notBefore: undefined, priority: undefined });
    expect(lifted).toMatchObject({
      row: { limits: { notAfter: NOW + HOUR } },
      after: { due: 0, timed: true },
    });
    expect(lifted).not.toHaveProperty('after.priority');
  });

  test('never brings forward a retry that the policy has put off', () => {
    const waiting = { state: 'pending_retry', attempts: 1, due: NOW + HOUR } as const;
    expect(update(undefined, waiting, { notBefore: NOW })).toMatchObject({ after: { due: NOW + HOUR } });
  });

  test('that says the same changes nothing', () => {
    expect(update({ notAfter: NOW }, {}, { notAfter: NOW })).toEqual({ kind: 'unchanged' });
    expect(update(undefined, {}, { notAfter: undefined })).toEqual({ kind: 'unchanged' });
  });
});

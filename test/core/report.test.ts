import { describe, expect, test } from 'vitest';
import { InvariantError } from '../../src/core/assert.ts';
import type { CalleeRecord, CalleeStory } from '../../src/core/callee.ts';
import type { CalleeRow } from '../../src/core/page.ts';
import { parsePhone } from '../../src/core/phone.ts';
import { countTotals, neutralised, reportHeader, reportLine } from '../../src/core/report.ts';

const base: CalleeRecord = {
  ...{ state: 'initial', reason: 'imported', disposition: undefined, attempts: 0, returns: 0 },
  ...{ zone: 0, due: 0, batch: 0, version: 0 },
};
const row: CalleeRow = {
  ...{ importId: 'spring-i000000000000', row: 3, number: 8613800138000, uui: 'A-1' },
  variables: { 姓名: '张三', note: '=1+1' },
};
const at = (text: string) => Date.parse(text);
const stories: CalleeStory[] = [
  { at: 1, from: undefined, to: 'initial', reason: 'imported', attempts: 0 },
  {
    ...{ at: at('2026-11-23T09:01+08:00'), from: 'calling', to: 'missed', reason: 'call_missed' },
    ...{ disposition: 'busy', attempts: 1 },
    calls: [
      {
        sessionId: 's1',
        endStatus: 206,
        startedAt: at('2026-11-23T09:00+08:00'),
        recordingUrl: 'https://r/1',
      },
    ],
  },
  {
    ...{ at: at('2026-11-23T11:05+08:00'), from: 'calling', to: 'answered', reason: 'call_answered' },
    ...{ disposition: 'answered', attempts: 2 },
    calls: [{ sessionId: 's2', endStatus: 1, talkSeconds: 42, keysPressed: '1,#' }],
  },
];

function line(over: Partial<Parameters<typeof reportLine>[0]>): Record<string, string | undefined> {
  const variableNames = ['姓名', 'note', 'missing'];
  const cells = reportLine({
    record: base,
    row,
    stories: [],
    variableNames,
    timeZone: 'Asia/Shanghai',
    ...over,
  });
  const header = reportHeader(variableNames);
  expect(cells).toHaveLength(header.length);
  return Object.fromEntries(header.map((name, index) => [name, cells[index]]));
}

describe('report lines', () => {
  test('the columns are in the promised order, then the variables', () => {
    expect(reportHeader(['name', '=x']).join(',')).toBe(
      'row,callee,state,reason,disposition,attempts,last_attempt_at,next_attempt_at,session_ids,duration_s,' +
        "keys_pressed,recording_url,uui,name,'=x",
    );
  });

  test('an answered callee has all its sessions and the facts of the latest call', () => {
    const record: CalleeRecord = {
      ...base,
      state: 'answered',
      reason: 'call_answered',
      disposition: 'answered',
      attempts: 2,
    };
    expect(line({ record, stories })).toEqual({
      ...{
        row: '3',
        callee: "'+8613800138000",
        state: 'answered',
        reason: 'call_answered',
        disposition: 'answered',
      },
      ...{
        attempts: '2',
        last_attempt_at: '2026-11-23T11:05:00+08:00',
        next_attempt_at: '',
        session_ids: 's1 s2',
      },
      ...{ duration_s: '42', keys_pressed: '1,#', recording_url: 'https://r/1', uui: 'A-1' },
      ...{ 姓名: '张三', note: "'=1+1", missing: '' },
    });
  });

  test('a callee that was never called has empty cells, and "at once" is no time', () => {
    expect(line({})).toMatchObject({
      ...{
        disposition: '',
        attempts: '0',
        last_attempt_at: '',
        next_attempt_at: '',
        session_ids: '',
        duration_s: '',
      },
    });
  });

  test("a waiting retry names its time in the campaign's zone, across clock changes", () => {
    const record: CalleeRecord = { ...base, state: 'pending_retry', reason: 'retry_scheduled', attempts: 1 };
    const due = (text: string, timeZone: string) =>
      line({ record: { ...record, due: at(text) }, timeZone }).next_attempt_at;
    expect(due('2026-11-01T05:30Z', 'America/New_York')).toBe('2026-11-01T01:30:00-04:00');
    expect(due('2026-11-01T06:30Z', 'America/New_York')).toBe('2026-11-01T01:30:00-05:00');
    expect(due('2026-11-01T06:30Z', 'Asia/Kathmandu')).toBe('2026-11-01T12:15:00+05:45');
    expect(due('2026-11-01T06:30Z', 'UTC')).toBe('2026-11-01T06:30:00+00:00');
    expect(line({ record: { ...record, state: 'calling', due: 5 } }).next_attempt_at).toBe('');
  });

  test("an unknown disposition has the provider's code beside it", () => {
    const record: CalleeRecord = { ...base, state: 'unanswered', disposition: 'unknown', attempts: 1 };
    const calls = [{ sessionId: 's', endStatus: 234 }];
    const story: CalleeStory = {
      at: 1,
      from: 'calling',
      to: 'missed',
      reason: 'call_missed',
      attempts: 1,
      calls,
    };
    expect(line({ record, stories: [story] }).disposition).toBe('unknown 234');
    expect(line({ record }).disposition).toBe('unknown');
  });

  test.each(['=1+1', '+1', '-1+2', '@SUM(A1)', '\tx', '\rx', '\nx', '＝1', '＋1', '－1', '＠x'])(
    'text that begins like %j is not run by a spreadsheet',
    (text) => expect(neutralised(text)).toBe(`'${text}`),
  );

  test.each(['', 'a=b', '1-2', '张三', "'=1"])('text such as %j stays as it is', (text) => {
    expect(neutralised(text)).toBe(text);
  });

  test('the callee column can be imported again', () => {
    expect(parsePhone(line({}).callee ?? '', 'CN')).toEqual({ ok: true, digits: '8613800138000' });
  });
});

describe('report totals', () => {
  const counters = { rows: 5, accepted: 2, duplicate: 1, suppressed: 1, rejected: 1 };

  test('they add up over all imports', () => {
    const totals = countTotals();
    totals.add({ ...base, state: 'answered', disposition: 'answered', attempts: 2 });
    totals.add(base);
    totals.add({ ...base, state: 'answered', disposition: 'answered', attempts: 1 });
    const second = { rows: 1, accepted: 1, duplicate: 0, suppressed: 0, rejected: 0 };
    expect(totals.finish([counters, second], true)).toMatchObject({
      ...{ rows: 6, accepted: 3, duplicate: 1, suppressed: 1, rejected: 1, callees: 3, attempts: 3 },
      states: { initial: 1, answered: 2, calling: 0 },
      dispositions: { answered: 2 },
    });
  });

  test('rows without an end are a broken invariant', () => {
    expect(() => countTotals().finish([{ ...counters, rejected: 0, rows: 5 }], false)).toThrow(
      InvariantError,
    );
  });

  test('an accepted row without a line is a broken invariant, once imports are over', () => {
    const totals = countTotals();
    totals.add(base);
    expect(() => totals.finish([counters], true)).toThrow('2 rows were accepted, but 1 callees were found');
    expect(totals.finish([counters], false).callees).toBe(1);
  });
});

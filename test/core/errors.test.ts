import { describe, expect, test } from 'vitest';
import { assert, InvariantError, present, unreachable } from '../../src/core/assert.ts';
import { DISPOSITION_NAMES, dispositionFacts } from '../../src/core/disposition.ts';
import { AppError, ERRORS, type ErrorCode } from '../../src/core/errors.ts';
import { RECORD_BYTES } from '../../src/core/limits.ts';
import { REASONS, reasonText } from '../../src/core/reasons.ts';

describe('errors', () => {
  test.each(Object.keys(ERRORS) as ErrorCode[])(
    '%s says whose move it is and whether to try again',
    (code) => {
      const cause = new Error('below');
      const error = new AppError(code, 'what to do', { cause });
      const { kind, retryable, meaning } = ERRORS[code];
      expect(error).toMatchObject({ name: 'AppError', message: 'what to do', code, kind, retryable, cause });
      expect(meaning).toMatch(/^[a-zA-Z].{10}/);
      if (kind === 'bad_input' || kind === 'not_found' || kind === 'refused') expect(retryable).toBe(false);
      if (kind === 'unavailable') expect(retryable).toBe(true);
    },
  );

  test('a broken invariant throws its own error with the message given', () => {
    expect(() => assert(false, 'counts differ')).toThrow(new InvariantError('counts differ'));
    expect(() => assert(0, 'zero')).toThrow(InvariantError);
    expect(() => assert(true, 'fine')).not.toThrow();
    expect(() => present(undefined, 'batch 7')).toThrow('batch 7 is missing');
    expect(present(0, 'count')).toBe(0);
    expect(() => unreachable('x' as never, 'state')).toThrow('state: no case for "x"');
  });
});

describe('reasons and dispositions', () => {
  test('every reason has a name of its own and a sentence', () => {
    expect(new Set(REASONS.map(([name]) => name)).size).toBe(REASONS.length);
    for (const [name, text] of REASONS) expect(reasonText(name)).toBe(text);
  });

  test('reasons and dispositions each fit the one byte of their stored record', () => {
    expect(RECORD_BYTES).toBe(16);
    expect(REASONS.length).toBeLessThan(256);
    expect(DISPOSITION_NAMES.length).toBeLessThan(255);
  });

  test('what connected cost an attempt, and was not a dead number', () => {
    for (const name of DISPOSITION_NAMES) {
      const { connected, cost, dead } = dispositionFacts(name);
      if (connected) expect({ name, cost, dead }).toEqual({ name, cost: true, dead: false });
    }
  });

  test("the provider's own refusals cost no attempt", () => {
    expect(DISPOSITION_NAMES.filter((name) => !dispositionFacts(name).cost)).toEqual([
      ...['restricted_callee', 'too_many_request', 'restricted_area', 'restricted_time'],
    ]);
  });
});

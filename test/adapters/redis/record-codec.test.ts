import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { duePlace } from '../../../src/adapters/redis/due.ts';
import {
  callerIn,
  dispositionCode,
  dispositionName,
  dueAt,
  isInLane,
  isWaitingAt,
  readDuplicateOf,
  readRecord,
  readRecords,
  reasonCode,
  reasonName,
  stateCode,
  writeRecord,
} from '../../../src/adapters/redis/record-codec.ts';
import { CALLEE_STATES, type CalleeRecord, isCallable } from '../../../src/core/callee.ts';
import { DISPOSITION_NAMES } from '../../../src/core/disposition.ts';
import { RECORD_BYTES } from '../../../src/core/limits.ts';
import { REASONS } from '../../../src/core/reasons.ts';

const byte = fc.integer({ min: 0, max: 255 });
const record: fc.Arbitrary<CalleeRecord> = fc.record({
  state: fc.constantFrom(...CALLEE_STATES),
  reason: fc.constantFrom(...REASONS.map(([name]) => name)),
  disposition: fc.option(fc.constantFrom(...DISPOSITION_NAMES), { nil: undefined }),
  attempts: byte,
  returns: fc.integer({ min: 0, max: 15 }),
  zone: byte,
  version: byte,
  due: fc.integer({ min: 0, max: 0xffff_ffff }).map((seconds) => seconds * 1_000),
  batch: fc.integer({ min: 0, max: 0xffff_ffff }),
});

function stored(value: CalleeRecord): Buffer {
  const bytes = Buffer.alloc(RECORD_BYTES, 0xaa);
  writeRecord(bytes, 0, value);
  return bytes;
}

const NEW: CalleeRecord = {
  state: 'initial',
  reason: 'imported',
  disposition: undefined,
  attempts: 0,
  returns: 0,
  zone: 0,
  version: 0,
  due: 0,
  batch: 0,
};

describe('a stored record', () => {
  it('is read as it was written, at any place of a page', () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 20 }), (records) => {
        const page = Buffer.alloc(records.length * RECORD_BYTES);
        for (const [slot, each] of records.entries()) writeRecord(page, slot * RECORD_BYTES, each);
        expect(readRecords(page)).toEqual(records);
      }),
    );
  });

  it('is written as it was read, byte for byte', () => {
    fc.assert(
      fc.property(record, (each) => {
        const bytes = stored(each);
        const read = readRecord(bytes, 0);
        expect(read && stored(read)).toEqual(bytes);
      }),
    );
  });

  it('of every state, disposition and reason is told from all others', () => {
    const records = [
      ...CALLEE_STATES.map((state) => ({ ...NEW, state })),
      ...DISPOSITION_NAMES.map((disposition) => ({ ...NEW, disposition })),
      ...REASONS.filter(([reason]) => reason !== NEW.reason).map(([reason]) => ({ ...NEW, reason })),
    ];
    expect(records.map((each) => readRecord(stored(each), 0))).toEqual(records);
    expect(new Set(records.map((each) => stored(each).toString('hex'))).size).toBe(records.length);
  });

  it('rounds a due time up to the second, so that nobody is called before the time meant', () => {
    expect(readRecord(stored({ ...NEW, due: 1_000_001 }), 0)?.due).toBe(1_001_000);
  });

  it('holds as many attempts as a byte can and returns as half of one can, and never wraps to few', () => {
    expect(readRecord(stored({ ...NEW, attempts: 256, returns: 300 }), 0)).toMatchObject({
      attempts: 255,
      returns: 15,
    });
  });

  it('keeps its caller beside returns and the marks of its row, in every combination', () => {
    for (let caller = -100; caller <= 100; caller += 1) {
      for (const returns of [0, 9, 15]) {
        const each = { ...NEW, returns, priority: 5, timed: true as const, ...(caller !== 0 && { caller }) };
        expect(readRecord(stored(each), 0)).toEqual(each);
      }
    }
  });

  it('is refused where its due time is none, before anything is sent', () => {
    for (const due of [Number.NaN, -1_000, Number.POSITIVE_INFINITY, 2 ** 32 * 1_000]) {
      expect(() => stored({ ...NEW, due }), String(due)).toThrow();
    }
  });

  it('tells at a glance whether a callee may be claimed, where, when, and who called it', () => {
    fc.assert(
      fc.property(record, (each) => {
        const bytes = stored(each);
        expect(isWaitingAt(bytes, 0)).toBe(isCallable(each.state));
        expect(duePlace(0, each) !== undefined).toBe(isCallable(each.state));
        const { zone, priority = 0 } = each;
        expect(isInLane(bytes, 0, { zone, priority })).toBe(true);
        expect(isInLane(bytes, 0, { zone: zone + 1, priority })).toBe(false);
        expect(isInLane(bytes, 0, { zone, priority: priority + 1 })).toBe(false);
        expect([dueAt(bytes, 0), callerIn(bytes, 0)]).toEqual([each.due, each.caller ?? 0]);
      }),
    );
  });
});

describe('an empty slot', () => {
  it('is no record and names the callee it repeats', () => {
    const bytes = Buffer.alloc(RECORD_BYTES);
    bytes.writeUInt32LE(4_000_000_000, 12);
    expect(readRecord(bytes, 0)).toBeUndefined();
    expect(isWaitingAt(bytes, 0)).toBe(false);
    expect(readDuplicateOf(bytes, 0)).toBe(4_000_000_000);
    expect(readDuplicateOf(stored(NEW), 0)).toBeUndefined();
  });
});

describe('the stored format', () => {
  it('gives every state, disposition and reason the byte it has always had: lists may only grow at their end', () => {
    const numbered = <T extends string>(names: readonly T[], code: (name: T) => number) =>
      names.map((name) => `${code(name)} ${name}`).join('\n');
    expect(numbered(CALLEE_STATES, stateCode)).toMatchSnapshot('states');
    expect(numbered(DISPOSITION_NAMES, dispositionCode)).toMatchSnapshot('dispositions');
    expect(
      numbered(
        REASONS.map(([name]) => name),
        reasonCode,
      ),
    ).toMatchSnapshot('reasons');
    for (const name of DISPOSITION_NAMES) expect(dispositionName(dispositionCode(name))).toBe(name);
    for (const [name] of REASONS) expect(reasonName(reasonCode(name))).toBe(name);
  });

  it('lays a record out as documented', () => {
    const each: CalleeRecord = {
      state: 'pending_retry',
      reason: 'retry_scheduled',
      disposition: 'busy',
      attempts: 2,
      returns: 1,
      zone: 3,
      version: 9,
      due: 0x01020304 * 1_000,
      batch: 0x0a0b0c0d,
    };
    expect(stored(each).toString('hex')).toBe('050d02010d03090004030201' + '0d0c0b0a');
  });

  it('refuses bytes that no list of names has', () => {
    const bytes = stored(NEW);
    bytes[0] = 200;
    expect(() => readRecord(bytes, 0)).toThrow('state 200');
    expect(() => dispositionName(200)).toThrow('disposition 200');
    expect(() => reasonName(200)).toThrow('reason 200');
  });
});

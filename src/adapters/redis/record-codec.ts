import { assert, present } from '../../core/assert.ts';
import { CALLEE_STATES, type CalleeRecord, type CalleeRef, isCallable } from '../../core/callee.ts';
import { DISPOSITION_NAMES } from '../../core/disposition.ts';
import { RECORD_BYTES, RETURNS_MAX } from '../../core/limits.ts';
import { REASONS, type Reason } from '../../core/reasons.ts';
import { fromSeconds, type Instant, toSecondsUp } from '../../core/time.ts';

/**
 * Layout of one stored state record, little-endian, RECORD_BYTES long:
 *   0 state + 1 (0: empty slot, a duplicate; then `batch` is the ref of the callee it repeats)
 *   1 disposition + 1 (0: none)   2 attempts   3 bits 0 to 3 the returns, bits 4 to 7 the caller's low half
 *   4 reason   5 zone   6 version
 *   7 marks of its row: bits 0 to 2 the priority (0: 3, as most), bit 3 that its time ends; bits 4 to 7 the caller's
 *     high half (a signed byte in all)
 *   8 due, in seconds             12 batch
 * The positions in the lists of states, dispositions and reasons are therefore part of the stored format.
 */
const REASON_NAMES: readonly Reason[] = REASONS.map(([name]) => name);
const STATE_CODES = codes(CALLEE_STATES);
const DISPOSITION_CODES = codes(DISPOSITION_NAMES);
const REASON_CODES = codes(REASON_NAMES);

function codes<T extends string>(names: readonly T[]): ReadonlyMap<T, number> {
  assert(names.length < 255, 'a list of stored names outgrew its byte');
  return new Map(names.map((name, index) => [name, index]));
}

function codeOf<T extends string>(of: ReadonlyMap<T, number>, name: T): number {
  return present(of.get(name), name);
}

export function stateCode(state: CalleeRecord['state']): number {
  return codeOf(STATE_CODES, state);
}

export function reasonCode(reason: Reason): number {
  return codeOf(REASON_CODES, reason);
}

export function reasonName(code: number): Reason {
  return present(REASON_NAMES[code], `reason ${code}`);
}

export function dispositionCode(disposition: CalleeRecord['disposition']): number {
  return disposition === undefined ? 0 : codeOf(DISPOSITION_CODES, disposition) + 1;
}

export function dispositionName(code: number): CalleeRecord['disposition'] {
  return code === 0 ? undefined : present(DISPOSITION_NAMES[code - 1], `disposition ${code}`);
}

/** The attempts that a record's byte can hold; the counts must add up the same. */
export function storedAttempts(record: CalleeRecord): number {
  return Math.min(record.attempts, 255);
}

/**
 * Writes `record` at `offset`. Times are stored in whole seconds, rounded up. Throws for a due time that four bytes
 * cannot hold: it must not reach a script, which would stop half way at the index of due times.
 */
export function writeRecord(target: Buffer, offset: number, record: CalleeRecord): void {
  assert(Number.isFinite(record.due), 'a due time is a number');
  target[offset] = stateCode(record.state) + 1;
  target[offset + 1] = dispositionCode(record.disposition);
  target[offset + 2] = storedAttempts(record);
  const caller = record.caller ?? 0;
  target[offset + 3] = Math.min(record.returns, RETURNS_STORED_MAX) | ((caller & LOW_HALF) << 4);
  target[offset + 4] = reasonCode(record.reason);
  target[offset + 5] = record.zone;
  target[offset + 6] = record.version;
  target[offset + 7] = marksByte(record) | (caller & HIGH_HALF);
  target.writeUInt32LE(toSecondsUp(record.due), offset + 8);
  target.writeUInt32LE(record.batch, offset + 12);
}

/** More than the bound of returns, after which a callee is parked or ended. */
const RETURNS_STORED_MAX = 15;
assert(RETURNS_MAX <= RETURNS_STORED_MAX, 'the returns of a record fit into half a byte');
const LOW_HALF = 0x0f;
const HIGH_HALF = 0xf0;

const PRIORITY_BITS = 0b111;
const TIMED_BIT = 0b1000;

function marksByte({ priority = 0, timed }: CalleeRecord): number {
  return (priority & PRIORITY_BITS) | (timed === true ? TIMED_BIT : 0);
}

/** The record at `offset`, or undefined for an empty slot. */
export function readRecord(source: Buffer, offset: number): CalleeRecord | undefined {
  const state = source[offset] ?? 0;
  if (state === 0) return undefined;
  const marks = source[offset + 7] ?? 0;
  const record = plainRecord(source, offset, state);
  const caller = callerIn(source, offset);
  if (marks === 0 && caller === 0) return record;
  const priority = marks & PRIORITY_BITS;
  return {
    ...record,
    ...(priority !== 0 && { priority }),
    ...((marks & TIMED_BIT) !== 0 && { timed: true }),
    ...(caller !== 0 && { caller }),
  };
}

/** The halves of the caller together, as the signed byte that they were; 0: nobody. */
export function callerIn(source: Buffer, offset: number): number {
  const byte = ((source[offset + 3] ?? 0) >> 4) | ((source[offset + 7] ?? 0) & HIGH_HALF);
  return (byte << 24) >> 24;
}

function plainRecord(source: Buffer, offset: number, state: number): CalleeRecord {
  return {
    state: present(CALLEE_STATES[state - 1], `state ${state}`),
    disposition: dispositionName(source[offset + 1] ?? 0),
    attempts: source[offset + 2] ?? 0,
    returns: (source[offset + 3] ?? 0) & LOW_HALF,
    reason: reasonName(source[offset + 4] ?? 0),
    zone: source[offset + 5] ?? 0,
    version: source[offset + 6] ?? 0,
    due: fromSeconds(source.readUInt32LE(offset + 8)),
    batch: source.readUInt32LE(offset + 12),
  };
}

const CALLABLE_BYTES: ReadonlySet<number> = new Set(
  CALLEE_STATES.filter(isCallable).map((state) => stateCode(state) + 1),
);

/** True for a record that may be claimed. This and the next two read what a claim asks of every slot of a page. */
export function isWaitingAt(source: Buffer, offset: number): boolean {
  return CALLABLE_BYTES.has(source[offset] ?? 0);
}

export function dueAt(source: Buffer, offset: number): Instant {
  return fromSeconds(source.readUInt32LE(offset + 8));
}

/** Where it waits, by its zone and priority (`dueLane`). */
export function isInLane(source: Buffer, offset: number, lane: { zone: number; priority: number }): boolean {
  return source[offset + 5] === lane.zone && ((source[offset + 7] ?? 0) & PRIORITY_BITS) === lane.priority;
}

/** For an empty slot: the callee whose number this row repeated. */
export function readDuplicateOf(source: Buffer, offset: number): CalleeRef | undefined {
  return source[offset] === 0 ? source.readUInt32LE(offset + 12) : undefined;
}

/** All records of a page's vector, by slot. */
export function readRecords(source: Buffer): (CalleeRecord | undefined)[] {
  const records: (CalleeRecord | undefined)[] = [];
  for (let offset = 0; offset < source.length; offset += RECORD_BYTES)
    records.push(readRecord(source, offset));
  return records;
}

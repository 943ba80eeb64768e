import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { present } from '../../core/assert.ts';
import { CALLEE_STATES, type CalleeStory, type CallFacts } from '../../core/callee.ts';
import { fromSeconds } from '../../core/time.ts';
import { ByteReader, ByteWriter } from './byte-writer.ts';
import { dispositionCode, dispositionName, reasonCode, reasonName, stateCode } from './record-codec.ts';

/**
 * A history block: what one change did to the callees of one page. Entries of one change are much alike, so
 * an entry whose head equals that of the entry before it stores only its slot and its own facts: claiming
 * 500 callees costs three bytes each. Blocks of some size are deflated: all but the session ids shrinks well.
 *
 * Block: form (0 plain, 1 deflated), then: at (ms, u48), entries. Entry: flags, [head], slot, [due], [calls], [facts].
 */
const SAME_HEAD = 1;
const HAS_DUE = 2;
const HAS_CALLS = 4;
const HAS_FACTS = 8;
const DEFLATE_FROM_BYTES = 256;

export interface SlotStory {
  readonly slot: number;
  readonly story: CalleeStory;
}

function head(story: CalleeStory): number[] {
  return [
    story.from === undefined ? 0 : stateCode(story.from) + 1,
    stateCode(story.to),
    reasonCode(story.reason),
    dispositionCode(story.disposition),
    Math.min(story.attempts, 255),
    story.batch ?? 0,
  ];
}

/** Packs the stories of one page and one change; all share the first one's time. */
export function packStories(entries: readonly SlotStory[]): Buffer {
  const writer = new ByteWriter();
  writer.u48(present(entries[0], 'first story').story.at);
  let last: number[] = [];
  for (const { slot, story } of entries) {
    const now = head(story);
    const same = now.every((value, index) => value === last[index]);
    const flags =
      (same ? SAME_HEAD : 0) |
      (story.due === undefined ? 0 : HAS_DUE) |
      (story.calls === undefined ? 0 : HAS_CALLS) |
      (story.facts === undefined ? 0 : HAS_FACTS);
    writer.u8(flags);
    if (!same) for (const value of now) writer.varint(value);
    last = now;
    writer.u16(slot);
    if (story.due !== undefined) writer.u48(story.due);
    if (story.calls !== undefined) {
      writer.varint(story.calls.length);
      for (const call of story.calls) packCall(writer, call);
    }
    if (story.facts !== undefined) writer.text(JSON.stringify(story.facts));
  }
  const plain = writer.done();
  const deflate = plain.length >= DEFLATE_FROM_BYTES;
  return Buffer.concat([Buffer.of(deflate ? 1 : 0), deflate ? deflateRawSync(plain, { level: 1 }) : plain]);
}

/** The stories that {@link packStories} packed, in their order. */
export function unpackStories(block: Buffer): SlotStory[] {
  const body = block.subarray(1);
  const reader = new ByteReader(block[0] === 1 ? inflateRawSync(body) : body);
  const at = reader.u48();
  const entries: SlotStory[] = [];
  let now: number[] = [];
  while (!reader.atEnd) {
    const flags = reader.u8();
    if ((flags & SAME_HEAD) === 0) now = [0, 1, 2, 3, 4, 5].map(() => reader.varint());
    const [from = 0, to = 0, reason = 0, disposition = 0, attempts = 0, batch = 0] = now;
    const slot = reader.u16();
    const due = flags & HAS_DUE ? reader.u48() : undefined;
    const calls =
      flags & HAS_CALLS ? Array.from({ length: reader.varint() }, () => unpackCall(reader)) : undefined;
    const facts =
      flags & HAS_FACTS ? (JSON.parse(reader.text()) as Record<string, string | number>) : undefined;
    const name = dispositionName(disposition);
    entries.push({
      slot,
      story: {
        at,
        from: from === 0 ? undefined : CALLEE_STATES[from - 1],
        to: present(CALLEE_STATES[to], `state ${to}`),
        reason: reasonName(reason),
        attempts,
        ...(name !== undefined && { disposition: name }),
        ...(batch !== 0 && { batch }),
        ...(due !== undefined && { due }),
        ...(calls !== undefined && { calls }),
        ...(facts !== undefined && { facts }),
      },
    });
  }
  return entries;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const SIDES = ['seat', 'user', 'system'];
const MISSING = 1;
const UUID_SESSION = 2;
const END_STATUS = 4;
const STARTED = 8;
const ENDED = 16;
const RING = 32;
const TALK = 64;
const SIDE = 128;
const CALLER = 256;
const KEYS = 512;
const RECORDING = 1_024;
const ODD = 2_048;

type NumberFact = 'endStatus' | 'startedAt' | 'endedAt' | 'ringSeconds' | 'talkSeconds';
const TIME_MAX = 2 ** 32 * 1_000 - 1;

/**
 * The numbers of a call that fit the layout, and the odd ones as they came. The provider may report what no call
 * can have (a negative duration, a time in the wrong unit): that must neither spoil the page's history nor end the
 * reading that met it.
 */
function fitNumbers(call: CallFacts) {
  const odd: Partial<Record<NumberFact, number>> = {};
  const taken = (name: NumberFact, max: number): number | undefined => {
    const value = call[name];
    if (value === undefined || (Number.isInteger(value) && value >= 0 && value <= max)) return value;
    if (Number.isFinite(value)) odd[name] = value;
    return undefined;
  };
  const fitting = {
    endStatus: taken('endStatus', Number.MAX_SAFE_INTEGER),
    startedAt: taken('startedAt', TIME_MAX),
    endedAt: taken('endedAt', TIME_MAX),
    ringSeconds: taken('ringSeconds', Number.MAX_SAFE_INTEGER),
    talkSeconds: taken('talkSeconds', Number.MAX_SAFE_INTEGER),
  };
  return { ...fitting, odd: Object.keys(odd).length === 0 ? undefined : odd };
}

function packCall(writer: ByteWriter, call: CallFacts): void {
  const uuid = UUID.test(call.sessionId);
  const { endStatus, startedAt, endedAt, ringSeconds, talkSeconds, odd } = fitNumbers(call);
  const side = SIDES.indexOf(call.hungUpSide ?? '');
  writer.varint(
    (call.recordMissing ? MISSING : 0) |
      (uuid ? UUID_SESSION : 0) |
      (endStatus === undefined ? 0 : END_STATUS) |
      (startedAt === undefined ? 0 : STARTED) |
      (endedAt === undefined ? 0 : ENDED) |
      (ringSeconds === undefined ? 0 : RING) |
      (talkSeconds === undefined ? 0 : TALK) |
      (call.hungUpSide === undefined ? 0 : SIDE) |
      (call.caller === undefined ? 0 : CALLER) |
      (call.keysPressed === undefined ? 0 : KEYS) |
      (call.recordingUrl === undefined ? 0 : RECORDING) |
      (odd === undefined ? 0 : ODD),
  );
  if (uuid) writer.raw(Buffer.from(call.sessionId.replaceAll('-', ''), 'hex'));
  else writer.text(call.sessionId);
  if (endStatus !== undefined) writer.varint(endStatus);
  if (startedAt !== undefined) writer.u32(Math.floor(startedAt / 1_000));
  if (endedAt !== undefined) writer.u32(Math.floor(endedAt / 1_000));
  if (ringSeconds !== undefined) writer.varint(ringSeconds);
  if (talkSeconds !== undefined) writer.varint(talkSeconds);
  if (call.hungUpSide !== undefined) {
    writer.u8(side + 1);
    if (side === -1) writer.text(call.hungUpSide);
  }
  if (call.caller !== undefined) packCaller(writer, call.caller);
  if (call.keysPressed !== undefined) writer.text(call.keysPressed);
  if (call.recordingUrl !== undefined) writer.text(call.recordingUrl);
  if (odd !== undefined) writer.text(JSON.stringify(odd));
}

function unpackCall(reader: ByteReader): CallFacts {
  const has = reader.varint();
  const sessionId = has & UUID_SESSION ? dashed(reader.raw(16).toString('hex')) : reader.text();
  return {
    sessionId,
    ...(has & END_STATUS && { endStatus: reader.varint() }),
    ...(has & STARTED && { startedAt: fromSeconds(reader.u32()) }),
    ...(has & ENDED && { endedAt: fromSeconds(reader.u32()) }),
    ...(has & RING && { ringSeconds: reader.varint() }),
    ...(has & TALK && { talkSeconds: reader.varint() }),
    ...(has & SIDE && { hungUpSide: unpackSide(reader) }),
    ...(has & CALLER && { caller: unpackCaller(reader) }),
    ...(has & KEYS && { keysPressed: reader.text() }),
    ...(has & RECORDING && { recordingUrl: reader.text() }),
    ...(has & MISSING && { recordMissing: true as const }),
    ...(has & ODD && (JSON.parse(reader.text()) as Partial<CallFacts>)),
  };
}

function unpackSide(reader: ByteReader): string {
  const code = reader.u8();
  return code === 0 ? reader.text() : present(SIDES[code - 1], `side ${code}`);
}

/** Digits that a double holds exactly, leading zeros counted, take half the bytes of text. */
function packCaller(writer: ByteWriter, caller: string): void {
  const zeros = /^0*/.exec(caller)?.[0].length ?? 0;
  if (/^\d{1,20}$/.test(caller) && Number.isSafeInteger(Number(caller)) && zeros < 20) {
    writer.u8(zeros + 1);
    writer.varint(Number(caller));
    return;
  }
  writer.u8(0);
  writer.text(caller);
}

function unpackCaller(reader: ByteReader): string {
  const zeros = reader.u8();
  if (zeros === 0) return reader.text();
  const rest = reader.varint();
  return '0'.repeat(zeros - 1) + (rest === 0 ? '' : String(rest));
}

function dashed(hex: string): string {
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { present } from '../../core/assert.ts';
import { CALLEE_STATES, type CalleeStory } from '../../core/callee.ts';
import { SECOND } from '../../core/time.ts';
import { BlockReader, BlockWriter } from './block-parts.ts';
import { packCall, unpackCall } from './call-codec.ts';
import { dispositionCode, dispositionName, reasonCode, reasonName, stateCode } from './record-codec.ts';

/**
 * A history block: what one change did to the callees of one page. Entries of one change are much alike, so what an
 * entry has in common with an earlier one is named by a number: claiming 500 callees costs three bytes each. What is
 * random (session ids) lies apart from what repeats, and only the latter is deflated, where there is enough of it.
 *
 * Block: form (0 plain, 1 deflated), length of the random bytes, those, then plain or deflated: at (ms, u48), entries.
 * Entry: flags, [head: 0 and its six numbers, or the number of one seen before], slots since the last entry, [due],
 * [calls], [facts].
 */
const SAME_HEAD = 1;
const HAS_DUE = 2;
const HAS_CALLS = 4;
const HAS_FACTS = 8;
const DUE_HAS_MS = 16;
const DEFLATE_FROM_BYTES = 256;
const HEAD_NUMBERS = 6;
/** What is left after the random bytes shrinks hardly further at a higher level. */
const DEFLATE_LEVEL = 1;

export interface SlotStory {
  readonly slot: number;
  readonly story: CalleeStory;
}

type Head = readonly [
  from: number,
  to: number,
  reason: number,
  disposition: number,
  attempts: number,
  batch: number,
];

function headOf(story: CalleeStory): Head {
  return [
    story.from === undefined ? 0 : stateCode(story.from) + 1,
    stateCode(story.to),
    reasonCode(story.reason),
    dispositionCode(story.disposition),
    Math.min(story.attempts, 255),
    story.batch ?? 0,
  ];
}

/** True where both stories have one head: most neighbours do, and to compare names costs less than to encode them. */
function isLike(story: CalleeStory, other: CalleeStory): boolean {
  return (
    story.from === other.from &&
    story.to === other.to &&
    story.reason === other.reason &&
    story.disposition === other.disposition &&
    story.attempts === other.attempts &&
    story.batch === other.batch
  );
}

/** A batch number from this on leaves no room beside it in a double for the other five, of a byte or less each. */
const KEY_BATCH_MAX = 2 ** 13;

/** Equal for equal heads only. A number where it fits, since there is one per callee moved. */
function headKey(head: Head): number | string {
  const [from, to, reason, disposition, attempts, batch] = head;
  if (batch >= KEY_BATCH_MAX) return head.join();
  return ((((from * 256 + to) * 256 + reason) * 256 + disposition) * 256 + attempts) * KEY_BATCH_MAX + batch;
}

/** Packs the stories of one page and one change; all share the first one's time. */
export function packStories(entries: readonly SlotStory[]): Buffer {
  const block = new BlockWriter();
  const { at } = present(entries[0], 'first story').story;
  const atSeconds = Math.floor(at / SECOND);
  block.u48(at);
  const heads = new Map<number | string, number>();
  let last: CalleeStory | undefined;
  let lastSlot = 0;
  for (const { slot, story } of entries) {
    const isSame = last !== undefined && isLike(story, last);
    const dueMs = (story.due ?? 0) % SECOND;
    block.u8(
      (isSame ? SAME_HEAD : 0) |
        (story.due === undefined ? 0 : HAS_DUE) |
        (story.calls === undefined ? 0 : HAS_CALLS) |
        (story.facts === undefined ? 0 : HAS_FACTS) |
        (dueMs === 0 ? 0 : DUE_HAS_MS),
    );
    if (!isSame) packHead(block, headOf(story), heads);
    last = story;
    block.signed(slot - lastSlot);
    lastSlot = slot;
    if (story.due !== undefined) block.signed(Math.floor(story.due / SECOND) - atSeconds);
    if (dueMs !== 0) block.varint(dueMs);
    if (story.calls !== undefined) {
      block.varint(story.calls.length);
      for (const call of story.calls) packCall(block, call, atSeconds);
    }
    if (story.facts !== undefined) block.text(JSON.stringify(story.facts));
  }
  const plain = block.done();
  const deflate = plain.length >= DEFLATE_FROM_BYTES;
  return Buffer.concat([
    Buffer.of(deflate ? 1 : 0),
    block.randomBytes(),
    deflate ? deflateRawSync(plain, { level: DEFLATE_LEVEL }) : plain,
  ]);
}

function packHead(block: BlockWriter, head: Head, heads: Map<number | string, number>): void {
  const key = headKey(head);
  const known = heads.get(key);
  if (known !== undefined) {
    block.varint(known + 1);
    return;
  }
  heads.set(key, heads.size);
  block.varint(0);
  for (const value of head) block.varint(value);
}

/** The stories that {@link packStories} packed, in their order. */
export function unpackStories(packed: Buffer): SlotStory[] {
  const block = new BlockReader(packed.subarray(1), (body) =>
    packed[0] === 1 ? inflateRawSync(body) : body,
  );
  const at = block.u48();
  const atSeconds = Math.floor(at / SECOND);
  const entries: SlotStory[] = [];
  const heads: number[][] = [];
  let now: number[] = [];
  let slot = 0;
  while (!block.atEnd) {
    const flags = block.u8();
    if ((flags & SAME_HEAD) === 0) now = unpackHead(block, heads);
    const [from = 0, to = 0, reason = 0, disposition = 0, attempts = 0, batch = 0] = now;
    slot += block.signed();
    const due = flags & HAS_DUE ? unpackDue(block, atSeconds, (flags & DUE_HAS_MS) !== 0) : undefined;
    const calls =
      flags & HAS_CALLS
        ? Array.from({ length: block.varint() }, () => unpackCall(block, atSeconds))
        : undefined;
    const facts =
      flags & HAS_FACTS ? (JSON.parse(block.text()) as Record<string, string | number>) : undefined;
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

function unpackHead(block: BlockReader, heads: number[][]): number[] {
  const known = block.varint();
  if (known > 0) return present(heads[known - 1], `head ${known}`);
  const numbers = Array.from({ length: HEAD_NUMBERS }, () => block.varint());
  heads.push(numbers);
  return numbers;
}

function unpackDue(block: BlockReader, atSeconds: number, hasMs: boolean): number {
  const seconds = atSeconds + block.signed();
  return seconds * SECOND + (hasMs ? block.varint() : 0);
}

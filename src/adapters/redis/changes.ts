import { assert } from '../../core/assert.ts';
import { type BatchCallees, type BatchRecord, batchStates } from '../../core/batch.ts';
import { type CalleeMove, type CalleeRecord, isFinalCallee } from '../../core/callee.ts';
import { MOVES_PER_CHANGE_MAX, RECORD_BYTES } from '../../core/limits.ts';
import { isFinal } from '../../core/machine.ts';
import type { Change } from '../../ports/store.ts';
import { keysOf, repliesOf, type StoreContext } from './context.ts';
import { duePlace } from './due.ts';
import { pageOf, slotOf } from './keys.ts';
import { storedAttempts, writeRecord } from './record-codec.ts';
import { packStories, type SlotStory } from './story-codec.ts';

const RUN_HEAD_BYTES = 8;
const CALLEE_BYTES = 12;

/** Applies a decided change whole or not at all (see apply-change.lua). */
export async function applyChange(
  context: StoreContext,
  campaignId: string,
  change: Change,
): Promise<'done' | 'stale'> {
  assert(
    change.moves.length <= MOVES_PER_CHANGE_MAX,
    `${change.name}: ${change.moves.length} moves in one change`,
  );
  const keys = keysOf(context, campaignId);
  const moves = [...change.moves].sort((a, b) => a.ref - b.ref);
  // Twice from different records is stale, and the script says so; twice from the same one would be counted twice.
  const twice = moves.find(
    ({ ref, before }, at) => ref === moves[at - 1]?.ref && before.version === moves[at - 1]?.before.version,
  );
  assert(twice === undefined, `${change.name}: callee ${twice?.ref} is moved twice in one change`);
  const { batch } = change;
  // Redis would refuse it as a score, but only after the script had written the callees.
  assert(
    batch === undefined || Number.isFinite(batch.after.nextLookAt),
    `${change.name}: no time of a next look`,
  );
  const over = batch !== undefined && isFinal(batchStates, batch.after.state);
  const deltas = countDeltas(moves);
  const reply = await context.scripts.applyChange(
    [
      keys.campaign,
      keys.counts,
      keys.missed,
      keys.openBatches,
      batch === undefined ? keys.counts : keys.batch(batch.after.id),
      batch === undefined ? keys.counts : keys.batchCallees(batch.after.id),
    ],
    [
      keys.base,
      change.whileCampaign ?? '',
      batch?.after.id ?? '',
      batch?.before?.version ?? '',
      batch?.after.version ?? '',
      batch === undefined ? '' : JSON.stringify(batch.after),
      batch === undefined || over ? '' : batch.after.nextLookAt,
      over ? 'drop' : batch?.callees === undefined ? 'keep' : 'set',
      batch?.callees === undefined ? '' : packBatchCallees(batch.callees),
      packRuns(moves),
      flat(deltas.counts),
      flat(deltas.due),
      flat(deltas.missed),
      change.now,
      change.tally === undefined ? '' : flat(change.tally),
      ...historyBlocks(moves),
    ],
  );
  return reply[0];
}

/** Moves of neighbouring slots become one run: one comparison and one write in the script. */
function packRuns(moves: readonly CalleeMove[]): Buffer {
  const runs: Buffer[] = [];
  for (let start = 0; start < moves.length; ) {
    const first = moves[start];
    if (first === undefined) break;
    let end = start + 1;
    while (end < moves.length && isNext(first, moves[end], end - start)) end += 1;
    const slots = end - start;
    const run = Buffer.allocUnsafe(RUN_HEAD_BYTES + 2 * slots * RECORD_BYTES);
    run.writeUInt32LE(pageOf(first.ref), 0);
    run.writeUInt16LE(slotOf(first.ref), 4);
    run.writeUInt16LE(slots, 6);
    for (const [at, move] of moves.slice(start, end).entries()) {
      writeRecord(run, RUN_HEAD_BYTES + at * RECORD_BYTES, move.before);
      writeRecord(run, RUN_HEAD_BYTES + (slots + at) * RECORD_BYTES, move.after);
    }
    runs.push(run);
    start = end;
  }
  return Buffer.concat(runs);
}

function isNext(first: CalleeMove, other: CalleeMove | undefined, distance: number): boolean {
  return other !== undefined && other.ref === first.ref + distance && pageOf(other.ref) === pageOf(first.ref);
}

function historyBlocks(moves: readonly CalleeMove[]): (number | Buffer)[] {
  const pages = new Map<number, SlotStory[]>();
  for (const { ref, story } of moves) {
    if (story === undefined) continue;
    const entry = { slot: slotOf(ref), story };
    const held = pages.get(pageOf(ref));
    if (held === undefined) pages.set(pageOf(ref), [entry]);
    else held.push(entry);
  }
  return [...pages.entries()].flatMap(([page, entries]) => [page, packStories(entries)]);
}

interface Deltas {
  readonly counts: Map<string, number>;
  readonly due: Map<string, number>;
  readonly missed: Map<string, number>;
}

function add(deltas: Map<string, number>, key: string, by: number): void {
  deltas.set(key, (deltas.get(key) ?? 0) + by);
}

/** What the moves do to the counts and indexes. Exact, because the script compares every record moved from. */
export function countDeltas(moves: readonly Omit<CalleeMove, 'story'>[]): Deltas {
  const deltas: Deltas = { counts: new Map(), due: new Map(), missed: new Map() };
  const sums = { attempts: 0, unfinished: 0 };
  const states = new Map<string, number>();
  const dispositions = new Map<string, number>();
  const count = (ref: number, record: CalleeRecord, by: 1 | -1): void => {
    add(states, record.state, by);
    sums.attempts += by * storedAttempts(record);
    if (record.disposition !== undefined) add(dispositions, record.disposition, by);
    if (!isFinalCallee(record.state)) sums.unfinished += by;
    const place = duePlace(ref, record);
    if (place !== undefined) add(deltas.due, place, by);
    if (record.state === 'missed') add(deltas.missed, String(pageOf(ref)), by);
  };
  for (const { ref, before, after } of moves) {
    count(ref, before, -1);
    count(ref, after, 1);
  }
  // Named only now: a text per callee would be half of the work.
  for (const [state, delta] of states) deltas.counts.set(`s:${state}`, delta);
  for (const [disposition, delta] of dispositions) deltas.counts.set(`d:${disposition}`, delta);
  deltas.counts.set('attempts', sums.attempts).set('unfinished', sums.unfinished);
  return deltas;
}

export function flat(deltas: ReadonlyMap<string, number>): string {
  return [...deltas.entries()]
    .filter(([, delta]) => delta !== 0)
    .map(([key, delta]) => `${key} ${delta}`)
    .join(' ');
}

function packBatchCallees(callees: BatchCallees): Buffer {
  const packed = Buffer.allocUnsafe(callees.refs.length * CALLEE_BYTES);
  for (const [at, ref] of callees.refs.entries()) {
    packed.writeUInt32LE(ref, at * CALLEE_BYTES);
    packed.writeDoubleLE(callees.numbers[at] ?? Number.NaN, at * CALLEE_BYTES + 4);
  }
  return packed;
}

/** The list of callees that a batch was made with; empty once the batch is over. */
export async function readBatchCallees(
  context: StoreContext,
  campaignId: string,
  batchId: number,
): Promise<BatchCallees> {
  const packed = await context.client.getBuffer(keysOf(context, campaignId).batchCallees(batchId));
  const refs: number[] = [];
  const numbers: number[] = [];
  for (let offset = 0; packed !== null && offset < packed.length; offset += CALLEE_BYTES) {
    refs.push(packed.readUInt32LE(offset));
    numbers.push(packed.readDoubleLE(offset + 4));
  }
  return { refs, numbers };
}

/** Our own writing, read back: the shape is what {@link applyChange} stored. */
function storedBatch(text: string): BatchRecord {
  return JSON.parse(text) as BatchRecord;
}

export async function readBatch(
  context: StoreContext,
  campaignId: string,
  batchId: number,
): Promise<BatchRecord | undefined> {
  const text = await context.client.hget(keysOf(context, campaignId).batch(batchId), 'record');
  return text === null ? undefined : storedBatch(text);
}

/** Batches that are not over, the one to be looked at first in front. */
export async function readOpenBatches(context: StoreContext, campaignId: string): Promise<BatchRecord[]> {
  const keys = keysOf(context, campaignId);
  const ids = await context.client.zrange(keys.openBatches, '0', '-1');
  if (ids.length === 0) return [];
  const pipeline = context.client.pipeline();
  for (const id of ids) pipeline.hget(keys.batch(Number(id)), 'record');
  const texts = (await repliesOf(pipeline)).filter((reply) => typeof reply === 'string');
  // One may have ended since the list of ids was read.
  return texts.map(storedBatch).filter(({ state }) => !isFinal(batchStates, state));
}

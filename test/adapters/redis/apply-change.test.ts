import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyChange } from '../../../src/adapters/redis/changes.ts';
import type { StoreContext } from '../../../src/adapters/redis/context.ts';
import { writeRecord } from '../../../src/adapters/redis/record-codec.ts';
import { present } from '../../../src/core/assert.ts';
import { type BatchRecord, moveBatch } from '../../../src/core/batch.ts';
import { type CalleeMove, type CalleeRecord, type CalleeRef, moveCallee } from '../../../src/core/callee.ts';
import { MOVES_PER_CHANGE_MAX, PAGE_SLOTS, RECORD_BYTES } from '../../../src/core/limits.ts';
import type { Change } from '../../../src/ports/store.ts';
import {
  draftWithImport,
  newBatch,
  numbersFrom,
  type OpenStore,
  openStore,
  setState,
  stepOf,
} from '../../support/redis-store.ts';
import { SEEDED_AT as AT } from '../../support/seeded-campaign.ts';

let open: OpenStore;
beforeEach(async () => {
  open = openStore();
  const { id } = await draftWithImport(open.store, 'spring');
  await setState(open.store, 'spring', 'running');
  await open.store.zoneIndex('spring', 'Asia/Tokyo');
  await open.store.storeImportStep(id, stepOf(id, 0, numbersFrom(0, 10)));
  await open.store.storeImportStep(id, stepOf(id, 10, numbersFrom(10, 4), { zones: [1, 1, 0, 0] }));
  await open.store.closeImport(id, { state: 'done', reason: '', now: AT });
});
afterEach(() => open.close());

const SECOND_PAGE = PAGE_SLOTS;

/** Applies a change and gives the script's whole reply. */
async function replyOf(change: Omit<Change, 'name' | 'now'>): Promise<readonly string[]> {
  let reply: readonly string[] = [];
  const { scripts } = open.context;
  const applyAndKeep: StoreContext['scripts']['applyChange'] = async (keys, args) => {
    const given = await scripts.applyChange(keys, args);
    reply = given;
    return given;
  };
  const context = { ...open.context, scripts: { ...scripts, applyChange: applyAndKeep } };
  await applyChange(context, 'spring', { name: 'test', now: AT, ...change });
  return reply;
}

async function recordOf(ref: CalleeRef): Promise<CalleeRecord> {
  return present((await open.store.records('spring', [ref]))[0], `callee ${ref}`);
}

async function claims(refs: readonly CalleeRef[], batch = 1): Promise<CalleeMove[]> {
  const records = await open.store.records('spring', refs);
  return refs.map((ref, at) =>
    moveCallee(ref, present(records[at], 'record'), 'claim', {
      now: AT,
      reason: 'claimed',
      change: { batch },
    }),
  );
}

/** Stores batch `id` with these callees claimed. */
async function claimed(
  refs: readonly CalleeRef[],
  id = 1,
): Promise<{ batch: BatchRecord; moves: CalleeMove[] }> {
  const batch = newBatch(id, refs.length);
  const moves = await claims(refs, id);
  const callees = { refs, numbers: refs.map((ref) => 8_613_800_000_000 + ref) };
  expect(await replyOf({ moves, batch: { before: undefined, after: batch, callees } })).toEqual(['done']);
  return { batch, moves };
}

function ended(moves: readonly CalleeMove[], event: 'answer' | 'miss'): CalleeMove[] {
  return moves.map(({ ref, after }) =>
    moveCallee(ref, after, event, {
      now: AT,
      reason: event === 'answer' ? 'call_answered' : 'call_missed',
      change: { attempts: after.attempts + 1, disposition: event === 'answer' ? 'answered' : 'busy' },
      calls: [{ sessionId: `s${ref}`, talkSeconds: 3 }],
    }),
  );
}

const accepted = (moves: readonly CalleeMove[]) =>
  moves.map(({ ref, after }) => moveCallee(ref, after, 'accept', { now: AT, reason: 'task_accepted' }));

describe('a change', () => {
  it('writes records, stories, counts, indexes and the batch together', async () => {
    const refs = [0, 1, 2, 5, SECOND_PAGE + 2, SECOND_PAGE + 3];
    const { batch, moves } = await claimed(refs);
    expect(await open.store.records('spring', refs)).toEqual(moves.map(({ after }) => after));
    expect(await open.store.batch('spring', 1)).toEqual(batch);
    expect(await open.store.openBatches('spring')).toEqual([batch]);
    expect(await open.store.batchCallees('spring', 1)).toEqual({
      refs,
      numbers: refs.map((ref) => 8_613_800_000_000 + ref),
    });
    expect((await open.store.campaign('spring'))?.batchNext).toBe(2);
    const facts = await open.store.auditFacts('spring');
    expect(facts.counts.states).toMatchObject({ initial: 8, batched: 6 });
    expect(facts.counts.unfinished).toBe(14);
    expect(facts.dueIndex).toEqual([
      { zone: 0, bucket: 0, page: 0, callees: 6 },
      { zone: 1, bucket: 0, page: 1, callees: 2 },
    ]);
    for (const { ref, story } of moves) expect(await open.store.story('spring', ref)).toEqual([story]);
    expect(await open.store.story('spring', 3)).toEqual([]);
    expect(await recordOf(3)).toMatchObject({ state: 'initial', version: 0 });
  });

  it('takes its moves in any order', async () => {
    const moves = (await claims([SECOND_PAGE, 4, 9, 3])).reverse();
    expect(await replyOf({ moves: [...moves.slice(2), ...moves.slice(0, 2)] })).toEqual(['done']);
    for (const { ref, after } of moves) expect(await recordOf(ref)).toEqual(after);
  });

  it('follows callees through all counts and indexes to their end, and removes what counts nothing', async () => {
    const refs = Array.from({ length: 10 }, (_, ref) => ref).concat([2, 3].map((slot) => SECOND_PAGE + slot));
    const { batch, moves } = await claimed(refs);
    const keys = open.keys('spring');
    expect(await open.client.zrange(keys.dueBuckets(0), '0', '-1')).toEqual([]);
    expect(await open.client.exists(keys.due(0, 0))).toBe(0);
    const calling = accepted(moves);
    const active = moveBatch(moveBatch(batch, 'submit', { submissions: 1 }), 'accept', { taskId: 77 });
    expect(await replyOf({ moves: calling, batch: { before: batch, after: active } })).toEqual(['done']);
    const over = [...ended(calling.slice(0, 7), 'answer'), ...ended(calling.slice(7), 'miss')];
    const finished = moveBatch(active, 'finish', { calleesOpen: 0 });
    expect(await replyOf({ moves: over, batch: { before: active, after: finished } })).toEqual(['done']);
    const facts = await open.store.auditFacts('spring');
    expect(facts.batches).toEqual([]);
    expect(facts.missedIndex).toEqual([
      { page: 0, callees: 3 },
      { page: 1, callees: 2 },
    ]);
    expect(facts.counts).toMatchObject({
      attempts: 12,
      dispositions: { answered: 7, busy: 5 },
      unfinished: 7,
    });
    expect(await open.store.batch('spring', 1)).toEqual(finished);
    expect(await open.store.batchCallees('spring', 1)).toEqual({ refs: [], numbers: [] });
    const due = AT + 3_600_000;
    const decided = over
      .slice(7)
      .map(({ ref, after }) =>
        ref < PAGE_SLOTS
          ? moveCallee(ref, after, 'retry', { now: AT, reason: 'retry_scheduled', change: { due } })
          : moveCallee(ref, after, 'exhaust', { now: AT, reason: 'attempts_exhausted' }),
      );
    expect(await replyOf({ moves: decided })).toEqual(['done']);
    expect((await open.store.auditFacts('spring')).missedIndex).toEqual([]);
    expect(await open.client.exists(keys.missed)).toBe(0);
    expect(await open.store.nextDueAt('spring', 0)).toBe(due);
    expect(await open.store.dueBuckets('spring')).toEqual([{ bucket: due, callees: 3 }]);
    expect((await open.store.story('spring', 8)).map(({ to }) => to)).toEqual([
      'batched',
      'calling',
      'missed',
      'pending_retry',
    ]);
  });

  it('that notes something without a story moves the record only', async () => {
    const { moves } = await claimed([0, 1]);
    const calling = accepted(moves);
    await replyOf({ moves: calling });
    const [first] = calling;
    const waits = moveCallee(0, present(first, 'move').after, 'await_record', {
      now: AT,
      reason: 'awaiting_record',
      change: { due: AT },
    });
    expect(await replyOf({ moves: [waits] })).toEqual(['done']);
    expect(await recordOf(0)).toMatchObject({ state: 'calling', reason: 'awaiting_record', due: AT });
    expect(await open.store.story('spring', 0)).toHaveLength(2);
    expect((await open.store.auditFacts('spring')).dueIndex.map(({ callees }) => callees)).toEqual([8, 2, 2]);
  });

  it('counts no more attempts than the record can hold', async () => {
    const before = await recordOf(0);
    const after = { ...before, attempts: 300, version: 1 };
    await replyOf({ moves: [{ ref: 0, before, after, story: undefined }] });
    const again = { ...(await recordOf(0)), version: 2 };
    await replyOf({ moves: [{ ref: 0, before: after, after: again, story: undefined }] });
    expect((await recordOf(0)).attempts).toBe(255);
    expect((await open.store.counts('spring')).attempts).toBe(255);
  });

  it('may touch as many pages as it may move callees', async () => {
    const before = await recordOf(0);
    const bytes = Buffer.alloc(RECORD_BYTES);
    writeRecord(bytes, 0, before);
    const pipeline = open.client.pipeline();
    const { states } = open.keys('spring');
    const first = 10;
    for (let page = first; page < first + MOVES_PER_CHANGE_MAX; page += 1) pipeline.set(states(page), bytes);
    await pipeline.exec();
    const refs = Array.from({ length: MOVES_PER_CHANGE_MAX }, (_, at) => (first + at) * PAGE_SLOTS);
    expect(await replyOf({ moves: await claims(refs) })).toEqual(['done']);
    expect(await recordOf(refs.at(-1) ?? 0)).toMatchObject({ state: 'batched' });
    expect(await open.store.story('spring', refs.at(-1) ?? 0)).toHaveLength(1);
  });
});

describe('a change that is stale', () => {
  /** The change is refused for this reason, and every key is as before. */
  async function expectStale(change: Omit<Change, 'name' | 'now'>, what: string): Promise<void> {
    const before = await open.dump();
    expect(await replyOf(change)).toEqual(['stale', what]);
    expect(await open.dump()).toEqual(before);
  }

  it('because the campaign is in another state writes nothing', async () => {
    const moves = await claims([0, 1]);
    const batch = { before: undefined, after: newBatch(1, 2), callees: { refs: [0, 1], numbers: [1, 2] } };
    await setState(open.store, 'spring', 'paused');
    await expectStale({ moves, batch, whileCampaign: 'running' }, 'campaign');
    expect(await replyOf({ moves, batch, whileCampaign: 'paused' })).toEqual(['done']);
  });

  it('because the batch moved on, exists already, or does not exist writes nothing', async () => {
    const { batch } = await claimed([0, 1]);
    const more = await claims([3, 4], 1);
    await expectStale({ moves: more, batch: { before: undefined, after: newBatch(1, 2) } }, 'batch');
    const submitting = moveBatch(batch, 'submit', { submissions: 1 });
    expect(await replyOf({ moves: [], batch: { before: batch, after: submitting } })).toEqual(['done']);
    await expectStale({ moves: more, batch: { before: batch, after: submitting } }, 'batch');
    await expectStale({ moves: more, batch: { before: newBatch(9, 2), after: newBatch(9, 2) } }, 'batch');
  });

  it.each<[string, (move: CalleeMove) => CalleeMove]>([
    ['moved on', (move) => ({ ...move, before: { ...move.before, version: move.before.version + 255 } })],
    ['is due at another time', (move) => ({ ...move, before: { ...move.before, due: 1_000 } })],
    ['has another reason', (move) => ({ ...move, before: { ...move.before, reason: 'none' } })],
    ['is no callee at all', (move) => ({ ...move, ref: SECOND_PAGE + 4 })],
    ['is on no page', (move) => ({ ...move, ref: 7 * PAGE_SLOTS })],
  ])('because one callee of many %s writes nothing', async (_name, spoil) => {
    const moves = await claims([0, 1, 2, SECOND_PAGE, SECOND_PAGE + 1]);
    const spoilt = moves.map((move, at) => (at === 4 ? spoil(move) : move));
    const batch = { before: undefined, after: newBatch(1, 5), callees: { refs: [0], numbers: [1] } };
    await expectStale({ moves: spoilt, batch, whileCampaign: 'running' }, 'callee');
  });

  it('because an empty slot was taken for a callee writes nothing', async () => {
    const id = 'spring-i000000000001';
    expect(await open.store.records('spring', [SECOND_PAGE + 4])).toEqual([undefined]);
    await expectStale(
      { moves: (await claims([0])).map((move) => ({ ...move, ref: SECOND_PAGE + 4 })) },
      'callee',
    );
    expect((await open.store.importRecord(id))?.state).toBe('done');
  });

  it('because the same callee is in it from two readings writes nothing', async () => {
    const [claim] = await claims([0]);
    const other = present(claim, 'move');
    const older = { ...other, before: { ...other.before, version: 7 } };
    await expectStale({ moves: [other, older] }, 'callee');
    await expect(replyOf({ moves: [other, other] })).rejects.toThrow('callee 0 is moved twice');
  });

  it('is the fate of all but one of many dispatchers that claim the same callees', async () => {
    const refs = [0, 1, 2, 3];
    const moves = await claims(refs);
    const batch = { before: undefined, after: newBatch(1, 4), callees: { refs, numbers: refs } };
    const replies = await Promise.all(
      [1, 2, 3, 4].map(() => open.store.apply('spring', { name: 'claim_batch', now: AT, moves, batch })),
    );
    expect(replies.sort()).toEqual(['done', 'stale', 'stale', 'stale']);
    expect((await open.store.counts('spring')).states).toMatchObject({ initial: 10, batched: 4 });
    expect(await open.store.openBatches('spring')).toHaveLength(1);
  });
});

describe('a change that Redis could only half write', () => {
  it.each([Number.NaN, Number.POSITIVE_INFINITY])(
    'is refused before it is sent: a next look at %s',
    async (at) => {
      const before = await open.dump();
      const moves = await claims([0]);
      const after = { ...newBatch(1, 1), nextLookAt: at };
      await expect(replyOf({ moves, batch: { before: undefined, after } })).rejects.toThrow('next look');
      expect(await open.dump()).toEqual(before);
    },
  );

  it('is refused before it is sent: a due time that is none, or too many moves', async () => {
    const before = await open.dump();
    const [claim] = await claims([0]);
    const move = present(claim, 'move');
    const lost = { ...move, after: { ...move.after, due: Number.NaN } };
    await expect(replyOf({ moves: [lost] })).rejects.toThrow('due time');
    const many = Array.from({ length: MOVES_PER_CHANGE_MAX + 1 }, (_, ref) => ({ ...move, ref }));
    await expect(replyOf({ moves: many })).rejects.toThrow('5001 moves');
    expect(await open.dump()).toEqual(before);
  });
});

describe('the change that leaves no unfinished callee', () => {
  async function expireAll(): Promise<void> {
    const { callees } = await open.store.calleesIn('spring', ['initial'], 0, 100);
    const moves = callees.map(({ ref, record }) =>
      moveCallee(ref, record, 'expire', { now: AT + 7, reason: 'campaign_ended' }),
    );
    await applyChange(open.context, 'spring', { name: 'expire_callees', now: AT + 7, moves: moves.slice(1) });
    expect((await open.store.campaign('spring'))?.reason).not.toBe('all_final');
    await applyChange(open.context, 'spring', {
      name: 'expire_callees',
      now: AT + 7,
      moves: moves.slice(0, 1),
    });
  }

  it.each(['paused', 'blocked'] as const)('leaves a %s campaign to its operator', async (state) => {
    await setState(open.store, 'spring', state);
    await expireAll();
    expect((await open.store.campaign('spring'))?.state).toBe(state);
  });

  it('completes a running campaign in the same move', async () => {
    const version = (await open.store.campaign('spring'))?.version ?? 0;
    await expireAll();
    expect(await open.store.campaign('spring')).toMatchObject({
      state: 'completed',
      reason: 'all_final',
      version: version + 1,
    });
    expect((await open.store.trail('spring')).at(-1)).toEqual({
      at: AT + 7,
      by: 'ringmaster',
      from: 'running',
      to: 'completed',
      reason: 'all_final',
    });
  });

  it('leaves a cancelled campaign cancelled', async () => {
    await setState(open.store, 'spring', 'cancelled');
    await expireAll();
    expect((await open.store.campaign('spring'))?.state).toBe('cancelled');
  });

  it('completes nothing while a callee needs attention', async () => {
    const refs = [
      ...Array.from({ length: 10 }, (_, ref) => ref),
      ...[0, 1, 2, 3].map((slot) => SECOND_PAGE + slot),
    ];
    const { moves } = await claimed(refs);
    const parked = moves.map(({ ref, after }) =>
      moveCallee(ref, after, 'park', { now: AT, reason: 'task_vanished' }),
    );
    await replyOf({ moves: parked });
    const up = parked.map(({ ref, after }) =>
      moveCallee(ref, after, 'give_up', { now: AT, reason: 'given_up_by_operator' }),
    );
    await replyOf({ moves: up.slice(0, -1) });
    expect((await open.store.campaign('spring'))?.state).toBe('running');
    await replyOf({ moves: up.slice(-1) });
    expect((await open.store.campaign('spring'))?.state).toBe('completed');
  });
});

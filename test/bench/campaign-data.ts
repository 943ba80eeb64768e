import { createRng, pickWeighted, type Rng, weightedTable } from '../../src/adapters/simulator/rng.ts';
import { present } from '../../src/core/assert.ts';
import { type BatchRecord, moveBatch } from '../../src/core/batch.ts';
import { type CalleeMove, type CallFacts, moveCallee } from '../../src/core/callee.ts';
import type { Disposition } from '../../src/core/disposition.ts';
import { PAGE_SLOTS, REQUESTS_IN_PARALLEL } from '../../src/core/limits.ts';
import { decideOutcome } from '../../src/core/outcome.ts';
import { packPage } from '../../src/core/page.ts';
import { HOUR, type Instant, MINUTE, SECOND } from '../../src/core/time.ts';
import type { Change, DueCallee, Store } from '../../src/ports/store.ts';

export const BATCH_CALLEES = 500;
export const VARIABLES = ['name', 'order_no', 'amount', 'due_date', 'note'];
export const BEGUN_AT: Instant = Date.parse('2026-11-23T02:00:00Z');
const SURNAMES = '王李张刘陈杨赵黄周吴';
const CALLERS = ['008602150000001', '008602150000002', '008602150000003'];

/** Cells of a row of about 80 bytes: its number in the list, the callee's number, no UUI, and five variables. */
export function campaignCells(row: number): string[] {
  const rng = createRng('bench', String(row), 1);
  const surname = (): string => SURNAMES[rng.int(0, 9)] ?? '';
  // Consecutive rows have numbers far apart, and no two the same: the factor is odd.
  const number = 13_000_000_000 + ((row * 2_654_435_761) % 4_294_967_296);
  const day = String(rng.int(1, 28)).padStart(2, '0');
  const amount = String(rng.int(0, 100_000) / 100);
  const note = row % 20 === 0 ? 'call after 5' : 'first reminder of the season';
  return [
    ...[String(row + 1), `86${number}`, ''],
    ...[surname() + surname(), `ORD-${String(row).padStart(8, '0')}`, amount, `2026-12-${day}`, note],
  ];
}

/** Puts a campaign of `rows` callees there through the store, as an import does. */
export async function loadCampaign(store: Store, id: string, rows: number): Promise<void> {
  await store.createCampaign(id, { name: 'Bench', callers: CALLERS, ivrId: 7 }, BEGUN_AT);
  const importId = `${id}-i0123456789ab`;
  await store.openImport({
    ...{ id: importId, campaignId: id, state: 'waiting', reason: '', fileName: 'list.csv', bytes: rows * 80 },
    ...{ createdAt: BEGUN_AT, closedAt: 0, rows: 0, accepted: 0, duplicate: 0, suppressed: 0, rejected: 0 },
    ...{ encoding: 'utf-8', delimiter: ',' },
  });
  for (let from = 0; from < rows; from += PAGE_SLOTS) {
    const to = Math.min(rows, from + PAGE_SLOTS);
    const cells = Array.from({ length: to - from }, (_, at) => campaignCells(from + at));
    const page = {
      text: packPage(importId, VARIABLES, cells.flat()),
      numbers: cells.map((row) => row[1] ?? ''),
      zones: new Uint8Array(cells.length),
    };
    await store.storeImportStep(importId, {
      ...{ rowsBefore: from, rowsAfter: to, page, rejections: [], now: BEGUN_AT },
    });
  }
  await store.closeImport(importId, { state: 'done', reason: '', now: BEGUN_AT });
  const campaign = await store.campaign(id);
  if (campaign === undefined) throw new Error('no campaign');
  await store.moveCampaign(campaign, 'running', { reason: 'asked', text: '', by: 'bench', now: BEGUN_AT });
}

type End = readonly [disposition: Disposition, endStatus: number];
const NONE: End = ['no_answer', 202];
/** How calls that nobody answers end: as often as the simulator's do. */
const MISSED = weightedTable<End>([
  [NONE, 20],
  [['user_reject', 203], 6],
  [['power_off', 204], 6],
  [['busy', 206], 5],
  [['number_not_exist', 205], 3],
  [['not_in_service', 212], 2],
  [['out_of_credit', 207], 1],
]);
const KEYS = ['', '1', '1', '2', '2,9'];

/** The facts of one call as a call record tells them. */
export function callFacts(
  rng: Rng,
  now: Instant,
  answers: boolean,
): CallFacts & { disposition: Disposition } {
  const [disposition, endStatus] = answers
    ? (['answered', 1] as const)
    : (pickWeighted(MISSED, rng.next()) ?? NONE);
  const sessionId = rng.uuid();
  const ringSeconds = disposition === 'no_answer' ? 45 : rng.int(3, 25);
  const talkSeconds = answers ? rng.int(5, 90) : 0;
  const startedAt = now - rng.int(150, 600) * SECOND;
  return {
    disposition,
    ...{ sessionId, endStatus, startedAt, ringSeconds, talkSeconds },
    endedAt: startedAt + (2 + ringSeconds + talkSeconds) * SECOND,
    hungUpSide: answers && rng.chance(0.7) ? 'user' : 'system',
    caller: CALLERS[rng.int(0, CALLERS.length - 1)] ?? '',
    keysPressed: answers ? (KEYS[rng.int(0, KEYS.length - 1)] ?? '') : '',
    ...(answers && { recordingUrl: recordingUrl(sessionId, startedAt, rng) }),
  };
}

/** Like the provider's: a long path that is mostly the same, the day, and an id of its own. */
function recordingUrl(sessionId: string, startedAt: Instant, rng: Rng): string {
  const day = new Date(startedAt).toISOString().slice(0, 10);
  const id = rng.uuid().replaceAll('-', '').slice(0, 16);
  return `https://recordings-1400000000.cos.ap-shanghai.example/ccc/record/${day}/${sessionId}-${id}.mp3`;
}

/** A figure for each step of a callee's way through a batch. */
export interface StepTimes {
  claim: number;
  accept: number;
  read: number;
  decide: number;
}

/** Callee moves, and milliseconds that they took through core and store, by step. */
export interface Played {
  readonly moves: StepTimes;
  readonly ms: StepTimes;
}

const NEW_BATCH: Omit<BatchRecord, 'id' | 'calleesTotal' | 'calleesOpen' | 'createdAt' | 'nextLookAt'> = {
  ...{ state: 'planned', submissions: 0, zone: 0, submittedAt: 0, notBefore: 0, notAfter: 0, taskId: 0 },
  ...{ control: 'run', readings: 0, lastReadAt: 0, absentAt: 0, version: 1 },
};

/** One after the other calls the callees of a campaign that are due, and goes on where it stopped. */
export interface Caller {
  /** Calls `callees` or somewhat more, in full batches; fewer where no more are left. */
  call(callees: number): Promise<Played>;
}

/**
 * Calls callees until they are final: claimed, accepted, read from a task, decided, as the pipelines do it, but
 * without a provider. One in nine is answered at its first call, seven in nine at the second, one at the third: two
 * attempts on average.
 */
export function createCaller(store: Store, id: string): Caller {
  const rng = createRng('bench', id, 1);
  let now = BEGUN_AT;
  let batchId = 1;
  const nextDue = async (): Promise<readonly DueCallee[]> => {
    for (;;) {
      const due = await store.dueCallees(id, 0, now, BATCH_CALLEES);
      const next = due.length > 0 ? undefined : await store.nextDueAt(id, 0);
      if (next === undefined) return due;
      now = Math.max(next + HOUR, now);
    }
  };
  return {
    async call(callees) {
      const played: Played = {
        moves: { claim: 0, accept: 0, read: 0, decide: 0 },
        ms: { claim: 0, accept: 0, read: 0, decide: 0 },
      };
      const timed: Timed = async (step, changes) => {
        const startedAt = performance.now();
        const done = await Promise.all(
          changes.map(async (change) => {
            const made = change();
            const stored = await store.apply(id, made);
            if (stored !== 'done') throw new Error(`${made.name} was ${stored}`);
            return made;
          }),
        );
        played.ms[step] += performance.now() - startedAt;
        played.moves[step] += done.reduce((sum, { moves }) => sum + moves.length, 0);
        return done;
      };
      while (played.moves.read < callees) {
        const taken: TakenBatch[] = [];
        while (taken.length < REQUESTS_IN_PARALLEL) {
          const due = await nextDue();
          if (due.length === 0) break;
          now += MINUTE;
          taken.push(await takeBatch(timed, { batchId, due, now }));
          batchId += 1;
        }
        if (taken.length === 0) break;
        await endBatches(timed, taken, rng);
      }
      return played;
    },
  };
}

/** Makes and stores changes beside each other. */
type Timed = (step: keyof StepTimes, changes: readonly (() => Change)[]) => Promise<Change[]>;

/** A batch that the provider has taken. */
interface TakenBatch {
  readonly active: BatchRecord;
  readonly moves: Change['moves'];
  readonly now: Instant;
}

/** Claims callees and has them accepted: one batch after the other, since a claim rests on what the one before left. */
async function takeBatch(
  timed: Timed,
  { batchId, due, now }: { batchId: number; due: readonly DueCallee[]; now: Instant },
): Promise<TakenBatch> {
  const planned: BatchRecord = {
    ...NEW_BATCH,
    ...{ id: batchId, calleesTotal: due.length, calleesOpen: due.length, createdAt: now, nextLookAt: now },
  };
  const numbers = due.map(({ ref }) => 8_613_000_000_000 + ref);
  const callees = { refs: due.map(({ ref }) => ref), numbers };
  const [claimed] = await timed('claim', [
    () => ({
      name: 'claim_batch',
      now,
      moves: due.map(({ ref, record }) =>
        moveCallee(ref, record, 'claim', { now, reason: 'claimed', change: { batch: batchId } }),
      ),
      batch: { before: undefined, after: planned, callees },
    }),
  ]);
  const active = {
    ...planned,
    state: 'active' as const,
    submissions: 1,
    taskId: 1_000 + batchId,
    version: 2,
  };
  const claims = present(claimed, 'claim');
  const [accepted] = await timed('accept', [
    () => ({
      name: 'accept_batch',
      now,
      moves: claims.moves.map(({ ref, after }) =>
        moveCallee(ref, after, 'accept', { now, reason: 'task_accepted' }),
      ),
      batch: { before: planned, after: active },
    }),
  ]);
  return { active, moves: present(accepted, 'acceptance').moves, now };
}

/** Stores what became of the callees, as many tasks beside each other as a worker reads, and decides who is called again. */
async function endBatches(timed: Timed, taken: readonly TakenBatch[], rng: Rng): Promise<void> {
  const readings = taken.map(({ moves, now }) => moves.map((move) => readingOf(move, rng, now + CALLS_LAST)));
  const read = await timed(
    'read',
    taken.map(({ active, moves, now }, index) => () => {
      const rules = { now: now + CALLS_LAST, taskEnded: true, recordWaitMax: 15 * MINUTE };
      return {
        name: 'read_batch',
        now: rules.now,
        moves: moves.flatMap(
          ({ ref, after }, at) => decideOutcome(ref, after, readings[index]?.[at] ?? NO_READING, rules) ?? [],
        ),
        batch: { before: active, after: moveBatch(active, 'finish', { calleesOpen: 0, readings: 1 }) },
      };
    }),
  );
  for (const { moves, now } of read) {
    const missed = moves.filter((move) => move.after.state === 'missed');
    if (missed.length === 0) continue;
    const change = () => ({ due: now + 4 * HOUR + rng.int(0, 300) * SECOND });
    await timed('decide', [
      () => ({
        name: 'decide_callees',
        now,
        moves: missed.map(({ ref, after }) =>
          moveCallee(ref, after, 'retry', { now, reason: 'retry_scheduled', change: change() }),
        ),
      }),
    ]);
  }
}

/** From the claim until every call of a batch is over. */
const CALLS_LAST = 10 * MINUTE;

const NO_READING = { state: 'absent' as const, stateCode: -1, sessionIds: [], records: new Map() };
/** Callees answered at their first, second and third call, in ninths. */
const ANSWERED_AT = [1, 2, 2, 2, 2, 2, 2, 2, 3];

function readingOf({ ref, after }: CalleeMove, rng: Rng, now: Instant) {
  const answers = after.attempts + 1 >= (ANSWERED_AT[ref % ANSWERED_AT.length] ?? 1);
  const { disposition, ...facts } = callFacts(rng, now, answers);
  return {
    state: answers ? ('answered' as const) : ('unanswered' as const),
    stateCode: answers ? 1 : 2,
    sessionIds: [facts.sessionId],
    records: new Map([[facts.sessionId, { disposition, facts }]]),
  };
}

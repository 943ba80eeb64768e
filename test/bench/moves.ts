import { Redis } from 'ioredis';
import { createRedisStore } from '../../src/adapters/redis/store.ts';
import { startTestRedis } from '../support/redis-server.ts';
import {
  BATCH_CALLEES,
  type Caller,
  createCaller,
  loadCampaign,
  type Played,
  type StepTimes,
} from './campaign-data.ts';
import { type BenchLine, type BenchOptions, quantile, rounded } from './line.ts';

const STEPS: Readonly<Record<keyof StepTimes, string>> = {
  read: 'callee moves from a task reading',
  claim: 'callee moves into a batch',
  accept: 'callee moves when the provider took the batch',
  decide: 'callee moves by the retry policy',
};
/** The list against which the cost of a callee is compared is this much shorter. */
const SMALLER_SHARE = 0.1;
/** Rounds of each kind, one after the other in turn, so that whatever disturbs the machine disturbs all alike. */
const ROUNDS = 9;
const ROUND_CALLEES_MAX = 10_000;

type Closing = (() => Promise<void>)[];

async function openRedis(closing: Closing): Promise<Redis> {
  const server = await startTestRedis();
  const redis = new Redis(server.url);
  closing.push(async () => {
    redis.disconnect();
    await server.stop();
  });
  return redis;
}

/** A campaign of `rows` callees on a Redis of its own. */
async function openCampaign(rows: number, closing: Closing): Promise<Caller> {
  const store = createRedisStore(await openRedis(closing), { prefix: 'rm' });
  await loadCampaign(store, 'moves', rows);
  return createCaller(store, 'moves');
}

/** Callees per second whose hash gets state, disposition, attempts and session, a batch of them to a pipeline. */
async function naiveRate(redis: Redis, callees: number): Promise<number> {
  const startedAt = performance.now();
  for (let from = 0; from < callees; from += BATCH_CALLEES) {
    const pipeline = redis.pipeline();
    for (let row = from; row < Math.min(callees, from + BATCH_CALLEES); row += 1) {
      const session = `00000000-0000-4000-8000-${String(row).padStart(12, '0')}`;
      pipeline.hset(`callee:${row}`, { state: 'missed', disposition: 'busy', attempts: 1, session });
    }
    await pipeline.exec();
  }
  return (callees * 1_000) / (performance.now() - startedAt);
}

/** Milliseconds of all steps per callee that is called once. */
function costOf({ moves, ms }: Played): number {
  return (ms.claim + ms.accept + ms.read + ms.decide) / moves.read;
}

interface Round {
  readonly small: Played;
  readonly large: Played;
  readonly naive: number;
}

/**
 * Callee moves per second of one worker, core and script together, readings of some tasks beside each other as
 * `pollCampaign` stores them, all else one batch after the other; beside them one HSET per callee, pipelined; and what a
 * callee costs in a large campaign against one a tenth as large. Medians of rounds that take turns.
 */
export async function* runMovesBench(options: BenchOptions): AsyncGenerator<BenchLine> {
  const { rows, progress } = options;
  const closing: Closing = [];
  const rounds: Round[] = [];
  try {
    const fewer = Math.ceil(rows * SMALLER_SHARE);
    progress(`moves: loading ${fewer} and ${rows} callees`);
    const small = await openCampaign(fewer, closing);
    const large = await openCampaign(rows, closing);
    const redis = await openRedis(closing);
    // A round is a batch at least, and every callee of the smaller list is called once before any is called again.
    const turns = Math.max(1, Math.min(ROUNDS, Math.floor(fewer / BATCH_CALLEES) - 1));
    const callees = Math.min(ROUND_CALLEES_MAX, Math.ceil(fewer / (turns + 1)));
    // The first round warms the compiler and counts for nothing.
    for (let round = 0; round <= turns; round += 1) {
      progress(`moves: round ${round} of ${turns}`);
      const took = { small: await small.call(callees), large: await large.call(callees) };
      const naive = await naiveRate(redis, Math.max(callees, BATCH_CALLEES));
      if (round > 0) rounds.push({ ...took, naive });
    }
  } finally {
    for (const close of closing) await close();
  }
  const median = (pick: (round: Round) => number): number => quantile(rounds.map(pick), 0.5);
  const base = { bench: 'moves', rows };
  for (const step of ['read', 'claim', 'accept', 'decide'] as const) {
    const rateOf = ({ large }: Round): number => (large.moves[step] * 1_000) / large.ms[step];
    const ratio = rounded(median((round) => rateOf(round) / round.naive));
    const against = 'pipelined HSET per callee';
    yield { ...base, what: STEPS[step], value: rounded(median(rateOf)), unit: 'moves/s', ratio, against };
  }
  yield {
    ...{ ...base, what: 'cost of a callee called once, all its moves', unit: 'us' },
    value: rounded(median(({ large }) => costOf(large)) * 1_000),
    ratio: rounded(median((round) => costOf(round.large) / costOf(round.small))),
    against: 'a list a tenth as long',
  };
}

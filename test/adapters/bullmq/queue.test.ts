import { Redis } from 'ioredis';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import type { JobIds } from '../../../src/adapters/bullmq/jobs.ts';
import { type BullQueue, createBullQueue } from '../../../src/adapters/bullmq/queue.ts';
import { type JobHandler, type Runner, startRunner } from '../../../src/adapters/bullmq/runner.ts';
import { DUE_BUCKET } from '../../../src/core/limits.ts';
import { MINUTE } from '../../../src/core/time.ts';
import { eventually } from '../../support/eventually.ts';
import { freshPrefix } from '../../support/store.ts';

const logger = pino({ level: 'silent' });
const DISPATCH = { queue: 'dispatch', campaignId: 'spring', priority: 3 } as const;
const FEW = { callees: 312, zone: 'Asia/Shanghai' } as const;

let connection: Redis;
let prefix: string;
let queue: BullQueue;
let runners: Runner[];

beforeEach(() => {
  connection = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null });
  prefix = freshPrefix();
  queue = createBullQueue({ connection, prefix, clock: { now: () => Date.now() }, logger });
  runners = [];
});

afterEach(async () => {
  await Promise.all(runners.map((runner) => runner.close()));
  await queue.close();
  const keys = await connection.keys(`{${prefix}-bull}*`);
  if (keys.length > 0) await connection.del(...keys);
  await connection.quit();
});

function run(handler: JobHandler, name: 'dispatch' | 'retry' | 'poll' = 'dispatch', concurrency = 4): Runner {
  const runner = startRunner({ queue: name, handler, connection, prefix, concurrency, logger });
  runners.push(runner);
  return runner;
}

/** A handler whose runs end when the test says so. */
function gated(): { handler: JobHandler; runs: JobIds[]; open: (index: number) => void } {
  const runs: JobIds[] = [];
  const gates: (() => void)[] = [];
  const handler: JobHandler = (ids) =>
    new Promise((resolve) => {
      runs.push(ids);
      gates.push(resolve);
    });
  return { handler, runs, open: (index) => gates[index]?.() };
}

const delayedJobs = () => queue.queues.dispatch.getDelayed();
/** When BullMQ will run a delayed job, read from its own set, which is what its workers go by. */
const runsAt = async (jobId: string | undefined) => {
  const score = await connection.zscore(queue.queues.dispatch.toKey('delayed'), jobId ?? '');
  return Math.floor(Number(score) / 0x1000);
};
const none = { waiting: 0, delayed: 0, active: 0, failed: 0 };

describe('asking for a wake-up', () => {
  it('a hundred wishes while one job waits add no second job', async () => {
    for (let wish = 0; wish < 100; wish += 1) await queue.wake(DISPATCH);
    await queue.wake(DISPATCH, Date.now() + MINUTE);
    expect((await queue.queueDepths()).dispatch).toEqual({ ...none, waiting: 1 });
  });

  it('a hundred wishes at the same moment add no second job', async () => {
    await Promise.all(Array.from({ length: 100 }, () => queue.wake(DISPATCH)));
    expect((await queue.queueDepths()).dispatch).toEqual({ ...none, waiting: 1 });
  });

  it('different campaigns, imports and buckets each have their own job', async () => {
    await queue.wake(DISPATCH);
    await queue.wake({ ...DISPATCH, campaignId: 'autumn' });
    await queue.wake({ ...DISPATCH, queue: 'retry' });
    await queue.wake({ ...DISPATCH, queue: 'retry', dueBucket: Date.now() + 10 * MINUTE, ...FEW });
    await queue.wake({ ...DISPATCH, queue: 'retry', dueBucket: Date.now() + 20 * MINUTE, ...FEW });
    await queue.wake({ ...DISPATCH, queue: 'ingest', importId: 'spring-i0123456789ab' });
    await queue.wake({ ...DISPATCH, queue: 'ingest', importId: 'spring-iba9876543210' });
    expect(await queue.queueDepths()).toEqual({
      ingest: { ...none, waiting: 2 },
      dispatch: { ...none, waiting: 2 },
      poll: none,
      retry: { ...none, waiting: 1, delayed: 2 },
    });
  });

  it('an earlier time moves a delayed job forward, a later one leaves it alone', async () => {
    const at = Date.now();
    await queue.wake(DISPATCH, at + 30 * MINUTE);
    await queue.wake(DISPATCH, at + 60 * MINUTE);
    const [first, ...others] = await delayedJobs();
    expect(others).toEqual([]);
    expect(Math.abs((await runsAt(first?.id)) - (at + 30 * MINUTE))).toBeLessThan(1_000);
    await queue.wake(DISPATCH, at + 10 * MINUTE);
    const [second, ...more] = await delayedJobs();
    expect(more).toEqual([]);
    expect(second?.id).toBe(first?.id);
    expect(Math.abs((await runsAt(second?.id)) - (at + 10 * MINUTE))).toBeLessThan(1_000);
  });

  it('a wish for now runs a job that was delayed for an hour, once', async () => {
    const { handler, runs, open } = gated();
    await run(handler).ready();
    await queue.wake(DISPATCH, Date.now() + 60 * MINUTE);
    await queue.wake(DISPATCH);
    await eventually(() => expect(runs).toHaveLength(1));
    open(0);
    await eventually(async () => expect((await queue.queueDepths()).dispatch).toEqual(none));
    expect(runs).toEqual([{ kind: 'dispatch', campaignId: 'spring' }]);
  });

  it('any number of wishes while one runs make it run exactly once more', async () => {
    const { handler, runs, open } = gated();
    await run(handler).ready();
    await queue.wake(DISPATCH);
    await eventually(() => expect(runs).toHaveLength(1));
    for (let wish = 0; wish < 50; wish += 1) await queue.wake(DISPATCH);
    expect((await queue.queueDepths()).dispatch).toEqual({ ...none, active: 1 });
    open(0);
    await eventually(() => expect(runs).toHaveLength(2));
    open(1);
    await eventually(async () => expect((await queue.queueDepths()).dispatch).toEqual(none));
    expect(runs).toHaveLength(2);
  });

  it('a running job that asks for itself later is delayed until then', async () => {
    const { handler, runs, open } = gated();
    await run(handler).ready();
    await queue.wake(DISPATCH);
    await eventually(() => expect(runs).toHaveLength(1));
    const at = Date.now() + 30 * MINUTE;
    await queue.wake(DISPATCH, at);
    open(0);
    await eventually(async () =>
      expect((await queue.queueDepths()).dispatch).toEqual({ ...none, delayed: 1 }),
    );
    const [job] = await delayedJobs();
    expect(await runsAt(job?.id)).toBeGreaterThanOrEqual(at);
    expect(await runsAt(job?.id)).toBeLessThan(at + MINUTE);
  });

  it('a running job that asks for itself later does not swallow a wish for now made meanwhile', async () => {
    const { handler, runs, open } = gated();
    await run(handler).ready();
    await queue.wake(DISPATCH);
    await eventually(() => expect(runs).toHaveLength(1));
    await queue.wake(DISPATCH);
    await queue.wake(DISPATCH, Date.now() + 60 * MINUTE);
    open(0);
    await eventually(() => expect(runs).toHaveLength(2));
    open(1);
    await eventually(async () => expect((await queue.queueDepths()).dispatch).toEqual(none));
  });

  it('the wish for the earlier time wins among those made while a job runs', async () => {
    const { handler, runs, open } = gated();
    await run(handler).ready();
    await queue.wake(DISPATCH);
    await eventually(() => expect(runs).toHaveLength(1));
    const at = Date.now();
    await queue.wake(DISPATCH, at + 60 * MINUTE);
    await queue.wake(DISPATCH, at + 20 * MINUTE);
    await queue.wake(DISPATCH, at + 40 * MINUTE);
    open(0);
    await eventually(async () =>
      expect((await queue.queueDepths()).dispatch).toEqual({ ...none, delayed: 1 }),
    );
    const [job] = await delayedJobs();
    expect(Math.abs((await runsAt(job?.id)) - (at + 20 * MINUTE))).toBeLessThan(MINUTE);
  });

  it('a campaign of the first priority runs before one of the last, whatever their order', async () => {
    for (const priority of [5, 3, 1]) await queue.wake({ ...DISPATCH, campaignId: `p${priority}`, priority });
    const order: string[] = [];
    const handler: JobHandler = async (ids) => {
      if (ids.kind === 'dispatch') order.push(ids.campaignId);
    };
    run(handler, 'dispatch', 1);
    await eventually(() => expect(order).toHaveLength(3));
    expect(order).toEqual(['p1', 'p3', 'p5']);
  });
});

describe('what a dashboard shows and may do', () => {
  it('a job says what it is for and holds ids only', async () => {
    await queue.wake({ ...DISPATCH, queue: 'ingest', importId: 'spring-i0123456789ab' });
    await queue.wake(DISPATCH, Date.now() + MINUTE);
    const [imported] = await queue.queues.ingest.getPrioritized();
    const [delayed] = await delayedJobs();
    expect([imported?.name, delayed?.name]).toEqual(['import spring-i0123456789ab', 'dispatch spring']);
    expect(imported?.data).toEqual({
      kind: 'ingest',
      campaignId: 'spring',
      importId: 'spring-i0123456789ab',
    });
    expect(delayed?.data).toEqual({ kind: 'dispatch', campaignId: 'spring' });
  });

  const bucket = Math.ceil(Date.now() / DUE_BUCKET) * DUE_BUCKET + 60 * MINUTE;
  const due = { queue: 'retry', campaignId: 'spring', priority: 2, dueBucket: bucket, ...FEW } as const;

  it('a due bucket is one delayed job that says the time in the campaign’s zone and how many wait, and runs then', async () => {
    await queue.wake(due);
    await queue.wake(due);
    const jobs = await queue.queues.retry.getDelayed();
    expect(jobs).toHaveLength(1);
    const shanghai = new Date(bucket + 8 * 60 * MINUTE).toISOString();
    expect(jobs[0]?.name).toBe(`retry spring ${shanghai.slice(11, 16)} (312 callees)`);
    expect(jobs[0]?.data).toEqual({ kind: 'due', campaignId: 'spring', dueBucket: bucket });
    expect(jobs[0]?.opts.priority).toBe(2);
    expect(Math.abs((jobs[0]?.timestamp ?? 0) + (jobs[0]?.delay ?? 0) - bucket)).toBeLessThan(1_000);
  });

  it('a removed, cleaned or drained bucket job is simply made anew by the next wish', async () => {
    const retry = queue.queues.retry;
    const ways = [
      async () => (await retry.getDelayed())[0]?.remove(),
      () => retry.clean(0, 100, 'delayed'),
      () => retry.drain(true),
    ];
    for (const remove of ways) {
      await queue.wake(due);
      await remove();
      expect((await queue.queueDepths()).retry).toEqual(none);
      await queue.wake(due);
      expect((await queue.queueDepths()).retry).toEqual({ ...none, delayed: 1 });
    }
  });

  it('a promoted bucket job runs once, and the bucket can be asked for again', async () => {
    const { handler, runs, open } = gated();
    await queue.wake(due);
    await run(handler, 'retry').ready();
    await (await queue.queues.retry.getDelayed())[0]?.promote();
    await eventually(() => expect(runs).toHaveLength(1));
    open(0);
    await eventually(async () => expect((await queue.queueDepths()).retry).toEqual(none));
    await queue.wake(due);
    expect((await queue.queueDepths()).retry).toEqual({ ...none, delayed: 1 });
  });

  it('a failed job that is retried by hand runs again and blocks no later wish', async () => {
    let fail = true;
    const runs: JobIds[] = [];
    const { InvariantError } = await import('../../../src/core/assert.ts');
    await run(async (ids) => {
      runs.push(ids);
      if (fail) throw new InvariantError('broken on purpose');
    }).ready();
    await queue.wake(DISPATCH);
    await eventually(async () =>
      expect((await queue.queueDepths()).dispatch).toEqual({ ...none, failed: 1 }),
    );
    fail = false;
    await (await queue.queues.dispatch.getFailed())[0]?.retry('failed');
    await eventually(async () => expect((await queue.queueDepths()).dispatch).toEqual(none));
    await queue.wake(DISPATCH);
    await eventually(() => expect(runs).toHaveLength(3));
  });

  it('a paused queue keeps its one job and counts it as waiting', async () => {
    await queue.queues.dispatch.pause();
    await queue.wake(DISPATCH);
    await queue.wake(DISPATCH);
    expect((await queue.queueDepths()).dispatch).toEqual({ ...none, waiting: 1 });
    await queue.queues.dispatch.resume();
  });

  it('all keys of all queues carry the same hash tag, so that they share one cluster slot', async () => {
    await queue.wake(DISPATCH);
    await queue.wake({ ...DISPATCH, queue: 'ingest', importId: 'spring-i0123456789ab' });
    const keys = await connection.keys(`*${prefix}*`);
    expect(keys.length).toBeGreaterThan(2);
    expect(keys.filter((key) => !key.startsWith(`{${prefix}-bull}:`))).toEqual([]);
  });
});

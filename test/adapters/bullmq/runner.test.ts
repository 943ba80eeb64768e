import { Redis } from 'ioredis';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import type { JobIds } from '../../../src/adapters/bullmq/jobs.ts';
import { type BullQueue, createBullQueue } from '../../../src/adapters/bullmq/queue.ts';
import {
  type JobHandler,
  type Runner,
  type RunnerOptions,
  startRunner,
} from '../../../src/adapters/bullmq/runner.ts';
import { InvariantError } from '../../../src/core/assert.ts';
import { AppError } from '../../../src/core/errors.ts';
import { HOUR } from '../../../src/core/time.ts';
import { eventually } from '../../support/eventually.ts';
import { freshPrefix } from '../../support/store.ts';

const DISPATCH = { queue: 'dispatch', campaignId: 'spring', priority: 3 } as const;
const none = { waiting: 0, delayed: 0, active: 0, failed: 0 };

let connection: Redis;
let prefix: string;
let queue: BullQueue;
let runners: Runner[];
let lines: Record<string, unknown>[];
let logger: pino.Logger;

beforeEach(() => {
  connection = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null });
  prefix = freshPrefix();
  lines = [];
  logger = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  queue = createBullQueue({ connection, prefix, clock: { now: () => Date.now() }, logger });
  runners = [];
});

afterEach(async () => {
  await Promise.all(runners.map((runner) => runner.close(0)));
  await queue.close();
  const keys = await connection.keys(`{${prefix}-bull}*`);
  if (keys.length > 0) await connection.del(...keys);
  await connection.quit();
});

function run(handler: JobHandler, options: Partial<RunnerOptions> = {}): Runner {
  const base = { queue: 'dispatch', connection, prefix, concurrency: 2, logger } as const;
  const runner = startRunner({ ...base, handler, ...options });
  runners.push(runner);
  return runner;
}

describe('running jobs', () => {
  it('a handler gets the ids and a logger that names them, and what it says is on the job', async () => {
    const seen: JobIds[] = [];
    run(async (ids, context) => {
      seen.push(ids);
      await context.log('three batches planned');
      await context.progress(42.4);
      context.logger.info({ event: 'looked' });
    });
    await queue.wake(DISPATCH);
    await eventually(async () => expect(await queue.queues.dispatch.getCompletedCount()).toBe(1));
    const [job] = await queue.queues.dispatch.getCompleted();
    expect(seen).toEqual([{ kind: 'dispatch', campaignId: 'spring' }]);
    expect(job?.progress).toBe(42);
    expect((await queue.queues.dispatch.getJobLogs(job?.id ?? '')).logs).toEqual(['three batches planned']);
    expect(lines.find((line) => line.event === 'looked')).toMatchObject({
      queue: 'dispatch',
      jobId: job?.id,
      campaignId: 'spring',
    });
  });

  it('a fault that may pass is tried again, and the job ends well', async () => {
    let runs = 0;
    run(async () => {
      runs += 1;
      if (runs === 1) throw new AppError('redis_unavailable', 'Redis is away');
    });
    await queue.wake(DISPATCH);
    await eventually(async () => expect((await queue.queueDepths()).dispatch.delayed).toBe(1));
    await (await queue.queues.dispatch.getDelayed())[0]?.promote();
    await eventually(async () => expect(await queue.queues.dispatch.getCompletedCount()).toBe(1));
    expect(runs).toBe(2);
  });

  it('a fault that passes never is tried a bounded number of times, and the next wish still works', async () => {
    let runs = 0;
    run(async () => {
      runs += 1;
      throw new Error('no disk');
    });
    await queue.wake(DISPATCH);
    await eventually(async () => {
      await queue.queues.dispatch.promoteJobs();
      expect((await queue.queueDepths()).dispatch.failed).toBe(1);
    });
    expect(runs).toBe(4);
    await queue.wake(DISPATCH);
    await eventually(() => expect(runs).toBe(5));
  });

  const final = [
    ['a broken invariant', new InvariantError('counts differ'), 'counts differ'],
    [
      'a refusal',
      new AppError('campaign_not_found', 'no campaign "spring"'),
      'campaign_not_found: no campaign "spring"',
    ],
  ] as const;
  for (const [what, error, reason] of final) {
    it(`${what} fails the job at once, with its reason`, async () => {
      let runs = 0;
      run(async () => {
        runs += 1;
        throw error;
      });
      await queue.wake(DISPATCH);
      await eventually(async () =>
        expect((await queue.queueDepths()).dispatch).toEqual({ ...none, failed: 1 }),
      );
      expect(runs).toBe(1);
      expect((await queue.queues.dispatch.getFailed())[0]?.failedReason).toBe(reason);
      expect(lines.find((line) => line.event === 'job_failed')).toMatchObject({
        level: 50,
        campaignId: 'spring',
      });
    });
  }

  it('a phone number in a fault does not reach the job', async () => {
    run(async () => {
      throw new InvariantError('callee 8613800138000 is nowhere');
    });
    await queue.wake(DISPATCH);
    await eventually(async () => expect((await queue.queueDepths()).dispatch.failed).toBe(1));
    const [job] = await queue.queues.dispatch.getFailed();
    expect(job?.failedReason).toBe('callee 861****00 is nowhere');
    expect(JSON.stringify(job)).not.toContain('13800138');
  });

  it('a job added by hand with anything else in it fails and never reaches the handler', async () => {
    const handler = vi.fn(async () => {});
    run(handler);
    await queue.queues.dispatch.add('by hand', { kind: 'dispatch', campaignId: '../../etc' });
    await queue.queues.dispatch.add('by hand', { callee: 'x' });
    await eventually(async () => expect((await queue.queueDepths()).dispatch.failed).toBe(2));
    expect(handler).not.toHaveBeenCalled();
  });

  it('a job whose worker died is taken over by another', async () => {
    // The worker that dies: it takes the job, and then its lock is never renewed, as after a kill.
    await queue.wake(DISPATCH);
    const { Worker } = await import('bullmq');
    const dead = new Worker('dispatch', null, {
      connection,
      prefix: `{${prefix}-bull}`,
      lockDuration: 200,
      skipLockRenewal: true,
      skipStalledCheck: true,
    });
    expect(await dead.getNextJob('token-of-the-dead')).toBeDefined();
    await dead.close(true);
    expect((await queue.queueDepths()).dispatch).toEqual({ ...none, active: 1 });
    const seen: JobIds[] = [];
    run(async (ids) => void seen.push(ids), { stalledIntervalMs: 100 });
    await eventually(() => expect(seen).toEqual([{ kind: 'dispatch', campaignId: 'spring' }]));
    await eventually(async () => expect((await queue.queueDepths()).dispatch).toEqual(none));
  });
});

describe('stopping', () => {
  it('waits for the running job and takes no other', async () => {
    let open = () => {};
    const runs: string[] = [];
    const runner = run(
      (ids) =>
        new Promise((resolve) => {
          runs.push(ids.kind === 'dispatch' ? ids.campaignId : ids.kind);
          open = resolve;
        }),
      { concurrency: 1 },
    );
    await queue.wake(DISPATCH);
    await eventually(() => expect(runs).toEqual(['spring']));
    const closed = runner.close(10_000);
    await queue.wake({ ...DISPATCH, campaignId: 'autumn' });
    open();
    expect(await closed).toBe(true);
    expect(runs).toEqual(['spring']);
    expect((await queue.queueDepths()).dispatch).toEqual({ ...none, waiting: 1 });
  });

  it('after the bound a handler is told to end; its job is delivered again later', async () => {
    const runner = run(
      (_ids, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('told to stop')));
        }),
    );
    await queue.wake(DISPATCH);
    await eventually(async () => expect((await queue.queueDepths()).dispatch.active).toBe(1));
    expect(await runner.close(50)).toBe(true);
    expect((await queue.queueDepths()).dispatch).toEqual({ ...none, delayed: 1 });
  });
});

describe('schedules', () => {
  const schedules = [
    { kind: 'sweep', everyMs: HOUR },
    { kind: 'tasks', everyMs: HOUR },
  ] as const;

  it('however many processes start, each kind waits once for the whole installation', async () => {
    const handler = async () => {};
    const many = [1, 2, 3, 4].map(() => run(handler, { queue: 'retry', schedules }));
    await Promise.all(many.map((runner) => runner.ready()));
    await eventually(async () => expect((await queue.queueDepths()).retry).toEqual({ ...none, delayed: 2 }));
    expect(await queue.queues.retry.getJobSchedulersCount()).toBe(2);
  });

  it('comes again and again, and leaves no finished jobs behind', async () => {
    const seen: JobIds[] = [];
    await run(async (ids) => void seen.push(ids), {
      queue: 'poll',
      schedules: [{ kind: 'tasks', everyMs: 50 }],
    }).ready();
    await eventually(() => expect(seen.length).toBeGreaterThanOrEqual(3));
    expect(seen[0]).toEqual({ kind: 'tasks' });
    expect(await queue.queues.poll.getCompletedCount()).toBe(0);
  });

  it('a sweep that fails does not end the schedule', async () => {
    let runs = 0;
    await run(
      async () => {
        runs += 1;
        throw new InvariantError('broken on purpose');
      },
      { queue: 'retry', schedules: [{ kind: 'sweep', everyMs: 50 }] },
    ).ready();
    await eventually(() => expect(runs).toBeGreaterThanOrEqual(3));
  });
});

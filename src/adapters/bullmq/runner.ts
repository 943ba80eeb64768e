import { type Job, Queue, type Telemetry, UnrecoverableError, Worker } from 'bullmq';
import type { Cluster, Redis } from 'ioredis';
import type { Logger } from 'pino';
import {
  DRAIN_ABORT_WAIT_MAX,
  DRAIN_WAIT_MAX,
  JOB_LOCK,
  JOB_STALLED_INTERVAL,
  JOB_STALLS_MAX,
  JOBS_COMPLETED_KEPT,
  JOBS_COMPLETED_KEPT_SECONDS,
  JOBS_FAILED_KEPT,
  JOBS_FAILED_KEPT_SECONDS,
  QUEUE_EVENTS_MAX,
  SCHEDULE_CHECK_INTERVAL,
} from '../../core/limits.ts';
import { jobFault, mayPass } from './faults.ts';
import { JobIds, type QueueName } from './jobs.ts';
import { bullPrefix } from './queue.ts';

/** What a handler may tell about its job while it runs. */
export interface JobContext {
  /** Adds a line to the job's own log, which a dashboard shows. Never a phone number. */
  log(line: string): Promise<void>;
  /** Percent done, 0 to 100. */
  progress(percent: number): Promise<void>;
  /** Aborts when the process must end: stop at the next safe point and throw the signal's reason. */
  readonly signal: AbortSignal;
  /** A logger that already names the queue, the job and its ids. */
  readonly logger: Logger;
}

export type JobHandler = (ids: JobIds, context: JobContext) => Promise<void>;

/** A job that comes again and again, once for the whole installation. */
export interface Schedule {
  readonly kind: 'sweep' | 'tasks';
  readonly everyMs: number;
}

export interface RunnerOptions {
  readonly queue: QueueName;
  readonly handler: JobHandler;
  /** Shared for commands; the blocking connection is duplicated from it. Needs `maxRetriesPerRequest: null`. */
  readonly connection: Redis | Cluster;
  /** The installation's REDIS_PREFIX. */
  readonly prefix: string;
  /** Jobs that this process runs at the same time. */
  readonly concurrency: number;
  readonly logger: Logger;
  readonly schedules?: readonly Schedule[];
  /** Where spans of jobs go. */
  readonly telemetry?: Telemetry | undefined;
  /** How long a worker that died may hold a job; tests shorten it. */
  readonly lockMs?: number;
  readonly stalledIntervalMs?: number;
}

export interface Runner {
  readonly queue: QueueName;
  /** Resolves once the worker can take jobs. */
  ready(): Promise<void>;
  /**
   * Takes no new jobs and waits for the running ones; after `timeoutMs` aborts their signals and waits a
   * little more. False: some handler had not ended by then; its job is taken over once its lock runs out.
   */
  close(timeoutMs?: number): Promise<boolean>;
}

/** Resolves to true when `done` settles within `ms`, else to false. Leaves no timer behind. */
async function within(done: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([done.then(() => true as const), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Runs one job: parses its ids, gives the handler its context, and translates a fault for BullMQ. */
async function runJob(options: RunnerOptions, job: Job, signal: AbortSignal): Promise<void> {
  const parsed = JobIds.safeParse(job.data);
  if (!parsed.success) throw new UnrecoverableError('not a job of ours: its data does not parse');
  const ids = parsed.data;
  const logger = options.logger.child({ queue: options.queue, jobId: job.id, ...ids });
  let told = -1;
  const context: JobContext = {
    log: async (line) => void (await job.log(line)),
    // A handler may tell as often as it likes; only whole steps are worth a command and an event in Redis.
    progress: async (percent) => {
      const rounded = Math.round(percent);
      if (rounded === told) return;
      told = rounded;
      await job.updateProgress(rounded);
    },
    signal,
    logger,
  };
  const startedAt = Date.now();
  try {
    await options.handler(ids, context);
    logger.debug({ event: 'job_done', ms: Date.now() - startedAt });
  } catch (error) {
    const level = mayPass(error) ? 'warn' : 'error';
    logger[level]({
      event: 'job_failed',
      ms: Date.now() - startedAt,
      delivery: job.attemptsMade + 1,
      err: error,
    });
    throw jobFault(error);
  }
}

/**
 * Makes sure that a schedule exists. Its id is its kind, so any number of processes may do this at any time:
 * there is one, and its next job is made when the present one starts, so that rounds never pile up.
 */
async function ensureSchedule(queue: Queue, schedule: Schedule): Promise<void> {
  await queue.upsertJobScheduler(
    schedule.kind,
    { every: schedule.everyMs },
    {
      name: schedule.kind,
      data: { kind: schedule.kind },
      // Gone when done: thousands a day would push the jobs that tell something out of the list.
      opts: { attempts: 1, removeOnComplete: true, removeOnFail: { count: JOBS_FAILED_KEPT } },
    },
  );
}

/** Keeps schedules alive: an operator who empties the queue loses the next round, not the sweep. */
function keepSchedules(options: RunnerOptions): { readonly ready: Promise<void>; stop(): Promise<void> } {
  const schedules = options.schedules ?? [];
  if (schedules.length === 0) return { ready: Promise.resolve(), stop: async () => {} };
  const queue = new Queue(options.queue, {
    connection: options.connection,
    prefix: bullPrefix(options.prefix),
    streams: { events: { maxLen: QUEUE_EVENTS_MAX } },
  });
  queue.on('error', (err) => options.logger.error({ event: 'queue_error', queue: options.queue, err }));
  const ensure = async (): Promise<void> => {
    for (const schedule of schedules) await ensureSchedule(queue, schedule);
  };
  let latest = ensure();
  const ready = latest;
  const timer = setInterval(() => {
    latest = ensure().catch((err) =>
      options.logger.error({ event: 'schedule_failed', queue: options.queue, err }),
    );
  }, SCHEDULE_CHECK_INTERVAL);
  timer.unref();
  const stop = async (): Promise<void> => {
    clearInterval(timer);
    await latest.catch(() => {});
    await queue.close();
  };
  return { ready, stop };
}

function openWorker(options: RunnerOptions): Worker {
  // The three arguments matter: BullMQ hands out a signal only to a processor that declares it.
  const processor = (job: Job, _token?: string, signal?: AbortSignal): Promise<void> =>
    runJob(options, job, signal ?? new AbortController().signal);
  const worker = new Worker(options.queue, processor, {
    connection: options.connection,
    prefix: bullPrefix(options.prefix),
    concurrency: options.concurrency,
    lockDuration: options.lockMs ?? JOB_LOCK,
    stalledInterval: options.stalledIntervalMs ?? JOB_STALLED_INTERVAL,
    maxStalledCount: JOB_STALLS_MAX,
    removeOnComplete: { count: JOBS_COMPLETED_KEPT, age: JOBS_COMPLETED_KEPT_SECONDS },
    removeOnFail: { count: JOBS_FAILED_KEPT, age: JOBS_FAILED_KEPT_SECONDS },
    ...(options.telemetry !== undefined && { telemetry: options.telemetry }),
  });
  const { logger, queue } = options;
  worker.on('error', (err) => logger.error({ event: 'worker_error', queue, err }));
  worker.on('stalled', (jobId) => logger.warn({ event: 'job_stalled', queue, jobId }));
  worker.on('lockRenewalFailed', (jobIds) => logger.warn({ event: 'lock_lost', queue, jobIds }));
  return worker;
}

/** Starts taking jobs of one queue, and keeps the queue's schedules. */
export function startRunner(options: RunnerOptions): Runner {
  const worker = openWorker(options);
  const schedules = keepSchedules(options);
  schedules.ready.catch((err) =>
    options.logger.error({ event: 'schedule_failed', queue: options.queue, err }),
  );
  let closing: Promise<boolean> | undefined;
  const close = async (timeoutMs: number): Promise<boolean> => {
    await schedules.stop();
    const drained = worker.close();
    if (await within(drained, timeoutMs)) return true;
    worker.cancelAllJobs('the process is stopping');
    if (await within(drained, DRAIN_ABORT_WAIT_MAX)) return true;
    options.logger.warn({ event: 'drain_incomplete', queue: options.queue });
    return false;
  };
  return {
    queue: options.queue,
    ready: async () => {
      await Promise.all([worker.waitUntilReady(), schedules.ready]);
    },
    close: (timeoutMs = DRAIN_WAIT_MAX) => {
      closing ??= close(timeoutMs);
      return closing;
    },
  };
}

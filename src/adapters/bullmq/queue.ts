import { type JobsOptions, Queue, type Telemetry } from 'bullmq';
import type { Cluster, Redis } from 'ioredis';
import type { Logger } from 'pino';
import { z } from 'zod';
import {
  JOB_BACKOFF,
  JOB_DELIVERIES_MAX,
  JOB_LOG_LINES_MAX,
  JOBS_COMPLETED_KEPT,
  JOBS_COMPLETED_KEPT_SECONDS,
  JOBS_FAILED_KEPT,
  JOBS_FAILED_KEPT_SECONDS,
  QUEUE_EVENTS_MAX,
} from '../../core/limits.ts';
import type { Instant } from '../../core/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Wake, WakeQueue } from '../../ports/queue.ts';
import { QUEUE_NAMES, type QueueName, type WakeJob, wakeJob } from './jobs.ts';

/** How many jobs a queue holds. `waiting` counts those that could start now, prioritised or on a paused queue too. */
export interface QueueDepth {
  readonly waiting: number;
  readonly delayed: number;
  readonly active: number;
  readonly failed: number;
}

export interface BullQueue extends WakeQueue {
  /** How full each queue is, for health and doctor. */
  queueDepths(): Promise<Record<QueueName, QueueDepth>>;
  /** The queues themselves, for a dashboard. */
  readonly queues: Readonly<Record<QueueName, Queue>>;
  /** Lets go of the queues. The connection stays its owner's. */
  close(): Promise<void>;
}

export interface BullQueueOptions {
  readonly connection: Redis | Cluster;
  /** The installation's REDIS_PREFIX. */
  readonly prefix: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Pick<Logger, 'error'>;
  /** Where spans of jobs go. */
  readonly telemetry?: Telemetry | undefined;
}

/** BullMQ's key prefix. In braces, so that all keys of all queues live in one cluster slot, as its scripts need. */
export function bullPrefix(prefix: string): string {
  return `{${prefix}-bull}`;
}

/** When the wish that is kept beside a running job was made, and how long it waits, from BullMQ's own record of it. */
const StoredNext = z.object({ timestamp: z.number(), delay: z.number().default(0) });

/** Milliseconds of a score in BullMQ's `delayed` set: its low 12 bits only keep jobs of one millisecond in order. */
function instantOfScore(score: string): Instant {
  return Math.floor(Number(score) / 0x1000);
}

class BullWakeQueue implements BullQueue {
  readonly queues: Readonly<Record<QueueName, Queue>>;
  readonly #connection: Redis | Cluster;
  readonly #clock: Pick<Clock, 'now'>;

  constructor(options: BullQueueOptions) {
    this.#connection = options.connection;
    this.#clock = options.clock;
    const open = (name: QueueName): Queue => {
      const queue = new Queue(name, {
        connection: options.connection,
        prefix: bullPrefix(options.prefix),
        streams: { events: { maxLen: QUEUE_EVENTS_MAX } },
        ...(options.telemetry !== undefined && { telemetry: options.telemetry }),
      });
      queue.on('error', (error) => options.logger.error({ event: 'queue_error', queue: name, err: error }));
      return queue;
    };
    this.queues = {
      ingest: open('ingest'),
      dispatch: open('dispatch'),
      poll: open('poll'),
      retry: open('retry'),
    };
  }

  async wake(wake: Wake, notBefore?: Instant): Promise<void> {
    const job = wakeJob(wake, this.#clock.now());
    const delay = Math.max(0, (notBefore ?? job.dueAt) - this.#clock.now());
    // BullMQ reckons delays from its own timestamp, so the two are taken together.
    const timestamp = Date.now();
    if (delay > 0 && (await this.#isArranged(job, timestamp + delay))) return;
    await this.queues[job.queue].add(job.name, job.ids, {
      ...JOB_OPTIONS,
      timestamp,
      delay,
      priority: wake.priority,
      // While one waits, it stays the only one, moved forward to the earlier time (`reschedule`). While one
      // runs, this wish is kept beside it and becomes a job of its own when that one ends.
      deduplication: { id: job.slot, keepLastIfActive: true, reschedule: true },
    });
  }

  /**
   * True when the slot will run at `at` or before anyhow. Only a wish for later asks: BullMQ would let it push
   * back a delayed job, or replace the earlier wish that is kept beside a running one. Between this look and
   * the add another process may add its own wish; what that loses, the sweep finds.
   */
  async #isArranged(job: WakeJob, at: Instant): Promise<boolean> {
    const queue = this.queues[job.queue];
    const kept = await this.#connection.hget(queue.toKey(`dn:${job.slot}`), 'opts');
    if (kept !== null) {
      const { timestamp, delay } = StoredNext.parse(JSON.parse(kept));
      return timestamp + delay <= at;
    }
    const jobId = await queue.getDeduplicationJobId(job.slot);
    if (jobId === null) return false;
    const score = await this.#connection.zscore(queue.toKey('delayed'), jobId);
    if (score !== null) return instantOfScore(score) <= at;
    const state = await queue.getJobState(jobId);
    return state === 'waiting' || state === 'prioritized';
  }

  async queueDepths(): Promise<Record<QueueName, QueueDepth>> {
    const depth = async (name: QueueName): Promise<QueueDepth> => {
      const counts = await this.queues[name].getJobCounts(
        'wait',
        'prioritized',
        'delayed',
        'active',
        'failed',
      );
      return {
        waiting: (counts.wait ?? 0) + (counts.prioritized ?? 0),
        delayed: counts.delayed ?? 0,
        active: counts.active ?? 0,
        failed: counts.failed ?? 0,
      };
    };
    const [ingest, dispatch, poll, retry] = await Promise.all([
      depth('ingest'),
      depth('dispatch'),
      depth('poll'),
      depth('retry'),
    ]);
    return { ingest, dispatch, poll, retry };
  }

  async close(): Promise<void> {
    await Promise.all(QUEUE_NAMES.map((name) => this.queues[name].close()));
  }
}

/** Options of every job that a wake-up makes, written out so that no default of the library decides. */
const JOB_OPTIONS: JobsOptions = {
  attempts: JOB_DELIVERIES_MAX,
  backoff: { type: 'exponential', delay: JOB_BACKOFF, jitter: 0.5 },
  removeOnComplete: { count: JOBS_COMPLETED_KEPT, age: JOBS_COMPLETED_KEPT_SECONDS },
  removeOnFail: { count: JOBS_FAILED_KEPT, age: JOBS_FAILED_KEPT_SECONDS },
  keepLogs: JOB_LOG_LINES_MAX,
  stackTraceLimit: 1,
};

/**
 * The wake-up port on BullMQ. One slot per subject: a storm of wishes for one campaign is at most one waiting
 * job and one running one. Anything an operator does to a job in a dashboard (promote, remove, retry, clean)
 * is safe: the next wish, or the sweep, makes a new one.
 */
export function createBullQueue(options: BullQueueOptions): BullQueue {
  return new BullWakeQueue(options);
}

/** Bounds of BullMQ jobs and workers. Each with the reason for its value. */
import { MINUTE, SECOND } from '../time.ts';

/**
 * Finished jobs kept per queue for an operator to look at, and for how long (seconds). All state is in the
 * store, so what is dropped here loses nothing; failed ones are kept longer because somebody wants to read them.
 */
export const JOBS_COMPLETED_KEPT = 500;
export const JOBS_COMPLETED_KEPT_SECONDS = 24 * 3_600;
export const JOBS_FAILED_KEPT = 1_000;
export const JOBS_FAILED_KEPT_SECONDS = 7 * 24 * 3_600;

/** Redeliveries of one job after a fault that may pass, and the first pause between them (doubled each time, with jitter). */
export const JOB_DELIVERIES_MAX = 4;
export const JOB_BACKOFF = 2 * SECOND;

/** A worker renews its hold on a job at half this time; a worker that died holds it no longer than this. */
export const JOB_LOCK = 30 * SECOND;

/** Where requests and their grace are set short, jobs are held as short, but never so briefly that a busy machine loses them. */
export const JOB_LOCK_MIN = 3 * SECOND;

/** How often workers look for jobs whose worker died, and how often one job may be taken over before it fails. */
export const JOB_STALLED_INTERVAL = 15 * SECOND;
export const JOB_STALLS_MAX = 3;

/** Lines of a job's log and events of a queue that are kept: what an operator reads, not an archive. */
export const JOB_LOG_LINES_MAX = 200;
export const QUEUE_EVENTS_MAX = 1_000;

/** Characters of a fault that are stored with a failed job: enough to know it, and a job stays small. */
export const JOB_FAULT_CHARACTERS_MAX = 2_000;

/** How long a stop waits for running jobs, and then, once told to end, for their last step. */
export const DRAIN_WAIT_MAX = 20 * SECOND;
export const DRAIN_ABORT_WAIT_MAX = 5 * SECOND;

/** A signal so soon after the first is an echo of it (npm, a terminal, an init process), not somebody's impatience. */
export const SIGNAL_ECHO_MAX = 0.3 * SECOND;

/** How often a process sees to it that the schedules of the sweep and the task list still exist. */
export const SCHEDULE_CHECK_INTERVAL = MINUTE;

import type { JobIds } from './adapters/bullmq/jobs.ts';
import {
  type JobContext,
  type JobHandler,
  type Runner,
  type Schedule,
  startRunner,
} from './adapters/bullmq/runner.ts';
import { listReader } from './adapters/list/list-reader.ts';
import type { AppContext } from './app-context.ts';
import { requireProvider } from './config.ts';
import { unreachable } from './core/assert.ts';
import { AppError } from './core/errors.ts';
import { JOB_LOCK, JOB_LOCK_MIN } from './core/limits.ts';
import { startWatcher } from './faces/drop/watcher.ts';
import { placeAside } from './pipelines/cdr-push.ts';
import { cleanSpool } from './pipelines/clean-spool.ts';
import type { PipelineDeps } from './pipelines/deps.ts';
import { dispatchCampaign, wakeDispatch } from './pipelines/dispatch.ts';
import { ingestImport } from './pipelines/ingest.ts';
import { pollCampaign } from './pipelines/poll.ts';
import { retryCampaign } from './pipelines/retry.ts';
import { sweep } from './pipelines/sweep.ts';
import { watchTaskList } from './pipelines/task-list-watch.ts';

/**
 * Any number of processes may have the same role. `api` serves HTTP, `watch` looks after the drop folder; each of the
 * others takes the jobs of the queue of its name.
 */
export const ROLES = ['ingest', 'dispatch', 'poll', 'retry', 'api', 'watch'] as const;
export type Role = (typeof ROLES)[number];
type QueueRole = Exclude<Role, 'api' | 'watch'>;

/** A role at work, whatever it does. */
export interface RunningRole {
  /** Resolves once it takes work. */
  ready(): Promise<void>;
  /** Takes no more work and waits for what is under way. */
  close(): Promise<unknown>;
}

/** True for roles that place or follow calls. */
export function needsProvider(role: Role): boolean {
  return role !== 'ingest' && role !== 'api' && role !== 'watch';
}

/** Parses role names from a command line; none means all. Throws AppError `settings_invalid` naming what is wrong. */
export function parseRoles(names: readonly string[]): readonly Role[] {
  const unknown = names.filter((name) => !(ROLES as readonly string[]).includes(name));
  if (unknown.length > 0) {
    throw new AppError(
      'settings_invalid',
      `there is no role "${unknown.join('", "')}"; roles are ${ROLES.join(', ')}`,
    );
  }
  return names.length === 0 ? ROLES : ROLES.filter((role) => names.includes(role));
}

/** Jobs that one process runs at the same time per role. Campaigns are worked on beside each other, each by one job. */
const CONCURRENCY: Readonly<Record<QueueRole, number>> = { ingest: 1, dispatch: 8, poll: 8, retry: 4 };

/**
 * How long a process that fell silent keeps its jobs. As long as its submissions are its own: a taker before that
 * could judge none of them, and one much later keeps a campaign waiting after a crash.
 */
function jobLock({ requestDeadline, submissionGrace }: AppContext['config']['limits']): number {
  return Math.min(JOB_LOCK, Math.max(JOB_LOCK_MIN, requestDeadline + submissionGrace));
}

/** Starts one role. */
export function startRole(app: AppContext, role: Role): RunningRole {
  if (role === 'api') return startApiRole(app);
  if (role === 'ingest') return startIngest(app);
  if (role !== 'watch') return startQueueRole(app, role);
  return startWatcher(app, { dir: app.config.dropDir, ...app.config.drop });
}

/** Lists are read by a worker like any other; what a crash has left in the spool is removed once, at the start. */
function startIngest(app: AppContext): RunningRole {
  const runner = startQueueRole(app, 'ingest');
  const cleaned = cleanSpool(app).then(
    (files) => files > 0 && app.log.info({ event: 'spool_cleaned', files }, 'removed left-over files'),
    (error: unknown) =>
      app.log.warn({ event: 'spool_cleaning_failed', err: error }, 'the spool stays as it is'),
  );
  return {
    ready: () => runner.ready(),
    close: async () => {
      await cleaned;
      return runner.close();
    },
  };
}

/** The API, loaded where it is served only: no command and no other role waits for a web server to be read. */
function startApiRole(app: AppContext): RunningRole {
  const opening = import('./api.ts').then(({ startApi }) => startApi(app));
  return {
    ready: async () => (await opening).ready(),
    close: async () => (await opening).close(),
  };
}

/** Starts the worker of one queue, with the schedules that belong to it. */
function startQueueRole(app: AppContext, role: QueueRole): Runner {
  const lockMs = jobLock(app.config.limits);
  return startRunner({
    queue: role,
    handler: handlerOf(app, role),
    connection: app.redis.forQueues(),
    prefix: app.config.redis.prefix,
    concurrency: CONCURRENCY[role],
    logger: app.log,
    telemetry: app.telemetry,
    schedules: schedulesOf(app, role),
    lockMs,
    stalledIntervalMs: lockMs / 2,
  });
}

function schedulesOf(app: AppContext, role: QueueRole): Schedule[] {
  const { sweepInterval, taskListInterval } = app.config.limits;
  if (role === 'retry') return [{ kind: 'sweep', everyMs: sweepInterval }];
  return role === 'poll' ? [{ kind: 'tasks', everyMs: taskListInterval }] : [];
}

function handlerOf(app: AppContext, role: QueueRole): JobHandler {
  if (role === 'ingest') return (ids, context) => handleIngest(app, ids, context);
  return (ids, context) => handleCalls(callDeps(app, context), ids, context, app);
}

/** The pipelines' view of the app, logging under the job's own name. */
function callDeps(app: AppContext, context: JobContext): PipelineDeps {
  const { telephony } = app;
  if (telephony === undefined) {
    requireProvider(app.config);
    throw new AppError('settings_invalid', 'the provider is not configured');
  }
  const { store, suppression, ledger, contactCenter, queue, clock } = app;
  const { logger: log } = context;
  return {
    store,
    suppression,
    ledger,
    telephony,
    contactCenter,
    queue,
    clock,
    log,
    bounds: app.config.limits,
  };
}

async function handleIngest(app: AppContext, ids: JobIds, context: JobContext): Promise<void> {
  if (ids.kind !== 'ingest') return;
  const result = await ingestImport(
    {
      store: app.store,
      suppression: app.suppression,
      clock: app.clock,
      reader: listReader(),
      openFile: (id) => app.spool.pathOf(id),
      dropFile: (id) => app.spool.remove(id),
    },
    ids.importId,
    {
      signal: context.signal,
      onProgress: async ({ bytesRead, bytesTotal }) =>
        context.progress((100 * bytesRead) / Math.max(bytesTotal, 1)),
    },
  );
  const { rows, accepted, duplicate, suppressed, rejected } = result.record;
  await context.log(
    `${result.outcome}: ${rows} rows = ${accepted} accepted + ${duplicate} duplicate + ${suppressed} suppressed + ${rejected} rejected`,
  );
  const campaign = await app.store.campaign(ids.campaignId);
  if (campaign?.state !== 'running') return;
  await app.queue.wake({ queue: 'dispatch', campaignId: campaign.id, priority: campaign.settings.priority });
}

async function handleCalls(
  deps: PipelineDeps,
  ids: JobIds,
  context: JobContext,
  app: AppContext,
): Promise<void> {
  switch (ids.kind) {
    case 'dispatch':
      return logged(deps, ids.campaignId, context, () => dispatchCampaign(deps, ids.campaignId));
    case 'due':
      return wakeDispatch(deps, ids.campaignId);
    case 'poll':
      return logged(deps, ids.campaignId, context, () => pollCampaign(deps, ids.campaignId));
    case 'retry':
      return logged(deps, ids.campaignId, context, () => retryCampaign(deps, ids.campaignId));
    case 'sweep':
      await sweep(deps);
      return placeAside({ ...deps, pushes: app.pushes });
    case 'tasks':
      return watchTaskList(deps, app.config.limits.taskListInterval);
    case 'ingest':
      return;
    default:
      return unreachable(ids, 'job');
  }
}

/** Leaves in the job's own log what the campaign looked like afterwards: that is what a dashboard shows. */
async function logged(
  deps: PipelineDeps,
  campaignId: string,
  context: JobContext,
  work: () => Promise<void>,
): Promise<void> {
  await work();
  const { states } = await deps.store.counts(campaignId);
  const present = Object.entries(states).filter(([, callees]) => callees > 0);
  await context.log(present.map(([state, callees]) => `${state} ${callees}`).join(', '));
}

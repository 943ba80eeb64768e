import type { JobIds } from './adapters/bullmq/jobs.ts';
import {
  type JobContext,
  type JobHandler,
  type Runner,
  type Schedule,
  startRunner,
} from './adapters/bullmq/runner.ts';
import { csvListReader } from './adapters/list/csv-reader.ts';
import type { App } from './app.ts';
import { requireProvider } from './config.ts';
import { unreachable } from './core/assert.ts';
import { AppError } from './core/errors.ts';
import type { PipelineDeps } from './pipelines/deps.ts';
import { dispatchCampaign } from './pipelines/dispatch.ts';
import { ingestImport } from './pipelines/ingest.ts';
import { sweepTasks } from './pipelines/orphans.ts';
import { pollCampaign } from './pipelines/poll.ts';
import { retryCampaign } from './pipelines/retry.ts';
import { sweep } from './pipelines/sweep.ts';

/** One role takes the jobs of one queue. Any number of processes may have the same role. */
export const ROLES = ['ingest', 'dispatch', 'poll', 'retry'] as const;
export type Role = (typeof ROLES)[number];

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
const CONCURRENCY: Readonly<Record<Role, number>> = { ingest: 1, dispatch: 8, poll: 8, retry: 4 };

/** Starts the worker of one role, with the schedules that belong to it. */
export function startRole(app: App, role: Role): Runner {
  return startRunner({
    queue: role,
    handler: handlerOf(app, role),
    connection: app.redis.forQueues(),
    prefix: app.config.redis.prefix,
    concurrency: CONCURRENCY[role],
    logger: app.log,
    schedules: schedulesOf(app, role),
  });
}

function schedulesOf(app: App, role: Role): Schedule[] {
  const { sweepInterval, taskListInterval } = app.config.limits;
  if (role === 'retry') return [{ kind: 'sweep', everyMs: sweepInterval }];
  return role === 'poll' ? [{ kind: 'tasks', everyMs: taskListInterval }] : [];
}

function handlerOf(app: App, role: Role): JobHandler {
  if (role === 'ingest') return (ids, context) => handleIngest(app, ids, context);
  return (ids, context) => handleCalls(callDeps(app, context), ids, context);
}

/** The pipelines' view of the app, logging under the job's own name. */
function callDeps(app: App, context: JobContext): PipelineDeps {
  const { telephony } = app;
  if (telephony === undefined) {
    requireProvider(app.config);
    throw new AppError('settings_invalid', 'the provider is not configured');
  }
  const { store, queue, clock } = app;
  return { store, telephony, queue, clock, log: context.logger, bounds: app.config.limits };
}

async function handleIngest(app: App, ids: JobIds, context: JobContext): Promise<void> {
  if (ids.kind !== 'ingest') return;
  const result = await ingestImport(
    { store: app.store, clock: app.clock, reader: csvListReader(), openFile: (id) => app.spool.pathOf(id) },
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

async function handleCalls(deps: PipelineDeps, ids: JobIds, context: JobContext): Promise<void> {
  switch (ids.kind) {
    case 'dispatch':
      return logged(deps, ids.campaignId, context, () => dispatchCampaign(deps, ids.campaignId));
    case 'due':
      return deps.queue.wake({ queue: 'dispatch', campaignId: ids.campaignId, priority: 3 });
    case 'poll':
      return logged(deps, ids.campaignId, context, () => pollCampaign(deps, ids.campaignId));
    case 'retry':
      return logged(deps, ids.campaignId, context, () => retryCampaign(deps, ids.campaignId));
    case 'sweep':
      return sweep(deps);
    case 'tasks':
      return sweepTasks(deps);
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

import type { Queue } from 'bullmq';
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { METRICS_KEPT } from '../../core/limits.ts';
import { type Instant, SECOND } from '../../core/time.ts';
import { campaignFigures } from '../../pipelines/figures.ts';
import type { RequestCounts } from '../../ports/request-tally.ts';
import type { HttpDeps, HttpPart } from './deps.ts';

const PREFIX = 'ringmaster_';

/** What the metrics need beside what every part of the API has. */
export interface MetricsSources {
  readonly requests: RequestCounts;
  /** The quota of the account, in requests per second and action. */
  readonly quota: number;
  readonly queues: readonly Queue[];
}

function gauge(registry: Registry, name: string, help: string, labelNames: readonly string[] = []): Gauge {
  return new Gauge({ name: PREFIX + name, help, labelNames: [...labelNames], registers: [registry] });
}

function counter(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly string[] = [],
): Counter {
  return new Counter({ name: PREFIX + name, help, labelNames: [...labelNames], registers: [registry] });
}

/** Every metric there is. Its help is its documentation; none has a label that could name a person. */
function instruments(registry: Registry) {
  const perCampaign = ['campaign'];
  return {
    callees: gauge(registry, 'callees', 'Callees by state', [...perCampaign, 'state']),
    dispositions: gauge(registry, 'callees_by_disposition', 'Callees by how their latest attempt ended', [
      ...perCampaign,
      'disposition',
    ]),
    state: gauge(registry, 'campaign_state', 'The state a campaign is in has the value 1', [
      ...perCampaign,
      'state',
    ]),
    overdue: gauge(
      registry,
      'callees_overdue',
      'Callees whose retry was due ten minutes ago while calls are allowed',
      perCampaign,
    ),
    batches: gauge(
      registry,
      'batches_open',
      'Batches that are not over, by state; uncertain ones may or may not exist',
      [...perCampaign, 'state'],
    ),
    orphans: gauge(
      registry,
      'orphan_tasks',
      'Tasks of ours that landed late and are not settled',
      perCampaign,
    ),
    attempts: counter(registry, 'attempts_total', 'Dials that count as attempts', perCampaign),
    rows: counter(registry, 'import_rows_total', 'Rows of imported lists by how they ended', [
      ...perCampaign,
      'end',
    ]),
    requests: counter(registry, 'provider_requests_total', 'Requests to the provider by action and outcome', [
      'action',
      'outcome',
    ]),
    requestSeconds: counter(registry, 'provider_request_seconds_total', 'Time of requests to the provider', [
      'action',
      'outcome',
    ]),
    quota: gauge(registry, 'provider_quota_requests_per_second', "The account's quota per action"),
    jobs: gauge(registry, 'queue_jobs', 'Jobs by queue and state', ['queue', 'state']),
    lag: gauge(registry, 'queue_lag_seconds', 'How long the job that could start next has been waiting', [
      'queue',
    ]),
    redis: gauge(registry, 'redis_latency_seconds', 'Round trip of one command to Redis'),
  };
}

type Instruments = ReturnType<typeof instruments>;

async function takeCampaigns(metrics: Instruments, deps: HttpDeps, now: Instant): Promise<void> {
  const figures = await campaignFigures(deps.store, now);
  // Cleared as late as possible, so that a scrape beside this one never sees half of them.
  for (const one of [
    metrics.callees,
    metrics.dispositions,
    metrics.state,
    metrics.overdue,
    metrics.batches,
    metrics.orphans,
  ])
    one.reset();
  metrics.attempts.reset();
  metrics.rows.reset();
  for (const { campaign: record, counts, batches, orphans, overdue, rows } of figures) {
    const campaign = record.id;
    for (const [state, callees] of Object.entries(counts.states))
      metrics.callees.set({ campaign, state }, callees);
    for (const [disposition, callees] of Object.entries(counts.dispositions))
      metrics.dispositions.set({ campaign, disposition }, callees);
    for (const [state, open] of Object.entries(batches)) metrics.batches.set({ campaign, state }, open);
    for (const [end, count] of Object.entries(rows)) metrics.rows.inc({ campaign, end }, count);
    metrics.state.set({ campaign, state: record.state }, 1);
    metrics.overdue.set({ campaign }, overdue);
    metrics.orphans.set({ campaign }, orphans);
    metrics.attempts.inc({ campaign }, counts.attempts);
  }
}

async function takeRequests(metrics: Instruments, { requests, quota }: MetricsSources): Promise<void> {
  const counts = await requests.counts();
  metrics.requests.reset();
  metrics.requestSeconds.reset();
  for (const { action, outcome, requests: times, seconds } of counts) {
    metrics.requests.inc({ action, outcome }, times);
    metrics.requestSeconds.inc({ action, outcome }, seconds);
  }
  metrics.quota.set(quota);
}

async function takeQueues(metrics: Instruments, queues: readonly Queue[]): Promise<void> {
  // BullMQ's times are by the clock of the machine, which it reads itself.
  const now = Date.now();
  for (const queue of queues) {
    const counts = await queue.getJobCounts('wait', 'prioritized', 'active', 'delayed', 'failed');
    const { wait = 0, prioritized = 0, ...rest } = counts;
    const states = { ...rest, waiting: wait + prioritized };
    for (const [state, jobs] of Object.entries(states)) metrics.jobs.set({ queue: queue.name, state }, jobs);
    const [waited, ranked] = await Promise.all([queue.getWaiting(0, 0), queue.getPrioritized(0, 0)]);
    const since = [...waited, ...ranked].map(({ timestamp, delay }) => timestamp + delay);
    metrics.lag.set(
      { queue: queue.name },
      since.length === 0 ? 0 : Math.max(0, now - Math.min(...since)) / SECOND,
    );
  }
}

async function takeRedis(metrics: Instruments, deps: HttpDeps): Promise<void> {
  const began = performance.now();
  await deps.pingRedis();
  metrics.redis.set((performance.now() - began) / SECOND);
}

/**
 * `/metrics` for Prometheus, for whoever has a key (`authorization: { credentials: rmk_... }` in its settings). What it
 * tells is read from the store at that moment and so is about the whole installation, whichever process is asked and
 * however often one was started anew; only the figures of the process itself are this process's own.
 */
export function metrics(sources: MetricsSources): HttpPart {
  return (app, deps) => {
    const registry = new Registry();
    collectDefaultMetrics({ register: registry, prefix: PREFIX });
    const all = instruments(registry);
    let taken: { readonly at: Instant; readonly text: Promise<string> } | undefined;
    const take = async (now: Instant): Promise<string> => {
      await takeRedis(all, deps);
      await takeCampaigns(all, deps, now);
      await takeRequests(all, sources);
      await takeQueues(all, sources.queues);
      return registry.metrics();
    };
    app.get('/metrics', { schema: { hide: true } }, async (_request, reply) => {
      const now = deps.clock.now();
      if (taken === undefined || now - taken.at >= METRICS_KEPT) taken = { at: now, text: take(now) };
      const { text } = taken;
      text.catch(() => {
        taken = undefined;
      });
      return reply.type(registry.contentType).send(await text);
    });
    app.addHook('onClose', async () => registry.clear());
  };
}

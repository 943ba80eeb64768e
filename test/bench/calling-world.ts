import { Redis } from 'ioredis';
import { createRedisCallLedger } from '../../src/adapters/redis/call-ledger.ts';
import { createRedisStore } from '../../src/adapters/redis/store.ts';
import { createRedisSuppression } from '../../src/adapters/redis/suppression.ts';
import type { ScenarioInput } from '../../src/adapters/simulator/scenario.ts';
import { createClient } from '../../src/adapters/tencent/client.ts';
import { createTencentContactCenter } from '../../src/adapters/tencent/contact-center.ts';
import { createTencentTelephony } from '../../src/adapters/tencent/telephony.ts';
import * as limits from '../../src/core/limits.ts';
import { type Instant, MINUTE } from '../../src/core/time.ts';
import type { PipelineBounds, PipelineDeps } from '../../src/pipelines/deps.ts';
import { dispatchCampaign, wakeDispatch } from '../../src/pipelines/dispatch.ts';
import { pollCampaign } from '../../src/pipelines/poll.ts';
import { retryCampaign } from '../../src/pipelines/retry.ts';
import { sweep } from '../../src/pipelines/sweep.ts';
import { watchTaskList } from '../../src/pipelines/task-list-watch.ts';
import type { Log } from '../../src/ports/log.ts';
import type { Wake } from '../../src/ports/queue.ts';
import type { Store } from '../../src/ports/store.ts';
import { HandQueue } from '../support/hand-queue.ts';
import { SEEDED_AT, seedCampaign } from '../support/seeded-campaign.ts';
import { CREDENTIALS, type RunningSimulator, SDK_APP_ID, startSimulator } from '../support/simulator.ts';
import { freshPrefix } from '../support/store.ts';
import { type HandDate, takeDate } from './hand-date.ts';

/** The bounds that an installation has when no setting is turned. */
export const DEFAULT_BOUNDS: PipelineBounds = {
  requestDeadline: limits.REQUEST_DEADLINE,
  submissionGrace: limits.SUBMISSION_GRACE,
  quietPeriod: limits.QUIET_PERIOD,
  recordWaitMax: limits.RECORD_WAIT_MAX,
  lookIntervalMin: limits.LOOK_INTERVAL_MIN,
  lookIntervalMax: limits.LOOK_INTERVAL_MAX,
  firstLook: limits.FIRST_LOOK,
  batchGather: limits.BATCH_GATHER,
  recordGather: limits.RECORD_GATHER,
};

/** Rarer than an installation's, since it costs time here and no requests. */
const SWEEP_EVERY = MINUTE;
const STEPS_MAX = 5_000_000;
const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** A provider, a store and the one process that works with them, on a time moved by hand. */
export interface CallingWorld {
  readonly date: HandDate;
  readonly simulator: RunningSimulator;
  readonly deps: PipelineDeps;
  /** Seeds a campaign of `callees` rows, starts it, and works until every callee is final. */
  run(
    campaignId: string,
    callees: number,
    settings: unknown,
    afterJob: (kind: string) => Promise<void>,
  ): Promise<void>;
  /** Starts a campaign that has its callees already. */
  start(campaignId: string): Promise<void>;
  /** Works until `isOver` says so, which is asked whenever no wake-up is due. */
  work(isOver: () => Promise<boolean>, options: WorkOptions): Promise<void>;
  close(): Promise<void>;
}

export interface WorkOptions {
  readonly afterJob: (kind: string) => Promise<void>;
  readonly sweepEvery?: number;
  /** Between two looks at the provider's task list. */
  readonly listEvery?: number;
  /** Wake-ups that run beside each other. */
  readonly lanes?: number;
}

export interface CallingWorldOptions {
  /** What the time is at first. */
  readonly at?: Instant;
  /** What each request to the provider takes, in milliseconds of the time moved by hand. Left out: it stands still. */
  readonly requestTime?: number;
  /** Whether the provider is asked about the callers, as an installation does. */
  readonly asksOfCallers?: boolean;
}

/** Opens such a world. `watch` stands between the pipelines and the store. */
export async function openCallingWorld(
  redisUrl: string,
  scenario: ScenarioInput,
  watch: (store: Store) => Store,
  { at = SEEDED_AT, requestTime = 0, asksOfCallers = false }: CallingWorldOptions = {},
): Promise<CallingWorld> {
  const date = takeDate(at);
  const clock = { now: () => date.now(), sleep: () => Promise.reject(new Error('nobody sleeps here')) };
  // Time stands still while requests are made, so their rate says nothing.
  const played = { requestsPerSecond: 1_000_000, ...scenario };
  const simulator = await startSimulator({ seed: 7, clock, scenario: played });
  const redis = new Redis(redisUrl);
  const acquire = async (): Promise<'granted'> => {
    if (requestTime > 0) date.moveTo(date.now() + requestTime);
    return 'granted';
  };
  const quota = { acquire };
  const client = createClient({ endpoint: simulator.url, ...CREDENTIALS, quota });
  const queue = new HandQueue();
  const prefix = freshPrefix();
  const deps: PipelineDeps = {
    store: watch(createRedisStore(redis, { prefix })),
    suppression: createRedisSuppression(redis, { prefix }),
    ledger: createRedisCallLedger(redis, { prefix }),
    telephony: createTencentTelephony(client, { sdkAppId: SDK_APP_ID, now: () => date.now() }),
    ...(asksOfCallers && { contactCenter: createTencentContactCenter(client, { sdkAppId: SDK_APP_ID }) }),
    queue,
    clock,
    log: SILENT,
    bounds: DEFAULT_BOUNDS,
  };
  return {
    date,
    simulator,
    deps,
    async run(campaignId, callees, settings, afterJob) {
      await seedCampaign(deps.store, campaignId, callees, settings);
      await startCampaign(deps, campaignId);
      const isOver = async (): Promise<boolean> => (await deps.store.counts(campaignId)).unfinished === 0;
      await work(deps, queue, date, isOver, { afterJob });
    },
    start: (campaignId) => startCampaign(deps, campaignId),
    work: (isOver, options) => work(deps, queue, date, isOver, options),
    async close() {
      client.close();
      await simulator.close();
      redis.disconnect();
      date.restore();
    },
  };
}

async function startCampaign(deps: PipelineDeps, campaignId: string): Promise<void> {
  const campaign = await deps.store.campaign(campaignId);
  if (campaign === undefined) throw new Error(`no campaign ${campaignId}`);
  const why = { reason: 'asked', text: 'asked by the bench', by: 'bench', now: deps.clock.now() };
  await deps.store.moveCampaign(campaign, 'running', why);
  await deps.queue.wake({ queue: 'dispatch', campaignId, priority: 3 });
}

async function runWake(deps: PipelineDeps, wake: Wake): Promise<void> {
  const { campaignId } = wake;
  if (wake.queue === 'poll') await pollCampaign(deps, campaignId);
  else if (wake.queue === 'dispatch') await dispatchCampaign(deps, campaignId);
  else if ('dueBucket' in wake) await wakeDispatch(deps, campaignId);
  else if (wake.queue === 'retry') await retryCampaign(deps, wake.campaignId);
}

/** Due wake-ups first, then the sweep and the task list when their time has come, else on to what comes next. */
async function work(
  deps: PipelineDeps,
  queue: HandQueue,
  date: HandDate,
  isOver: () => Promise<boolean>,
  { afterJob, sweepEvery = SWEEP_EVERY, listEvery = limits.TASK_LIST_INTERVAL, lanes = 1 }: WorkOptions,
): Promise<void> {
  let sweepAt: Instant = date.now();
  let listAt: Instant = date.now();
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const now = date.now();
    const wakes = takeDue(queue, now, lanes);
    if (wakes.length > 0) {
      await Promise.all(wakes.map((wake) => runWake(deps, wake)));
      for (const wake of wakes) await afterJob('dueBucket' in wake ? 'due' : wake.queue);
      continue;
    }
    if (await isOver()) return;
    if (now >= sweepAt) {
      sweepAt = now + sweepEvery;
      await sweep(deps);
    } else if (now >= listAt) {
      listAt = now + listEvery;
      await watchTaskList(deps, listEvery);
    } else {
      date.moveTo(Math.min(queue.nextAt ?? sweepAt, sweepAt, listAt));
    }
  }
  throw new Error(`not done after ${STEPS_MAX} steps`);
}

function takeDue(queue: HandQueue, now: Instant, most: number): Wake[] {
  const taken: Wake[] = [];
  while (taken.length < most) {
    const wake = queue.take(now);
    if (wake === undefined) break;
    taken.push(wake);
  }
  return taken;
}

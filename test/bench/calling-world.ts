import { Redis } from 'ioredis';
import { createRedisCallLedger } from '../../src/adapters/redis/call-ledger.ts';
import { createRedisStore } from '../../src/adapters/redis/store.ts';
import { createRedisSuppression } from '../../src/adapters/redis/suppression.ts';
import type { ScenarioInput } from '../../src/adapters/simulator/scenario.ts';
import { createClient } from '../../src/adapters/tencent/client.ts';
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
  close(): Promise<void>;
}

/** Opens such a world. `watch` stands between the pipelines and the store. */
export async function openCallingWorld(
  redisUrl: string,
  scenario: ScenarioInput,
  watch: (store: Store) => Store,
): Promise<CallingWorld> {
  const date = takeDate(SEEDED_AT);
  const clock = { now: () => date.now(), sleep: () => Promise.reject(new Error('nobody sleeps here')) };
  // Time stands still while requests are made, so their rate says nothing.
  const played = { requestsPerSecond: 1_000_000, ...scenario };
  const simulator = await startSimulator({ seed: 7, clock, scenario: played });
  const redis = new Redis(redisUrl);
  const quota = { acquire: async () => 'granted' as const };
  const client = createClient({ endpoint: simulator.url, ...CREDENTIALS, quota });
  const queue = new HandQueue();
  const prefix = freshPrefix();
  const deps: PipelineDeps = {
    store: watch(createRedisStore(redis, { prefix })),
    suppression: createRedisSuppression(redis, { prefix }),
    ledger: createRedisCallLedger(redis, { prefix }),
    telephony: createTencentTelephony(client, { sdkAppId: SDK_APP_ID, now: () => date.now() }),
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
      await work(deps, queue, date, campaignId, afterJob);
    },
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
  campaignId: string,
  afterJob: (kind: string) => Promise<void>,
): Promise<void> {
  let sweepAt: Instant = date.now();
  let listAt: Instant = date.now();
  for (let step = 0; step < STEPS_MAX; step += 1) {
    const now = date.now();
    const wake = queue.take(now);
    if (wake !== undefined) {
      await runWake(deps, wake);
      await afterJob('dueBucket' in wake ? 'due' : wake.queue);
      continue;
    }
    if ((await deps.store.counts(campaignId)).unfinished === 0) return;
    if (now >= sweepAt) {
      sweepAt = now + SWEEP_EVERY;
      await sweep(deps);
    } else if (now >= listAt) {
      listAt = now + limits.TASK_LIST_INTERVAL;
      await watchTaskList(deps, limits.TASK_LIST_INTERVAL);
    } else {
      date.moveTo(Math.min(queue.nextAt ?? sweepAt, sweepAt, listAt));
    }
  }
  throw new Error(`not done after ${STEPS_MAX} steps`);
}

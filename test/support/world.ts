import { Redis } from 'ioredis';
import { vi } from 'vitest';
import { createRedisCallLedger } from '../../src/adapters/redis/call-ledger.ts';
import { createRedisStore } from '../../src/adapters/redis/store.ts';
import { createRedisSuppression } from '../../src/adapters/redis/suppression.ts';
import type { SimulatorOptions } from '../../src/adapters/simulator/simulator.ts';
import { createClient, type ProviderClient } from '../../src/adapters/tencent/client.ts';
import { createTencentContactCenter } from '../../src/adapters/tencent/contact-center.ts';
import { createTencentTelephony } from '../../src/adapters/tencent/telephony.ts';
import type { CalleeRecord, CalleeStory } from '../../src/core/callee.ts';
import { limitsCell, packPage } from '../../src/core/page.ts';
import type { RowLimits } from '../../src/core/row-limits.ts';
import { statisticsOf } from '../../src/core/statistics.ts';
import { MINUTE, SECOND } from '../../src/core/time.ts';
import { runAudit } from '../../src/pipelines/audit.ts';
import type { PipelineBounds, PipelineDeps } from '../../src/pipelines/deps.ts';
import { dispatchCampaign } from '../../src/pipelines/dispatch.ts';
import { pollCampaign } from '../../src/pipelines/poll.ts';
import { retryCampaign } from '../../src/pipelines/retry.ts';
import { sweep } from '../../src/pipelines/sweep.ts';
import { watchTaskList } from '../../src/pipelines/task-list-watch.ts';
import type { CallLedger } from '../../src/ports/call-ledger.ts';
import type { Log } from '../../src/ports/log.ts';
import type { Wake } from '../../src/ports/queue.ts';
import type { Store } from '../../src/ports/store.ts';
import type { Suppression } from '../../src/ports/suppression.ts';
import type { TaskOrder, Telephony } from '../../src/ports/telephony.ts';
import { ManualClock } from './clock.ts';
import { HandQueue } from './hand-queue.ts';
import { SEEDED_AT, seedCampaign } from './seeded-campaign.ts';
import { CREDENTIALS, type RunningSimulator, SDK_APP_ID, startSimulator } from './simulator.ts';
import { freshPrefix } from './store.ts';

export const WORLD_BOUNDS: PipelineBounds = {
  requestDeadline: 2 * SECOND,
  submissionGrace: 10 * SECOND,
  quietPeriod: 30 * SECOND,
  recordWaitMax: 10 * MINUTE,
  lookIntervalMin: 2 * SECOND,
  lookIntervalMax: MINUTE,
  firstLook: 20 * SECOND,
  batchGather: 30 * SECOND,
  recordGather: MINUTE,
};

const SILENT: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** Always open, retried after minutes, small batches: a campaign that a test sees through to its end. */
export const WORLD_SETTINGS = {
  name: 'World',
  callers: ['008602150000001'],
  ivrId: 7,
  windows: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '00:00', to: '24:00' }],
  platformHours: 'off',
  retry: { attemptsMax: 3, otherwise: { after: ['10m'] } },
  pacing: { calleesInFlightMax: 60, batchCalleesMax: 20, leadTime: '10s' },
};

/** A provider, a Redis and a clock, in which processes of ours may live and die. */
export interface World {
  readonly clock: ManualClock;
  readonly simulator: RunningSimulator;
  readonly redis: Redis;
  readonly store: Store;
  readonly suppression: Suppression;
  readonly ledger: CallLedger;
  readonly prefix: string;
  readonly queue: HandQueue;
  close(): Promise<void>;
}

/** Every clock that our code or a library reads stands still unless the world's is moved. */
class WorldClock extends ManualClock {
  override advance(ms: number): void {
    super.advance(ms);
    vi.setSystemTime(this.now());
  }
}

export async function createWorld(redisUrl: string, options: Partial<SimulatorOptions> = {}): Promise<World> {
  const clock = new WorldClock();
  vi.useFakeTimers({ toFake: ['Date'], now: clock.now() });
  const scenario = { requestsPerSecond: 100_000, ...options.scenario };
  const simulator = await startSimulator({ seed: 7, clock, ...options, scenario });
  const redis = new Redis(redisUrl);
  const prefix = freshPrefix();
  return {
    clock,
    simulator,
    redis,
    prefix,
    queue: new HandQueue(),
    store: createRedisStore(redis, { prefix }),
    suppression: createRedisSuppression(redis, { prefix }),
    ledger: createRedisCallLedger(redis, { prefix }),
    async close() {
      await simulator.close();
      const keys = await redis.keys(`*${prefix}*`);
      if (keys.length > 0) await redis.del(...keys);
      redis.disconnect();
      vi.useRealTimers();
    },
  };
}

/** One process of ours in a world. Faults are put around its store connection and its telephony. */
export interface WorldProcess {
  readonly deps: PipelineDeps;
  stop(): void;
}

export function startProcess(
  world: World,
  options: {
    readonly redis?: Redis;
    readonly wrap?: (telephony: Telephony) => Telephony;
    readonly bounds?: Partial<PipelineBounds>;
    readonly log?: Log;
    /** How long a request may take, in real milliseconds: short where a test wants one to time out. */
    readonly deadlineMs?: number;
  } = {},
): WorldProcess {
  const client: ProviderClient = createClient({
    endpoint: world.simulator.url,
    ...CREDENTIALS,
    quota: { acquire: async () => 'granted' },
    deadlineMs: options.deadlineMs ?? WORLD_BOUNDS.requestDeadline,
    readBackoffMs: 1,
  });
  const telephony = createTencentTelephony(client, { sdkAppId: SDK_APP_ID, now: () => world.clock.now() });
  const store =
    options.redis === undefined ? world.store : createRedisStore(options.redis, { prefix: world.prefix });
  const deps: PipelineDeps = {
    store,
    suppression:
      options.redis === undefined
        ? world.suppression
        : createRedisSuppression(options.redis, { prefix: world.prefix }),
    ledger:
      options.redis === undefined
        ? world.ledger
        : createRedisCallLedger(options.redis, { prefix: world.prefix }),
    telephony: options.wrap?.(telephony) ?? telephony,
    contactCenter: createTencentContactCenter(client, { sdkAppId: SDK_APP_ID }),
    queue: world.queue,
    clock: world.clock,
    log: options.log ?? SILENT,
    bounds: { ...WORLD_BOUNDS, ...options.bounds },
  };
  return { deps, stop: () => client.close() };
}

/** Runs one wake-up as a worker would. */
export async function runWake(deps: PipelineDeps, wake: Wake): Promise<void> {
  if (wake.queue === 'dispatch') await dispatchCampaign(deps, wake.campaignId);
  else if (wake.queue === 'poll') await pollCampaign(deps, wake.campaignId);
  else if (wake.queue === 'retry' && 'dueBucket' in wake) await dispatchCampaign(deps, wake.campaignId);
  else if (wake.queue === 'retry') await retryCampaign(deps, wake.campaignId);
}

/**
 * Lets a process work until `done` says so: due wake-ups first, else the clock moves to whatever comes next, with
 * a sweep every so often, and the task list read as an installation does. Gives up, with what was still waiting, after `stepsMax` steps.
 */
export async function runUntil(
  world: World,
  process: WorldProcess,
  done: () => Promise<boolean>,
  { stepsMax = 4_000, sweepEvery = MINUTE } = {},
): Promise<void> {
  let sweepAt = world.clock.now();
  for (let step = 0; step < stepsMax; step += 1) {
    if (await done()) return;
    const wake = world.queue.take(world.clock.now());
    if (wake !== undefined) {
      await runWake(process.deps, wake);
    } else if (world.clock.now() >= sweepAt) {
      sweepAt = world.clock.now() + sweepEvery;
      await sweep(process.deps);
      await watchTaskList(process.deps, sweepEvery);
    } else {
      world.clock.advanceTo(Math.min(world.queue.nextAt ?? sweepAt, sweepAt));
    }
  }
  throw new Error(`not done after ${stepsMax} steps`);
}

export async function startCampaign(
  world: World,
  id: string,
  callees: number,
  settings: unknown = WORLD_SETTINGS,
): Promise<void> {
  await seedCampaign(world.store, id, callees, settings);
  await moveTo(world, id, 'running');
}

export async function moveTo(
  world: World,
  id: string,
  state: 'running' | 'paused' | 'cancelled',
): Promise<void> {
  const campaign = await world.store.campaign(id);
  if (campaign === undefined) throw new Error(`no campaign ${id}`);
  const why = { reason: 'asked', text: 'asked by a test', by: 'test', now: world.clock.now() };
  if (!(await world.store.moveCampaign(campaign, state, why)))
    throw new Error('the campaign moved meanwhile');
  await world.queue.wake({ queue: 'dispatch', campaignId: id, priority: 3 });
  await world.queue.wake({ queue: 'poll', campaignId: id, priority: 3 });
}

export async function isOver(world: World, id: string): Promise<boolean> {
  return (await world.store.counts(id)).unfinished === 0;
}

/** What must hold at the end of any run, whatever went wrong on the way. */
export async function expectHonest(
  world: World,
  id: string,
  options: { readonly orphans?: boolean; readonly dialsUnknown?: boolean } = {},
): Promise<void> {
  const audit = await runAudit({ store: world.store }, id);
  if (audit.violations.length > 0) throw new Error(`audit: ${JSON.stringify(audit.violations.slice(0, 3))}`);
  const ledger = world.simulator.summary();
  if (ledger.duplicateDials !== 0 && options.orphans !== true)
    throw new Error(`${ledger.duplicateDials} duplicate dials`);
  const { attempts } = await world.store.counts(id);
  const counted = options.orphans !== true && options.dialsUnknown !== true;
  if (counted && attempts !== ledger.dials) throw new Error(`${attempts} attempts, ${ledger.dials} dials`);
  const { hours } = statisticsOf(await world.store.tally(id));
  const tallied = hours.reduce((sum, hour) => sum + hour.attempts, 0);
  if (tallied !== attempts) throw new Error(`${attempts} attempts, ${tallied} of them in the tallies`);
}

/** A row of a list put into the store by hand. */
export interface ListRow {
  readonly number: string;
  readonly uui?: string;
  readonly name?: string;
  /** The campaign's own, when left out. */
  readonly timeZone?: string;
  readonly limits?: RowLimits;
}

/** Adds one finished import of these rows to a campaign: the first of it, or a list appended later. */
export async function addList(
  world: World,
  campaignId: string,
  rows: readonly ListRow[],
  tag = 'aaaaaaaaaaaa',
): Promise<void> {
  const { store } = world;
  const importId = `${campaignId}-i${tag}`;
  const own = (await store.campaign(campaignId))?.zones[0] ?? '';
  const zones = await Promise.all(rows.map((row) => store.zoneIndex(campaignId, row.timeZone ?? own)));
  await store.openImport({
    id: importId,
    campaignId,
    state: 'waiting',
    reason: '',
    fileName: 'list.csv',
    bytes: rows.length * 40,
    createdAt: world.clock.now(),
    closedAt: 0,
    rows: 0,
    accepted: 0,
    duplicate: 0,
    suppressed: 0,
    rejected: 0,
    encoding: 'utf-8',
    delimiter: ',',
  });
  const bound = rows.some((row) => row.limits !== undefined);
  const cells = rows.flatMap((row, at) => {
    const limits = bound ? [limitsCell(row.limits)] : [];
    return [String(at + 1), row.number, row.uui ?? '', ...limits, row.name ?? ''];
  });
  const limits = new Map(rows.flatMap((row, at) => (row.limits === undefined ? [] : [[at, row.limits]])));
  const page = {
    text: packPage(importId, ['name'], cells, { limits: bound }),
    numbers: rows.map((row) => row.number),
    zones: Uint8Array.from(zones),
    limits,
  };
  const now = world.clock.now();
  await store.storeImportStep(importId, { rowsBefore: 0, rowsAfter: rows.length, page, rejections: [], now });
  await store.closeImport(importId, { state: 'done', reason: '', now });
}

/** A running campaign of rows chosen by hand. */
export async function startCampaignOf(
  world: World,
  id: string,
  rows: readonly ListRow[],
  settings: unknown = WORLD_SETTINGS,
): Promise<void> {
  await world.store.createCampaign(id, settings, SEEDED_AT);
  await addList(world, id, rows);
  await moveTo(world, id, 'running');
}

/** Lets a process work until the clock reads `until`; how much there was to do does not matter. */
export function runTo(
  world: World,
  process: WorldProcess,
  until: number,
  options?: { readonly stepsMax?: number; readonly sweepEvery?: number },
): Promise<void> {
  return runUntil(world, process, async () => world.clock.now() >= until, options);
}

/** An order that left for the provider. */
export interface SentOrder {
  readonly at: number;
  readonly order: TaskOrder;
}

/** A wrap for `startProcess` that keeps every order as it leaves; one that is held back at the last moment is none. */
export function keepOrders(into: SentOrder[], now: () => number): (telephony: Telephony) => Telephony {
  return (telephony) => ({
    ...telephony,
    createTask(order, { mayLeave = async () => true } = {}) {
      const leaves = async (): Promise<boolean> => {
        const may = await mayLeave();
        if (may) into.push({ at: now(), order });
        return may;
      };
      return telephony.createTask(order, { mayLeave: leaves });
    },
  });
}

/** Every callee's record, by number. */
export async function recordsByNumber(world: World, id: string): Promise<Map<string, CalleeRecord>> {
  const found = new Map<string, CalleeRecord>();
  for await (const page of world.store.pages(id)) {
    for (const [slot, record] of page.records.entries()) {
      if (record !== undefined) found.set(String(page.rows[slot]?.number), record);
    }
  }
  return found;
}

/** The story of the callee with this number. */
export async function storyOf(world: World, id: string, number: string): Promise<CalleeStory[]> {
  const ref = await world.store.findCallee(id, Number(number));
  if (ref === undefined) throw new Error('no such callee');
  return world.store.story(id, ref);
}

/** How often the simulator was asked to do something, whatever it answered; or with one answer only. */
export function requestsOf(world: World, action: string, answer?: string): number {
  const answers = world.simulator.requests()[action] ?? {};
  if (answer !== undefined) return answers[answer] ?? 0;
  return Object.values(answers).reduce((sum, times) => sum + times, 0);
}

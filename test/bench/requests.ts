import type { CallFacts } from '../../src/core/callee.ts';
import { RECORDS_PER_REQUEST_MAX } from '../../src/core/limits.ts';
import { HOUR, type Instant, MINUTE, SECOND } from '../../src/core/time.ts';
import type { Change, Store } from '../../src/ports/store.ts';
import { type CallingWorld, openCallingWorld } from './calling-world.ts';
import { type BenchLine, type BenchOptions, quantile, rounded } from './line.ts';

/** What a campaign with nothing turned has: 500 callees a batch, 2,000 in flight, four hours until the next attempt. */
export const USUAL_CAMPAIGN = {
  name: 'Usual',
  callers: ['008602150000001', '008602150000002', '008602150000003'],
  ivrId: 7,
  windows: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '00:00', to: '24:00' }],
  platformHours: 'off',
};
const CAMPAIGN = 'usual';
const BATCH = 500;
/** The cadence of a worker that thinks no further: every task again and again until it has ended. */
const FIXED_INTERVAL = 10 * SECOND;

/** What was seen of the campaign from the outside of the pipelines. */
interface Seen {
  /** From the end of a call until its outcome was stored, and from the end of a task until that was noticed. ms */
  readonly outcomeWaits: number[];
  readonly endWaits: number[];
  /** How long each task was followed. ms */
  readonly followed: number[];
  /** Times between two stored readings that moved callees. ms */
  readonly stills: number[];
}

/** Stands between the pipelines and the store and takes notes of every reading that is stored. */
function watchReadings(store: Store, seen: Seen): Store {
  let movedAt: Instant | undefined;
  const note = (change: Change): void => {
    const after = change.batch?.after;
    const calls: readonly CallFacts[] = change.moves.flatMap((move) => move.story?.calls ?? []);
    const ends = calls.flatMap((call) => call.endedAt ?? []);
    for (const end of ends) seen.outcomeWaits.push(change.now - end);
    if (ends.length > 0) {
      if (movedAt !== undefined) seen.stills.push(change.now - movedAt);
      movedAt = change.now;
    }
    if (after?.state !== 'finished') return;
    if (ends.length > 0) seen.endWaits.push(change.now - Math.max(...ends));
    seen.followed.push(change.now - after.notBefore);
  };
  return {
    ...store,
    apply: async (campaignId, change) => {
      const stored = await store.apply(campaignId, change);
      if (stored === 'done') note(change);
      return stored;
    },
  };
}

/**
 * Plays a whole campaign with default settings against the simulator, over HTTP, on a time moved by hand, and counts
 * what was asked of the provider: the floor is one create and one reading per full batch, and one request for call
 * records per hundred sessions.
 */
export async function* runRequestsBench(options: BenchOptions): AsyncGenerator<BenchLine> {
  const { redisUrl, rows, progress } = options;
  const seen: Seen = { outcomeWaits: [], endWaits: [], followed: [], stills: [] };
  const world = await openCallingWorld(redisUrl, {}, (store) => watchReadings(store, seen));
  try {
    const begunAt = world.date.now();
    let saidAt = process.hrtime.bigint();
    const jobs = new Map<string, number>();
    await world.run(CAMPAIGN, rows, USUAL_CAMPAIGN, async (kind) => {
      jobs.set(kind, (jobs.get(kind) ?? 0) + 1);
      if (process.hrtime.bigint() - saidAt < 5_000_000_000n) return;
      saidAt = process.hrtime.bigint();
      const { unfinished } = await world.deps.store.counts(CAMPAIGN);
      progress(`requests: ${rows - unfinished} of ${rows} callees are final`);
    });
    yield* countedLines(world, seen, rows);
    yield* jobLines(jobs, rows, world);
    yield* waitLines(seen, rows, world.date.now() - begunAt);
  } finally {
    await world.close();
  }
}

function* countedLines(world: CallingWorld, seen: Seen, rows: number): Generator<BenchLine> {
  const { dials, duplicateDials } = world.simulator.summary();
  if (duplicateDials > 0) throw new Error(`${duplicateDials} duplicate dials`);
  const requests = new Map(
    Object.entries(world.simulator.requests()).map(([action, answers]) => [
      action,
      Object.values(answers).reduce((sum, count) => sum + count, 0),
    ]),
  );
  const all = [...requests.values()].reduce((sum, count) => sum + count, 0);
  const per1000 = (count: number): number => rounded((count * 1_000) / dials);
  const batches = requests.get('CreateAutoCalloutTask') ?? 0;
  const pages = Math.ceil(dials / RECORDS_PER_REQUEST_MAX);
  const base = { bench: 'requests', unit: 'per 1,000 attempts', rows };
  const line = (what: string, count: number, floor: number | null, against: string | null): BenchLine => ({
    ...base,
    what,
    value: per1000(count),
    ratio: floor === null ? null : rounded(count / floor),
    against,
  });
  const full = 2 * Math.ceil(dials / BATCH) + pages;
  yield line('provider requests', all, full, 'the floor, all batches full');
  yield line('provider requests', all, 2 * batches + pages, 'the floor of the batches there were');
  const readings = seen.followed.reduce((sum, followed) => sum + Math.ceil(followed / FIXED_INTERVAL), 0);
  yield line('provider requests', all, batches + pages + readings, 'every task read every 10 s');
  for (const [action, count] of requests) {
    const floor = action === 'DescribeTelCdr' ? pages : Math.ceil(dials / BATCH);
    const known = /^(Create|Describe)AutoCalloutTask$|^DescribeTelCdr$/.test(action);
    yield line(action, count, known ? floor : null, known ? 'its part of the floor' : null);
  }
}

/** Wake-ups that ran: each is one job of BullMQ, which keeps one waiting per subject as the queue here does. */
function* jobLines(
  jobs: ReadonlyMap<string, number>,
  rows: number,
  world: CallingWorld,
): Generator<BenchLine> {
  const { dials } = world.simulator.summary();
  const line = (what: string, count: number): BenchLine => ({
    ...{ bench: 'requests', what, value: rounded((count * 1_000) / dials), unit: 'per 1,000 attempts' },
    ...{ ratio: rounded(count / dials), against: 'one job per attempt', rows },
  });
  const all = [...jobs.values()].reduce((sum, count) => sum + count, 0);
  yield line('jobs', all);
  for (const [kind, count] of jobs) yield line(`jobs, ${kind}`, count);
}

function* waitLines(seen: Seen, rows: number, tookMs: number): Generator<BenchLine> {
  const base = { bench: 'requests', ratio: null, against: null, rows };
  const wait = (what: string, values: readonly number[], share: number): BenchLine => {
    const which = share === 1 ? 'longest' : share === 0.5 ? 'median' : `${share * 100} of 100`;
    return {
      ...base,
      what: `${what}, ${which}`,
      value: rounded(quantile(values, share) / SECOND),
      unit: 's',
    };
  };
  for (const share of [0.5, 0.95, 1]) yield wait('end of a task until it was noticed', seen.endWaits, share);
  for (const share of [0.5, 0.95, 1])
    yield wait('end of a call until its outcome was stored', seen.outcomeWaits, share);
  const whileCalling = seen.stills.filter((still) => still < HOUR);
  for (const share of [0.5, 0.95]) yield wait('between two movements of the counts', whileCalling, share);
  yield { ...base, what: 'length of the campaign', value: rounded(tookMs / MINUTE), unit: 'min' };
}

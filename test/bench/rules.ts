/**
 * Plays two campaigns that share numbers, in four time zones, with every end code, caps, opt-outs while they run and a
 * caller that goes bad, and judges the provider's ledger by the words of the campaign files. Figures of a run that kept
 * to the rules are printed; a broken rule is thrown, once all figures are out.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listReader } from '../../src/adapters/list/list-reader.ts';
import type { LedgerEntry } from '../../src/adapters/simulator/ledger.ts';
import { createSpool } from '../../src/adapters/spool.ts';
import { END_CODES } from '../../src/adapters/tencent/codes.ts';
import { DISPOSITION_NAMES } from '../../src/core/disposition.ts';
import { DAY, HOUR, type Instant, MINUTE, SECOND } from '../../src/core/time.ts';
import { addImport } from '../../src/pipelines/add-import.ts';
import { runAudit } from '../../src/pipelines/audit.ts';
import { ingestImport } from '../../src/pipelines/ingest.ts';
import type { Change, Store } from '../../src/ports/store.ts';
import { type CallingWorld, openCallingWorld } from './calling-world.ts';
import { type BenchLine, type BenchOptions, rounded } from './line.ts';
import {
  BAD_CALLER,
  badFrom,
  CLOCKS_CHANGE,
  numberOf,
  ROWS_FOR_ALL,
  type RulesCampaign,
  rowOf,
  rulesCampaigns,
  rulesScenario,
  rulesTimes,
  zoneOf,
} from './rules-campaigns.ts';
import { type BrokenRule, judgeDials } from './rules-judge.ts';
import { OptOuts } from './rules-opt-outs.ts';

/** How long after a suppression a dial may begin: until a task that holds the number was asked about and stopped. */
const LATE_MAX = 5 * SECOND;
const REQUEST_TIME = SECOND / 4;
/** Rarer than an installation's: wake-ups do the work, and days go by in which nothing happens for hours. */
const SWEEP_EVERY = 15 * MINUTE;
const LIST_EVERY = HOUR;
const AUDIT_EVERY = 6 * HOUR;
const LANES = 4;
/** When files of opt-outs are imported, from the start on. */
const LISTS_AT = [4 * HOUR, 30 * HOUR];

/** What was seen of the campaigns from the outside of the pipelines. */
interface Seen {
  readonly dispositions: Set<string>;
  readonly endCodes: Set<number>;
  capped: number;
  suppressed: number;
  audits: number;
  violations: number;
}

function noteChange(seen: Seen, { moves }: Change): void {
  for (const { after, story } of moves) {
    if (after.disposition !== undefined) seen.dispositions.add(after.disposition);
    for (const { endStatus } of story?.calls ?? []) if (endStatus !== undefined) seen.endCodes.add(endStatus);
    if (story?.reason === 'capped') seen.capped += 1;
    if (story?.reason === 'suppressed_by_list') seen.suppressed += 1;
  }
}

function watching(store: Store, seen: Seen): Store {
  return {
    ...store,
    apply: async (campaignId, change) => {
      const stored = await store.apply(campaignId, change);
      if (stored === 'done') noteChange(seen, change);
      return stored;
    },
  };
}

/** Puts a campaign in place and takes its list as an installation does: spooled, read, and every row accounted for. */
async function fill(world: CallingWorld, folder: string, campaign: RulesCampaign): Promise<number> {
  const { id, settings, from, to } = campaign;
  const { store, suppression, queue, clock } = world.deps;
  await store.createCampaign(id, settings, clock.now());
  const spool = createSpool(folder);
  async function* content(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('number,zone\n');
    for (let index = from; index < to; index += 1) yield Buffer.from(rowOf(index));
  }
  const { record } = await addImport({ store, queue, clock, spool }, id, {
    fileName: 'callees.csv',
    content: content(),
  });
  const deps = { store, suppression, clock, reader: listReader(), openFile: spool.pathOf };
  const { record: taken } = await ingestImport(deps, record.id);
  if (taken.accepted + taken.suppressed !== to - from)
    throw new Error(`${id}: ${taken.accepted} accepted, ${taken.suppressed} suppressed, of ${to - from}`);
  return taken.accepted;
}

interface Playing {
  readonly world: CallingWorld;
  readonly campaigns: readonly RulesCampaign[];
  readonly optOuts: OptOuts;
  readonly seen: Seen;
  readonly folder: string;
}

async function audit({ world, seen }: Playing): Promise<void> {
  const { violations, violationsMore, settled } = await runAudit(world.deps);
  seen.audits += 1;
  seen.violations += violations.length + violationsMore;
  if (!settled) throw new Error('an audit did not settle although nothing moved');
  const [first] = violations;
  if (first !== undefined)
    throw new Error(`audit: ${first.rule} of ${first.campaign}, ${first.where}: ${first.detail}`);
}

/** Works until everybody is final. Files of opt-outs and audits come in between, at their times. */
async function play(playing: Playing, rows: number, progress: (text: string) => void): Promise<void> {
  const { world, campaigns, optOuts, folder } = playing;
  const { from } = rulesTimes(rows);
  const listsAt = LISTS_AT.map((after) => from + after);
  let auditAt: Instant = from + AUDIT_EVERY;
  const afterJob = async (): Promise<void> => {
    const now = world.date.now();
    if (now >= (listsAt[0] ?? Number.POSITIVE_INFINITY)) {
      listsAt.shift();
      await optOuts.addList(folder, Math.ceil(rows / 200));
    }
    if (now < auditAt) return;
    auditAt = now + AUDIT_EVERY;
    await audit(playing);
    const days = ((now - from) / DAY).toFixed(1);
    progress(`rules: ${days} days, ${world.simulator.summary().dials} dials`);
  };
  const isOver = async (): Promise<boolean> => {
    for (const { id } of campaigns) {
      if ((await world.deps.store.counts(id)).unfinished === 0) continue;
      const one = await world.deps.store.campaign(id);
      if (one?.state !== 'running') throw new Error(`${id} is ${one?.state}: ${one?.reason}`);
      return false;
    }
    return true;
  };
  await world.work(isOver, { afterJob, sweepEvery: SWEEP_EVERY, listEvery: LIST_EVERY, lanes: LANES });
  await audit(playing);
}

/** Plays and judges. Throws an Error that names the first dial, its number masked, of those that broke a rule. */
export async function* runRulesBench({ redisUrl, rows, progress }: BenchOptions): AsyncGenerator<BenchLine> {
  const begunAt = process.hrtime.bigint();
  const { from } = rulesTimes(rows);
  const seen: Seen = {
    ...{ dispositions: new Set(), endCodes: new Set() },
    ...{ capped: 0, suppressed: 0, audits: 0, violations: 0 },
  };
  // Nobody can opt out before there is a world to do it in.
  let optOuts: OptOuts | undefined;
  const watch = (store: Store): Store => {
    const watched = watching(store, seen);
    return { ...watched, apply: (id, change) => (optOuts?.watch(watched) ?? watched).apply(id, change) };
  };
  const options = { at: from, requestTime: REQUEST_TIME, asksOfCallers: true };
  const world = await openCallingWorld(redisUrl, rulesScenario(rows), watch, options);
  const folder = await mkdtemp(join(tmpdir(), 'rm-bench-rules-'));
  try {
    const campaigns = rulesCampaigns(rows);
    const numbers = Math.max(...campaigns.map(({ to }) => to));
    optOuts = new OptOuts(
      world.deps,
      Array.from({ length: numbers }, (_, index) => numberOf(index)),
      'rules',
    );
    const playing = { world, campaigns, optOuts, seen, folder };
    await optOuts.addList(folder, Math.ceil(rows / 100));
    let callees = 0;
    for (const campaign of campaigns) callees += await fill(world, folder, campaign);
    for (const { id } of campaigns) await world.start(id);
    await play(playing, rows, progress);
    const line = (what: string, value: number, unit: string): BenchLine => ({
      ...{ bench: 'rules', what, value: rounded(value), unit, ratio: null, against: null, rows },
    });
    yield line('callees of both campaigns', callees, 'callees');
    yield line('campaign days simulated', (world.date.now() - from) / DAY, 'days');
    yield* judgedLines(playing, rows, line);
    yield line('wall time', Number(process.hrtime.bigint() - begunAt) / 1e9, 's');
  } finally {
    await world.close();
    await rm(folder, { recursive: true, force: true });
  }
}

type MakeLine = (what: string, value: number, unit: string) => BenchLine;

const RULE_LINES: readonly (readonly [BrokenRule, string])[] = [
  ['window', 'dials outside a window'],
  ['cap', 'dials above a cap'],
  ['suppression', 'dials after a suppression'],
  ['duplicate', 'duplicate dials'],
  ['stranger', 'dials of no campaign'],
];

function* judgedLines(playing: Playing, rows: number, line: MakeLine): Generator<BenchLine> {
  const { world, campaigns, optOuts, seen } = playing;
  const ledger = world.simulator.ledger();
  const judged = campaigns.map((campaign) => campaign.judged);
  const verdict = judgeDials(ledger, judged, optOuts.stored, LATE_MAX);
  yield line('dials', verdict.dials, 'dials');
  yield line('calls that the provider declined', verdict.declined, 'calls');
  yield line('time zones dialled', new Set(ledger.map(({ number }) => zoneOf(number))).size, 'zones');
  yield line('dials behind a change of clocks', ledger.filter(isBehindChange).length, 'dials');
  yield line('numbers that both campaigns dialled', dialledByBoth(ledger), 'numbers');
  for (const [rule, what] of RULE_LINES)
    yield line(what, verdict.breaches.filter((breach) => breach.rule === rule).length, 'dials');
  yield line('audit violations', seen.violations, 'violations');
  yield line('audits', seen.audits, 'audits');
  yield line('dials that left no room under a cap', verdict.filled, 'dials');
  yield line('times that a cap put a callee off', seen.capped, 'times');
  yield line('numbers suppressed', new Set(optOuts.stored.map(({ number }) => number)).size, 'numbers');
  for (const [moment, count] of optOuts.moments) yield line(`suppressed while ${moment}`, count, 'numbers');
  yield line('callees ended by a suppression', seen.suppressed, 'callees');
  const { StopAutoCalloutTask: stops = {} } = world.simulator.requests();
  yield line('tasks stopped for a suppression', stops.OK ?? 0, 'tasks');
  yield line('latest dial after its suppression', verdict.latest / SECOND, 's');
  const named = DISPOSITION_NAMES.filter((name) => seen.dispositions.has(name));
  yield withShare(line('distinct dispositions', named.length, 'dispositions'), DISPOSITION_NAMES.length);
  const codes = END_CODES.filter(([code]) => seen.endCodes.has(code));
  yield withShare(line('distinct end codes of the reference', codes.length, 'codes'), END_CODES.length);
  const before = shareOf(ledger, (at) => at < badFrom(rows));
  const after = shareOf(ledger, (at) => at >= badFrom(rows));
  yield line('share of calls on the caller that goes bad, before', before, 'share');
  const fallen = line('share of calls on the caller that goes bad, after', after, 'share');
  yield { ...fallen, ratio: before === 0 ? null : rounded(after / before), against: 'before' };
  const [breach] = verdict.breaches;
  if (breach !== undefined) throw new Error(`${verdict.breaches.length} broken rules, first: ${breach.text}`);
  const { duplicateDials } = world.simulator.summary();
  if (duplicateDials > 0) throw new Error(`the simulator counts ${duplicateDials} duplicate dials`);
  // What is too rare for a few callees must have happened among many.
  if (rows < ROWS_FOR_ALL) return;
  const missing = [
    ...DISPOSITION_NAMES.filter((name) => !seen.dispositions.has(name)),
    ...END_CODES.flatMap(([code]) => (seen.endCodes.has(code) ? [] : [String(code)])),
  ];
  if (missing.length > 0) throw new Error(`never seen: ${missing.join(', ')}`);
  if (after >= before) throw new Error(`the bad caller's share went from ${before} to ${after}`);
}

function isBehindChange({ number, at, declined }: LedgerEntry): boolean {
  return !declined && zoneOf(number) === CLOCKS_CHANGE.zone && at >= CLOCKS_CHANGE.at;
}

function withShare(line: BenchLine, all: number): BenchLine {
  return { ...line, ratio: rounded(line.value / all), against: `the ${all} that there are` };
}

function dialledByBoth(ledger: readonly LedgerEntry[]): number {
  const callers = new Map<string, Set<string>>();
  for (const { number, taskName, declined } of ledger) {
    if (declined) continue;
    const known = callers.get(number) ?? new Set();
    callers.set(number, known.add(taskName.split('.')[0] ?? ''));
  }
  return [...callers.values()].filter((ids) => ids.size > 1).length;
}

/** Of the calls that the first campaign placed in a time, declined or not, the share that showed the caller that goes bad. */
function shareOf(ledger: readonly LedgerEntry[], isThen: (at: Instant) => boolean): number {
  const placed = ledger.filter(({ at, taskName }) => isThen(at) && taskName.startsWith('rules-first.'));
  const bad = placed.filter(({ caller }) => caller === BAD_CALLER);
  return placed.length === 0 ? 0 : bad.length / placed.length;
}

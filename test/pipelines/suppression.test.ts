import { afterEach, describe, expect, inject, it } from 'vitest';
import { createRedisSuppression } from '../../src/adapters/redis/suppression.ts';
import type { ScenarioInput } from '../../src/adapters/simulator/scenario.ts';
import { RETURNS_MAX, SWEEP_INTERVAL } from '../../src/core/limits.ts';
import { HOUR, MINUTE, SECOND } from '../../src/core/time.ts';
import { dispatchCampaign } from '../../src/pipelines/dispatch.ts';
import { pollCampaign } from '../../src/pipelines/poll.ts';
import { retryCampaign } from '../../src/pipelines/retry.ts';
import { allowNumber, suppressNumber } from '../../src/pipelines/suppress-numbers.ts';
import { sweep } from '../../src/pipelines/sweep.ts';
import { seededNumber } from '../support/seeded-campaign.ts';
import {
  createWorld,
  expectHonest,
  isOver,
  keepOrders,
  moveTo,
  recordsByNumber,
  requestsOf,
  runTo,
  runUntil,
  type SentOrder,
  startCampaign,
  startProcess,
  storyOf,
  WORLD_SETTINGS,
  type World,
  type WorldProcess,
} from '../support/world.ts';

const ID = 'spring';
const STOP = 'StopAutoCalloutTask';
const KEY = 'a key that is long enough for a test';
const CAUSE = { reason: 'asked us', by: 'mei', source: 'single' };
/** One call after the other, in the order of the list, 40 seconds each. */
const SLOW: ScenarioInput = {
  channelsPerCaller: 1,
  outcomes: { ok: 1 },
  setupSeconds: [2, 2],
  ringSeconds: [18, 18],
  talkSeconds: [20, 20],
};
const CALL = 40 * SECOND;
const LEAD = 10 * SECOND;

let world: World;
let running: WorldProcess[] = [];
afterEach(() => {
  for (const process of running) process.stop();
  running = [];
  return world.close();
});

async function open(scenario: ScenarioInput = SLOW, key?: string): Promise<void> {
  const made = await createWorld(inject('redisUrl'), { scenario });
  const { redis, prefix } = made;
  world = { ...made, suppression: createRedisSuppression(redis, { prefix, key }) };
}

function start(options: Parameters<typeof startProcess>[1] = {}): WorldProcess {
  const process = startProcess(world, options);
  running.push(process);
  return process;
}

/** As an operator does it, by the command line. */
function suppress(row: number, more: Record<string, string> = {}) {
  return suppressNumber(world, { number: `+${seededNumber(row)}`, by: 'mei', reason: 'asked us', ...more });
}

/** As a process leaves it that dies right after the entry is stored. */
function onlyList(row: number): Promise<unknown> {
  const entry = { number: seededNumber(row), expiresAt: undefined };
  return world.suppression.add('global', [entry], { ...CAUSE, now: world.clock.now() });
}

async function stateOf(row: number, id = ID): Promise<string> {
  const record = (await recordsByNumber(world, id)).get(seededNumber(row));
  return `${record?.state} ${record?.reason}`;
}

const SUPPRESSED = 'suppressed suppressed_by_list';

function dialsOf(row: number): number[] {
  return world.simulator
    .ledger()
    .filter((entry) => entry.number === seededNumber(row))
    .map((entry) => entry.at);
}

async function finish(process: WorldProcess, id = ID): Promise<void> {
  await runUntil(world, process, () => isOver(world, id));
}

describe('a number that is put on a list while its callee waits', () => {
  it('ends as suppressed at once, with the list and the reason in its story, before the first call', async () => {
    await open();
    const process = start();
    await startCampaign(world, ID, 5);
    expect(await suppress(3)).toMatchObject({ list: 'global', added: true, suppressed: 1, calling: 0 });
    expect(await stateOf(3)).toBe(SUPPRESSED);
    expect((await storyOf(world, ID, seededNumber(3))).at(-1)).toMatchObject({
      from: 'initial',
      to: 'suppressed',
      facts: { list: 'global', listReason: 'asked us' },
    });
    await finish(process);
    expect(dialsOf(3)).toEqual([]);
    expect((await world.store.counts(ID)).states).toMatchObject({ answered: 4, suppressed: 1 });
    await expectHonest(world, ID);
  });

  it('ends as suppressed between two attempts; again is known and does no harm', async () => {
    await open({ ...SLOW, ranges: [{ prefix: seededNumber(2), byAttempt: ['busy'] }] });
    const process = start();
    await startCampaign(world, ID, 3);
    await runUntil(world, process, async () => (await stateOf(2)).startsWith('pending_retry'));
    expect(await suppress(2, { campaignId: ID })).toMatchObject({ list: 'campaign spring', suppressed: 1 });
    expect(await suppress(2, { campaignId: ID })).toMatchObject({ added: false, suppressed: 0 });
    await finish(process);
    expect(dialsOf(2)).toHaveLength(1);
    await expectHonest(world, ID);
    expect((await world.store.campaign(ID))?.state).toBe('completed');
  });

  it('by a process that died right then is ended when it would be claimed, and the others are called', async () => {
    await open();
    const process = start();
    await startCampaign(world, ID, 25);
    for (const row of [1, 7, 25]) await onlyList(row);
    await finish(process);
    for (const row of [1, 7, 25]) expect([await stateOf(row), dialsOf(row)]).toEqual([SUPPRESSED, []]);
    expect((await world.store.counts(ID)).states).toMatchObject({ answered: 22, suppressed: 3 });
    await expectHonest(world, ID);
  });

  it('and whose call ended in a miss meanwhile is not called again', async () => {
    await open({ ...SLOW, outcomes: { busy: 1 } });
    const process = start();
    await startCampaign(world, ID, 2);
    await runUntil(world, process, async () => (await world.store.counts(ID)).states.missed === 2);
    await onlyList(2);
    await retryCampaign(process.deps, ID);
    expect(await stateOf(2)).toBe(SUPPRESSED);
    expect((await storyOf(world, ID, seededNumber(2))).map((line) => line.to).slice(-2)).toEqual([
      'pending_retry',
      'suppressed',
    ]);
    expect(await stateOf(1)).toBe('pending_retry retry_scheduled');
  });
});

describe('a number that is put on a list between claim and submission', () => {
  it('is not in the task: the batch is undone, the others are planned again at once, at no cost', async () => {
    await open();
    const orders: SentOrder[] = [];
    const process = start({ wrap: keepOrders(orders, () => world.clock.now()) });
    await startCampaign(world, ID, 10);
    world.simulator.setFaults([
      { action: 'CreateAutoCalloutTask', calls: [1], kind: 'refuse', code: 'RequestLimitExceeded' },
    ]);
    await dispatchCampaign(process.deps, ID);
    expect((await world.store.counts(ID)).states).toMatchObject({ batched: 10 });
    expect(await suppress(4)).toMatchObject({ suppressed: 0, calling: 1 });
    await runTo(world, process, world.clock.now() + 5 * SECOND);
    expect(await stateOf(4)).toBe(SUPPRESSED);
    const numbers = orders.at(-1)?.order.callees.map((callee) => String(callee.number)) ?? [];
    expect([numbers.length, numbers.includes(seededNumber(4))]).toEqual([9, false]);
    expect((await storyOf(world, ID, seededNumber(5))).map((line) => [line.to, line.reason])).toEqual([
      ['batched', 'claimed'],
      ['initial', 'batch_undone'],
      ['batched', 'claimed'],
      ['calling', 'task_accepted'],
    ]);
    await finish(process);
    expect(world.simulator.summary()).toMatchObject({ dials: 9, numbers: 9 });
    await expectHonest(world, ID);
  });
});

describe.each([
  ['as they are', undefined],
  ['as digests', KEY],
])('a number that is put on a list (numbers %s) while a live task has not dialled it', (_what, key) => {
  it('is never rung again: the task is stopped, the others are called by another one', async () => {
    await open(SLOW, key);
    const process = start();
    await startCampaign(world, ID, 12);
    await runTo(world, process, world.clock.now() + LEAD + 3.5 * CALL);
    expect(dialsOf(4)).toHaveLength(1);
    const at = world.clock.now();
    expect(await suppress(9)).toMatchObject({ suppressed: 0, calling: 1 });
    await runTo(world, process, at + SECOND);
    expect(requestsOf(world, STOP, 'OK')).toBe(1);
    expect(world.simulator.snapshot().tasks.map((task) => task.state)).toEqual([3]);
    await finish(process);
    expect([await stateOf(9), dialsOf(9)]).toEqual([SUPPRESSED, []]);
    // The call that went on was left alone.
    expect(dialsOf(4)).toHaveLength(1);
    expect((await world.store.counts(ID)).states).toMatchObject({ answered: 11, suppressed: 1 });
    expect(world.simulator.summary()).toMatchObject({ dials: 11, duplicateDials: 0 });
    const [, , back] = await storyOf(world, ID, seededNumber(12));
    expect(back).toMatchObject({ to: 'initial', reason: 'batch_undone', attempts: 0 });
    expect((await recordsByNumber(world, ID)).get(seededNumber(12))).toMatchObject({
      attempts: 1,
      returns: 0,
    });
    await expectHonest(world, ID);
  });

  it('and nobody was told of it: the sweep finds it', async () => {
    await open(SLOW, key);
    const process = start();
    await startCampaign(world, ID, 6);
    await runTo(world, process, world.clock.now() + LEAD + CALL);
    await onlyList(6);
    while (world.queue.take(Number.POSITIVE_INFINITY) !== undefined);
    await sweep(process.deps);
    const wake = world.queue.take(world.clock.now());
    expect(wake).toMatchObject({ queue: 'poll', campaignId: ID });
    expect(requestsOf(world, STOP)).toBe(0);
    await pollCampaign(process.deps, ID);
    expect(requestsOf(world, STOP, 'OK')).toBe(1);
    await finish(process);
    expect([await stateOf(6), dialsOf(6)]).toEqual([SUPPRESSED, []]);
    await expectHonest(world, ID);
  });
});

describe('a live task', () => {
  it('is left alone when the suppressed callee rings already; it is not called again afterwards', async () => {
    await open({ ...SLOW, ranges: [{ prefix: seededNumber(2), byAttempt: ['notAnswer'] }] });
    const process = start();
    await startCampaign(world, ID, 4);
    await runTo(world, process, world.clock.now() + LEAD + CALL + 5 * SECOND);
    expect(dialsOf(2)).toHaveLength(1);
    expect(await suppress(2)).toMatchObject({ calling: 1 });
    await finish(process);
    expect(requestsOf(world, STOP)).toBe(0);
    expect([await stateOf(2), dialsOf(2).length]).toEqual([SUPPRESSED, 1]);
    const [moved] = (await storyOf(world, ID, seededNumber(2))).slice(-1);
    expect(moved).toMatchObject({ from: 'pending_retry', attempts: 1, disposition: 'no_answer' });
    expect((await world.store.counts(ID)).states).toMatchObject({ answered: 3, suppressed: 1 });
    await expectHonest(world, ID);
  });

  it('of nobody who is listed is neither read nor stopped for it, and is looked up once per addition', async () => {
    await open();
    const process = start();
    await startCampaign(world, ID, 6);
    await dispatchCampaign(process.deps, ID);
    const reads = requestsOf(world, 'DescribeAutoCalloutTask');
    await onlyList(999);
    await pollCampaign(process.deps, ID);
    const [batch] = await world.store.openBatches(ID);
    expect(batch?.listsVersion).toBe(1);
    await pollCampaign(process.deps, ID);
    expect((await world.store.openBatches(ID))[0]?.version).toBe(batch?.version);
    expect([requestsOf(world, 'DescribeAutoCalloutTask'), requestsOf(world, STOP)]).toEqual([reads, 0]);
  });

  it('that cannot be stopped just now is stopped at the next look', async () => {
    await open();
    const process = start();
    await startCampaign(world, ID, 6);
    await runTo(world, process, world.clock.now() + LEAD + CALL);
    world.simulator.setFaults([
      { action: STOP, calls: [1], kind: 'refuse', code: 'InternalError' },
      { action: 'DescribeAutoCalloutTask', calls: [1, 2, 3, 4], kind: 'refuse', code: 'InternalError' },
    ]);
    await suppress(6);
    await runTo(world, process, world.clock.now() + 4 * SWEEP_INTERVAL, { sweepEvery: SWEEP_INTERVAL });
    expect(requestsOf(world, STOP, 'OK')).toBe(1);
    await finish(process);
    expect([await stateOf(6), dialsOf(6)]).toEqual([SUPPRESSED, []]);
    await expectHonest(world, ID);
  });

  it('of a paused campaign is stopped too; the others wait for the resume', async () => {
    await open();
    const process = start();
    await startCampaign(world, ID, 6);
    await runTo(world, process, world.clock.now() + LEAD + CALL);
    await moveTo(world, ID, 'paused');
    await runTo(world, process, world.clock.now() + SECOND);
    await suppress(5);
    await runTo(world, process, world.clock.now() + 2 * MINUTE);
    expect(requestsOf(world, STOP, 'OK')).toBe(1);
    expect((await world.store.counts(ID)).states).toMatchObject({ calling: 0, batched: 0 });
    await moveTo(world, ID, 'running');
    await finish(process);
    expect([await stateOf(5), dialsOf(5)]).toEqual([SUPPRESSED, []]);
    await expectHonest(world, ID);
  });

  it('that is found after a lost reply is looked up as well', async () => {
    await open();
    const process = start();
    await startCampaign(world, ID, 6, {
      ...WORLD_SETTINGS,
      pacing: { ...WORLD_SETTINGS.pacing, leadTime: '60s' },
    });
    world.simulator.setFaults([{ action: 'CreateAutoCalloutTask', calls: [1], kind: 'drop', commit: true }]);
    await dispatchCampaign(process.deps, ID);
    expect((await world.store.openBatches(ID))[0]?.state).toBe('uncertain');
    await suppress(3);
    await dispatchCampaign(process.deps, ID);
    expect((await world.store.openBatches(ID))[0]?.state).toBe('active');
    await runTo(world, process, world.clock.now() + SECOND);
    expect(requestsOf(world, STOP, 'OK')).toBe(1);
    await finish(process);
    expect([await stateOf(3), dialsOf(3)]).toEqual([SUPPRESSED, []]);
    await expectHonest(world, ID);
  });

  it('stopped again and again never parks the callees that come back', async () => {
    await open();
    const process = start();
    const callees = 40;
    const pacing = { ...WORLD_SETTINGS.pacing, batchCalleesMax: callees };
    await startCampaign(world, ID, callees, { ...WORLD_SETTINGS, pacing });
    const dials = async (): Promise<boolean> =>
      (await world.store.openBatches(ID)).some(
        ({ state, control }) => state === 'active' && control === 'run',
      );
    for (let row = callees - 1; row >= callees - RETURNS_MAX - 2; row -= 1) {
      await runUntil(world, process, dials);
      expect(await suppress(row)).toMatchObject({ calling: 1 });
      await runTo(world, process, world.clock.now() + SECOND);
    }
    expect(requestsOf(world, STOP, 'OK')).toBeGreaterThan(RETURNS_MAX);
    await finish(process);
    expect((await world.store.counts(ID)).states).toMatchObject({
      needs_attention: 0,
      suppressed: RETURNS_MAX + 2,
    });
    expect(dialsOf(callees)).toHaveLength(1);
    await expectHonest(world, ID);
  });
});

/** Chance from a seed: mulberry32. */
function dice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  };
}

describe('opt-outs at any time of a campaign', () => {
  it.each([1, 2])('hold at once, and within a sweep where the process died (seed %i)', async (seed) => {
    const roll = dice(seed);
    const outcomes = { ok: 4, notAnswer: 3, busy: 2, powerOff: 1 };
    await open({ channelsPerCaller: 3, outcomes });
    const process = start();
    const rows = 30;
    const retry = { attemptsMax: 2, otherwise: { after: ['30s'] } };
    await startCampaign(world, ID, rows, { ...WORLD_SETTINGS, retry });
    const held = new Map<number, number>();
    while (!(await isOver(world, ID))) {
      await runTo(world, process, world.clock.now() + roll(60) * SECOND, { sweepEvery: SWEEP_INTERVAL });
      const row = 1 + roll(rows);
      const dies = roll(2) === 0;
      if (held.has(row) || held.size > rows / 2) continue;
      if (dies) await onlyList(row);
      else await suppress(row);
      held.set(row, world.clock.now() + (dies ? SWEEP_INTERVAL : 0));
    }
    const late = [...held].flatMap(([row, at]) => dialsOf(row).filter((dial) => dial > at));
    expect(late).toEqual([]);
    expect(held.size).toBeGreaterThan(5);
    expect(requestsOf(world, STOP, 'OK')).toBeGreaterThan(0);
    await expectHonest(world, ID);
  });
});

describe('lists', () => {
  it('of all campaigns hold for each of them; that of one for no other', async () => {
    await open();
    const process = start();
    await startCampaign(world, ID, 3);
    await startCampaign(world, 'autumn', 3, { ...WORLD_SETTINGS, callers: ['008602150000002'] });
    expect(await suppress(1)).toMatchObject({ suppressed: 2 });
    expect(await suppress(2, { campaignId: 'autumn' })).toMatchObject({ suppressed: 1 });
    await finish(process);
    await finish(process, 'autumn');
    const ended = (id: string) => Promise.all([1, 2, 3].map((row) => stateOf(row, id)));
    expect(await ended(ID)).toEqual([SUPPRESSED, 'answered call_answered', 'answered call_answered']);
    expect(await ended('autumn')).toEqual([SUPPRESSED, SUPPRESSED, 'answered call_answered']);
    expect(world.simulator.summary()).toMatchObject({ dials: 3, duplicateDials: 0 });
  });

  it('bring nobody back: neither when the entry expires nor when it is removed', async () => {
    await open();
    const process = start();
    await startCampaign(world, ID, 4);
    const expires = new Date(world.clock.now() + HOUR).toISOString();
    await suppress(1, { expires });
    await suppress(2);
    expect(await allowNumber(world, { number: seededNumber(2), by: 'mei' })).toMatchObject({ removed: true });
    await runTo(world, process, world.clock.now() + 3 * HOUR);
    expect([await stateOf(1), await stateOf(2)]).toEqual([SUPPRESSED, SUPPRESSED]);
    expect(await world.suppression.size('global')).toBe(0);
    expect(await world.suppression.actions('global')).toMatchObject([
      { did: 'add', by: 'mei', entries: 1, reason: 'asked us' },
      { did: 'add', by: 'mei' },
      { did: 'remove', by: 'mei', entries: 1 },
    ]);
    await expectHonest(world, ID);
  });

  it('take no number, date, reason, campaign or name that says nothing, and repeat no number', async () => {
    await open();
    const number = seededNumber(1);
    const refused = (input: Record<string, string>, code: string, words: RegExp) =>
      expect(suppressNumber(world, { by: 'mei', number, ...input })).rejects.toMatchObject({
        code,
        message: expect.stringMatching(words),
      });
    await refused({ number: '138001380001234567' }, 'input_invalid', /^(?!.*1380013).*too long/);
    await refused({ expires: 'soon' }, 'input_invalid', /"soon" is no date/);
    await refused({ expires: '2027-02-30' }, 'input_invalid', /no date/);
    await refused({ expires: '2020-01-01' }, 'input_invalid', /over already/);
    await refused({ reason: 'x'.repeat(201) }, 'input_invalid', /at most 200/);
    await refused({ campaignId: 'nowhere' }, 'campaign_not_found', /nowhere/);
    await refused({ by: ' ' }, 'input_invalid', /say who asks/);
    expect(await world.suppression.lists(ID)).toEqual([]);
  });
});

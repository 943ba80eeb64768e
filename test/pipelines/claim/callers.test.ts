import { afterEach, describe, expect, inject, it } from 'vitest';
import { HOUR, MINUTE } from '../../../src/core/time.ts';
import { claimable } from '../../../src/pipelines/claim/claimable.ts';
import { readRoom } from '../../../src/pipelines/claim/room.ts';
import {
  createWorld,
  expectHonest,
  isOver,
  keepOrders,
  recordsByNumber,
  runTo,
  runUntil,
  type SentOrder,
  startCampaign,
  startProcess,
  WORLD_SETTINGS,
  type World,
} from '../../support/world.ts';

const ID = 'spring';
const SWEEP = { sweepEvery: HOUR };
const FIRST = '008602150000001';
const SECOND = '008602150000002';
const THIRD = '008602150000003';

let world: World;
afterEach(() => world.close());

/** Per callee the callers that dialled it, in order. */
function callersOf(of: World): Map<string, string[]> {
  const callers = new Map<string, string[]>();
  for (const { number, caller } of of.simulator.ledger())
    callers.set(number, [...(callers.get(number) ?? []), caller]);
  return callers;
}

describe('a campaign with several callers', () => {
  it('passes over those of one without room in a single look, for the first that another may call', async () => {
    world = await createWorld(inject('redisUrl'));
    const process = startProcess(world);
    const callers = [
      { number: FIRST, channels: 1 },
      { number: SECOND, channels: 1 },
    ];
    await startCampaign(world, ID, 1_500, { ...WORLD_SETTINGS, callers });
    const refs = [...Array(1_500).keys()];
    // All but the last were called by the first, and are to be called by it again.
    const wishes = refs.map((ref) => (ref === 1_499 ? 2 : 1));
    const records = await world.store.records(ID, refs);
    const now = world.clock.now();
    const moves = records.flatMap((before, ref) =>
      before === undefined
        ? []
        : [{ ref, before, after: { ...before, caller: wishes[ref] ?? 0 }, story: undefined }],
    );
    await world.store.apply(ID, { name: 'wish_callers', now, moves });
    const campaign = await world.store.campaign(ID);
    if (campaign === undefined) throw new Error('no campaign');
    let looks = 0;
    const dueCallees: typeof world.store.dueCallees = (...question) => {
      looks += 1;
      return world.store.dueCallees(...question);
    };
    const deps = { ...process.deps, store: { ...world.store, dueCallees } };
    const view = await readRoom(deps, campaign);
    const own = { ...view.own, held: 20, byCaller: { [FIRST]: 60 } };
    const found = await claimable(deps, campaign, 0, { ...view, own });
    process.stop();
    expect([found.caller, found.due.map(({ ref }) => ref), looks]).toEqual([2, [1_499], 1]);
  });

  it('gives each batch exactly one, and a callee the same one again for its retries', async () => {
    world = await createWorld(inject('redisUrl'), { scenario: { outcomes: { notAnswer: 1 } } });
    const orders: SentOrder[] = [];
    const process = startProcess(world, { wrap: keepOrders(orders, () => world.clock.now()) });
    const callers = [
      { number: FIRST, channels: 20 },
      { number: SECOND, channels: 20 },
    ];
    await startCampaign(world, ID, 60, { ...WORLD_SETTINGS, callers });
    await runUntil(world, process, () => isOver(world, ID), SWEEP);
    process.stop();
    expect(orders.every(({ order }) => order.callers.length === 1)).toBe(true);
    expect(new Set(orders.map(({ order }) => order.callers[0]))).toEqual(new Set([FIRST, SECOND]));
    const dialledBy = [...callersOf(world).values()];
    expect(dialledBy.map((list) => list.length)).toEqual(Array(60).fill(3));
    expect(dialledBy.every((list) => new Set(list).size === 1)).toBe(true);
    await expectHonest(world, ID);
  });

  it('gives a callee another one where the retry rule says so, and keeps to it where none says otherwise', async () => {
    world = await createWorld(inject('redisUrl'), { scenario: { outcomes: { busy: 1 } } });
    const process = startProcess(world);
    await startCampaign(world, ID, 30, {
      ...WORLD_SETTINGS,
      callers: [FIRST, SECOND],
      retry: { attemptsMax: 3, rules: [{ on: ['busy'], after: '10m', caller: 'other' }] },
    });
    await runUntil(world, process, () => isOver(world, ID), SWEEP);
    process.stop();
    for (const list of callersOf(world).values()) {
      expect(list).toHaveLength(3);
      expect(list[1]).not.toBe(list[0]);
      expect(list[2]).not.toBe(list[1]);
    }
    await expectHonest(world, ID);
  });

  it('leaves out numbers that the provider says may not call, and says so in the campaign', async () => {
    const numbers = [{ number: FIRST, state: 2 }, { number: SECOND }];
    world = await createWorld(inject('redisUrl'), { scenario: { numbers, outcomes: { ok: 1 } } });
    const process = startProcess(world);
    await startCampaign(world, ID, 40, { ...WORLD_SETTINGS, callers: [FIRST, SECOND, THIRD] });
    await runUntil(world, process, () => isOver(world, ID), SWEEP);
    process.stop();
    expect(new Set(world.simulator.ledger().map(({ caller }) => caller))).toEqual(new Set([SECOND]));
    const told = (await world.store.trail(ID)).find(({ reason }) => reason === 'caller_left_out');
    expect(told?.text).toMatch(/is overdue at the provider.*is absent at the provider/);
    expect(told?.text).not.toContain(FIRST);
    await expectHonest(world, ID);
  });

  it('notices one that is disabled midway, and calls its callees by another', async () => {
    const turns = [{ afterMs: 30 * MINUTE, state: 5 }];
    world = await createWorld(inject('redisUrl'), {
      scenario: { numbers: [{ number: FIRST, turns }, { number: SECOND }], outcomes: { notAnswer: 1 } },
    });
    const process = startProcess(world);
    await startCampaign(world, ID, 20, {
      ...WORLD_SETTINGS,
      callers: [FIRST, SECOND],
      retry: { attemptsMax: 2, otherwise: { after: ['1h'] } },
    });
    await runUntil(world, process, () => isOver(world, ID), { sweepEvery: 5 * MINUTE });
    process.stop();
    for (const list of callersOf(world).values()) expect(list).toEqual([FIRST, SECOND]);
    await expectHonest(world, ID);
  });

  it('is blocked, saying what to mend, when none may call; nothing is dialled', async () => {
    world = await createWorld(inject('redisUrl'), { scenario: { numbers: [{ number: FIRST, state: 4 }] } });
    const process = startProcess(world);
    await startCampaign(world, ID, 5);
    await runTo(world, process, world.clock.now() + 10 * MINUTE);
    process.stop();
    const campaign = await world.store.campaign(ID);
    expect(campaign).toMatchObject({ state: 'blocked', reason: 'no_usable_caller' });
    expect(campaign?.reasonText).toMatch(/disabled_by_admin.*campaign start spring/);
    expect(world.simulator.summary().dials).toBe(0);
  });

  it('goes on with what it knows while nobody answers about numbers', async () => {
    world = await createWorld(inject('redisUrl'), { scenario: { outcomes: { ok: 1 } } });
    const process = startProcess(world);
    const failure = { kind: 'doubt', code: 'network', message: 'gone' } as const;
    const silent = async () => ({ ok: false, failure }) as const;
    const { contactCenter } = process.deps;
    if (contactCenter === undefined) throw new Error('no contact center');
    const deps = { ...process.deps, contactCenter: { ...contactCenter, numbers: silent, purchases: silent } };
    await startCampaign(world, ID, 10, { ...WORLD_SETTINGS, callers: [FIRST, SECOND] });
    await runUntil(world, { ...process, deps }, () => isOver(world, ID), SWEEP);
    process.stop();
    expect(world.simulator.summary().dials).toBe(10);
  });

  it('remembers the caller of each callee in its record', async () => {
    world = await createWorld(inject('redisUrl'), { scenario: { outcomes: { ok: 1 } } });
    const process = startProcess(world);
    await startCampaign(world, ID, 10, { ...WORLD_SETTINGS, callers: [FIRST, SECOND] });
    await runUntil(world, process, () => isOver(world, ID), SWEEP);
    process.stop();
    const dialled = callersOf(world);
    for (const [number, { caller }] of await recordsByNumber(world, ID))
      expect([FIRST, SECOND][(caller ?? 0) - 1]).toBe(dialled.get(number)?.[0]);
  });
});

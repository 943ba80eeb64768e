import { afterEach, describe, expect, inject, it } from 'vitest';
import { createPushInbox } from '../../src/adapters/redis/push-inbox.ts';
import { present } from '../../src/core/assert.ts';
import { calleeId } from '../../src/core/callee-id.ts';
import { PUSH_ASIDE_KEPT } from '../../src/core/limits.ts';
import { MINUTE, SECOND } from '../../src/core/time.ts';
import { type PushDeps, type PushOutcome, placeAside, takePush } from '../../src/pipelines/cdr-push.ts';
import { seededNumber } from '../support/seeded-campaign.ts';
import {
  createWorld,
  expectHonest,
  isOver,
  runUntil,
  startCampaign,
  startProcess,
  WORLD_BOUNDS,
  WORLD_SETTINGS,
  type World,
  type WorldProcess,
} from '../support/world.ts';

const ID = 'spring';
const CALLEES = 20;

let world: World;
let process: WorldProcess;
let deps: PushDeps;

/** A campaign whose one batch is being called, with looks so far apart that only a push makes one come sooner. */
async function callingCampaign(): Promise<void> {
  world = await createWorld(inject('redisUrl'), { scenario: { channelsPerCaller: CALLEES } });
  process = startProcess(world, { bounds: { firstLook: 30 * MINUTE, lookIntervalMax: 30 * MINUTE } });
  deps = { ...process.deps, pushes: createPushInbox(world.redis, { prefix: world.prefix }) };
  await startCampaign(world, ID, CALLEES, WORLD_SETTINGS);
  await runUntil(world, process, async () => (await world.store.counts(ID)).states.calling === CALLEES);
}

function cdr(row: number, uui: string = calleeId(ID, row - 1), sessionId = `session-${row}`) {
  return {
    kind: 'cdr' as const,
    call: { sessionId, callee: Number(seededNumber(row)), uui },
  };
}

async function batch() {
  return present((await world.store.batch(ID, 1)) ?? undefined, 'batch 1');
}

async function pushAll(rows: number): Promise<PushOutcome[]> {
  const outcomes: PushOutcome[] = [];
  for (let row = 1; row <= rows; row += 1) outcomes.push(await takePush(deps, cdr(row), `push-${row}`));
  return outcomes;
}

afterEach(async () => {
  process.stop();
  await world.close();
});

describe('a pushed call record', () => {
  it('has the task read at once when the last call of it ended, and the campaign ends as the provider says', async () => {
    await callingCampaign();
    world.clock.advance(10 * MINUTE);
    const startedAt = world.clock.now();
    const scheduled = (await batch()).nextLookAt;
    expect(scheduled).toBeGreaterThan(startedAt + 5 * MINUTE);
    expect(await pushAll(CALLEES - 1)).toEqual(new Array(CALLEES - 1).fill('placed'));
    expect((await batch()).nextLookAt).toBe(scheduled);
    await takePush(deps, cdr(CALLEES), 'last');
    expect((await batch()).nextLookAt).toBe(startedAt);
    await runUntil(world, process, async () => (await world.store.counts(ID)).states.calling === 0);
    expect(world.clock.now() - startedAt).toBeLessThan(WORLD_BOUNDS.lookIntervalMin + SECOND);
    await runUntil(world, process, () => isOver(world, ID));
    await expectHonest(world, ID);
  });

  it('moves nobody by itself, whatever it says', async () => {
    await callingCampaign();
    const before = await world.store.counts(ID);
    await pushAll(CALLEES);
    expect(await world.store.counts(ID)).toEqual(before);
  });

  it('counts once however often it comes, under its own id or another', async () => {
    await callingCampaign();
    const scheduled = (await batch()).nextLookAt;
    expect(await takePush(deps, cdr(1), 'push-1')).toBe('placed');
    expect(await takePush(deps, cdr(1), 'push-1')).toBe('repeated');
    for (let again = 0; again < 2 * CALLEES; again += 1) await takePush(deps, cdr(1), `other-${again}`);
    expect((await batch()).nextLookAt).toBe(scheduled);
  });

  it('is known by its number where the user data is the operator’s own, and by our key behind that', async () => {
    await callingCampaign();
    expect(await takePush(deps, cdr(1, 'order-1'), '')).toBe('placed');
    const hidden = { ...cdr(2, `order-2|${calleeId(ID, 1)}`).call, callee: Number.NaN };
    expect(await takePush(deps, { kind: 'cdr', call: hidden }, '')).toBe('placed');
  });

  it('of a recording or a voicemail asks for nothing', async () => {
    await callingCampaign();
    expect(await takePush(deps, { ...cdr(1), kind: 'record' }, '')).toBe('ignored');
    expect(await takePush(deps, { ...cdr(1), kind: 'voicemail' }, '')).toBe('ignored');
    expect(await deps.pushes.aside(10)).toEqual([]);
  });
});

describe('a pushed call that belongs to nothing known', () => {
  it('is kept aside, and counts once its task is known', async () => {
    await callingCampaign();
    await startCampaign(world, 'later', 1, WORLD_SETTINGS);
    const early = { kind: 'cdr' as const, call: cdr(1, calleeId('later', 0), 'early').call };
    // The campaign exists, but nobody of it is being called as far as we know.
    expect(await takePush(deps, early, 'early')).toBe('aside');
    await placeAside(deps);
    expect(await deps.pushes.aside(10)).toHaveLength(1);
    const calling = async () => (await world.store.counts('later')).states.calling === 1;
    await runUntil(world, process, calling);
    await placeAside(deps);
    expect(await deps.pushes.aside(10)).toEqual([]);
    expect((await world.store.batch('later', 1))?.pushed).toBe(true);
  });

  it('is dropped in the end', async () => {
    await callingCampaign();
    const foreign = { sessionId: 'foreign', callee: 8_613_900_000_000, uui: 'theirs' };
    expect(await takePush(deps, { kind: 'cdr', call: foreign }, '')).toBe('aside');
    world.clock.advance(PUSH_ASIDE_KEPT);
    await placeAside(deps);
    expect(await deps.pushes.aside(10)).toHaveLength(1);
    world.clock.advance(1);
    await placeAside(deps);
    expect(await deps.pushes.aside(10)).toEqual([]);
  });
});

import { afterEach, describe, expect, inject, it } from 'vitest';
import { MINUTE, SECOND } from '../../src/core/time.ts';
import { dispatchCampaign } from '../../src/pipelines/dispatch.ts';
import { seededNumber } from '../support/seeded-campaign.ts';
import {
  createWorld,
  expectHonest,
  isOver,
  requestsOf,
  runTo,
  runUntil,
  startCampaign,
  startProcess,
  storyOf,
  WORLD_BOUNDS,
  WORLD_SETTINGS,
  type World,
} from '../support/world.ts';

const ID = 'spring';
const RECORDS = 'DescribeTelCdr';
const ONCE = { ...WORLD_SETTINGS, retry: { attemptsMax: 1, otherwise: { after: ['10m'] } } };

let world: World;
afterEach(() => world.close());

describe('call records', () => {
  it('that are late are waited for with growing pauses, and then tell how each call ended', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: { outcomes: { busy: 1 }, records: { delayMs: 8 * MINUTE } },
    });
    const process = startProcess(world);
    await startCampaign(world, ID, 5, ONCE);
    await runUntil(world, process, () => isOver(world, ID));
    process.stop();
    expect((await world.store.counts(ID)).dispositions).toEqual({ busy: 5 });
    // Eight minutes asked for every two seconds would be 240 requests.
    expect(requestsOf(world, RECORDS)).toBeLessThan(20);
    const story = await storyOf(world, ID, seededNumber(1));
    expect(story.flatMap((line) => line.calls ?? [])).toMatchObject([{ endStatus: 206 }]);
    await expectHonest(world, ID);
  });

  it('that never come leave what the task said, marked as missing, once the limit has passed', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: {
        outcomes: { busy: 1 },
        ranges: [{ prefix: seededNumber(1), outcomes: { ok: 1 } }],
        records: { delayMs: 1_000 * MINUTE },
      },
    });
    const process = startProcess(world);
    await startCampaign(world, ID, 3, ONCE);
    const began = world.clock.now();
    await runUntil(world, process, () => isOver(world, ID));
    process.stop();
    expect(world.clock.now() - began).toBeGreaterThanOrEqual(WORLD_BOUNDS.recordWaitMax);
    expect((await world.store.counts(ID)).dispositions).toEqual({ answered: 1, record_missing: 2 });
    for (const row of [1, 2]) {
      const calls = (await storyOf(world, ID, seededNumber(row))).flatMap((line) => line.calls ?? []);
      expect(calls).toMatchObject([{ recordMissing: true }]);
    }
    await expectHonest(world, ID);
  });

  it('that come one by one end each callee as its own comes, and the others wait on', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: { outcomes: { busy: 1 }, records: { delayMs: SECOND, lateShare: 0.5, lateMs: 4 * MINUTE } },
    });
    const process = startProcess(world);
    await startCampaign(world, ID, 16, ONCE);
    await runTo(world, process, world.clock.now() + 3 * MINUTE);
    const half = await world.store.counts(ID);
    expect(half.states.unanswered).toBeGreaterThan(0);
    expect(half.states.calling).toBeGreaterThan(0);
    await runUntil(world, process, () => isOver(world, ID));
    process.stop();
    expect((await world.store.counts(ID)).dispositions).toEqual({ busy: 16 });
    await expectHonest(world, ID);
  });

  it('that cannot be asked for are asked for again, and nobody is given up before the limit', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: {
        outcomes: { busy: 1 },
        faults: [
          {
            kind: 'refuse',
            code: 'InternalError',
            action: RECORDS,
            calls: Array.from({ length: 9 }, (_, at) => at + 1),
          },
        ],
      },
    });
    const process = startProcess(world);
    await startCampaign(world, ID, 4, ONCE);
    await runUntil(world, process, () => isOver(world, ID));
    process.stop();
    expect((await world.store.counts(ID)).dispositions).toEqual({ busy: 4 });
    await expectHonest(world, ID);
  });

  it('of a hundred calls that never come keep those of no others waiting', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: { outcomes: { busy: 1 }, channelsPerCaller: 1_000 },
    });
    let lost: readonly string[] | undefined;
    const process = startProcess(world, {
      wrap: (real) => ({
        ...real,
        async callRecords(sessionIds, from, to) {
          lost ??= sessionIds;
          const asked = sessionIds.filter((id) => !lost?.includes(id));
          return asked.length === 0 ? { ok: true, value: [] } : real.callRecords(asked, from, to);
        },
      }),
    });
    const pacing = { calleesInFlightMax: 450, batchCalleesMax: 450 };
    await startCampaign(world, ID, 450, { ...ONCE, pacing });
    const began = world.clock.now();
    const told = async () => (await world.store.counts(ID)).states.unanswered === 350;
    await runUntil(world, process, told);
    expect(world.clock.now() - began).toBeLessThan(WORLD_BOUNDS.recordWaitMax / 2);
    await runUntil(world, process, () => isOver(world, ID));
    process.stop();
    expect((await world.store.counts(ID)).dispositions).toEqual({ busy: 350, record_missing: 100 });
    expect(world.clock.now() - began).toBeLessThan(1.5 * WORLD_BOUNDS.recordWaitMax);
    await expectHonest(world, ID);
  });

  it('of more than a hundred calls come in requests of a hundred', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: { outcomes: { busy: 1 }, channelsPerCaller: 1_000 },
    });
    const process = startProcess(world);
    await startCampaign(world, ID, 230, {
      ...ONCE,
      pacing: { calleesInFlightMax: 230, batchCalleesMax: 230 },
    });
    await dispatchCampaign(process.deps, ID);
    await runUntil(world, process, () => isOver(world, ID));
    process.stop();
    expect(requestsOf(world, RECORDS)).toBe(3);
    await expectHonest(world, ID);
  });
});

import { afterEach, describe, expect, inject, it } from 'vitest';
import type { CallerFacts } from '../../src/core/caller-facts.ts';
import { DAY, HOUR } from '../../src/core/time.ts';
import { calleeDocument, calleeLine } from '../../src/faces/documents.ts';
import type { Log } from '../../src/ports/log.ts';
import { seededNumber } from '../support/seeded-campaign.ts';
import {
  createWorld,
  expectHonest,
  isOver,
  runTo,
  runUntil,
  startCampaign,
  startProcess,
  storyOf,
  WORLD_SETTINGS,
  type World,
  type WorldProcess,
} from '../support/world.ts';

const ID = 'spring';
/** Days go by: a look every half hour is enough. */
const SWEEP = { sweepEvery: HOUR / 2 };
const CALLER = WORLD_SETTINGS.callers[0] ?? '';

let world: World;
afterEach(() => world.close());

/** The hour of the day in Beijing. */
function beijingHour(at: number): number {
  return new Date(at + 8 * HOUR).getUTCHours();
}

function own(supply: CallerFacts['supply']): CallerFacts {
  return { number: CALLER, state: 'normal', supply, calls: 'unknown', checkedAt: world.clock.now() };
}

/** A process that can ask nobody whose the callers are. */
function unadvised(): WorldProcess {
  const process = startProcess(world);
  const { contactCenter: _, ...deps } = process.deps;
  return { ...process, deps };
}

describe("the provider's hours", () => {
  const ROUND_THE_CLOCK = {
    ...WORLD_SETTINGS,
    platformHours: 'auto',
    retry: { attemptsMax: 6, otherwise: { after: '5h' } },
    caps: { preset: 'none' },
  };

  it('are kept while nobody knows whose the callers are, although the windows are open at night', async () => {
    world = await createWorld(inject('redisUrl'), { scenario: { outcomes: { notAnswer: 1 } } });
    const process = unadvised();
    await startCampaign(world, ID, 4, ROUND_THE_CLOCK);
    expect((await world.store.campaign(ID))?.platformCallers).toBeUndefined();
    await runUntil(world, process, () => isOver(world, ID), SWEEP);
    process.stop();
    const hours = world.simulator.ledger().map((entry) => beijingHour(entry.at));
    expect(hours.length).toBe(24);
    expect(Math.min(...hours)).toBeGreaterThanOrEqual(8);
    expect(Math.max(...hours)).toBeLessThan(21);
    await expectHonest(world, ID);
  });

  it('hold no longer once the callers are known to be own numbers', async () => {
    world = await createWorld(inject('redisUrl'), { scenario: { outcomes: { notAnswer: 1 } } });
    const process = unadvised();
    await startCampaign(world, ID, 4, ROUND_THE_CLOCK);
    await world.store.noteCallers(ID, [own('own')]);
    expect((await world.store.campaign(ID))?.platformCallers).toBe(false);
    await runTo(world, process, world.clock.now() + DAY, SWEEP);
    const hours = world.simulator.ledger().map((entry) => beijingHour(entry.at));
    expect(hours.some((hour) => hour < 8 || hour >= 21)).toBe(true);
    await world.store.noteCallers(ID, [own('provider')]);
    expect((await world.store.campaign(ID))?.platformCallers).toBe(true);
    process.stop();
  });

  it('that never meet the windows end no callee until it is known that they hold', async () => {
    world = await createWorld(inject('redisUrl'), { scenario: { outcomes: { ok: 1 } } });
    const process = unadvised();
    const night = [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '22:00', to: '23:00' }];
    await startCampaign(world, ID, 3, { ...ROUND_THE_CLOCK, windows: night });
    await runTo(world, process, world.clock.now() + DAY, SWEEP);
    expect((await world.store.counts(ID)).states).toMatchObject({ initial: 3, expired: 0 });
    await world.store.noteCallers(ID, [own('provider')]);
    await runUntil(world, process, () => isOver(world, ID), SWEEP);
    process.stop();
    expect((await world.store.counts(ID)).states).toMatchObject({ initial: 0, expired: 3 });
    expect(world.simulator.ledger()).toEqual([]);
  });
});

describe('what is told of a call', () => {
  it('is shown with the callee: caller, times, keys with labels, recording and transcript', async () => {
    world = await createWorld(inject('redisUrl'), {
      scenario: { outcomes: { ok: 1 }, keysPressed: { '2,9': 1 } },
    });
    const process = startProcess(world);
    await startCampaign(world, ID, 1);
    await runUntil(world, process, () => isOver(world, ID));
    process.stop();
    const [record] = await world.store.records(ID, [0]);
    const [row] = await world.store.rows(ID, [0]);
    if (record === undefined || row === undefined) throw new Error('no callee');
    const story = await world.store.story(ID, 0);
    const shown = calleeDocument(calleeLine(ID, 0, record, row), record, row, story);
    const session = story.flatMap((line) => line.calls ?? [])[0]?.sessionId;
    expect(shown.history.at(-1)).toMatchObject({
      calls: [
        {
          ...{ endStatus: 1, caller: '+8602150000001', keysPressed: '2,9', keyLabels: ['menu-1', 'menu-2'] },
          recordingUrl: `https://recordings.invalid/${session}.mp3`,
          transcriptUrl: `https://recordings.invalid/${session}.json`,
          ringSeconds: expect.any(Number),
          talkSeconds: expect.any(Number),
          hungUpSide: expect.stringMatching(/^(?:user|system|seat)$/),
        },
      ],
    });
  });

  it('that ended as no outbound call should is counted apart, with its code, and said aloud', async () => {
    for (const [code, disposition] of [
      [777, 'unknown'],
      [102, 'not_outbound'],
    ] as const) {
      world = await createWorld(inject('redisUrl'), {
        scenario: {
          outcomes: { notAnswer: 1 },
          faults: [...[{ kind: 'unknown_enum' as const, field: 'end_status' as const, value: code }]].map(
            (fault) => ({ ...fault, action: 'DescribeTelCdr', probability: 1 }),
          ),
        },
      });
      const said: Record<string, unknown>[] = [];
      const log: Log = { debug() {}, info() {}, error() {}, warn: (fields) => void said.push({ ...fields }) };
      const process = startProcess(world, { log });
      await startCampaign(world, ID, 2, { ...WORLD_SETTINGS, retry: { attemptsMax: 1 } });
      await runUntil(world, process, () => isOver(world, ID));
      process.stop();
      expect((await world.store.counts(ID)).dispositions).toEqual({ [disposition]: 2 });
      const story = await storyOf(world, ID, seededNumber(1));
      expect(story.flatMap((line) => line.calls ?? [])).toMatchObject([{ endStatus: code }]);
      expect(said).toContainEqual(
        expect.objectContaining({ event: 'strange_end_code', endStatus: code, calls: 2 }),
      );
      if (code === 777) await world.close();
    }
  });

  it('decides which caller is next, and the story says so', async () => {
    world = await createWorld(inject('redisUrl'), { scenario: { outcomes: { carrierBlocked: 1 } } });
    const process = startProcess(world);
    const rules = [{ on: ['carrier_blocked'], after: '10m', caller: 'other' }];
    await startCampaign(world, ID, 1, { ...WORLD_SETTINGS, retry: { attemptsMax: 2, rules } });
    await runUntil(world, process, () => isOver(world, ID));
    process.stop();
    const story = await storyOf(world, ID, seededNumber(1));
    expect(story.find((line) => line.to === 'pending_retry')).toMatchObject({
      ...{ reason: 'retry_scheduled', facts: { caller: 'other' } },
    });
  });
});

import { afterEach, describe, expect, inject, it } from 'vitest';
import {
  createWorld,
  expectHonest,
  isOver,
  runUntil,
  startCampaign,
  startProcess,
  type World,
} from '../support/world.ts';

let world: World;
afterEach(() => world.close());

describe('a campaign without faults', () => {
  it('calls everybody, retries the missed, completes, and its attempts are the dials of the carrier', async () => {
    world = await createWorld(inject('redisUrl'));
    const process = startProcess(world);
    await startCampaign(world, 'spring', 200);
    await runUntil(world, process, () => isOver(world, 'spring'));
    process.stop();
    await expectHonest(world, 'spring');
    const counts = await world.store.counts('spring');
    expect(counts.states.answered + counts.states.unanswered).toBe(200);
    expect(counts.attempts).toBeGreaterThan(200);
    expect((await world.store.campaign('spring'))?.state).toBe('completed');
  });
});

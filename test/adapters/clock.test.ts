import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/clock.ts';

describe('systemClock', () => {
  it('tells the time of the machine', () => {
    const before = Date.now();
    const now = systemClock.now();
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(Date.now());
  });

  it('sleeps for at least as long as asked', async () => {
    const before = performance.now();
    await systemClock.sleep(20);
    expect(performance.now() - before).toBeGreaterThanOrEqual(20);
  });

  it('wakes at once with the reason of the signal', async () => {
    const controller = new AbortController();
    const reason = new Error('stopping');
    const sleeping = systemClock.sleep(3_000_000_000, controller.signal);
    controller.abort(reason);
    await expect(sleeping).rejects.toBe(reason);
    await expect(systemClock.sleep(1, controller.signal)).rejects.toBe(reason);
  });
});

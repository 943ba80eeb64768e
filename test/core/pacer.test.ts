import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nextRelease, pacedBatch, paceOf } from '../../src/core/pacer.ts';
import { MINUTE, SECOND } from '../../src/core/time.ts';

interface Release {
  readonly at: number;
  readonly callees: number;
}

/** Releases as a dispatcher makes them: as soon as it may and is awake. It sleeps through some times, and wakes late. */
function releases(
  perMinute: number,
  lateness: readonly number[],
  outage: readonly [number, number],
): Release[] {
  const made: Release[] = [];
  let allowedAt = 0;
  for (const late of lateness) {
    let now = allowedAt + late;
    if (now >= outage[0] && now < outage[0] + outage[1]) now = outage[0] + outage[1];
    const callees = pacedBatch(perMinute);
    made.push({ at: now, callees });
    allowedAt = nextRelease(perMinute, callees, now, allowedAt);
  }
  return made;
}

/** The most callees released in any time of this length. */
function mostIn(made: readonly Release[], length: number): number {
  return Math.max(
    ...made.map(({ at }) =>
      made
        .filter((one) => one.at >= at && one.at < at + length)
        .reduce((sum, { callees }) => sum + callees, 0),
    ),
  );
}

describe('a pace', () => {
  test('is never passed by more than a fifth in the time of five batches, late wake-ups and outages included', () => {
    const late = fc.array(fc.integer({ min: 0, max: 6 * SECOND }), { minLength: 20, maxLength: 120 });
    const outage = fc.tuple(
      fc.integer({ min: 0, max: 60 * MINUTE }),
      fc.integer({ min: 0, max: 90 * MINUTE }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3_000 }), late, outage, (perMinute, lateness, [from, length]) => {
        const made = releases(perMinute, lateness, [from, length]);
        // One wake-up may come as late as the slack of one batch's spacing.
        const window = (5.5 * pacedBatch(perMinute) * MINUTE) / perMinute;
        const allowed = (1.2 * perMinute * window) / MINUTE;
        expect(mostIn(made, window)).toBeLessThanOrEqual(Math.ceil(allowed));
      }),
      { numRuns: 500 },
    );
  });

  test('is what the file says, else what the channels can call and a tenth more, else none', () => {
    const callTime = 30 * SECOND;
    expect(paceOf({ calleesPerMinute: 7, channels: 10, callTime })).toBe(7);
    expect(paceOf({ channels: 10, callTime })).toBeCloseTo(22);
    expect(paceOf({ channels: undefined, callTime })).toBeUndefined();
  });

  test('does not make up for late wake-ups that are small, so that it is kept on the whole', () => {
    let allowedAt = 0;
    for (let batch = 0; batch < 100; batch += 1)
      allowedAt = nextRelease(60, 60, allowedAt + 5 * SECOND, allowedAt);
    expect(allowedAt).toBe(100 * MINUTE);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Claimant, fairShares } from '../../src/core/fair-share.ts';

const claimants = fc.array(
  fc.record({
    weight: fc.integer({ min: 1, max: 5 }),
    demand: fc.integer({ min: 0, max: 200 }),
    waitsSince: fc.integer({ min: 0, max: 5 }),
  }),
  { minLength: 1, maxLength: 12 },
);
const named = claimants.map((list) => list.map((one, at): Claimant => ({ id: `c${at}`, ...one })));
const capacity = fc.integer({ min: 0, max: 400 });

describe('fair shares', () => {
  test('give away all there is, or all that was asked for, and nobody more than he asked for', () => {
    fc.assert(
      fc.property(capacity, named, (left, all) => {
        const shares = fairShares(left, all);
        const sum = [...shares.values()].reduce((total, share) => total + share, 0);
        const asked = all.reduce((total, { demand }) => total + demand, 0);
        expect(sum).toBe(Math.min(left, asked));
        for (const { id, demand } of all) expect(shares.get(id)).toBeLessThanOrEqual(demand);
      }),
      { numRuns: 2_000 },
    );
  });

  test('are max-min fair by weight: nobody who is short has less per weight than another, but for one piece', () => {
    fc.assert(
      fc.property(capacity, named, (left, all) => {
        const shares = fairShares(left, all);
        for (const short of all) {
          const own = shares.get(short.id) ?? 0;
          if (own >= short.demand) continue;
          for (const other of all) {
            const theirs = shares.get(other.id) ?? 0;
            expect((theirs - 1) / other.weight).toBeLessThanOrEqual((own + 1) / short.weight);
          }
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('starve nobody: with one piece at a time, given to who has waited longest, each gets its turn', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 5 }), (count, pieces) => {
        const since = new Map(Array.from({ length: count }, (_, at) => [`c${at}`, 1]));
        const served = new Map<string, number>();
        const rounds = 12 * count;
        for (let now = 2; now < rounds + 2; now += 1) {
          const all = [...since].map(([id, waitsSince], at) => ({
            id,
            waitsSince,
            weight: 1 + (at % 5),
            demand: 1,
          }));
          for (const [id, share] of fairShares(pieces, all)) {
            if (share === 0) continue;
            served.set(id, (served.get(id) ?? 0) + 1);
            since.set(id, now);
          }
        }
        for (const id of since.keys()) expect(served.get(id) ?? 0).toBeGreaterThan(0);
      }),
    );
  });

  test('five parts for the first priority against one for the last, and what one leaves goes to the other', () => {
    const first = { id: 'first', weight: 5, waitsSince: 0 };
    const last = { id: 'last', weight: 1, waitsSince: 0 };
    const share = (a: number, b: number) =>
      fairShares(60, [
        { ...first, demand: a },
        { ...last, demand: b },
      ]);
    expect(Object.fromEntries(share(1_000, 1_000))).toEqual({ first: 50, last: 10 });
    expect(Object.fromEntries(share(20, 1_000))).toEqual({ first: 20, last: 40 });
    expect(Object.fromEntries(share(1_000, 0))).toEqual({ first: 60, last: 0 });
  });
});

import { describe, expect, it } from 'vitest';
import { createRng, pickWeighted, weightedTable } from '../../../src/adapters/simulator/rng.ts';

const draws = (count: number, ...parts: (string | number)[]) => {
  const rng = createRng(...parts);
  return Array.from({ length: count }, () => rng.next());
};

describe('seeded chance', () => {
  it('gives the same numbers for the same parts, and others for other parts', () => {
    expect(draws(5, 'seed', '8613800000001', 1)).toEqual(draws(5, 'seed', '8613800000001', 1));
    expect(draws(5, 'seed', '8613800000001', 1)).not.toEqual(draws(5, 'seed', '8613800000001', 2));
    expect(draws(5, 'seed', 1, 23)).not.toEqual(draws(5, 'seed', 12, 3));
  });

  it('never changes: a run of an older version can be repeated', () => {
    expect(createRng('seed', '8613800000001', 1).uuid()).toBe('a1b6bd70-9942-44e0-852d-0cea780e6fc2');
  });

  it('spreads the first draws of neighbouring numbers evenly', () => {
    const buckets = new Array<number>(10).fill(0);
    for (let index = 0; index < 20_000; index += 1) {
      const bucket = Math.floor(createRng('seed', 8_613_800_000_000 + index, 1).next() * 10);
      buckets[bucket] = buckets[bucket]! + 1;
    }
    for (const count of buckets) expect(Math.abs(count - 2_000)).toBeLessThan(200);
  });

  it('makes version 4 uuids that do not repeat', () => {
    const ids = new Set(Array.from({ length: 10_000 }, (_, index) => createRng('seed', index).uuid()));
    expect(ids.size).toBe(10_000);
    for (const id of ids)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('picks by weight, never what weighs nothing', () => {
    const table = weightedTable([
      ['never', 0],
      ['often', 9],
      ['rarely', 1],
    ] as const);
    expect(pickWeighted(table, 0)).toBe('often');
    expect(pickWeighted(table, 0.89)).toBe('often');
    expect(pickWeighted(table, 0.91)).toBe('rarely');
    expect(pickWeighted(table, 0.999_999)).toBe('rarely');
  });

  it('keeps whole numbers within their bounds and reaches both', () => {
    const rng = createRng('bounds');
    const seen = new Set(Array.from({ length: 500 }, () => rng.int(3, 5)));
    expect([...seen].sort()).toEqual([3, 4, 5]);
  });
});

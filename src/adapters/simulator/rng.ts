/**
 * Seeded chance: the same parts always give the same numbers, on every machine. A generator is made per thing
 * (a call, a request), never shared, so that what one thing draws cannot depend on the order of others.
 */
export interface Rng {
  /** At least 0, less than 1. */
  next(): number;
  /** A whole number from `min` to `max`, both included. */
  int(min: number, max: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  /** A version 4 UUID. */
  uuid(): string;
}

/** A generator derived from its parts, for example `(seed, number, attempt)`. */
export function createRng(...parts: readonly (string | number)[]): Rng {
  const draw = sfc32(hash128(parts.join('\u0000')));
  const next = () => draw() / 4_294_967_296;
  return {
    next,
    int: (min, max) => min + Math.floor(next() * (max - min + 1)),
    chance: (probability) => next() < probability,
    uuid: () => formatUuid(draw(), draw(), draw(), draw()),
  };
}

/** Entries that are chosen by weight. Weights are relative; they need not add up to anything. */
export interface WeightedTable<T> {
  readonly values: readonly T[];
  readonly sums: readonly number[];
}

export function weightedTable<T>(
  entries: readonly (readonly [value: T, weight: number])[],
): WeightedTable<T> {
  const values: T[] = [];
  const sums: number[] = [];
  let sum = 0;
  for (const [value, weight] of entries) {
    if (weight <= 0) continue;
    sum += weight;
    values.push(value);
    sums.push(sum);
  }
  return { values, sums };
}

/** The entry that `roll` (0 to 1) falls on; undefined only for an empty table. */
export function pickWeighted<T>(table: WeightedTable<T>, roll: number): T | undefined {
  const target = roll * (table.sums.at(-1) ?? 0);
  const index = table.sums.findIndex((sum) => target < sum);
  return table.values[index === -1 ? table.values.length - 1 : index];
}

type Words = readonly [number, number, number, number];

/** Bryc's cyrb128: 128 well-mixed bits from a string. Not for secrets. */
function hash128(text: string): Words {
  let a = 1_779_033_703;
  let b = 3_144_134_277;
  let c = 1_013_904_242;
  let d = 2_773_480_762;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    a = b ^ Math.imul(a ^ code, 597_399_067);
    b = c ^ Math.imul(b ^ code, 2_869_860_233);
    c = d ^ Math.imul(c ^ code, 951_274_213);
    d = a ^ Math.imul(d ^ code, 2_716_044_179);
  }
  a = Math.imul(c ^ (a >>> 18), 597_399_067);
  b = Math.imul(d ^ (b >>> 22), 2_869_860_233);
  c = Math.imul(a ^ (c >>> 17), 951_274_213);
  d = Math.imul(b ^ (d >>> 19), 2_716_044_179);
  a ^= b ^ c ^ d;
  return [a, b ^ a, c ^ a, d ^ a];
}

/** Chris Doty-Humphrey's sfc32: small, fast, and good enough for every statistical test that matters here. */
function sfc32(words: Words): () => number {
  let [a, b, c, d] = words;
  const draw = () => {
    const sum = (a + b + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  // The first outputs still resemble the state they started from.
  for (let round = 0; round < 8; round += 1) draw();
  return draw;
}

function formatUuid(a: number, b: number, c: number, d: number): string {
  const version = (b & 0x0fff) | 0x4000;
  const variant = ((c >>> 16) & 0x3fff) | 0x8000;
  const head = `${hex(a >>> 16)}${hex(a)}-${hex(b >>> 16)}-${hex(version)}`;
  return `${head}-${hex(variant)}-${hex(c)}${hex(d >>> 16)}${hex(d)}`;
}

/** The lower 16 bits as four digits. Whole words would be no small integers, whose conversion is far slower. */
function hex(half: number): string {
  return (0x1_0000 | (half & 0xffff)).toString(16).slice(1);
}

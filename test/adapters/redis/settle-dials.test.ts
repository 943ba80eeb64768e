import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { dialField } from '../../../src/adapters/redis/call-ledger-codec.ts';
import { ledgerKeys } from '../../../src/adapters/redis/keys.ts';
import { loadScripts, type Scripts } from '../../../src/adapters/redis/scripts.ts';
import { fieldMaker } from '../../../src/adapters/redis/suppression-place.ts';
import { freshPrefix } from '../../support/store.ts';

const ID = 'aaaaaaaa';
const OTHER = 'bbbbbbbb';
const X = 'XXXXXXXXX';
const Y = 'YYYYYYYYY';

let redis: Redis;
let scripts: Scripts;
let base: string;
beforeEach(() => {
  redis = new Redis(inject('redisUrl'));
  scripts = loadScripts(redis);
  base = ledgerKeys(freshPrefix()).shard(3);
});
afterEach(async () => {
  const names = await redis.keys(`${base.replace(/[{}[\]]/g, '?')}*`);
  if (names.length > 0) await redis.unlink(...names);
  await redis.quit();
});

const settle = (...dials: string[]) => scripts.settleDials([`${base}o`], [base, 4, 1_000, dials.join(' ')]);

/** All records of a day, whatever buckets they lie in. */
async function recordsOf(day: number): Promise<string[]> {
  const names = (await keysOf(day)).filter((name) => name !== `${base}d${day}`);
  const texts = await Promise.all(names.map((name) => redis.get(name)));
  return texts.flatMap((text) => text?.match(/.{14}/g) ?? []).sort();
}

/** Braces are part of the names, and would be of a pattern. */
function keysOf(day: number): Promise<string[]> {
  return redis.keys(`${base.replace(/[{}]/g, '?')}d${day}*`);
}

describe('settle-dials', () => {
  it('ends reservations and writes what happened, in the day in which it did', async () => {
    await redis.hset(`${base}o`, X, ID, Y, ID + OTHER);
    expect(await settle(`${X} ${ID} 20780 BBBaa`, `${Y} ${ID} - -`)).toEqual(['settled', 2, 1]);
    expect(await redis.hgetall(`${base}o`)).toEqual({ [Y]: OTHER });
    expect(await recordsOf(20780)).toEqual([`${X}BBBaa`]);
    expect(await redis.hgetall(`${base}d20780`)).toEqual({ buckets: '1', records: '1' });
  });

  it('changes nothing when it is told the same again', async () => {
    await redis.hset(`${base}o`, X, ID);
    await settle(`${X} ${ID} 20780 BBBaa`, `${X} - 20780 CCCaa`);
    expect(await settle(`${X} ${ID} 20780 BBBaa`, `${X} - 20780 CCCaa`)).toEqual(['settled', 0, 0]);
    expect(await settle(`${Y} ${ID} - -`)).toEqual(['settled', 0, 0]);
    expect(await recordsOf(20780)).toEqual([`${X}BBBaa`, `${X}CCCaa`]);
  });

  it('writes a dial that nobody had reserved, and two of one number and second by their marks', async () => {
    expect(await settle(`${X} - 20780 BBBaa`)).toEqual(['settled', 0, 1]);
    expect(await settle(`${X} ${ID} 20780 BBBab`)).toEqual(['settled', 0, 1]);
    expect(await recordsOf(20780)).toEqual([`${X}BBBaa`, `${X}BBBab`]);
  });

  it('loses none of many dials while the day grows bucket by bucket, and each key dies some day', async () => {
    const lines = Array.from({ length: 300 }, (_, at) => {
      const field = dialField(8_613_800_000_000 + at, fieldMaker(undefined));
      return `${field} - 20780 BBBaa`;
    });
    for (let from = 0; from < lines.length; from += 50) await settle(...lines.slice(from, from + 50));
    expect(await recordsOf(20780)).toEqual(lines.map((line) => `${line.slice(0, 9)}BBBaa`).sort());
    expect(Number(await redis.hget(`${base}d20780`, 'buckets'))).toBe(300 / 4);
    const names = await keysOf(20780);
    const lives = await Promise.all(names.map((name) => redis.ttl(name)));
    expect(names.length).toBeGreaterThan(60);
    expect(Math.min(...lives)).toBeGreaterThan(900);
    expect(Math.max(...lives)).toBeLessThanOrEqual(1_000);
  });
});

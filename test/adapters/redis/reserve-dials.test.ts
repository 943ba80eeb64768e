import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { ledgerKeys } from '../../../src/adapters/redis/keys.ts';
import { loadScripts, type Scripts } from '../../../src/adapters/redis/scripts.ts';
import { freshPrefix } from '../../support/store.ts';

const ID = 'aaaaaaaa';
const OTHER = 'bbbbbbbb';
const X = 'XXXXXXXXX';
const Y = 'YYYYYYYYY';
const DAYS = '20780 20779';

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

const reserve = (fields: string, ...expected: (string | number)[]) =>
  scripts.reserveDials([`${base}o`], [base, DAYS, ID, fields, ...expected]);
const dialled = (field: string, day: number, record: string) =>
  scripts.settleDials([`${base}o`], [base, 16, 100, `${field} - ${day} ${record}`]);

describe('reserve-dials', () => {
  it('reserves numbers of which nothing is known, and says nothing of them', async () => {
    expect(await reserve(X + Y)).toEqual(['reserved']);
    expect(await redis.hgetall(`${base}o`)).toEqual({ [X]: ID, [Y]: ID });
  });

  it('leaves a number that is not as expected, and tells what is held of it; the others are reserved', async () => {
    await redis.hset(`${base}o`, Y, OTHER);
    await dialled(Y, 20779, 'AAAaa');
    await dialled(Y, 20780, 'BBBaa');
    await dialled(Y, 20780, 'CCCaa');
    expect(await reserve(X + Y)).toEqual(['reserved', '2', OTHER, 'BBBaaCCCaa,AAAaa,']);
    expect(await redis.hgetall(`${base}o`)).toEqual({ [X]: ID, [Y]: OTHER });
  });

  it('writes what it is told for a number that is as expected', async () => {
    await redis.hset(`${base}o`, Y, OTHER);
    await dialled(Y, 20779, 'AAAaa');
    expect(await reserve(X + Y, 2, OTHER, ',AAAaa,', OTHER + ID)).toEqual(['reserved']);
    expect(await redis.hgetall(`${base}o`)).toEqual({ [X]: ID, [Y]: OTHER + ID });
    expect(await reserve(Y, 1, OTHER + ID, ',AAAaa,', ID)).toEqual(['reserved']);
    expect(await redis.hget(`${base}o`, Y)).toBe(ID);
  });

  it.each([
    ['another dial', OTHER, ',AAAaaAAAab,'],
    ['another reservation', ID, ',AAAaa,'],
    ['nothing', '', ''],
  ])('refuses where it expects %s', async (_what, ids, dials) => {
    await redis.hset(`${base}o`, Y, OTHER);
    await dialled(Y, 20779, 'AAAaa');
    expect(await reserve(Y, 1, ids, dials, ids + ID)).toEqual(['reserved', '1', OTHER, ',AAAaa,']);
    expect(await redis.hget(`${base}o`, Y)).toBe(OTHER);
  });

  it('does not take the end of one record and the beginning of the next for a number', async () => {
    // Two records in one bucket; between them stands the text of a third number.
    await dialled('AAAAAAAAA', 20780, 'XXXXX');
    await dialled('XXXXAAAAA', 20780, 'AAAaa');
    expect(await reserve(X)).toEqual(['reserved']);
  });

  it('finds every number again, in however many buckets a day lies by then', async () => {
    const fields = Array.from(
      { length: 200 },
      (_, at) =>
        `${String.fromCharCode(65 + (at % 26), 97 + (at % 25), 48 + (at % 10), 65 + (at % 7))}zz${String(at).padStart(3, '0')}`,
    );
    for (const field of fields) await dialled(field, 20780, 'BBBaa');
    expect(Number(await redis.hget(`${base}d20780`, 'buckets'))).toBeGreaterThan(10);
    const reply = await reserve(fields.join(''));
    expect(reply.length).toBe(1 + 3 * fields.length);
    expect(new Set(reply.filter((_, at) => at > 0 && at % 3 === 0))).toEqual(new Set(['BBBaa,,']));
  });
});

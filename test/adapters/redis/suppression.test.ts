import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { suppressionKeys, suppressionListKey } from '../../../src/adapters/redis/keys.ts';
import { createRedisSuppression } from '../../../src/adapters/redis/suppression.ts';
import { fieldMaker, placeOf } from '../../../src/adapters/redis/suppression-place.ts';
import { SUPPRESSION_SHARDS } from '../../../src/core/limits.ts';
import type { SuppressionEntry, SuppressionList } from '../../../src/core/suppression.ts';
import { DAY, HOUR } from '../../../src/core/time.ts';
import type { ListedNumber, Suppression, SuppressionCause } from '../../../src/ports/suppression.ts';
import { freshPrefix } from '../../support/store.ts';

const NOW = Date.parse('2026-11-23T02:00:00Z');
const KEY = 'a key that is long enough for a test';
const SPRING: SuppressionList = { campaignId: 'spring' };
const FILE: SuppressionCause = { reason: 'asked us', by: 'mei', source: 'optouts.csv', now: NOW };

let redis: Redis;
let prefix: string;
let lists: Suppression;
beforeEach(() => {
  redis = new Redis(inject('redisUrl'));
  prefix = freshPrefix();
  lists = createRedisSuppression(redis, { prefix });
});
afterEach(async () => {
  const names = await keyNames();
  if (names.length > 0) await redis.unlink(...names);
  await redis.quit();
});

const keyNames = (): Promise<string[]> => redis.keys(`*${prefix}*`);
const number = (index: number): string => String(8_613_800_000_000 + index);
const numbers = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, at) => ({ number: number(from + at), expiresAt: undefined }));
const until = (index: number, expiresAt: number | undefined) => ({ number: number(index), expiresAt });

async function find(
  wanted: readonly string[],
  campaignId = 'spring',
  now = NOW,
  from = lists,
): Promise<ReadonlyMap<string, SuppressionEntry>> {
  return (await from.find(await from.lists(campaignId), wanted, now)).entries;
}

async function all(list: SuppressionList, from = lists): Promise<ListedNumber[]> {
  const found: ListedNumber[] = [];
  for await (const entry of from.entries(list)) found.push(entry);
  return found;
}

describe('a suppression list', () => {
  it('finds exactly who is on it, with the list, why, by whom, since when and until when', async () => {
    await lists.add('global', numbers(0, 3_000), FILE);
    const wanted = Array.from({ length: 6_000 }, (_, at) => number(at));
    const found = await find(wanted);
    expect([...found.keys()].sort()).toEqual(wanted.slice(0, 3_000));
    expect(found.get(number(7))).toEqual({
      list: 'global',
      reason: 'asked us',
      by: 'mei',
      source: 'optouts.csv',
      addedAt: NOW,
      expiresAt: undefined,
    });
    const expiresAt = NOW + DAY;
    await lists.add('global', [until(5_000, expiresAt)], { ...FILE, source: 'single', now: NOW + HOUR });
    expect((await find([number(5_000)])).get(number(5_000))).toMatchObject({
      source: 'single',
      addedAt: NOW + HOUR,
      expiresAt,
    });
  });

  it('of a campaign holds for that campaign only; the global one holds for all and goes first', async () => {
    await lists.add(SPRING, numbers(0, 2), { ...FILE, reason: 'only here' });
    await lists.add('global', numbers(1, 3), FILE);
    const wanted = [0, 1, 2, 3].map(number);
    const reasons = async (campaignId: string) =>
      [...(await find(wanted, campaignId))]
        .map(([found, { reason }]) => `${found.slice(-1)} ${reason}`)
        .sort();
    expect(await reasons('spring')).toEqual(['0 only here', '1 asked us', '2 asked us']);
    expect(await reasons('autumn')).toEqual(['1 asked us', '2 asked us']);
  });

  it('counts what is added and what it had; numbers given twice too', async () => {
    expect(await lists.add('global', numbers(0, 100), FILE)).toEqual({ added: 100, known: 0 });
    const again = [...numbers(50, 150), ...numbers(140, 145)];
    expect(await lists.add('global', again, FILE)).toEqual({ added: 50, known: 55 });
    expect(await lists.size('global')).toBe(150);
    expect((await all('global')).map((entry) => entry.number).sort()).toEqual(
      numbers(0, 150).map((entry) => entry.number),
    );
  });

  it('keeps the longer of two expiries, whichever comes first', async () => {
    const later = NOW + 2 * DAY;
    await lists.add('global', [until(1, NOW + DAY), until(2, later), until(3, undefined)], FILE);
    await lists.add('global', [until(1, later), until(2, NOW + DAY), until(3, later)], FILE);
    await lists.add(
      'global',
      [until(4, later), until(4, NOW + DAY), until(5, undefined), until(5, later)],
      FILE,
    );
    const found = await find([1, 2, 3, 4, 5].map(number));
    expect([1, 2, 3, 4, 5].map((index) => found.get(number(index))?.expiresAt)).toEqual([
      later,
      later,
      undefined,
      later,
      undefined,
    ]);
    await lists.add('global', [until(1, undefined)], FILE);
    expect((await find([number(1)], 'spring', NOW + 10 * DAY)).size).toBe(1);
  });

  it('lets go of an entry the moment it expires, takes it anew, and drops what stays behind', async () => {
    const expiresAt = NOW + DAY;
    await lists.add(
      'global',
      [...numbers(0, 500), ...numbers(1_000, 2_000).map((one) => ({ ...one, expiresAt }))],
      FILE,
    );
    expect((await find([number(1_000)], 'spring', expiresAt - 1)).size).toBe(1);
    expect((await find([number(1_000)], 'spring', expiresAt)).size).toBe(0);
    const again = { ...FILE, now: expiresAt };
    expect(await lists.add('global', [until(1_000, expiresAt + DAY)], again)).toEqual({ added: 1, known: 0 });
    expect(await lists.size('global')).toBe(1_500);
    let dropped = 0;
    for (let round = 0; round < 50 && dropped < 999; round += 1) {
      dropped += await lists.dropExpired(expiresAt + round * 1_000);
    }
    expect(dropped).toBe(999);
    expect(await lists.size('global')).toBe(501);
    expect((await all('global')).length).toBe(501);
  });

  it('gives another version for every number that comes, so that no look-up is missed', async () => {
    const version = async () => lists.version(await lists.lists('spring'));
    expect(await version()).toBe(0);
    const seen = [0];
    for (let index = 0; index < 20; index += 1) {
      await lists.add(index % 2 === 0 ? 'global' : SPRING, numbers(index, index + 1), FILE);
      const now = await version();
      expect(seen).not.toContain(now);
      seen.push(now);
      expect((await lists.find(await lists.lists('spring'), [number(index)], NOW)).version).toBe(now);
    }
    await lists.add('global', numbers(0, 1), FILE);
    expect(await version()).toBe(seen.at(-1));
    await lists.add({ campaignId: 'autumn' }, numbers(0, 1), FILE);
    expect(await version()).toBe(seen.at(-1));
  });

  it('gives a number up when told to, and all of them', async () => {
    await lists.add('global', numbers(0, 700), FILE);
    expect(await lists.remove('global', number(3))).toBe(true);
    expect(await lists.remove('global', number(3))).toBe(false);
    expect((await find([number(3), number(4)])).size).toBe(1);
    expect(await lists.clear('global')).toBe(699);
    expect([await lists.size('global'), (await all('global')).length]).toEqual([0, 0]);
    expect(await lists.add('global', numbers(0, 700), FILE)).toEqual({ added: 700, known: 0 });
  });

  it('keeps a trail of who did what, and when', async () => {
    const action = { at: NOW, by: 'mei', did: 'import', entries: 3, reason: 'r', source: 's' } as const;
    await lists.noteAction('global', action);
    await lists.noteAction('global', { ...action, did: 'remove', at: NOW + 1 });
    expect((await lists.actions('global')).map(({ did, at }) => [did, at])).toEqual([
      ['import', NOW],
      ['remove', NOW + 1],
    ]);
    expect(await lists.actions(SPRING)).toEqual([]);
  });
});

describe('the layout', () => {
  it('computes a place in the script that splits a bucket as it does outside', async () => {
    // Each part splits its buckets a dozen times: an entry that moved to the wrong one would not be found again.
    for (const key of [undefined, KEY]) {
      const from = createRedisSuppression(redis, {
        prefix: `${prefix}${key === undefined ? 'a' : 'b'}`,
        key,
      });
      await from.add('global', numbers(0, 5_000), FILE);
      const wanted = Array.from({ length: 5_000 }, (_, at) => number(at));
      expect((await find(wanted, 'spring', NOW, from)).size).toBe(5_000);
    }
  });

  it('spreads over parts and buckets, whatever the step between numbers', () => {
    const { fieldOf } = fieldMaker(undefined);
    for (const step of [1, 2, 8, 10, 64, 1_000, 4_096, 10_000]) {
      const buckets = new Map<string, number>();
      for (let at = 0; at < 12_800; at += 1) {
        const { shard, place } = placeOf(fieldOf(String(8_613_000_000_000 + at * step)));
        const bucket = `${shard} ${place % 32}`;
        buckets.set(bucket, (buckets.get(bucket) ?? 0) + 1);
      }
      expect(buckets.size).toBe(SUPPRESSION_SHARDS * 32);
      expect(Math.max(...buckets.values()), `step ${step}`).toBeLessThan(100);
    }
  });

  it('has a hash tag per part, none of a campaign, and no number in a key name', async () => {
    await lists.add('global', numbers(0, 2_000), FILE);
    await lists.add(SPRING, numbers(0, 10), FILE);
    await lists.noteAction('global', { at: NOW, by: 'm', did: 'add', entries: 1, reason: '', source: '' });
    const names = await keyNames();
    const tags = new Set(names.map((name) => /\{([^}]+)\}/.exec(name)?.[1]));
    for (let shard = 0; shard < SUPPRESSION_SHARDS; shard += 1) {
      expect(tags).toContain(/\{([^}]+)\}/.exec(suppressionKeys(prefix, 'global').shard(shard))?.[1]);
    }
    expect(tags).not.toContain(`${prefix}:spring`);
    expect(suppressionListKey({ campaignId: 'g' })).not.toBe(suppressionListKey('global'));
    expect(names.filter((name) => /\d{7}/.test(name.replaceAll(prefix, '')))).toEqual([]);
  });
});

describe('with a key', () => {
  it('finds the same numbers, of which nothing is stored but digests', async () => {
    const hashed = createRedisSuppression(redis, { prefix, key: KEY });
    await hashed.add('global', numbers(0, 300), FILE);
    expect((await find([0, 299, 300].map(number), 'spring', NOW, hashed)).size).toBe(2);
    expect(await hashed.remove('global', number(5))).toBe(true);
    const entries = await all('global', hashed);
    expect(entries).toHaveLength(299);
    expect(entries.every((one) => one.number === undefined && /^[\w-]{12}$/.test(one.digest ?? ''))).toBe(
      true,
    );
    for (const name of await keyNames()) {
      const type = await redis.type(name);
      const held =
        type === 'hash' ? await redis.hgetall(name) : type === 'set' ? await redis.smembers(name) : [];
      const text = JSON.stringify(held);
      expect(numbers(0, 300).filter((one) => text.includes(one.number))).toEqual([]);
      expect(text).not.toContain(KEY);
    }
  });

  it('a process with another key, or with none, is refused rather than told that nobody is listed', async () => {
    const hashed = createRedisSuppression(redis, { prefix, key: KEY });
    const other = createRedisSuppression(redis, { prefix, key: `${KEY}!` });
    await hashed.add('global', numbers(0, 1), FILE);
    await hashed.check();
    for (const wrong of [lists, other]) {
      const refusal = expect.objectContaining({ code: 'settings_invalid' });
      await expect(wrong.check()).rejects.toEqual(refusal);
      await expect(find([number(0)], 'spring', NOW, wrong)).rejects.toEqual(refusal);
      await expect(all('global', wrong)).rejects.toEqual(refusal);
      await expect(wrong.add('global', numbers(0, 40), FILE)).rejects.toEqual(refusal);
      await expect(wrong.remove('global', number(0))).rejects.toEqual(refusal);
    }
    expect(await hashed.size('global')).toBe(1);
    expect(await lists.clear('global')).toBe(1);
    expect((await find([number(0)])).size).toBe(0);
    expect(await lists.add('global', numbers(0, 40), FILE)).toEqual({ added: 40, known: 0 });
    await lists.check();
    await expect(hashed.check()).rejects.toThrow(/SUPPRESSION_KEY/);
  });
});

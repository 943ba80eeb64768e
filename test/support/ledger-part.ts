import { Redis } from 'ioredis';
import { afterEach, beforeEach, inject } from 'vitest';
import { ledgerKeys } from '../../src/adapters/redis/keys.ts';
import { loadScripts, type Scripts } from '../../src/adapters/redis/scripts.ts';
import { freshPrefix } from './store.ts';

/** Two claims and two numbers, as the scripts of the ledger name them. */
export const CLAIM = 'aaaaaaaa';
export const OTHER_CLAIM = 'bbbbbbbb';
export const X = 'XXXXXXXXX';
export const Y = 'YYYYYYYYY';

/** One part of a ledger of its own, as a script sees it. */
export interface LedgerPart {
  readonly redis: Redis;
  readonly scripts: Scripts;
  /** What the names of all its keys begin with. */
  readonly base: string;
}

/** A fresh part for each test of the file, gone after it; the function gives that of the present test. */
export function ledgerPartForEach(): () => LedgerPart {
  let part: LedgerPart | undefined;
  const present = (): LedgerPart => {
    if (part === undefined) throw new Error('there is a part within a test only');
    return part;
  };
  beforeEach(() => {
    const redis = new Redis(inject('redisUrl'));
    part = { redis, scripts: loadScripts(redis), base: ledgerKeys(freshPrefix()).shard(3) };
  });
  afterEach(async () => {
    const { redis } = present();
    const names = await partKeys(present());
    if (names.length > 0) await redis.unlink(...names);
    await redis.quit();
    part = undefined;
  });
  return present;
}

/** Names of the part's keys that go on with `rest`. Braces are part of the names, and would be of a pattern. */
export function partKeys({ redis, base }: LedgerPart, rest = ''): Promise<string[]> {
  return redis.keys(`${base.replace(/[{}[\]]/g, '?')}${rest}*`);
}

import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { createRedisStore } from '../../../src/adapters/redis/store.ts';
import type { RoomHolding } from '../../../src/core/room.ts';
import type { Store } from '../../../src/ports/store.ts';
import { freshPrefix } from '../../support/store.ts';

let connection: Redis;
let prefix: string;
let store: Store;
beforeAll(() => {
  connection = new Redis(inject('redisUrl'));
});
afterAll(() => connection.disconnect());
beforeEach(() => {
  prefix = freshPrefix();
  store = createRedisStore(connection, { prefix });
});
afterEach(async () => {
  await connection.del(`{${prefix}:~room}:h`);
});

function holding(campaignId: string, held: number): RoomHolding {
  const byCaller = { '008602150000001': held };
  return {
    campaignId,
    priority: 3,
    held,
    byCaller,
    wants: 5,
    wantsOn: ['008602150000001'],
    waitsSince: 0,
    at: 1,
  };
}

describe('the room that campaigns share', () => {
  it('is read as it was written, and empty before', async () => {
    expect(await store.sharedRoom()).toEqual({ version: 0, holdings: [] });
    expect(await store.holdRoom(0, 'spring', holding('spring', 3))).toBe(true);
    expect(await store.sharedRoom()).toEqual({ version: 1, holdings: [holding('spring', 3)] });
  });

  it('is not written by who read it before somebody else wrote', async () => {
    expect(await store.holdRoom(0, 'spring', holding('spring', 3))).toBe(true);
    expect(await store.holdRoom(0, 'autumn', holding('autumn', 9))).toBe(false);
    expect((await store.sharedRoom()).holdings).toEqual([holding('spring', 3)]);
  });

  it('lets go of a campaign that holds nothing, and is still newer than before', async () => {
    await store.holdRoom(0, 'spring', holding('spring', 3));
    expect(await store.holdRoom(1, 'spring', undefined)).toBe(true);
    expect(await store.sharedRoom()).toEqual({ version: 2, holdings: [] });
    expect(await store.holdRoom(1, 'spring', holding('spring', 3))).toBe(false);
  });
});

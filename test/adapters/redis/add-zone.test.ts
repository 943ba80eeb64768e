import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CAMPAIGN_ZONES_MAX } from '../../../src/core/limits.ts';
import { type OpenStore, openStore } from '../../support/redis-store.ts';
import { SEEDED_AT, SEEDED_SETTINGS } from '../../support/seeded-campaign.ts';

let open: OpenStore;
beforeEach(async () => {
  open = openStore();
  await open.store.createCampaign('spring', SEEDED_SETTINGS, SEEDED_AT);
});
afterEach(() => open.close());

async function zones(): Promise<readonly string[]> {
  return (await open.store.campaign('spring'))?.zones ?? [];
}

describe('the index of a time zone', () => {
  it("is 0 for the campaign's own, the next for a new one, and stays", async () => {
    expect(await open.store.zoneIndex('spring', 'Asia/Shanghai')).toBe(0);
    expect(await open.store.zoneIndex('spring', 'Europe/Berlin')).toBe(1);
    expect(await open.store.zoneIndex('spring', 'Asia/Tokyo')).toBe(2);
    expect(await open.store.zoneIndex('spring', 'Europe/Berlin')).toBe(1);
    expect(await zones()).toEqual(['Asia/Shanghai', 'Europe/Berlin', 'Asia/Tokyo']);
  });

  it('is one for all importers that add the same zone at once', async () => {
    const asked = await Promise.all(
      Array.from({ length: 20 }, () => open.store.zoneIndex('spring', 'Asia/Tokyo')),
    );
    expect(new Set(asked)).toEqual(new Set([1]));
    expect(await zones()).toEqual(['Asia/Shanghai', 'Asia/Tokyo']);
  });

  it('never outgrows its byte, however many importers add the last zone at once', async () => {
    const names = Array.from({ length: CAMPAIGN_ZONES_MAX - 2 }, (_, at) => `Test/Zone${at}`);
    await open.client.rpush(open.keys('spring').zones, ...names);
    const asked = await Promise.allSettled(
      Array.from({ length: 8 }, (_, at) => open.store.zoneIndex('spring', `Test/Last${at}`)),
    );
    const given = asked.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    expect(given).toEqual([CAMPAIGN_ZONES_MAX - 1]);
    expect(await zones()).toHaveLength(CAMPAIGN_ZONES_MAX);
    for (const each of asked) {
      if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'file_invalid' });
    }
  });

  it('still answers for a zone that the full list has', async () => {
    const names = Array.from({ length: CAMPAIGN_ZONES_MAX - 1 }, (_, at) => `Test/Zone${at}`);
    await open.client.rpush(open.keys('spring').zones, ...names);
    expect(await open.store.zoneIndex('spring', 'Test/Zone254')).toBe(255);
    await expect(open.store.zoneIndex('spring', 'Asia/Tokyo')).rejects.toThrow('more than 256 time zones');
  });
});

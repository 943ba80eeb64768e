import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRedisStore } from '../../../src/adapters/redis/store.ts';
import { dyingClient, type OpenStore, openStore } from '../../support/redis-store.ts';
import { SEEDED_AT, SEEDED_SETTINGS } from '../../support/seeded-campaign.ts';

let open: OpenStore;
beforeEach(() => {
  open = openStore();
});
afterEach(() => open.close());

const AT = SEEDED_AT;

describe('creating a campaign', () => {
  it('stores it as a draft with its own time zone first, and begins its trail', async () => {
    const settings = { ...SEEDED_SETTINGS, timeZone: 'Europe/Berlin' };
    expect(await open.store.createCampaign('spring', settings, AT)).toBe('created');
    expect(await open.store.campaign('spring')).toMatchObject({
      id: 'spring',
      state: 'draft',
      reason: 'created',
      createdAt: AT,
      zones: ['Europe/Berlin'],
      pagesTotal: 0,
      batchNext: 1,
      importsOpen: 0,
      version: 1,
    });
    expect(await open.store.trail('spring')).toEqual([
      { at: AT, by: 'ringmaster', to: 'draft', reason: 'created' },
    ]);
    expect(await open.store.campaignIds()).toEqual(['spring']);
    expect(await open.store.counts('spring')).toMatchObject({ accepted: 0, unfinished: 0, attempts: 0 });
  });

  it('says "same" for equal settings in another order, and changes nothing', async () => {
    await open.store.createCampaign('spring', SEEDED_SETTINGS, AT);
    const before = await open.dump();
    const turned = Object.fromEntries(Object.entries(SEEDED_SETTINGS).reverse());
    expect(await open.store.createCampaign('spring', turned, AT + 1)).toBe('same');
    expect(await open.dump()).toEqual(before);
  });

  it('says "different" for other settings, and changes nothing', async () => {
    await open.store.createCampaign('spring', SEEDED_SETTINGS, AT);
    const before = await open.dump();
    expect(await open.store.createCampaign('spring', { ...SEEDED_SETTINGS, name: 'Autumn' }, AT + 1)).toBe(
      'different',
    );
    expect(await open.dump()).toEqual(before);
  });

  it('refuses settings that do not parse before it writes anything', async () => {
    await expect(open.store.createCampaign('spring', { name: 'x' }, AT)).rejects.toThrow();
    expect(await open.dump()).toEqual(new Map());
  });

  it('makes one campaign when two processes put it at once', async () => {
    const puts = [1, 2, 3, 4].map((n) => open.store.createCampaign('spring', SEEDED_SETTINGS, AT + n));
    expect((await Promise.all(puts)).sort()).toEqual(['created', 'same', 'same', 'same']);
    expect(await open.store.trail('spring')).toHaveLength(1);
  });

  it('never leaves a campaign that the sweep cannot find, wherever the process dies', async () => {
    let dies = 0;
    for (let command = 1; ; command += 1) {
      const id = `spring-${command}`;
      const died = await createRedisStore(dyingClient(open.client, command), { prefix: open.prefix })
        .createCampaign(id, SEEDED_SETTINGS, AT)
        .then(
          () => false,
          () => true,
        );
      const exists = (await open.store.campaign(id)) !== undefined;
      if (exists) expect(await open.store.campaignIds(), `died at command ${command}`).toContain(id);
      if (!died) break;
      dies += 1;
    }
    expect(dies).toBeGreaterThanOrEqual(2);
  });

  it('mends the list for a campaign that was lost from it, also when the settings are spelled out now', async () => {
    await open.store.createCampaign('spring', SEEDED_SETTINGS, AT);
    await open.client.del(`${open.prefix}:campaigns`);
    expect(await open.store.createCampaign('spring', { ...SEEDED_SETTINGS, priority: 3 }, AT)).toBe(
      'different',
    );
    expect(await open.store.campaignIds()).toEqual(['spring']);
  });

  it('passes over an id on the list whose campaign was never stored', async () => {
    await open.client.sadd(`${open.prefix}:campaigns`, 'ghost');
    expect(await open.store.campaignIds()).toEqual(['ghost']);
    expect(await open.store.campaign('ghost')).toBeUndefined();
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { campaignKeys } from '../../../src/adapters/redis/keys.ts';
import { createRedisStore } from '../../../src/adapters/redis/store.ts';
import { type OpenStore, openStore } from '../../support/redis-store.ts';
import { SEEDED_AT, SEEDED_SETTINGS } from '../../support/seeded-campaign.ts';

let open: OpenStore;
beforeEach(async () => {
  open = openStore();
  await open.store.createCampaign('spring', SEEDED_SETTINGS, SEEDED_AT);
});
afterEach(() => open.close());

describe('the server that a campaign is on', () => {
  it('needs no comparing for what was made on it', async () => {
    const seen = await open.store.seeServer('spring', SEEDED_AT + 5);
    expect(seen).toMatchObject({ compared: true });
    expect(seen.run).toMatch(/^\w{40}$/);
  });

  it('is known of since it was seen first, until the tasks were compared', async () => {
    await open.client.del(campaignKeys(open.prefix, 'spring').server);
    const { run } = await open.store.seeServer('spring', 1_000);
    expect(await open.store.seeServer('spring', 2_000)).toEqual({ run, compared: false, since: 1_000 });
    await open.store.noteCompared('spring', 'another');
    expect(await open.store.seeServer('spring', 3_000)).toEqual({ run, compared: false, since: 1_000 });
    await open.store.noteCompared('spring', run);
    expect(await open.store.seeServer('spring', 4_000)).toEqual({ run, compared: true, since: 0 });
  });

  it('does not matter where the life of the data is known: what was made in it needs no comparing', async () => {
    let life = 'first';
    const store = createRedisStore(open.client, { prefix: open.prefix, life: async () => life });
    await store.createCampaign('summer', SEEDED_SETTINGS, SEEDED_AT);
    expect(await store.seeServer('summer', 1_000)).toMatchObject({ run: 'first', compared: true });
    life = 'second';
    expect(await store.seeServer('summer', 2_000)).toMatchObject({ run: 'second', compared: false });
  });
});

describe('the id of an installation', () => {
  it('is one for all who ask at once, and stays', async () => {
    const [first, ...others] = await Promise.all([1, 2, 3].map(() => open.store.installation()));
    expect(first).toMatch(/^[\w-]{12}$/);
    expect(others).toEqual([first, first]);
    expect(await open.store.installation()).toBe(first);
  });
});

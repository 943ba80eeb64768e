import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { present } from '../../../src/core/assert.ts';
import { type OpenStore, openStore, setState } from '../../support/redis-store.ts';
import { SEEDED_AT, SEEDED_SETTINGS } from '../../support/seeded-campaign.ts';

let open: OpenStore;
beforeEach(async () => {
  open = openStore();
  await open.store.createCampaign('spring', SEEDED_SETTINGS, SEEDED_AT);
});
afterEach(() => open.close());

const why = {
  reason: 'start_by_operator',
  text: '"start" was asked for by Ann',
  by: 'Ann',
  now: SEEDED_AT + 5,
};

describe('moving a campaign', () => {
  it('moves one that is as read, and records who asked', async () => {
    const draft = present(await open.store.campaign('spring'), 'campaign');
    expect(await open.store.moveCampaign(draft, 'running', why)).toBe(true);
    expect(await open.store.campaign('spring')).toEqual({
      ...draft,
      state: 'running',
      reason: why.reason,
      reasonText: why.text,
      version: draft.version + 1,
    });
    expect((await open.store.trail('spring')).at(-1)).toEqual({
      at: why.now,
      by: 'Ann',
      from: 'draft',
      to: 'running',
      reason: why.reason,
      text: why.text,
    });
  });

  it('moves nothing from an old reading, even where the state is the same again', async () => {
    const draft = present(await open.store.campaign('spring'), 'campaign');
    await setState(open.store, 'spring', 'running');
    const running = present(await open.store.campaign('spring'), 'campaign');
    await setState(open.store, 'spring', 'paused');
    await setState(open.store, 'spring', 'running');
    const before = await open.dump();
    expect(await open.store.moveCampaign(draft, 'running', why)).toBe(false);
    expect(await open.store.moveCampaign(running, 'cancelled', why)).toBe(false);
    expect(await open.dump()).toEqual(before);
  });

  it('lets one of many operators win', async () => {
    const draft = present(await open.store.campaign('spring'), 'campaign');
    const moves = (['running', 'cancelled', 'running', 'cancelled'] as const).map((to) =>
      open.store.moveCampaign(draft, to, why),
    );
    expect((await Promise.all(moves)).filter(Boolean)).toHaveLength(1);
    expect(await open.store.trail('spring')).toHaveLength(2);
  });

  it('moves nothing where there is no campaign', async () => {
    const draft = present(await open.store.campaign('spring'), 'campaign');
    expect(await open.store.moveCampaign({ ...draft, id: 'autumn' }, 'running', why)).toBe(false);
    expect(await open.store.campaign('autumn')).toBeUndefined();
  });
});

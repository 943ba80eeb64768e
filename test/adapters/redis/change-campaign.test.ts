import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { present } from '../../../src/core/assert.ts';
import { newImport, type OpenStore, openStore, setState } from '../../support/redis-store.ts';
import { SEEDED_AT, SEEDED_SETTINGS } from '../../support/seeded-campaign.ts';

let open: OpenStore;
beforeEach(async () => {
  open = openStore();
  await open.store.createCampaign('spring', SEEDED_SETTINGS, SEEDED_AT);
});
afterEach(() => open.close());

const OTHER = { ...SEEDED_SETTINGS, ivrId: 9, timeZone: 'Asia/Tokyo' };
const why = { text: 'Ann changed: ivrId', by: 'Ann', now: SEEDED_AT + 5, sameLists: false };
const held = async () => present(await open.store.campaign('spring'), 'campaign');

describe('changing a campaign', () => {
  it('gives it the settings and the zone, keeps its state, and records who asked', async () => {
    const before = await held();
    expect(await open.store.changeCampaign(before, OTHER, why)).toBe(true);
    const after = await held();
    expect(after).toMatchObject({ state: 'draft', version: before.version + 1, zones: ['Asia/Tokyo'] });
    expect(after.settings).toMatchObject({ ivrId: 9, timeZone: 'Asia/Tokyo' });
    const entry = {
      at: why.now,
      by: 'Ann',
      from: 'draft',
      to: 'draft',
      reason: 'settings_changed',
      text: why.text,
    };
    expect((await open.store.trail('spring')).at(-1)).toEqual(entry);
    // The same file is from then on the same campaign.
    expect(await open.store.createCampaign('spring', OTHER, SEEDED_AT)).toBe('same');
  });

  it('changes nothing from an old reading', async () => {
    const before = await held();
    await setState(open.store, 'spring', 'running');
    const dump = await open.dump();
    expect(await open.store.changeCampaign(before, OTHER, why)).toBe(false);
    expect(await open.dump()).toEqual(dump);
  });

  it('changes nothing where a list came in between and that matters, and goes on where it does not', async () => {
    const before = await held();
    await open.store.openImport(newImport('spring'));
    expect(await open.store.changeCampaign(before, OTHER, { ...why, sameLists: true })).toBe(false);
    expect((await held()).settings.ivrId).toBe(7);
    expect(await open.store.changeCampaign(before, { ...SEEDED_SETTINGS, ivrId: 9 }, why)).toBe(true);
    expect(await open.store.changeCampaign(await held(), OTHER, { ...why, sameLists: true })).toBe(true);
  });
});

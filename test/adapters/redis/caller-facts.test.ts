import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CallerFacts } from '../../../src/core/caller-facts.ts';
import { isPlatformCaller } from '../../../src/core/caller-facts.ts';
import { type OpenStore, openStore } from '../../support/redis-store.ts';
import { SEEDED_AT as AT } from '../../support/seeded-campaign.ts';

let open: OpenStore;
beforeEach(() => {
  open = openStore();
});
afterEach(() => open.close());

const own: CallerFacts = {
  number: '008602150000001',
  state: 'normal',
  supply: 'own',
  calls: 'unknown',
  checkedAt: AT,
};
const supplied: CallerFacts = { ...own, number: '+861050000002', supply: 'provider', calls: 'both' };

describe('what is known of the callers of a campaign', () => {
  it('is nothing at first, then the latest that was noted of each, campaign by campaign', async () => {
    const { store } = open;
    expect(await store.callerFacts('spring')).toEqual([]);
    await store.noteCallers('spring', []);
    await store.noteCallers('spring', [own, supplied]);
    const later: CallerFacts = { ...supplied, state: 'overdue', checkedAt: AT + 1 };
    await store.noteCallers('spring', [later]);
    const facts = await store.callerFacts('spring');
    expect(facts.sort((a, b) => a.number.localeCompare(b.number))).toEqual([later, own]);
    expect(await store.callerFacts('autumn')).toEqual([]);
  });

  it('puts the caller under the dialling rules of the provider unless it is known to be own', () => {
    expect(isPlatformCaller(undefined)).toBe(true);
    expect(isPlatformCaller({ ...own, supply: 'unknown' })).toBe(true);
    expect(isPlatformCaller(supplied)).toBe(true);
    expect(isPlatformCaller(own)).toBe(false);
  });
});

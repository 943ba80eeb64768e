import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  newImport,
  numbersFrom,
  type OpenStore,
  openStore,
  setState,
  stepOf,
} from '../../support/redis-store.ts';
import { SEEDED_AT, SEEDED_SETTINGS } from '../../support/seeded-campaign.ts';

let open: OpenStore;
beforeEach(async () => {
  open = openStore();
  await open.store.createCampaign('spring', SEEDED_SETTINGS, SEEDED_AT);
});
afterEach(() => open.close());

describe('opening an import', () => {
  it('registers it and holds the campaign open', async () => {
    expect(await open.store.openImport(newImport('spring', 1))).toBe(true);
    expect(await open.store.openImport(newImport('spring', 2))).toBe(true);
    expect((await open.store.campaign('spring'))?.importsOpen).toBe(2);
    expect(await open.store.importRecord('spring-i000000000001')).toEqual(newImport('spring', 1));
    expect(await open.store.imports('spring')).toEqual([newImport('spring', 1), newImport('spring', 2)]);
  });

  it('registers the same bytes once, whoever is first, and changes nothing the second time', async () => {
    const asked = [1, 2, 3].map(() => open.store.openImport(newImport('spring')));
    expect((await Promise.all(asked)).filter(Boolean)).toHaveLength(1);
    expect((await open.store.campaign('spring'))?.importsOpen).toBe(1);
    const before = await open.dump();
    expect(await open.store.openImport({ ...newImport('spring'), fileName: 'other.csv', createdAt: 1 })).toBe(
      false,
    );
    expect(await open.dump()).toEqual(before);
  });

  it('does not open an import that is done again', async () => {
    const record = newImport('spring');
    await open.store.openImport(record);
    await open.store.closeImport(record.id, { state: 'done', reason: '', now: SEEDED_AT });
    expect(await open.store.openImport(record)).toBe(false);
    expect((await open.store.campaign('spring'))?.importsOpen).toBe(0);
  });

  it('takes a failed import up again behind its last row', async () => {
    const record = newImport('spring');
    await open.store.openImport(record);
    await open.store.storeImportStep(record.id, stepOf(record.id, 0, numbersFrom(1, 3)));
    await open.store.closeImport(record.id, { state: 'failed', reason: 'disk away', now: SEEDED_AT });
    expect(await open.store.openImport(record)).toBe(true);
    expect(await open.store.importRecord(record.id)).toMatchObject({
      state: 'waiting',
      reason: '',
      rows: 3,
      accepted: 3,
    });
    expect((await open.store.campaign('spring'))?.importsOpen).toBe(1);
  });

  it('keeps what was said of the file, until something else is said when it is taken up again', async () => {
    const record = { ...newImport('spring'), wish: { encoding: 'gb18030', delimiter: ';' } as const };
    await open.store.openImport(record);
    const { wish, ...again } = record;
    expect((await open.store.importRecord(record.id))?.wish).toEqual(wish);
    const fail = () => open.store.closeImport(record.id, { state: 'failed', reason: 'x', now: SEEDED_AT });
    await fail();
    await open.store.openImport(again);
    expect((await open.store.importRecord(record.id))?.wish).toEqual(wish);
    await fail();
    await open.store.openImport({ ...again, wish: { encoding: 'big5' } });
    expect((await open.store.importRecord(record.id))?.wish).toEqual({ encoding: 'big5' });
  });

  it('keeps what was found while reading', async () => {
    const record = newImport('spring');
    await open.store.openImport(record);
    await open.store.noteImport(record.id, { encoding: 'gb18030', delimiter: ';' });
    expect(await open.store.importRecord(record.id)).toEqual({
      ...record,
      encoding: 'gb18030',
      delimiter: ';',
    });
  });

  it('knows nothing of an id that is none, or of nobody', async () => {
    await setState(open.store, 'spring', 'cancelled');
    expect(await open.store.importRecord('nonsense')).toBeUndefined();
    expect(await open.store.importRecord('spring-i0000000000ff')).toBeUndefined();
    expect(await open.store.imports('spring')).toEqual([]);
  });
});

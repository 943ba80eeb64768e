import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { moveCallee } from '../../../src/core/callee.ts';
import {
  draftWithImport,
  newImport,
  numbersFrom,
  type OpenStore,
  openStore,
  setState,
  stepOf,
} from '../../support/redis-store.ts';
import { SEEDED_AT } from '../../support/seeded-campaign.ts';

let open: OpenStore;
beforeEach(() => {
  open = openStore();
});
afterEach(() => open.close());

const DONE = { state: 'done', reason: '', now: SEEDED_AT + 9 } as const;
const FIRST = 'spring-i000000000001';

/** Ends every callee of the campaign without a call. */
async function expireAll(): Promise<void> {
  const { callees } = await open.store.calleesIn('spring', ['initial'], 0, 5_000);
  const moves = callees.map(({ ref, record }) =>
    moveCallee(ref, record, 'expire', { now: SEEDED_AT, reason: 'campaign_ended' }),
  );
  expect(await open.store.apply('spring', { name: 'expire_callees', now: SEEDED_AT, moves })).toBe('done');
}

async function stateOf(): Promise<string | undefined> {
  return (await open.store.campaign('spring'))?.state;
}

describe('closing an import', () => {
  it('closes it once; whoever comes later changes nothing', async () => {
    await draftWithImport(open.store, 'spring');
    const { closeImport } = open.context.scripts;
    const keys = open.keys('spring');
    const names = [keys.import(FIRST), keys.campaign, keys.counts, keys.trail];
    expect(await closeImport(names, ['failed', 'broken', SEEDED_AT])).toBe(true);
    const before = await open.dump();
    expect(await closeImport(names, ['done', '', SEEDED_AT + 1])).toBe(false);
    await open.store.closeImport(FIRST, DONE);
    expect(await open.dump()).toEqual(before);
    expect(await open.store.importRecord(FIRST)).toMatchObject({
      state: 'failed',
      reason: 'broken',
      closedAt: SEEDED_AT,
    });
    expect((await open.store.campaign('spring'))?.importsOpen).toBe(0);
  });

  it('changes nothing where there is no such import', async () => {
    await draftWithImport(open.store, 'spring');
    const before = await open.dump();
    await open.store.closeImport('spring-i0000000000ff', DONE);
    expect(await open.dump()).toEqual(before);
  });

  it('completes a running campaign whose callees are all final, and says so in its trail', async () => {
    await draftWithImport(open.store, 'spring');
    await setState(open.store, 'spring', 'running');
    await open.store.storeImportStep(FIRST, stepOf(FIRST, 0, numbersFrom(0, 5)));
    await expireAll();
    expect(await stateOf()).toBe('running');
    const version = (await open.store.campaign('spring'))?.version ?? 0;
    await open.store.closeImport(FIRST, DONE);
    expect(await open.store.campaign('spring')).toMatchObject({
      state: 'completed',
      reason: 'all_final',
      version: version + 1,
    });
    expect((await open.store.trail('spring')).at(-1)).toEqual({
      at: DONE.now,
      by: 'ringmaster',
      from: 'running',
      to: 'completed',
      reason: 'all_final',
    });
  });

  it.each(['paused', 'blocked'] as const)('leaves a %s campaign to its operator', async (state) => {
    await draftWithImport(open.store, 'spring');
    await setState(open.store, 'spring', 'running');
    await open.store.storeImportStep(FIRST, stepOf(FIRST, 0, numbersFrom(0, 5)));
    await setState(open.store, 'spring', state);
    await expireAll();
    await open.store.closeImport(FIRST, DONE);
    expect(await stateOf()).toBe(state);
  });

  it('completes nothing while another import is open, while callees wait, or where there are none', async () => {
    await draftWithImport(open.store, 'spring');
    await setState(open.store, 'spring', 'running');
    const second = newImport('spring', 2);
    const third = newImport('spring', 3);
    await open.store.openImport(second);
    await open.store.closeImport(FIRST, DONE);
    expect(await stateOf()).toBe('running');
    await open.store.openImport(third);
    await open.store.closeImport(second.id, DONE);
    await open.store.storeImportStep(third.id, stepOf(third.id, 0, numbersFrom(0, 3)));
    await open.store.closeImport(third.id, DONE);
    expect(await stateOf()).toBe('running');
    await expireAll();
    expect(await stateOf()).toBe('completed');
  });

  it.each(['draft', 'cancelled'] as const)('leaves a %s campaign as it is', async (state) => {
    await draftWithImport(open.store, 'spring');
    await open.store.storeImportStep(FIRST, stepOf(FIRST, 0, numbersFrom(0, 5)));
    if (state === 'cancelled') await setState(open.store, 'spring', state);
    await expireAll();
    await open.store.closeImport(FIRST, DONE);
    expect(await stateOf()).toBe(state);
  });

  it('lets a completed campaign that got callees run again, and complete again', async () => {
    await draftWithImport(open.store, 'spring');
    await setState(open.store, 'spring', 'running');
    await open.store.storeImportStep(FIRST, stepOf(FIRST, 0, numbersFrom(0, 5)));
    await open.store.closeImport(FIRST, DONE);
    await expireAll();
    expect(await stateOf()).toBe('completed');
    const second = newImport('spring', 2);
    await open.store.openImport(second);
    await open.store.storeImportStep(second.id, stepOf(second.id, 0, numbersFrom(0, 5)));
    expect(await stateOf(), 'five duplicates are nothing to call').toBe('completed');
    await open.store.storeImportStep(second.id, stepOf(second.id, 5, numbersFrom(5, 2)));
    expect(await open.store.campaign('spring')).toMatchObject({ state: 'running', reason: 'list_appended' });
    await open.store.closeImport(second.id, DONE);
    expect(await stateOf()).toBe('running');
    await expireAll();
    expect(await stateOf()).toBe('completed');
    expect((await open.store.trail('spring')).map(({ from, to }) => [from, to])).toEqual([
      [undefined, 'draft'],
      ['draft', 'running'],
      ['running', 'completed'],
      ['completed', 'running'],
      ['running', 'completed'],
    ]);
  });
});

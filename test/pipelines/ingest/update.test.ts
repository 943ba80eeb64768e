import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CalleeRecord } from '../../../src/core/callee.ts';
import { PAGE_SLOTS } from '../../../src/core/limits.ts';
import { runAudit } from '../../../src/pipelines/audit.ts';
import { ingestImport } from '../../../src/pipelines/ingest.ts';
import type { Store } from '../../../src/ports/store.ts';
import { type ImportSite, mobile, openImportSite, rowsByNumber } from '../../support/import-site.ts';
import { SEEDED_AT, SEEDED_SETTINGS } from '../../support/seeded-campaign.ts';

let site: ImportSite;
beforeEach(async () => {
  site = await openImportSite();
  await site.store.createCampaign(
    'spring',
    { ...SEEDED_SETTINGS, columns: { uui: 'order', timeZone: 'tz' } },
    SEEDED_AT,
  );
});
afterEach(() => site.close());

const e164 = (index: number): number => Number(`86${mobile(index)}`);
const line = (index: number, name = `n${index}`, tz = ''): string =>
  `${mobile(index)},A-${index},${name},${tz}\n`;
const lines = (from: number, to: number, name?: string): string =>
  Array.from({ length: to - from }, (_, at) => line(from + at, name)).join('');
const HEADER = 'phone,order,name,tz\n';

async function recordOf(index: number): Promise<CalleeRecord> {
  const ref = await site.store.findCallee('spring', e164(index));
  const [record] = await site.store.records('spring', [ref ?? -1]);
  if (record === undefined) throw new Error('no such callee');
  return record;
}

/** Claims callees as a dispatcher does, so that they are in a batch. */
async function claim(indexes: readonly number[]): Promise<void> {
  for (const index of indexes) {
    const ref = (await site.store.findCallee('spring', e164(index))) ?? -1;
    const before = await recordOf(index);
    const after = { ...before, state: 'batched', batch: 1, version: before.version + 1 } as const;
    const moves = [{ ref, before, after, story: undefined }];
    expect(await site.store.apply('spring', { name: 'claim', now: SEEDED_AT, moves })).toBe('done');
  }
}

async function codesOf(id: string): Promise<[number, string, string][]> {
  return (await site.rejections(id)).map(({ row, code, message }) => [row, code, message]);
}

describe('an update', () => {
  test('changes UUI, variables and time zone of callees that wait, adds new numbers, and accounts for each row', async () => {
    const first = await site.take('spring', HEADER + lines(0, 6));
    const text = `${HEADER}${line(0)}${mobile(1)},B-1,new,\n${line(2, 'n2', 'Asia/Tokyo')}${line(9)}bad,x,y,\n${line(1, 'again')}`;
    const record = await site.take('spring', text, 'update');
    expect(record).toMatchObject({
      ...{ state: 'done', mode: 'update', rows: 6, accepted: 1, duplicate: 4, rejected: 1, updated: 2 },
    });
    const rows = await rowsByNumber(site.store, 'spring');
    expect(rows.get(e164(0))).toEqual({
      ...{ importId: first.id, row: 1, number: e164(0), uui: 'A-0', variables: { name: 'n0' } },
    });
    expect(rows.get(e164(1))).toEqual({
      ...{ importId: first.id, row: 2, number: e164(1), uui: 'B-1', variables: { name: 'new' } },
      updatedBy: { importId: record.id, row: 2 },
    });
    expect(rows.get(e164(9))).toMatchObject({ importId: record.id, row: 4 });
    const zones = (await site.store.campaign('spring'))?.zones ?? [];
    expect(zones[(await recordOf(2)).zone]).toBe('Asia/Tokyo');
    expect(zones[(await recordOf(1)).zone]).toBe('Asia/Shanghai');
    expect(await codesOf(record.id)).toEqual([
      [1, 'unchanged', `row 1 of ${first.id} has the same attributes`],
      [2, 'updated', `changed the attributes of row 2 of ${first.id}`],
      [3, 'updated', `changed the attributes of row 3 of ${first.id}`],
      [5, 'number_letters', expect.any(String)],
      [6, 'duplicate', 'the same number as row 2'],
    ]);
    expect((await runAudit({ store: site.store }, 'spring')).violations).toEqual([]);
    const errors = await site.errorsCsv(record.id);
    expect(errors.trim().split('\r\n')).toHaveLength(3);
  });

  test('leaves alone what the file has no column for', async () => {
    // A campaign that names columns demands them, so this one names none.
    await site.store.createCampaign('plain', SEEDED_SETTINGS, SEEDED_AT);
    await site.take('plain', `phone,uui,name,tz\n${mobile(0)},A-0,Mei,Asia/Tokyo\n${mobile(1)},A-1,Wei,\n`);
    const record = await site.take('plain', `phone,tier\n${mobile(0)},gold\n`, 'update');
    expect(record).toMatchObject({ rows: 1, updated: 1 });
    const rows = await rowsByNumber(site.store, 'plain');
    expect(rows.get(e164(0))).toMatchObject({ uui: 'A-0', variables: { name: 'Mei', tier: 'gold' } });
    expect(rows.get(e164(1))).toEqual({
      ...{ importId: expect.any(String), row: 2, number: e164(1), uui: 'A-1', variables: { name: 'Wei' } },
    });
    const [first] = await site.store.records('plain', [0]);
    expect((await site.store.campaign('plain'))?.zones[first?.zone ?? -1]).toBe('Asia/Tokyo');
  });

  test('of a callee that is in a batch changes nothing of it, and says so', async () => {
    const first = await site.take('spring', HEADER + lines(0, 4));
    await claim([1, 2]);
    const before = await rowsByNumber(site.store, 'spring');
    const record = await site.take('spring', HEADER + line(1, 'late') + line(2) + line(3, 'new'), 'update');
    expect(record).toMatchObject({ rows: 3, accepted: 0, duplicate: 3, updated: 1 });
    expect(await codesOf(record.id)).toEqual([
      [
        1,
        'already_called',
        `unchanged: already called, since row 2 of ${first.id} is being called (batched)`,
      ],
      [2, 'unchanged', `row 3 of ${first.id} has the same attributes`],
      [3, 'updated', `changed the attributes of row 4 of ${first.id}`],
    ]);
    const after = await rowsByNumber(site.store, 'spring');
    expect([after.get(e164(1)), after.get(e164(2))]).toEqual([before.get(e164(1)), before.get(e164(2))]);
    expect(await site.errorsCsv(record.id)).toContain(`${mobile(1)},A-1,late,,1,2,phone,already_called,`);
  });

  test('sees a batch that is made between its reading and its writing, and leaves its callees alone', async () => {
    await site.take('spring', HEADER + lines(0, 4));
    let claimed = false;
    const racing: Store = {
      ...site.store,
      replaceRows: async (id, reading, changes) => {
        if (!claimed) await claim([1]);
        claimed = true;
        return site.store.replaceRows(id, reading, changes);
      },
    };
    const id = await site.open('spring', HEADER + lines(0, 4, 'new'), 'update');
    const { record } = await ingestImport({ ...site.deps, store: racing }, id);
    expect(record).toMatchObject({ duplicate: 4, updated: 3 });
    const names = [...(await rowsByNumber(site.store, 'spring')).values()].map((row) => row.variables.name);
    expect(names).toEqual(['new', 'n1', 'new', 'new']);
  });

  test('in another order than the lists before it reaches callees of many pages', async () => {
    const callees = 3 * PAGE_SLOTS + 10;
    await site.take('spring', HEADER + lines(0, callees));
    const order = Array.from({ length: callees }, (_, at) => (at * 1_201) % callees);
    const text = HEADER + order.map((index) => line(index, `new ${index}`)).join('');
    const record = await site.take('spring', text, 'update');
    expect(record).toMatchObject({ rows: callees, duplicate: callees, updated: callees });
    const rows = await rowsByNumber(site.store, 'spring');
    expect(rows.size).toBe(callees);
    for (const [number, row] of rows) expect(row.variables.name).toBe(`new ${number - e164(0)}`);
    expect((await site.store.campaign('spring'))?.pagesTotal).toBe(4);
  });

  test('of the same bytes as a list that was added is an import of its own, once', async () => {
    const text = HEADER + lines(0, 3);
    const added = await site.take('spring', text);
    const id = await site.open('spring', text, 'update');
    expect(id).not.toBe(added.id);
    expect((await ingestImport(site.deps, id)).record).toMatchObject({ duplicate: 3, updated: 0 });
  });
});

describe('an update that is killed', () => {
  const text = `${HEADER}${lines(0, 700, 'new')}${lines(2_000, 3_300)}${lines(1_500, 1_600)}${line(3, 'third')}bad,,,\n`;

  test('before or after any write goes on to the very result that it has without the kill', async () => {
    const prepare = async (id: string): Promise<string> => {
      const settings = { ...SEEDED_SETTINGS, columns: { uui: 'order', timeZone: 'tz' } };
      await site.store.createCampaign(id, settings, SEEDED_AT);
      await site.take(id, HEADER + lines(0, 1_600));
      return site.open(id, text, 'update');
    };
    const result = async (campaignId: string, id: string) => {
      const { mode, rows, accepted, duplicate, rejected, updated, state } =
        (await site.store.importRecord(id)) ?? {};
      const listed = (await site.rejections(id)).map(({ row, code, line: at }) => [row, code, at]);
      const names = [...(await rowsByNumber(site.store, campaignId)).values()].map(
        ({ row, variables, updatedBy }) => [row, variables.name, updatedBy?.row],
      );
      return { mode, rows, accepted, duplicate, rejected, updated, state, listed, names };
    };
    const wholeId = await prepare('whole');
    await ingestImport(site.deps, wholeId);
    const expected = await result('whole', wholeId);
    expect(expected).toMatchObject({
      rows: 2_102,
      accepted: 1_300,
      duplicate: 801,
      rejected: 1,
      updated: 700,
    });

    for (let fatal = 1; ; fatal += 1) {
      for (const when of ['before', 'after'] as const) {
        const campaignId = `k${fatal}${when}`;
        const id = await prepare(campaignId);
        let writes = 0;
        const dies = async <T>(write: () => Promise<T>): Promise<T> => {
          writes += 1;
          if (writes < fatal) return write();
          if (writes === fatal && when === 'after') await write();
          throw new Error('killed');
        };
        const dying: Store = {
          ...site.store,
          replaceRows: (...args) => dies(() => site.store.replaceRows(...args)),
          storeImportStep: (...args) => dies(() => site.store.storeImportStep(...args)),
          closeImport: (...args) => dies(() => site.store.closeImport(...args)),
        };
        await ingestImport({ ...site.deps, store: dying }, id).catch((error: unknown) =>
          expect(String(error)).toContain('killed'),
        );
        await ingestImport(site.deps, id);
        expect(await result(campaignId, id), `write ${fatal}, ${when}`).toEqual(expected);
        if (writes < fatal) {
          expect(fatal).toBeGreaterThan(4);
          return;
        }
      }
    }
  });
});

import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSpool } from '../../src/adapters/spool.ts';
import type { ImportMode } from '../../src/core/import.ts';
import { type DryRun, type TryImportDeps, tryImport } from '../../src/pipelines/try-import.ts';
import { type ImportSite, mobile, openImportSite } from '../support/import-site.ts';
import { SEEDED_AT, SEEDED_SETTINGS } from '../support/seeded-campaign.ts';

let site: ImportSite;
let deps: TryImportDeps;
beforeEach(async () => {
  site = await openImportSite();
  await site.store.createCampaign('spring', SEEDED_SETTINGS, SEEDED_AT);
  const { store, suppression } = site;
  deps = {
    ...{ store, suppression, reader: site.deps.reader, clock: site.deps.clock },
    spool: createSpool(join(site.folder, 'spool')),
  };
});
afterEach(() => site.close());

function attempt(content: string, mode?: ImportMode): Promise<DryRun> {
  const source = { fileName: 'list.csv', content: Readable.from([Buffer.from(content)]) };
  return tryImport(deps, 'spring', { ...source, ...(mode !== undefined && { mode }) });
}

/** Ends a callee, as its call would. */
async function answer(ref: number): Promise<void> {
  const [before] = await site.store.records('spring', [ref]);
  if (before === undefined) throw new Error('no such callee');
  const after = { ...before, state: 'answered', reason: 'call_answered' } as const;
  const moves = [{ ref, before, after, story: undefined }];
  expect(await site.store.apply('spring', { name: 'end', now: SEEDED_AT, moves })).toBe('done');
}

/** Everything stored, to be compared whole. */
async function dump(): Promise<string> {
  const keys = (await site.redis.keys(`*${site.prefix}*`)).sort();
  return JSON.stringify(await Promise.all(keys.map(async (key) => [key, await site.redis.dumpBuffer(key)])));
}

const lines = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, at) => `${mobile(from + at)},n${from + at},\n`).join('');

describe('a dry run', () => {
  const KNOWN = `phone,name,tz\n${lines(0, 10)}`;
  const LIST = [
    'phone,name,tz',
    `${mobile(0)},n0,`,
    `${mobile(1)},other,`,
    `${mobile(2)},n2,Asia/Tokyo`,
    `${mobile(3)},late,`,
    `${mobile(20)},new,Europe/Berlin`,
    `+86${mobile(20)},again,`,
    `${mobile(21)},listed,`,
    '1380013,short,',
    `${mobile(22)},x,Mars/Base`,
    '',
  ].join('\n');

  test('says what would become of every row, with the first reasons, and stores nothing', async () => {
    const first = await site.take('spring', KNOWN);
    await answer(3);
    await site.suppression.add('global', [{ number: `86${mobile(21)}`, expiresAt: undefined }], {
      ...{ reason: 'asked us to stop', by: 'mei', source: 'single', now: SEEDED_AT },
    });
    const before = await dump();
    const tried = await attempt(LIST, 'update');
    expect(await dump()).toBe(before);
    expect(await readdir(join(site.folder, 'spool'))).toEqual([]);
    expect(tried).toMatchObject({
      ...{ campaign: 'spring', fileName: 'list.csv', mode: 'update', rows: 9 },
      ...{ added: 1, unchanged: 1, changed: 2, alreadyCalled: 1, duplicate: 1, suppressed: 1, rejected: 2 },
      ...{ encoding: 'utf-8', delimiter: ',', fault: '', alreadyImported: null },
    });
    expect(tried.reasons).toEqual([
      {
        ...{
          kind: 'duplicate',
          row: 4,
          line: 5,
          column: 'phone',
          code: 'already_called',
          value: '138******03',
        },
        message: `unchanged: already called, since row 4 of ${first.id} is over (answered)`,
      },
      {
        ...{ kind: 'duplicate', row: 6, line: 7, column: 'phone', code: 'duplicate' },
        ...{ value: '+861********20', message: 'the same number as row 5' },
      },
      {
        ...{ kind: 'suppressed', row: 7, line: 8, column: 'phone', code: 'suppressed', value: '138******21' },
        message: expect.stringContaining('asked us to stop'),
      },
      expect.objectContaining({ kind: 'rejected', row: 8, line: 9, value: '138**13' }),
      expect.objectContaining({ row: 9, column: 'tz', code: 'time_zone_unknown', value: 'Mars/Base' }),
    ]);
    expect(JSON.stringify(tried)).not.toMatch(/\d{7}/);
  });

  test('tells the same as the import that follows it', async () => {
    await site.take('spring', KNOWN);
    const tried = await attempt(LIST, 'update');
    const record = await site.take('spring', LIST, 'update');
    expect(record).toMatchObject({
      ...{ rows: tried.rows, accepted: tried.added, rejected: tried.rejected, updated: tried.changed },
      duplicate: tried.duplicate + tried.unchanged + tried.changed + tried.alreadyCalled,
    });
  });

  test('of a campaign without callees counts many rows, and names only the first reasons', async () => {
    const tried = await attempt(`phone,name,tz\n${lines(0, 40_000)}${'bad,x,\n'.repeat(50)}`);
    expect(tried).toMatchObject({ mode: 'add', rows: 40_050, added: 40_000, rejected: 50 });
    expect(tried.reasons).toHaveLength(10);
  });

  test('knows the very same bytes again', async () => {
    const { id } = await site.take('spring', KNOWN);
    expect(await attempt(KNOWN)).toMatchObject({ alreadyImported: id, rows: 10, unchanged: 10 });
    expect(await attempt(KNOWN, 'update')).toMatchObject({ alreadyImported: null, unchanged: 10 });
  });

  test('refuses what an import would refuse as a whole, and leaves nothing in the spool', async () => {
    await expect(attempt('name,city\na,b\n')).rejects.toMatchObject({ code: 'file_invalid' });
    await expect(attempt('')).rejects.toMatchObject({ code: 'file_invalid' });
    expect(await readdir(join(site.folder, 'spool'))).toEqual([]);
  });
});

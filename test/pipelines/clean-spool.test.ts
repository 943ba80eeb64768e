import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSpool } from '../../src/adapters/spool.ts';
import { DAY, SECOND } from '../../src/core/time.ts';
import { cleanSpool } from '../../src/pipelines/clean-spool.ts';
import { importErrors } from '../../src/pipelines/import-errors.ts';
import { ingestImport } from '../../src/pipelines/ingest.ts';
import { type ImportSite, openImportSite } from '../support/import-site.ts';
import { SEEDED_AT, SEEDED_SETTINGS } from '../support/seeded-campaign.ts';

let site: ImportSite;
let dir: string;
beforeEach(async () => {
  site = await openImportSite();
  await site.store.createCampaign('spring', SEEDED_SETTINGS, SEEDED_AT);
  dir = mkdtempSync(join(tmpdir(), 'ringmaster-spool-'));
});
afterEach(async () => {
  await site.close();
  rmSync(dir, { recursive: true });
});

const NOW = Date.now();
const at = (now: number) => ({ store: site.store, spool: createSpool(dir), clock: { now: () => now } });

function fileOf(name: string, age: number): void {
  writeFileSync(join(dir, name), 'phone\n13800138000\n');
  utimesSync(join(dir, name), (NOW - age) / SECOND, (NOW - age) / SECOND);
}

describe('the spool', () => {
  test('holds no file of an import that is done, whose rows not taken can be had all the same', async () => {
    const id = await site.open('spring', 'phone,name\n13800138000,a\n123,b\n');
    const spool = createSpool(dir);
    const path = spool.pathOf(id);
    writeFileSync(path, 'phone,name\n13800138000,a\n123,b\n');
    const deps = { ...site.deps, openFile: () => path, dropFile: (name: string) => spool.remove(name) };
    expect((await ingestImport(deps, id)).outcome).toBe('done');
    expect(existsSync(path)).toBe(false);
    let text = '';
    for await (const part of importErrors(site, id)) text += part;
    expect(text).toContain('123,b');
    // A job that comes once more, since the process was cut off before it could say that it was done.
    expect((await ingestImport(deps, id)).outcome).toBe('done');
  });

  test('keeps the file of an import that failed', async () => {
    const id = await site.open('spring', 'a,b\n1,2\n');
    const spool = createSpool(dir);
    writeFileSync(spool.pathOf(id), 'a,b\n1,2\n');
    const deps = {
      ...site.deps,
      openFile: () => spool.pathOf(id),
      dropFile: (name: string) => spool.remove(name),
    };
    const { record } = await ingestImport(deps, id);
    expect(record.state).toBe('failed');
    expect(readdirSync(dir)).toEqual([id]);
    expect(await cleanSpool(at(record.closedAt + 29 * DAY))).toBe(0);
    expect(await cleanSpool(at(record.closedAt + 30 * DAY))).toBe(1);
    expect(readdirSync(dir)).toEqual([]);
  });

  test('is cleaned of what a crash left, and of nothing that somebody may still want', async () => {
    const done = await site.take('spring', 'phone\n13800138000\n');
    const waiting = await site.open('spring', 'phone\n13800138001\n');
    fileOf(done.id, 0);
    fileOf(waiting, 90 * DAY);
    fileOf('11111111-aaaa.part', 2 * DAY);
    fileOf('22222222-aaaa.part', 0);
    fileOf('autumn-i0123456789ab', 2 * DAY);
    fileOf('autumn-i0123456789ac', 0);
    mkdirSync(join(dir, 'folder'));
    expect(await cleanSpool(at(NOW))).toBe(3);
    expect(readdirSync(dir).sort()).toEqual(
      ['22222222-aaaa.part', 'autumn-i0123456789ac', 'folder', waiting].sort(),
    );
  });

  test('that was never made is clean', async () => {
    const spool = createSpool(join(dir, 'none'));
    expect(await cleanSpool({ ...at(NOW), spool })).toBe(0);
  });
});

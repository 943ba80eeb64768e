import {
  appendFile,
  chmod,
  link,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';
import { AppError } from '../../../src/core/errors.ts';
import { DROP_RETRY } from '../../../src/core/limits.ts';
import type { DropFolder } from '../../../src/faces/drop/drop-folder.ts';
import { ManualClock } from '../../support/clock.ts';
import { CAMPAIGN_FILE, type DropSite, LIST, openDropSite } from '../../support/drop-site.ts';

let clock: ManualClock;
let site: DropSite;
let folder: DropFolder;

beforeEach(async () => {
  // Files get their times from the machine, so the clock begins there too.
  clock = new ManualClock(Date.now());
  site = await openDropSite(inject('redisUrl'), clock);
  folder = site.open();
  await site.store.createCampaign('spring', CAMPAIGN_FILE, clock.now());
});
afterEach(async () => {
  await folder.close();
  await site.close();
});

/** One look, with everything done that it begins. */
async function look(at: DropFolder = folder): Promise<void> {
  await at.look();
  await at.idle();
}

/** Looks, lets files settle, reads imports and puts them away. */
async function run(at: DropFolder = folder): Promise<void> {
  await look(at);
  clock.advance(3_000);
  await look(at);
  await site.ingest();
  await at.follow();
  await at.idle();
}

const imports = () => site.store.imports('spring');

describe('a dropped list', () => {
  it('is imported and put away with its summary and the rows that were not taken', async () => {
    await site.drop('spring/list.csv', LIST);
    await run();
    const [record, ...others] = await imports();
    expect(others).toEqual([]);
    expect(record).toMatchObject({ state: 'done', rows: 4, accepted: 2, duplicate: 1, rejected: 1 });
    expect(await site.files()).toEqual([
      'spring/done/list.csv',
      'spring/done/list.csv.errors.csv',
      'spring/done/list.csv.summary.json',
    ]);
    expect(await readFile(join(site.root, 'spring/done/list.csv'), 'utf8')).toBe(LIST);
    expect(await site.json('spring/done/list.csv.summary.json')).toMatchObject({
      id: record?.id,
      campaign: 'spring',
      state: 'done',
      fileName: 'list.csv',
      rows: 4,
      accepted: 2,
      duplicate: 1,
      suppressed: 0,
      rejected: 1,
      encoding: 'utf-8',
      delimiter: ',',
      again: false,
    });
    const errors = await readFile(join(site.root, 'spring/done/list.csv.errors.csv'));
    expect(errors.subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]));
    const lines: Record<string, string>[] = parse(errors, { bom: true, columns: true });
    expect(lines.map((line) => line.name)).toEqual(['Ann again', 'Zed']);
  });

  it('has no list of errors when every row was taken', async () => {
    await site.drop('spring/list.csv', 'phone\n13800138000\n');
    await run();
    expect(await site.files()).toEqual(['spring/done/list.csv', 'spring/done/list.csv.summary.json']);
  });

  it('is taken again after its errors were mended, as the error list it was', async () => {
    await site.drop('spring/list.csv', LIST);
    await run();
    const errors = await readFile(join(site.root, 'spring/done/list.csv.errors.csv'), 'utf8');
    const mended = errors.replace(/^12,/m, '13800138002,').replace(/^.*Ann again.*\r\n/m, '');
    await site.drop('spring/list.csv.errors.csv', mended);
    await run();
    expect(await site.json('spring/done/list.csv.errors-2.csv.summary.json')).toMatchObject({
      rows: 1,
      accepted: 1,
    });
    const [page] = await site.store.rows('spring', [
      (await site.store.findCallee('spring', 8613800138002)) ?? -1,
    ]);
    expect(page?.variables).toEqual({ name: 'Zed' });
  });

  it('that cannot be taken ends in failed, with the reason', async () => {
    await site.drop('spring/list.csv', 'colour,name\nred,Ann\n');
    await run();
    expect(await site.files()).toEqual(['spring/failed/list.csv', 'spring/failed/list.csv.summary.json']);
    const summary = await site.json('spring/failed/list.csv.summary.json');
    expect(summary).toMatchObject({ state: 'failed', rows: 0 });
    expect(summary.reason).toContain('no column looks like a number to call');
  });

  it('with the same bytes adds nothing and says so, whatever it is called', async () => {
    await site.drop('spring/list.csv', LIST);
    await run();
    await site.drop('spring/copy.csv', LIST);
    await run();
    expect(await imports()).toHaveLength(1);
    const summary = await site.json('spring/done/copy.csv.summary.json');
    expect(summary).toMatchObject({ id: (await imports())[0]?.id, state: 'done', accepted: 2, again: true });
    expect(summary.message).toContain('the very same bytes were imported before, from list.csv');
  });

  it('never takes the place of an earlier file of its name', async () => {
    for (const name of ['13800138000', '13800138001', '13800138002'])
      await site.drop('spring/list.csv', `phone\n${name}\n`).then(() => run());
    expect(await site.files()).toEqual([
      'spring/done/list-2.csv',
      'spring/done/list-2.csv.summary.json',
      'spring/done/list-3.csv',
      'spring/done/list-3.csv.summary.json',
      'spring/done/list.csv',
      'spring/done/list.csv.summary.json',
    ]);
    expect(await readFile(join(site.root, 'spring/done/list.csv'), 'utf8')).toContain('13800138000');
  });

  it('is read beside others: one that waits for its import holds nobody up', async () => {
    await site.drop('spring/a.csv', 'phone\n13800138000\n');
    await look();
    clock.advance(1_000);
    await look();
    await site.drop('spring/b.csv', 'phone\n13800138001\n');
    await look();
    clock.advance(1_000);
    await look();
    expect((await imports()).map((one) => one.state)).toEqual(['waiting', 'waiting']);
    await site.ingest();
    await folder.follow();
    await folder.idle();
    expect((await site.files()).filter((path) => !path.endsWith('.json'))).toEqual([
      'spring/done/a.csv',
      'spring/done/b.csv',
    ]);
  });

  it('is put away under a shorter name where what goes beside it would not fit', async () => {
    const name = `${'名'.repeat(83)}.csv`;
    await site.drop(`spring/${name}`, 'phone\n13800138000\n');
    await run();
    const [list, summary] = await site.files();
    expect(list).toMatch(/^spring\/done\/名+\.csv$/);
    expect(summary).toBe(`${list}.summary.json`);
  });
});

describe('a file is taken when it is whole', () => {
  it('not before it lay untouched for the settle time', async () => {
    await site.drop('spring/list.csv', 'phone\n13800138000\n');
    await look();
    clock.advance(999);
    await look();
    expect(await imports()).toEqual([]);
    clock.advance(1);
    await look();
    expect(await imports()).toHaveLength(1);
  });

  it('counting anew whenever it is written to, so that a copy in two halves is one import', async () => {
    await site.drop('spring/list.csv', 'phone\n13800138000\n');
    await look();
    clock.advance(900);
    await appendFile(join(site.root, 'spring/list.csv'), '13800138001\n');
    await look();
    clock.advance(900);
    await look();
    expect(await imports()).toEqual([]);
    clock.advance(100);
    await look();
    await site.ingest();
    expect(await imports()).toMatchObject([{ rows: 2, accepted: 2 }]);
  });

  it('later when it ends in the middle of a line, which may be half a number', async () => {
    await site.drop('spring/list.csv', 'phone\n138001380');
    await look();
    clock.advance(2_999);
    await look();
    expect(await imports()).toEqual([]);
    clock.advance(1);
    await look();
    expect(await imports()).toHaveLength(1);
  });

  it('at once when it was written long before it was moved in', async () => {
    await site.drop('elsewhere', 'phone\n13800138000\n');
    const old = new Date(Date.now() - 60_000);
    await utimes(join(site.root, 'elsewhere'), old, old);
    await mkdir(join(site.root, 'spring'));
    await rename(join(site.root, 'elsewhere'), join(site.root, 'spring/list.csv'));
    await look(site.open({ trustTimes: false }));
    expect(await imports()).toEqual([]);
    await look();
    expect(await imports()).toHaveLength(1);
  });

  it('under its own name: what copies, editors and systems leave is passed over', async () => {
    const names = ['list.csv.part', '.list.csv', '~$list.xlsx', 'list.csv.tmp', 'list.csv~', 'Thumbs.db'];
    for (const name of names) await site.drop(`spring/${name}`, LIST);
    await run();
    expect(await site.files()).toEqual(names.map((name) => `spring/${name}`).sort());
    expect(site.logged).toEqual([]);
    await rename(join(site.root, 'spring/list.csv.part'), join(site.root, 'spring/list.csv'));
    await run();
    expect(await imports()).toHaveLength(1);
  });

  it('and not when it changed while it was being read: then nothing of it is imported', async () => {
    const put = site.deps.spool.put;
    let writes = 1;
    const spool: typeof site.deps.spool = {
      ...site.deps.spool,
      async put(content) {
        const grown = async function* () {
          for await (const chunk of content) {
            if (writes-- > 0) await appendFile(join(site.root, 'spring/list.csv'), '13800138001\n');
            yield chunk;
          }
        };
        return put(grown());
      },
    };
    const own = site.open({}, { spool });
    await site.drop('spring/list.csv', 'phone\n13800138000\n');
    await look(own);
    clock.advance(1_000);
    await look(own);
    expect(await imports()).toEqual([]);
    await run(own);
    expect(await imports()).toMatchObject([{ rows: 2, accepted: 2 }]);
    expect((await site.files())[0]).toBe('spring/done/list.csv');
  });

  it('and is forgotten when it vanishes, before it is read or while it is', async () => {
    await site.drop('spring/a.csv', LIST);
    await look();
    await rm(join(site.root, 'spring/a.csv'));
    clock.advance(1_000);
    await look();
    const put = site.deps.spool.put;
    const spool: typeof site.deps.spool = {
      ...site.deps.spool,
      async put(content) {
        await rm(join(site.root, 'spring/b.csv'));
        return put(content);
      },
    };
    const own = site.open({}, { spool });
    await site.drop('spring/b.csv', LIST);
    await run(own);
    expect(await imports()).toEqual([]);
    expect(await site.files()).toEqual([]);
    expect(site.logged.filter((line) => line.includes('trouble'))).toEqual([]);
  });
});

describe('a file is refused with a clear reason', () => {
  const refused = async (path: string): Promise<unknown> => {
    await run();
    const [campaign, name] = path.split('/');
    const files = await site.files();
    expect(files).toContain(`${campaign}/failed/${name}`);
    expect(await imports()).toEqual([]);
    const summary = await site.json(`${campaign}/failed/${name}.summary.json`);
    expect(summary).toMatchObject({ id: null, campaign, state: 'failed', fileName: name, rows: 0 });
    return summary.reason;
  };

  it('in a folder that names no campaign there is', async () => {
    await site.drop('autumn/list.csv', LIST);
    expect(await refused('autumn/list.csv')).toMatch(/there is no campaign .*; drop its campaign\.json/);
  });

  it('in a folder whose name can be no campaign', async () => {
    await site.drop('Spring Sale/list.csv', LIST);
    expect(await refused('Spring Sale/list.csv')).toContain('lower-case letters');
  });

  it('for a campaign that was cancelled', async () => {
    const campaign = await site.store.campaign('spring');
    await site.store.moveCampaign(campaign!, 'cancelled', { reason: 'asked', text: '', by: 'test', now: 1 });
    await site.drop('spring/list.csv', LIST);
    expect(await refused('spring/list.csv')).toContain('is cancelled');
  });

  it('when it is bigger than allowed, without being read', async () => {
    folder = site.open({ bytesMax: 20 });
    await site.drop('spring/list.csv', 'phone\n13800138000\n\n\n\n\n');
    expect(await refused('spring/list.csv')).toMatch(/has 22 bytes and at most 20 .*DROP_BYTES_MAX/);
  });

  it('when its kind is not read', async () => {
    await site.drop('spring/list.xls', LIST);
    expect(await refused('spring/list.xls')).toContain('save the list as .csv');
  });

  it('when it is a symbolic link, and what it points to stays unread and where it is', async () => {
    const outside = join(site.root, '../outside.csv');
    await writeFile(outside, LIST);
    await mkdir(join(site.root, 'spring'));
    await symlink(outside, join(site.root, 'spring/list.csv'));
    expect(await refused('spring/list.csv')).toContain('symbolic link');
    expect(await readFile(outside, 'utf8')).toBe(LIST);
  });

  it('when we may not read it', async () => {
    await site.drop('spring/list.csv', LIST);
    for (const dir of ['..', '.', 'spring']) await chmod(join(site.root, dir), 0o777);
    await chmod(join(site.root, 'spring/list.csv'), 0);
    // Root may read everything, so it is somebody else for the time of the look.
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    try {
      expect(await refused('spring/list.csv')).toContain('may not be read');
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });
});

describe('nothing leads out of the folder', () => {
  it('a link in place of a campaign folder is not followed, and told once', async () => {
    const outside = join(site.root, '../outside');
    await mkdir(outside);
    await writeFile(join(outside, 'list.csv'), LIST);
    await symlink(outside, join(site.root, 'spring'));
    await run();
    await run();
    expect(await imports()).toEqual([]);
    expect(await readdir(outside)).toEqual(['list.csv']);
    expect(site.logged.filter((line) => line.includes('drop_left'))).toHaveLength(1);
    expect(site.logged.join()).toContain('not followed');
  });

  it.each(['done', 'failed'])(
    'a link in place of %s is not followed: the file stays and is told',
    async (end) => {
      const outside = join(site.root, '../outside');
      await mkdir(outside);
      await site.drop('spring/list.csv', end === 'done' ? LIST : 'colour\nred\n');
      await symlink(outside, join(site.root, 'spring', end));
      await run();
      await folder.follow();
      await folder.idle();
      expect(await readdir(outside)).toEqual([]);
      expect(await site.files()).toContain('spring/list.csv');
      expect(site.logged.join()).toContain(`"event":"drop_trouble"`);
      // Once the link is away, all is as it should be.
      await rm(join(site.root, 'spring', end));
      clock.advance(DROP_RETRY);
      await look();
      expect(await site.files()).toContain(`spring/${end}/list.csv`);
      expect(await imports()).toHaveLength(1);
    },
  );

  it('folders in a campaign, files beside campaigns and pipes stay where they are, and are told once', async () => {
    await site.drop('spring/deeper/list.csv', LIST);
    await site.drop('list.csv', LIST);
    await run();
    await run();
    expect(await site.files()).toEqual(['list.csv', 'spring/deeper/list.csv']);
    expect(site.logged.filter((line) => line.includes('drop_left'))).toHaveLength(2);
  });
});

describe('a campaign file beside the lists', () => {
  const CAMPAIGN = JSON.stringify(CAMPAIGN_FILE);

  it('creates the campaign before the lists are taken that came with it', async () => {
    await site.drop('autumn/a.csv', LIST);
    await site.drop('autumn/campaign.json', CAMPAIGN);
    await run();
    await run();
    expect(await site.files()).toEqual([
      'autumn/done/a.csv',
      'autumn/done/a.csv.errors.csv',
      'autumn/done/a.csv.summary.json',
      'autumn/done/campaign.json',
      'autumn/done/campaign.json.summary.json',
    ]);
    expect(await site.json('autumn/done/campaign.json.summary.json')).toMatchObject({
      id: 'autumn',
      outcome: 'created',
    });
    expect(await site.store.campaign('autumn')).toMatchObject({ state: 'draft' });
  });

  it('that says the same again changes nothing and says so', async () => {
    clock.advance(-120_000);
    await site.store.createCampaign('winter', CAMPAIGN_FILE, clock.now());
    clock.advance(120_000);
    await site.drop('winter/campaign.json', `\ufeff${CAMPAIGN}`);
    await run();
    expect((await site.json('winter/done/campaign.json.summary.json')).outcome).toBe('same');
  });

  it('that is different changes the campaign, and says what', async () => {
    await site.drop('spring/campaign.json', JSON.stringify({ ...CAMPAIGN_FILE, name: 'Other', priority: 1 }));
    await run();
    const summary = await site.json('spring/done/campaign.json.summary.json');
    expect(summary).toMatchObject({ outcome: 'changed', message: expect.stringContaining('name, priority') });
    expect((await site.store.campaign('spring'))?.settings).toMatchObject({ name: 'Other', priority: 1 });
    expect((await site.store.trail('spring')).at(-1)).toMatchObject({ by: 'drop folder' });
  });

  it('that would change what stored callees were made with ends in failed, and changes nothing', async () => {
    await site.drop('spring/list.csv', LIST);
    await run();
    const other = { ...CAMPAIGN_FILE, name: 'Other', timeZone: 'Asia/Tokyo' };
    await site.drop('spring/campaign.json', JSON.stringify(other));
    await run();
    const summary = await site.json('spring/failed/campaign.json.summary.json');
    expect(summary).toMatchObject({
      outcome: 'refused',
      message: expect.stringContaining('timeZone: stays'),
    });
    expect((await site.store.campaign('spring'))?.settings.name).toBe('Drop');
  });

  it.each([
    ['does not parse', '{ "name": }', 'refused', 'not JSON'],
    ['has words that there are not', JSON.stringify({ ...CAMPAIGN_FILE, nmae: 1 }), 'refused', 'nmae'],
    ['is far too big', `{ "name": "${'x'.repeat(1_100_000)}" }`, undefined, 'at most 1048576'],
  ])('that %s ends in failed with the reason', async (_what, text, outcome, reason) => {
    await site.drop('spring/campaign.json', text);
    await run();
    const summary = await site.json('spring/failed/campaign.json.summary.json');
    expect(summary.outcome).toBe(outcome);
    expect(summary.message).toContain(reason);
    expect((await site.store.campaign('spring'))?.settings.name).toBe('Drop');
  });
});

describe('a process that was cut off', () => {
  it('before its import was read: the next one puts the same import away, and calls it no repetition', async () => {
    await site.drop('spring/list.csv', LIST);
    await look();
    clock.advance(1_000);
    await look();
    expect(await imports()).toHaveLength(1);
    // The first is gone; another begins with nothing but the folder.
    const next = site.open();
    await site.ingest();
    await run(next);
    expect(await imports()).toHaveLength(1);
    expect(await site.json('spring/done/list.csv.summary.json')).toMatchObject({ again: false, accepted: 2 });
  });

  it('while it put a file away: the next one takes up what was written, and leaves nothing over', async () => {
    await site.drop('spring/list.csv', LIST);
    await run();
    const done = join(site.root, 'spring/done');
    // As it was just before the move: the list still where it was dropped. A hard link keeps its times, as far as it can.
    const summary = await readFile(join(done, 'list.csv.summary.json'), 'utf8');
    await rm(join(site.root, 'spring'), { recursive: true });
    await site.drop('spring/list.csv', LIST);
    const [record] = await imports();
    await site.store.noteImport(record?.id ?? '', { encoding: 'utf-8', delimiter: ',' });
    await mkdir(done);
    await writeFile(join(done, 'list.csv.summary.json'), summary);
    await writeFile(join(done, 'list.csv.errors.csv'), 'half a li');
    await writeFile(join(done, '.ringmaster-left'), 'half a summ');
    const old = new Date(Date.now() - 7_200_000);
    await utimes(join(done, '.ringmaster-left'), old, old);
    clock.advance(7_200_000);
    await run(site.open());
    expect(await site.files()).toEqual([
      'spring/done/list.csv',
      'spring/done/list.csv.errors.csv',
      'spring/done/list.csv.summary.json',
    ]);
    const errors = await readFile(join(done, 'list.csv.errors.csv'), 'utf8');
    expect(errors).toContain('Ann again');
  });

  it('from Redis tries again, tells it once, and takes the file when Redis is back', async () => {
    let away = true;
    const store: DropSite['deps']['store'] = Object.assign(Object.create(site.store), {
      openImport: (record: Parameters<typeof site.store.openImport>[0]) => {
        if (away) throw new AppError('redis_unavailable', 'Redis cannot be reached');
        return site.store.openImport(record);
      },
    });
    const own = site.open({}, { store });
    await site.drop('spring/list.csv', LIST);
    await run(own);
    for (let times = 0; times < 3; times += 1) {
      clock.advance(DROP_RETRY);
      await look(own);
    }
    expect(site.logged.filter((line) => line.includes('drop_trouble'))).toHaveLength(1);
    expect(await site.files()).toEqual(['spring/list.csv']);
    away = false;
    clock.advance(DROP_RETRY);
    await run(own);
    expect(await imports()).toHaveLength(1);
    expect((await site.files())[0]).toBe('spring/done/list.csv');
  });
});

describe('two watchers of one folder', () => {
  it('make one import of each file, and put each away once', async () => {
    const other = site.open();
    const both = [folder, other];
    for (let index = 0; index < 12; index += 1)
      await site.drop(`spring/list-${index}.csv`, `phone\n1380013${8000 + index}\n12\n`);
    await Promise.all(both.map((each) => each.look()));
    clock.advance(1_000);
    for (let round = 0; round < 10; round += 1) {
      await Promise.all(both.map((each) => each.look()));
      await Promise.all(both.map((each) => each.idle()));
      await site.ingest();
      await Promise.all(both.map((each) => each.follow()));
      await Promise.all(both.map((each) => each.idle()));
    }
    expect(await imports()).toHaveLength(12);
    const wanted = Array.from({ length: 12 }, (_, index) => `spring/done/list-${index}.csv`);
    expect(await site.files()).toEqual(
      wanted.flatMap((path) => [path, `${path}.errors.csv`, `${path}.summary.json`]).sort(),
    );
    expect(site.logged.join()).not.toContain('trouble');
    await other.close();
  });
});

it('no number and no cell is in the log, whatever happens', async () => {
  await site.drop('spring/list.csv', LIST);
  await site.drop('spring/bad.csv', '13800138000,Ann\n13800138001,Bob\n');
  await site.drop('autumn/list.csv', LIST);
  await site.drop('spring/campaign.json', '13800138000 Ann');
  await link(join(site.root, 'spring/list.csv'), join(site.root, 'spring/twin.csv'));
  await run();
  await run();
  expect(site.logged.length).toBeGreaterThan(5);
  expect(site.logged.join('\n')).not.toMatch(/Ann|Bob|Zed|1380013/);
});

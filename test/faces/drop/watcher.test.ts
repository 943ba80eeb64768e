import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { systemClock } from '../../../src/adapters/clock.ts';
import { DROP_LOOK_INTERVAL } from '../../../src/core/limits.ts';
import { startWatcher, type Watcher, type WatcherOptions } from '../../../src/faces/drop/watcher.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import { CAMPAIGN_FILE, type DropSite, LIST, openDropSite } from '../../support/drop-site.ts';
import { eventually } from '../../support/eventually.ts';

const isLong = (ms: number) => ms > DROP_LOOK_INTERVAL / 2;

/** Nobody looks now and then for no reason: whatever is found, the file system told of. */
const signsOnly: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => systemClock.sleep(isLong(ms) ? 3_600_000 : ms, signal),
};

/** The time between two looks that nothing asked for passes in a moment. */
function hurriedClock(): Clock {
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    async sleep(ms, signal) {
      await systemClock.sleep(isLong(ms) ? 50 : ms, signal);
      if (isLong(ms)) ahead += ms;
    },
  };
}

let site: DropSite;
let watcher: Watcher;

beforeEach(async () => {
  site = await openDropSite(inject('redisUrl'), signsOnly);
  await site.store.createCampaign('spring', CAMPAIGN_FILE, Date.now());
});
afterEach(async () => {
  await watcher.close();
  await site.close();
});

async function start(options: Partial<WatcherOptions> = {}, clock: Clock = signsOnly): Promise<void> {
  const settings = { dir: site.root, settleMs: 100, bytesMax: 1_000_000, pollMs: undefined, ...options };
  watcher = startWatcher({ ...site.deps, clock }, settings);
  await watcher.ready();
}

const donePath = (name: string) => `spring/done/${name}`;

async function isPutAway(name: string): Promise<void> {
  await eventually(async () => {
    await site.ingest();
    expect(await site.files(), site.logged.join()).toContain(donePath(name));
  });
}

it('takes what lies in the folder when it starts', async () => {
  await site.drop('spring/list.csv', LIST);
  await start();
  await isPutAway('list.csv');
  expect(await site.store.imports('spring')).toHaveLength(1);
});

it('makes the folder, and takes what is copied or moved in while it runs, into new folders too', async () => {
  const dir = join(site.root, 'made/here');
  await start({ dir });
  await mkdir(join(dir, 'spring'));
  await writeFile(join(dir, 'spring/list.csv'), LIST);
  await writeFile(join(site.root, 'moved'), 'phone\n13900139000\n');
  await rename(join(site.root, 'moved'), join(dir, 'spring/moved.csv'));
  await eventually(async () => {
    await site.ingest();
    const files = await site.files();
    for (const name of ['list.csv', 'moved.csv']) expect(files).toContain(`made/here/${donePath(name)}`);
  });
  expect(await site.store.imports('spring')).toHaveLength(2);
});

it('polls where it is told that the file system tells nothing', async () => {
  await mkdir(join(site.root, 'spring'));
  await start({ pollMs: 100 });
  await site.drop('spring/list.csv', LIST);
  await isPutAway('list.csv');
});

it('goes on when the folder went away and came back, although nobody told it', async () => {
  await start({}, hurriedClock());
  await rm(site.root, { recursive: true });
  await eventually(() => expect(site.logged.join()).toContain('drop_fault'));
  await site.drop('spring/list.csv', LIST);
  await isPutAway('list.csv');
  expect(site.logged.filter((line) => line.includes('drop_fault'))).toHaveLength(1);
});

it('refuses to start where the folder cannot be used, naming the setting', async () => {
  await site.drop('file', '');
  await expect(start({ dir: join(site.root, 'file') })).rejects.toMatchObject({
    code: 'settings_invalid',
    message: expect.stringContaining('DROP_DIR'),
  });
});

it('breaks off reading when it is closed, and leaves the file for the next one', async () => {
  let reading = () => {};
  const begun = new Promise<void>((resolve) => {
    reading = resolve;
  });
  let closing: Promise<void> | undefined;
  const { put } = site.deps.spool;
  const spool: typeof site.deps.spool = {
    ...site.deps.spool,
    put: (content) => {
      reading();
      closing = watcher.close();
      return put(content);
    },
  };
  await site.drop('spring/list.csv', LIST);
  watcher = startWatcher(
    { ...site.deps, spool },
    { dir: site.root, settleMs: 100, bytesMax: 1_000_000, pollMs: undefined },
  );
  await begun;
  await closing;
  expect(await site.files()).toEqual(['spring/list.csv']);
  expect(await site.store.imports('spring')).toEqual([]);
  expect(site.logged.join()).not.toContain('trouble');
});

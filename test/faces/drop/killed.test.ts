import fs, { readdir, rm } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it, vi } from 'vitest';
import type { DropFolder } from '../../../src/faces/drop/drop-folder.ts';
import { putAway } from '../../../src/faces/drop/put-away.ts';
import { sight } from '../../../src/faces/drop/sighting.ts';
import { ManualClock } from '../../support/clock.ts';
import { CAMPAIGN_FILE, type DropSite, LIST, openDropSite } from '../../support/drop-site.ts';

/** How many calls of the file system are left to the process; once there are none, it does nothing more, not even tidy up. */
const life = {
  calls: Number.POSITIVE_INFINITY,
  /** Run once, before the next rename into such a path. */
  before: undefined as { readonly into: RegExp; readonly work: () => Promise<void> } | undefined,
};

type FileCall = (...args: unknown[]) => unknown;

function mortal(call: FileCall): FileCall {
  return async (...args) => {
    if (life.calls <= 0) throw new Error('killed');
    life.calls -= 1;
    const { before } = life;
    if (before !== undefined && call.name === 'rename' && before.into.test(String(args[1]))) {
      life.before = undefined;
      await before.work();
    }
    return call(...args);
  };
}

const real: Readonly<Record<string, unknown>> = { ...fs };

/** Puts these functions where everybody finds them who imported one by its name. */
function install(functions: Readonly<Record<string, unknown>>): void {
  Object.assign(fs, functions);
  syncBuiltinESMExports();
}

beforeAll(() => {
  const wrapped = Object.entries(real).map(([name, value]) => [
    name,
    typeof value === 'function' ? mortal(value as FileCall) : value,
  ]);
  install(Object.fromEntries(wrapped));
});
afterAll(() => install(real));

let clock: ManualClock;
let site: DropSite;

beforeEach(async () => {
  clock = new ManualClock(Date.now());
  site = await openDropSite(inject('redisUrl'), clock);
});
afterEach(async () => {
  life.calls = Number.POSITIVE_INFINITY;
  await site.close();
});

/** The same steps at the same time in all of these: look, settle, take, read the import, put away. */
async function run(...folders: readonly DropFolder[]): Promise<void> {
  const each = (step: (folder: DropFolder) => Promise<void>) =>
    Promise.allSettled(folders.map((folder) => step(folder).then(() => folder.idle())));
  await each((folder) => folder.look());
  clock.advance(5_000);
  await each((folder) => folder.look());
  const calls = life.calls;
  life.calls = Number.POSITIVE_INFINITY;
  await site.ingest();
  life.calls = calls;
  await each((folder) => folder.follow());
}

it('killed before any call of the file system, the next two processes end the work as if nothing had been', async () => {
  let kills = 0;
  for (let calls = 1; ; calls += 1) {
    const id = `spring-${calls}`;
    await site.store.createCampaign(id, CAMPAIGN_FILE, clock.now());
    await site.drop(`${id}/list.csv`, LIST);
    const first = site.open();
    life.calls = calls;
    await run(first);
    const wasKilled = life.calls <= 0;
    life.calls = Number.POSITIVE_INFINITY;
    const [second, third] = [site.open(), site.open()];
    for (let round = 0; round < 3; round += 1) await run(second, third);
    const visible = (await site.files()).filter((path) => path.startsWith(`${id}/`) && !path.includes('/.'));
    const end = `${id}/done/list.csv`;
    expect(visible, `killed after ${calls} calls`).toEqual([end, `${end}.errors.csv`, `${end}.summary.json`]);
    const imports = await site.store.imports(id);
    expect(imports).toMatchObject([{ state: 'done', rows: 4, accepted: 2 }]);
    expect(await site.json(`${end}.summary.json`)).toMatchObject({ id: imports[0]?.id, again: false });
    if (!wasKilled) break;
    await rm(join(site.root, id), { recursive: true });
    kills += 1;
  }
  expect(kills).toBeGreaterThan(20);
}, 120_000);

it('overtaken just before its move, a watcher leaves the other what both had prepared', async () => {
  await site.store.createCampaign('spring', CAMPAIGN_FILE, clock.now());
  await site.drop('spring/list.csv', LIST);
  const [slow, fast] = [site.open(), site.open()];
  const overtaking = vi.fn(async () => {
    await fast.follow();
    await fast.idle();
  });
  life.before = { into: /done\/list\.csv$/, work: overtaking };
  await fast.look();
  clock.advance(5_000);
  await fast.look();
  await fast.idle();
  await run(slow);
  expect(overtaking).toHaveBeenCalledOnce();
  expect(await site.files()).toEqual([
    'spring/done/list.csv',
    'spring/done/list.csv.errors.csv',
    'spring/done/list.csv.summary.json',
  ]);
  await run(slow, fast);
  expect(await site.store.imports('spring')).toHaveLength(1);
});

it('killed before any call behind the move of another watcher, a watcher leaves no summary of nothing', async () => {
  let kills = 0;
  for (let calls = 1; ; calls += 1) {
    await site.drop(`c${calls}/list.csv`, LIST);
    const folder = join(site.root, `c${calls}`);
    const seen = await sight(join(folder, 'list.csv'));
    if (seen === undefined) throw new Error('nothing was dropped');
    const file = { folder, name: 'list.csv', seen };
    const outcome = { end: 'done', summary: { message: 'done' } } as const;
    const errors = async function* () {
      yield 'row\r\n';
      expect(await putAway(file, outcome)).toMatchObject({ how: 'moved' });
      life.calls = calls;
    };
    const slow = await putAway(file, { ...outcome, errors: errors() }).catch(() => 'killed');
    const wasKilled = life.calls <= 0;
    life.calls = Number.POSITIVE_INFINITY;
    const visible = (await readdir(join(folder, 'done'))).filter((name) => !name.startsWith('.'));
    expect(visible.sort(), `killed after ${calls} calls`).toEqual(['list.csv', 'list.csv.summary.json']);
    if (!wasKilled) {
      expect(slow).toEqual({ how: 'gone' });
      break;
    }
    kills += 1;
  }
  expect(kills).toBeGreaterThan(3);
});

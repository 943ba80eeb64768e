import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Redis } from 'ioredis';
import { listReader } from '../../src/adapters/list/list-reader.ts';
import { createRedisStore } from '../../src/adapters/redis/store.ts';
import { createSpool } from '../../src/adapters/spool.ts';
import { DropFolder, type DropSettings } from '../../src/faces/drop/drop-folder.ts';
import type { DropDeps } from '../../src/faces/drop/take.ts';
import { ingestImport } from '../../src/pipelines/ingest.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Store } from '../../src/ports/store.ts';
import { HandQueue } from './hand-queue.ts';
import { freshPrefix } from './store.ts';

/** A campaign file, and a list for it with rows of every kind that needs no other list. */
export const CAMPAIGN_FILE = { name: 'Drop', callers: ['008602150000001'], ivrId: 7 };
export const LIST = 'phone,name\n13800138000,Ann\n13800138001,Bob\n13800138000,Ann again\n12,Zed\n';

export interface DropSite {
  /** The drop folder itself. */
  readonly root: string;
  readonly store: Store;
  readonly deps: DropDeps;
  /** Every line that was logged, as text. */
  readonly logged: string[];
  /** Opens the folder as one process would. */
  open(settings?: Partial<DropSettings>, deps?: Partial<DropDeps>): DropFolder;
  /** Writes a file under the drop folder, in place, as a copy does. */
  drop(path: string, content: string | Buffer): Promise<void>;
  /** Reads the imports that wait, as the role `ingest` does. */
  ingest(): Promise<void>;
  /** Paths of all files under the drop folder, sorted. */
  files(): Promise<string[]>;
  json(path: string): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

export async function openDropSite(redisUrl: string, clock: Clock): Promise<DropSite> {
  const dir = await realpath(await mkdtemp(join(tmpdir(), 'rm-drop-')));
  const root = join(dir, 'drop');
  await mkdir(root);
  const redis = new Redis(redisUrl);
  const prefix = freshPrefix();
  const store = createRedisStore(redis, { prefix });
  const queue = new HandQueue();
  const spool = createSpool(join(dir, 'spool'));
  const logged: string[] = [];
  const write = (fields: Readonly<Record<string, unknown>>, message: string) => {
    logged.push(JSON.stringify({ ...fields, err: String(fields.err ?? ''), message }));
  };
  const log = { debug: write, info: write, warn: write, error: write };
  const deps: DropDeps = { store, queue, clock, spool, log };
  return {
    root,
    store,
    deps,
    logged,
    open: (settings, more) =>
      new DropFolder(
        { ...deps, ...more },
        { root, settleMs: 1_000, bytesMax: 1_000_000, trustTimes: true, ...settings },
      ),
    async drop(path, content) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), content);
    },
    async ingest() {
      for (let wake = queue.take(Infinity); wake !== undefined; wake = queue.take(Infinity)) {
        if (wake.queue !== 'ingest') continue;
        const reader = listReader();
        await ingestImport({ store, clock, reader, openFile: (id) => spool.pathOf(id) }, wake.importId);
      }
    },
    async files() {
      const entries = await readdir(root, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => !entry.isDirectory())
        .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
        .sort();
    },
    json: async (path) => JSON.parse(await readFile(join(root, path), 'utf8')),
    async close() {
      const keys = await redis.keys(`*${prefix}*`);
      if (keys.length > 0) await redis.del(...keys);
      redis.disconnect();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

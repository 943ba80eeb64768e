import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { inject } from 'vitest';
import { listReader } from '../../src/adapters/list/list-reader.ts';
import { createRedisStore } from '../../src/adapters/redis/store.ts';
import { createRedisSuppression } from '../../src/adapters/redis/suppression.ts';
import { type ImportMode, type ImportRecord, importId, type Rejection } from '../../src/core/import.ts';
import type { CalleeRow } from '../../src/core/page.ts';
import { importErrors } from '../../src/pipelines/import-errors.ts';
import { type IngestDeps, ingestImport } from '../../src/pipelines/ingest.ts';
import type { Store } from '../../src/ports/store.ts';
import type { Suppression } from '../../src/ports/suppression.ts';
import { SEEDED_AT } from './seeded-campaign.ts';
import { freshPrefix } from './store.ts';

/** A store and a folder of lists, as the role that reads lists has them. */
export interface ImportSite {
  readonly redis: Redis;
  readonly prefix: string;
  readonly store: Store;
  readonly suppression: Suppression;
  readonly folder: string;
  readonly deps: IngestDeps;
  /** Registers a list for a campaign that exists; its id. */
  open(campaignId: string, content: string, mode?: ImportMode): Promise<string>;
  /** Registers a list and reads it to its end. */
  take(campaignId: string, content: string, mode?: ImportMode): Promise<ImportRecord>;
  rejections(importId: string): Promise<Rejection[]>;
  errorsCsv(importId: string): Promise<string>;
  close(): Promise<void>;
}

export async function openImportSite(prefix = freshPrefix()): Promise<ImportSite> {
  const redis = new Redis(inject('redisUrl'));
  const folder = await mkdtemp(join(tmpdir(), 'rm-lists-'));
  const store = createRedisStore(redis, { prefix });
  const suppression = createRedisSuppression(redis, { prefix });
  const deps: IngestDeps = {
    store,
    suppression,
    clock: {
      now: () => SEEDED_AT,
      sleep: () => Promise.reject(new Error('nothing here waits by the clock')),
    },
    reader: listReader(),
    openFile: (id) => join(folder, id),
  };
  const site: ImportSite = {
    redis,
    prefix,
    store,
    suppression,
    folder,
    deps,
    async open(campaignId, content, mode = 'add') {
      const id = importId(campaignId, createHash('sha256').update(content).digest('hex'), mode);
      await writeFile(join(folder, id), content);
      const counts = { rows: 0, accepted: 0, duplicate: 0, suppressed: 0, rejected: 0, updated: 0 };
      await store.openImport({
        ...{ id, campaignId, state: 'waiting', reason: '', fileName: 'list.csv', mode, ...counts },
        ...{ bytes: content.length, createdAt: SEEDED_AT, closedAt: 0, encoding: '', delimiter: '' },
      });
      return id;
    },
    async take(campaignId, content, mode) {
      return (await ingestImport(deps, await site.open(campaignId, content, mode))).record;
    },
    async rejections(id) {
      const found: Rejection[] = [];
      for await (const rejection of store.rejections(id)) found.push(rejection);
      return found;
    },
    async errorsCsv(id) {
      let text = '';
      for await (const part of importErrors({ store }, id)) text += part;
      return text;
    },
    async close() {
      const keys = await redis.keys(`*${prefix}*`);
      if (keys.length > 0) await redis.del(...keys);
      redis.disconnect();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return site;
}

/** All callees of a campaign by number: their rows as they are stored now. */
export async function rowsByNumber(store: Store, campaignId: string): Promise<Map<number, CalleeRow>> {
  const found = new Map<number, CalleeRow>();
  for await (const page of store.pages(campaignId)) {
    for (const [slot, record] of page.records.entries()) {
      const row = page.rows[slot];
      if (record !== undefined && row !== undefined) found.set(row.number, row);
    }
  }
  return found;
}

/** The `index`th mobile number of China as a list writes it. */
export function mobile(index: number): string {
  return `138${String(index).padStart(8, '0')}`;
}

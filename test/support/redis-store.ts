import { Redis } from 'ioredis';
import { inject } from 'vitest';
import type { StoreContext } from '../../src/adapters/redis/context.ts';
import { campaignKeys } from '../../src/adapters/redis/keys.ts';
import { loadScripts, type RedisClient } from '../../src/adapters/redis/scripts.ts';
import { createRedisStore } from '../../src/adapters/redis/store.ts';
import { type BatchRecord, newBatch as emptyBatch } from '../../src/core/batch.ts';
import type { ImportRecord, Rejection } from '../../src/core/import.ts';
import { packPage } from '../../src/core/page.ts';
import type { ImportStep, Store } from '../../src/ports/store.ts';
import { SEEDED_AT, SEEDED_SETTINGS } from './seeded-campaign.ts';
import { freshPrefix } from './store.ts';

/** A store on a prefix of its own, with the raw parts beside it that tests of the store look into. */
export interface OpenStore {
  readonly client: Redis;
  readonly context: StoreContext;
  readonly store: Store;
  readonly prefix: string;
  keys(campaignId: string): ReturnType<typeof campaignKeys>;
  /** Every key of this store with all it holds, so that two moments can be compared whole. */
  dump(): Promise<Map<string, string>>;
  /** Deletes what was stored and closes the connection. */
  close(): Promise<void>;
}

/** Opens a store on the tests' Redis, or on the one at `url`. */
export function openStore(url: string = inject('redisUrl')): OpenStore {
  const client = new Redis(url);
  const prefix = freshPrefix();
  const names = () => client.keys(`*${prefix}*`);
  return {
    client,
    prefix,
    store: createRedisStore(client, { prefix }),
    context: contextOf(client, prefix),
    keys: (campaignId) => campaignKeys(prefix, campaignId),
    async dump() {
      const found = (await names()).sort();
      const contents = await Promise.all(found.map((name) => contentOf(client, name)));
      return new Map(found.map((name, at) => [name, contents[at] ?? '']));
    },
    async close() {
      const found = await names();
      if (found.length > 0) await client.unlink(...found);
      await client.quit();
    },
  };
}

/**
 * The same connection as a process has it that dies: its `nth` command, counted from 1, and all after it are never
 * sent. Only commands called straight on the client are counted.
 */
export function dyingClient(client: Redis, nth: number): Redis {
  let commands = 0;
  return new Proxy(client, {
    get(target, name) {
      const member = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        commands += 1;
        if (commands >= nth) return Promise.reject(new Error(`died at command ${commands}`));
        return Reflect.apply(member, target, args);
      };
    },
  });
}

/** What a key holds, as text that is equal exactly for equal content: Redis gives hashes and sets in any order. */
async function contentOf(client: Redis, name: string): Promise<string> {
  const type = await client.type(name);
  const hex = (items: readonly Buffer[]) => items.map((item) => item.toString('hex'));
  switch (type) {
    case 'string':
      return `${type} ${(await client.getBuffer(name))?.toString('hex')}`;
    case 'list':
      return `${type} ${hex(await client.lrangeBuffer(name, 0, -1)).join(' ')}`;
    case 'set':
      return `${type} ${hex(await client.smembersBuffer(name))
        .sort()
        .join(' ')}`;
    case 'zset':
      return `${type} ${hex(await client.zrangeBuffer(name, '0', '-1', 'WITHSCORES')).join(' ')}`;
    case 'hash': {
      const fields = await client.hgetallBuffer(name);
      const pairs = Object.entries(fields).map(([field, value]) => `${field}=${value.toString('hex')}`);
      return `${type} ${pairs.sort().join(' ')}`;
    }
    default:
      throw new Error(`${name} is a ${type}, which the store does not use`);
  }
}

export function contextOf(client: RedisClient, prefix: string): StoreContext {
  return { client, prefix, scripts: loadScripts(client) };
}

/** An import of the campaign that nothing was read of yet; `n` tells several apart. */
export function newImport(campaignId: string, n = 1, bytes = 4_000): ImportRecord {
  return {
    id: `${campaignId}-i${n.toString(16).padStart(12, '0')}`,
    campaignId,
    state: 'waiting',
    reason: '',
    fileName: 'list.csv',
    bytes,
    createdAt: SEEDED_AT + n,
    closedAt: 0,
    rows: 0,
    accepted: 0,
    duplicate: 0,
    suppressed: 0,
    rejected: 0,
    encoding: '',
    delimiter: '',
    mode: 'add',
    updated: 0,
  };
}

/** A step that brings `numbers` as one page, row after row, then the rejections. */
export function stepOf(
  importId: string,
  rowsBefore: number,
  numbers: readonly string[],
  more: { readonly zones?: readonly number[]; readonly rejections?: readonly Rejection[] } = {},
): ImportStep {
  const rejections = more.rejections ?? [];
  const cells = numbers.flatMap((number, at) => [
    String(rowsBefore + at + 1),
    number,
    `u${at}`,
    `Name ${at}`,
  ]);
  return {
    rowsBefore,
    rowsAfter: rowsBefore + numbers.length + rejections.length,
    page:
      numbers.length === 0
        ? undefined
        : {
            text: packPage(importId, ['name'], cells),
            numbers,
            zones: Uint8Array.from(more.zones ?? numbers.map(() => 0)),
          },
    rejections,
    now: SEEDED_AT,
  };
}

export function rejectionOf(row: number, kind: Rejection['kind'] = 'rejected'): Rejection {
  return {
    kind,
    row,
    line: row + 1,
    column: 'callee',
    code: 'number_too_short',
    message: 'too short',
    cells: ['12'],
  };
}

/** `count` numbers in a row. */
export function numbersFrom(first: number, count: number): string[] {
  return Array.from({ length: count }, (_, at) => String(8_613_800_000_000 + first + at));
}

/** A campaign as draft with an open import. */
export async function draftWithImport(store: Store, id: string, bytes?: number): Promise<ImportRecord> {
  await store.createCampaign(id, SEEDED_SETTINGS, SEEDED_AT);
  const record = newImport(id, 1, bytes);
  await store.openImport(record);
  return record;
}

/** Moves a campaign as an operator would; throws when it was not as read. */
export async function setState(
  store: Store,
  id: string,
  to: 'running' | 'paused' | 'blocked' | 'cancelled',
): Promise<void> {
  const campaign = await store.campaign(id);
  const why = { reason: `${to}_by_operator`, text: 'asked for', by: 'operator', now: SEEDED_AT };
  if (campaign === undefined || !(await store.moveCampaign(campaign, to, why)))
    throw new Error(`not moved to ${to}`);
}

/** A batch just made for `callees` callees. */
export function newBatch(id: number, callees: number, zone = 0): BatchRecord {
  return emptyBatch({ id, zone, callees, now: SEEDED_AT }, { nextLookAt: SEEDED_AT + id });
}

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import { Redis } from 'ioredis';
import { inject } from 'vitest';
import { createKeyFile } from '../../src/adapters/key-file.ts';
import { listReader } from '../../src/adapters/list/list-reader.ts';
import { createRedisKeptReplies } from '../../src/adapters/redis/kept-replies.ts';
import { createRedisKeyUses } from '../../src/adapters/redis/key-uses.ts';
import { createProviderState } from '../../src/adapters/redis/provider-state.ts';
import { createRedisSessions } from '../../src/adapters/redis/sessions.ts';
import { createRedisStore } from '../../src/adapters/redis/store.ts';
import { createRedisSuppression } from '../../src/adapters/redis/suppression.ts';
import { createRedisTrail } from '../../src/adapters/redis/trail.ts';
import { createSpool } from '../../src/adapters/spool.ts';
import type { AccessRole } from '../../src/core/access.ts';
import type { HttpDeps, HttpServer, HttpSettings } from '../../src/faces/http/deps.ts';
import { buildServer } from '../../src/faces/http/server.ts';
import { ingestImport } from '../../src/pipelines/ingest.ts';
import type { Log } from '../../src/ports/log.ts';
import type { Store } from '../../src/ports/store.ts';
import { ManualClock } from './clock.ts';
import { HandQueue } from './hand-queue.ts';
import { freshPrefix } from './store.ts';

/** A campaign file as operators write one. */
export const CAMPAIGN_FILE = { name: 'Spring reminder', callers: ['008602150000001'], ivrId: 7 };

/** The API on a real Redis, with a key of each role, and replies that are compared with their schemas. */
export interface HttpSite {
  readonly app: HttpServer;
  readonly deps: HttpDeps;
  readonly store: Store;
  readonly redis: Redis;
  readonly clock: ManualClock;
  readonly queue: HandQueue;
  readonly prefix: string;
  readonly keys: Readonly<Record<AccessRole, string>>;
  /** Every line that was logged, as text. */
  readonly logged: string[];
  /** A request by a key of the role; `undefined` for one without a key. */
  ask(role: AccessRole | undefined, request: InjectOptions): Promise<LightMyRequestResponse>;
  /** Another process of the same installation. */
  another(changes: Partial<HttpDeps>): Promise<HttpServer>;
  /** Reads the imports that wait, as the role `ingest` does. */
  ingest(): Promise<void>;
  /** Names of the files in the spool. */
  spooled(): Promise<string[]>;
  close(): Promise<void>;
}

/** A request with a key. */
export function withKey(key: string | undefined, request: InjectOptions): InjectOptions {
  return key === undefined
    ? request
    : { ...request, headers: { authorization: `Bearer ${key}`, ...request.headers } };
}

export async function openHttpSite(
  changes: Partial<Omit<HttpDeps, 'settings'>> & { readonly settings?: Partial<HttpSettings> } = {},
): Promise<HttpSite> {
  const dir = await mkdtemp(join(tmpdir(), 'rm-http-'));
  const redis = new Redis(inject('redisUrl'));
  const prefix = freshPrefix();
  const clock = new ManualClock();
  const queue = new HandQueue();
  const store = createRedisStore(redis, { prefix });
  const suppression = createRedisSuppression(redis, { prefix });
  const spool = createSpool(join(dir, 'spool'));
  const apiKeys = createKeyFile(join(dir, 'api-keys.json'));
  const logged: string[] = [];
  const write = (fields: Readonly<Record<string, unknown>>, message: string) => {
    const { err } = fields;
    const cause = err instanceof Error && err.cause !== undefined ? ` (${err.cause})` : '';
    logged.push(JSON.stringify({ ...fields, err: `${err ?? ''}${cause}`, message }));
  };
  const log: Log = { debug: write, info: write, warn: write, error: write };
  const { settings, ...rest } = changes;
  const deps: HttpDeps = {
    ...{ store, suppression, queue, clock, spool, apiKeys, log },
    reader: listReader(),
    keyUses: createRedisKeyUses(redis, { prefix }),
    sessions: createRedisSessions(redis, { prefix }),
    trail: createRedisTrail(redis, { prefix }),
    keptReplies: createRedisKeptReplies(redis, { prefix }),
    provider: createProviderState(redis, { prefix, clock }),
    pingRedis: () => redis.ping(),
    rates: { redis, prefix: `${prefix}:rate:` },
    checkReplies: true,
    settings: {
      ...{
        uploadBytesMax: 10_000_000,
        requestsPerMinute: 1_000_000,
        proxies: undefined,
        consoleDir: undefined,
      },
      suppressionKeyed: false,
      ...settings,
    },
    ...rest,
  };
  const keyOf = async (role: AccessRole) =>
    (await deps.apiKeys.create({ name: `the ${role}`, role }, clock.now())).secret;
  const keys = {
    viewer: await keyOf('viewer'),
    operator: await keyOf('operator'),
    admin: await keyOf('admin'),
  };
  const servers: HttpServer[] = [await buildServer(deps)];
  const [app] = servers;
  if (app === undefined) throw new Error('no server');
  return {
    ...{ app, deps, store, redis, clock, queue, prefix, keys, logged },
    ask: (role, request) => app.inject(withKey(role && keys[role], request)),
    async another(more) {
      const server = await buildServer({ ...deps, ...more });
      servers.push(server);
      return server;
    },
    async ingest() {
      for (let wake = queue.take(Infinity); wake !== undefined; wake = queue.take(Infinity)) {
        if (wake.queue !== 'ingest') continue;
        const { reader } = deps;
        const openFile = (id: string) => spool.pathOf(id);
        await ingestImport({ store, suppression, clock, reader, openFile }, wake.importId);
      }
    },
    spooled: () => readdir(join(dir, 'spool')).catch(() => []),
    async close() {
      for (const server of servers) await server.close();
      const found = await redis.keys(`*${prefix}*`);
      if (found.length > 0) await redis.del(...found);
      redis.disconnect();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** Stores a campaign through the API. */
export async function putCampaign(site: HttpSite, id: string, file: object = CAMPAIGN_FILE): Promise<void> {
  const reply = await site.ask('operator', { method: 'PUT', url: `/v1/campaigns/${id}`, payload: file });
  if (reply.statusCode !== 201) throw new Error(`the campaign was not stored: ${reply.body}`);
}

/**
 * One server in a process of its own: `ours`, the whole API, or `bare`, a fastify that does the same work behind the same
 * two addresses and nothing else. Prints its address and key as one line of JSON; `GET /bench` tells what it has used.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Fastify, { type FastifyInstance } from 'fastify';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { createBullQueue } from '../../src/adapters/bullmq/queue.ts';
import { systemClock } from '../../src/adapters/clock.ts';
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
import { campaignDocument } from '../../src/faces/documents.ts';
import type { HttpDeps } from '../../src/faces/http/deps.ts';
import { buildServer } from '../../src/faces/http/server.ts';
import { keepHeapSmall } from '../../src/frugal-heap.ts';
import { ACTIONS, requireCampaign } from '../../src/pipelines/actions.ts';

/** What a server has used so far. */
export interface Used {
  readonly cpuSeconds: number;
  readonly rssPeakBytes: number;
}

function used(): Used {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  return { cpuSeconds: (userCPUTime + systemCPUTime) / 1e6, rssPeakBytes: maxRSS * 1_024 };
}

function bareServer({ store, queue, clock }: HttpDeps): FastifyInstance {
  const app = Fastify();
  app.get<{ Params: { id: string } }>('/v1/campaigns/:id', async ({ params }) =>
    campaignDocument(store, await requireCampaign(store, params.id), clock.now()),
  );
  app.post<{ Params: { id: string } }>('/v1/campaigns/:id/actions/pause', ({ params }) =>
    ACTIONS.pause.run({ store, queue, clock }, { campaignId: params.id, by: 'bench' }),
  );
  app.get('/bench', async () => used());
  return app;
}

async function ourServer(deps: HttpDeps): Promise<FastifyInstance> {
  const app = await buildServer({
    ...deps,
    parts: [
      (own) => {
        own.get('/bench', { config: { access: 'open', rate: 'none' } }, async () => used());
      },
    ],
  });
  // The same server; only the types of its routes are left behind.
  return app as unknown as FastifyInstance;
}

async function serve(which: string, redisUrl: string, prefix: string): Promise<void> {
  // As the role `api` does when it has a process of its own.
  keepHeapSmall();
  const dir = await mkdtemp(join(tmpdir(), 'rm-bench-http-'));
  const redis = new Redis(redisUrl);
  const log = pino({ level: 'silent' });
  const clock = systemClock;
  const connection = new Redis(redisUrl, { maxRetriesPerRequest: null });
  const queue = createBullQueue({ connection, prefix, clock, logger: log });
  const apiKeys = createKeyFile(join(dir, 'api-keys.json'));
  const { secret } = await apiKeys.create({ role: 'operator' }, clock.now());
  const deps: HttpDeps = {
    ...{ queue, clock, log, apiKeys },
    store: createRedisStore(redis, { prefix }),
    suppression: createRedisSuppression(redis, { prefix }),
    spool: createSpool(join(dir, 'spool')),
    reader: listReader(),
    keyUses: createRedisKeyUses(redis, { prefix }),
    sessions: createRedisSessions(redis, { prefix }),
    trail: createRedisTrail(redis, { prefix }),
    keptReplies: createRedisKeptReplies(redis, { prefix }),
    provider: createProviderState(redis, { prefix, clock }),
    pingRedis: () => redis.ping(),
    rates: { redis, prefix: `${prefix}:rate:` },
    settings: {
      ...{ uploadBytesMax: 1e9, requestsPerMinute: 1e9, proxies: undefined, consoleDir: undefined },
      suppressionKeyed: false,
    },
  };
  const app = which === 'ours' ? await ourServer(deps) : bareServer(deps);
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  process.stdout.write(`${JSON.stringify({ url, key: secret })}\n`);
  process.once('SIGTERM', async () => {
    await app.close();
    await queue.close();
    redis.disconnect();
    connection.disconnect();
    await rm(dir, { recursive: true, force: true });
  });
}

const [, file, which = '', redisUrl = '', prefix = ''] = process.argv;
if (file === import.meta.filename) await serve(which, redisUrl, prefix);

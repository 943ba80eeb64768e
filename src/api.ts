import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { BullQueue } from './adapters/bullmq/queue.ts';
import { listReader } from './adapters/list/list-reader.ts';
import { createHistoryFeed } from './adapters/redis/history-feed.ts';
import { createRedisKeptReplies } from './adapters/redis/kept-replies.ts';
import { faceKeys } from './adapters/redis/keys.ts';
import { createRedisSessions } from './adapters/redis/sessions.ts';
import { createWebhookStore } from './adapters/redis/webhooks.ts';
import { readPush } from './adapters/tencent/push.ts';
import { createWebhookSender, targetProblem } from './adapters/webhook-sender.ts';
import type { AppContext } from './app-context.ts';
import { AppError } from './core/errors.ts';
import { HTTP_DRAIN_MAX } from './core/limits.ts';
import { dashboard } from './faces/http/dashboard.ts';
import type { HttpDeps, HttpPart, HttpServer } from './faces/http/deps.ts';
import { metrics } from './faces/http/metrics.ts';
import { addPushReceiver } from './faces/http/push.ts';
import type { PushAuth } from './faces/http/push-auth.ts';
import { buildServer } from './faces/http/server.ts';

import { webhookRoutes } from './faces/http/webhooks.ts';
import { tellForever } from './pipelines/webhooks.ts';

/** The API as a role of a process. */
export interface RunningApi {
  /** Resolves once it listens. */
  ready(): Promise<void>;
  /** Says that it is not ready, takes no more connections, and waits for what is under way, for a while. */
  close(): Promise<void>;
}

/** Where the console is built to: beside the compiled sources. Undefined where it was not built. */
function builtConsole(): string | undefined {
  const dir = fileURLToPath(new URL('../console', import.meta.url));
  return existsSync(`${dir}/index.html`) ? dir : undefined;
}

/** Parts of the API that other adapters bring: one row each. */
function partsOf(app: AppContext, { queues: byName }: BullQueue): HttpPart[] {
  const queues = Object.values(byName);
  const quota = app.config.limits.requestsPerSecond;
  return [
    dashboard(queues),
    metrics({ requests: app.requestTally, quota, queues }),
    webhookRoutes({
      ...webhookPlaces(app),
      targetProblem: (url) => targetProblem(url, app.config.privateWebhooks),
    }),
    ...pushParts(app),
  ];
}

function webhookPlaces({ redis: { client }, config }: AppContext) {
  const { prefix } = config.redis;
  return {
    webhooks: createWebhookStore(client, { prefix }),
    history: createHistoryFeed(client, { prefix }),
  };
}

/** Tells webhooks of what happened until it is ended. Each API process does: one that is stopped leaves it to others. */
function startTelling(app: AppContext): () => Promise<void> {
  const ending = new AbortController();
  const { store, clock, log } = app;
  const send = createWebhookSender({ allowPrivate: app.config.privateWebhooks });
  const telling = tellForever({ store, clock, log, send, ...webhookPlaces(app) }, ending.signal);
  return () => {
    ending.abort();
    return telling;
  };
}

/** The receiver of pushed call records, where the settings say how the provider proves itself. */
function pushParts(app: AppContext): HttpPart[] {
  const { mode, user = '', password = '' } = app.config.push;
  if (mode === 'off') return [];
  const auth: PushAuth = mode === 'none' ? { mode } : { mode, user, password };
  const { store, pushes, queue, clock, log } = app;
  const deps = { store, pushes, queue, clock, log, bounds: app.config.limits };
  return [(http) => addPushReceiver(http, { deps, auth, read: readPush })];
}

function httpDeps(app: AppContext, bull: BullQueue): HttpDeps {
  const { config, redis, store, suppression, queue, clock, spool, log, apiKeys, keyUses, trail } = app;
  const { client } = redis;
  const { prefix } = config.redis;
  return {
    ...{ store, suppression, queue, clock, spool, log, apiKeys, keyUses, trail },
    reader: listReader(),
    sessions: createRedisSessions(client, { prefix }),
    keptReplies: createRedisKeptReplies(client, { prefix }),
    provider: app.providerState,
    ledger: app.ledger,
    contactCenter: app.contactCenter,
    forecast: app.forecast,
    pingRedis: () => client.ping(),
    rates: { redis: client, prefix: faceKeys(prefix).rates },
    settings: {
      ...config.http.bounds,
      consoleDir: builtConsole(),
      suppressionKeyed: config.suppressionKey !== undefined,
    },
    parts: partsOf(app, bull),
  };
}

async function listen(server: HttpServer, { host, port }: { host: string; port: number }): Promise<string> {
  try {
    return await server.listen({ host, port });
  } catch (cause) {
    await server.close();
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    const taken = code === 'EADDRINUSE' ? 'another program listens there' : String(cause);
    const remedy = 'set HTTP_HOST and HTTP_PORT to an address that is free';
    throw new AppError('settings_invalid', `the API cannot listen on ${host}:${port} (${taken}); ${remedy}`, {
      cause,
    });
  }
}

/** Lets requests end by themselves for a while; what is left then is cut off, and comes again if it matters. */
async function drained(server: HttpServer): Promise<void> {
  const late = setTimeout(() => server.server.closeAllConnections(), HTTP_DRAIN_MAX);
  await server.close().finally(() => clearTimeout(late));
}

/** Starts the API on the configured address. */
export function startApi(app: AppContext): RunningApi {
  const { host, port, drainDelayMs } = app.config.http;
  const opening = (async () => {
    const server = await buildServer(httpDeps(app, await app.queue.opened()));
    const url = await listen(server, { host, port });
    app.log.info({ event: 'listening', url }, 'the API listens');
    return { server, endTelling: startTelling(app) };
  })();
  // Whoever waits for it is told; nobody else needs to be.
  opening.catch(() => undefined);
  return {
    async ready() {
      await opening;
    },
    async close() {
      const opened = await opening.catch(() => undefined);
      if (opened === undefined) return;
      const { server, endTelling } = opened;
      server.life.draining = true;
      await app.clock.sleep(drainDelayMs);
      await drained(server);
      await endTelling();
    },
  };
}

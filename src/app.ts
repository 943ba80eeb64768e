import { createBullQueue } from './adapters/bullmq/queue.ts';
import { systemClock } from './adapters/clock.ts';
import { connectRedis, type RedisConnection } from './adapters/redis/connect.ts';
import { createRedisStore } from './adapters/redis/store.ts';
import { createRedisSuppression } from './adapters/redis/suppression.ts';
import { createSpool } from './adapters/spool.ts';
import { createClient } from './adapters/tencent/client.ts';
import { createQuota } from './adapters/tencent/quota.ts';
import { createTencentTelephony } from './adapters/tencent/telephony.ts';
import type { AppContext } from './app-context.ts';
import { type Config, type ProviderConfig, requireProvider } from './config.ts';
import { createLogger, type Logger } from './log.ts';
import type { Telephony } from './ports/telephony.ts';
import { needsProvider, type Role, type RunningRole, startRole } from './roles.ts';

/** One process: what it shares, and its life. */
export interface App extends AppContext {
  /** Starts taking work. Throws AppError `settings_invalid` for a role whose settings are missing, or for a wrong key. */
  start(roles: readonly Role[]): Promise<void>;
  /** Takes no new work, drains what runs, then lets go of queues, provider and store, in this order. */
  close(): Promise<void>;
}

/**
 * Joins adapters to pipelines: the only place that knows both. Opens everything that any face needs; takes no work
 * until `start`. `name` tells processes apart in logs and in Redis' list of clients.
 */
export async function openApp(config: Config, options: { readonly name: string }): Promise<App> {
  const log = createLogger(config, { role: options.name });
  const redis = await connectRedis(config.redis, {
    name: `ringmaster-${options.name}`,
    onError: (err) => log.warn({ event: 'redis_fault', err }, 'the connection to Redis has a fault'),
  });
  const { prefix } = config.redis;
  const clock = systemClock;
  const queue = createBullQueue({ connection: redis.forQueues(), prefix, clock, logger: log });
  const provider = openProvider(config, redis, log);
  const running: RunningRole[] = [];
  const app: App = {
    config,
    log,
    redis,
    store: createRedisStore(redis.client, { prefix }),
    suppression: createRedisSuppression(redis.client, { prefix, key: config.suppressionKey }),
    queue,
    clock,
    spool: createSpool(config.spoolDir),
    telephony: provider?.telephony,
    async start(roles) {
      if (roles.some(needsProvider)) requireProvider(config);
      await app.suppression.check();
      for (const role of roles) running.push(startRole(app, role));
      await Promise.all(running.map((role) => role.ready()));
      log.info({ event: 'started', roles }, 'taking work');
    },
    async close() {
      await Promise.all(running.map((role) => role.close()));
      await queue.close();
      provider?.close();
      await redis.close();
      log.info({ event: 'stopped' }, 'stopped');
    },
  };
  return app;
}

function openProvider(
  config: Config,
  redis: RedisConnection,
  log: Logger,
): { readonly telephony: Telephony; close(): void } | undefined {
  const { secretId, secretKey, sdkAppId } = config.provider;
  if (secretId === undefined || secretKey === undefined || sdkAppId === undefined) return undefined;
  const { endpoint, token, region }: ProviderConfig = requireProvider(config);
  const client = createClient({
    endpoint,
    secretId,
    secretKey,
    ...(token !== undefined && { token }),
    ...(region !== undefined && { region }),
    quota: createQuota({ redis: redis.client, prefix: `${config.redis.prefix}:`, secretId }),
    deadlineMs: config.limits.requestDeadline,
    requestsPerSecond: config.limits.requestsPerSecond,
    log,
  });
  return {
    telephony: createTencentTelephony(client, { sdkAppId, taskListPage: config.limits.taskListPage }),
    close: () => client.close(),
  };
}

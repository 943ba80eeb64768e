import { lazyQueue } from './adapters/bullmq/lazy-queue.ts';
import { systemClock } from './adapters/clock.ts';
import { createKeyFile } from './adapters/key-file.ts';
import { createRedisCallLedger } from './adapters/redis/call-ledger.ts';
import { connectRedis, type RedisConnection } from './adapters/redis/connect.ts';
import { createRedisKeyUses } from './adapters/redis/key-uses.ts';
import { createProviderState, type RedisProviderState } from './adapters/redis/provider-state.ts';
import { createPushInbox } from './adapters/redis/push-inbox.ts';
import { createRequestTally, type RequestTally } from './adapters/redis/request-tally.ts';
import { createRedisStore } from './adapters/redis/store.ts';
import { createRedisSuppression } from './adapters/redis/suppression.ts';
import { createRedisTrail } from './adapters/redis/trail.ts';
import { createSpool } from './adapters/spool.ts';
import type { RequestLog } from './adapters/tencent/client.ts';
import { createTencentContactCenter } from './adapters/tencent/contact-center.ts';
import { lazyClient } from './adapters/tencent/lazy-client.ts';
import { createTencentTelephony } from './adapters/tencent/telephony.ts';
import type { AppContext } from './app-context.ts';
import { type Config, type ProviderConfig, requireProvider } from './config.ts';
import { createLogger, type Logger } from './log.ts';
import type { ContactCenter } from './ports/contact-center.ts';
import type { Telephony } from './ports/telephony.ts';
import type { Role, RunningRole } from './roles.ts';
import type { Tracing } from './tracing.ts';

/** One process: what it shares, and its life. */
export interface App extends AppContext {
  /** Starts taking work. Throws AppError `settings_invalid` for a role whose settings are missing, or for a wrong key. */
  start(roles: readonly Role[]): Promise<void>;
  /** Takes no new work, drains what runs, then lets go of queues, provider and store, in this order. */
  close(): Promise<void>;
}

/**
 * Joins adapters to pipelines: the only place that knows both. Opens everything that any face needs, what is costly to
 * load when it is first used, since a command ends within a moment; takes no work until `start`. `name` tells processes
 * apart in logs and in Redis' list of clients.
 */
export async function openApp(config: Config, options: { readonly name: string }): Promise<App> {
  const log = createLogger(config, { role: options.name });
  const redis = await connectRedis(config.redis, {
    name: `ringmaster-${options.name}`,
    onError: (err) => log.warn({ event: 'redis_fault', err }, 'the connection to Redis has a fault'),
  });
  const { prefix } = config.redis;
  const clock = systemClock;
  const tracing = await openTracing(config, options.name);
  const telemetry = tracing?.telemetry;
  const queue = lazyQueue(async () => {
    const { createBullQueue } = await import('./adapters/bullmq/queue.ts');
    return createBullQueue({ connection: redis.forQueues(), prefix, clock, logger: log, telemetry });
  });
  const providerState = createProviderState(redis.client, { prefix, clock });
  const requestTally = createRequestTally(redis.client, { prefix });
  const provider = openProvider(config, redis, log, { providerState, requestTally });
  const running: RunningRole[] = [];
  const app: App = {
    config,
    log,
    redis,
    store: createRedisStore(redis.client, { prefix, life: redis.life }),
    suppression: createRedisSuppression(redis.client, { prefix, key: config.suppressionKey }),
    ledger: createRedisCallLedger(redis.client, { prefix, key: config.suppressionKey }),
    queue,
    clock,
    spool: createSpool(config.spoolDir),
    apiKeys: createKeyFile(config.apiKeysFile),
    keyUses: createRedisKeyUses(redis.client, { prefix }),
    trail: createRedisTrail(redis.client, { prefix }),
    providerState,
    requestTally,
    telemetry,
    pushes: createPushInbox(redis.client, { prefix }),
    telephony: provider?.telephony,
    contactCenter: provider?.contactCenter,
    forecast: { ...config.limits, assumptions: config.assumptions },
    async start(roles) {
      const { needsProvider, startRole } = await import('./roles.ts');
      if (roles.some(needsProvider)) requireProvider(config);
      await app.suppression.check();
      await app.ledger.check();
      for (const role of roles) running.push(startRole(app, role));
      await Promise.all(running.map((role) => role.ready()));
      log.info({ event: 'started', roles }, 'taking work');
    },
    async close() {
      await Promise.all(running.map((role) => role.close()));
      await queue.close();
      provider?.close();
      await requestTally.flush();
      await tracing?.close();
      await redis.close();
      log.info({ event: 'stopped' }, 'stopped');
    },
  };
  return app;
}

/** Where spans go, if anywhere: the library is loaded only then. */
async function openTracing({ tracesTo }: Config, role: string): Promise<Tracing | undefined> {
  if (tracesTo === undefined) return undefined;
  const { startTracing } = await import('./tracing.ts');
  return startTracing(tracesTo, role);
}

function openProvider(
  config: Config,
  redis: RedisConnection,
  log: Logger,
  watchers: RequestWatchers,
): { readonly telephony: Telephony; readonly contactCenter: ContactCenter; close(): void } | undefined {
  const { secretId, secretKey, sdkAppId, protectedNumbers } = config.provider;
  if (secretId === undefined || secretKey === undefined || sdkAppId === undefined) return undefined;
  const { endpoint, token, region }: ProviderConfig = requireProvider(config);
  const client = lazyClient(async () => {
    const { createClient } = await import('./adapters/tencent/client.ts');
    const { createQuota } = await import('./adapters/tencent/quota.ts');
    return createClient({
      endpoint,
      secretId,
      secretKey,
      ...(token !== undefined && { token }),
      ...(region !== undefined && { region }),
      quota: createQuota({ redis: redis.client, prefix: `${config.redis.prefix}:`, secretId }),
      deadlineMs: config.limits.requestDeadline,
      requestsPerSecond: config.limits.requestsPerSecond,
      log: watchedRequests(log, watchers),
    });
  });
  return {
    telephony: createTencentTelephony(client, {
      sdkAppId,
      protectedNumbers,
      taskListPage: config.limits.taskListPage,
    }),
    contactCenter: createTencentContactCenter(client, { sdkAppId }),
    close: () => client.close(),
  };
}

/** What never reached the provider, or got no answer from it. Everything else is an answer, refusals included. */
const UNANSWERED = /^(?:network|deadline|bad_reply|http_\d+)$/;
/** What our own side kept back says nothing about the provider. */
const UNSENT = /^(?:bad_request|request_too_large|request_not_made|quota_wait|quota_unavailable)$/;

interface RequestWatchers {
  readonly providerState: RedisProviderState;
  readonly requestTally: RequestTally;
}

/** The client's log, through which requests are also counted, and it is seen whether the provider answers. */
function watchedRequests(
  log: Logger,
  { providerState: state, requestTally: tally }: RequestWatchers,
): RequestLog {
  return {
    debug(fields, message) {
      tally.note(fields.action, fields.code, fields.durationMs);
      state.answered();
      log.debug(fields, message);
    },
    warn(fields, message) {
      tally.note(fields.action, fields.code, fields.durationMs);
      if (UNANSWERED.test(fields.code)) state.unanswered(fields.code);
      else if (!UNSENT.test(fields.code)) state.answered();
      log.warn(fields, message);
    },
  };
}

import type { ConnectionOptions } from 'node:tls';
import { Cluster, Redis } from 'ioredis';
import { AppError } from '../../core/errors.ts';
import {
  REDIS_CONNECT_MAX,
  REDIS_RECONNECTS_MAX,
  REDIS_SILENCE_BLOCKING_MAX,
  REDIS_SILENCE_MAX,
} from '../../core/limits.ts';
import { type EmbeddedRedis, startEmbeddedRedis } from './embedded.ts';
import { checkServer, type ServerFacts, serverFacts } from './suitable.ts';

export type RedisClient = Redis | Cluster;

/** Which Redis: some nodes of a cluster, else a URL (or socket path), else the private server under `embeddedDir`. */
export interface RedisSettings {
  readonly url: string | undefined;
  readonly clusterNodes: readonly { readonly host: string; readonly port: number }[] | undefined;
  readonly embeddedDir: string;
}

export interface RedisConnection {
  /** For the store and the quota: a command that cannot be done in some seconds fails, so that nothing waits for ever. */
  readonly client: RedisClient;
  /**
   * A further connection as BullMQ needs it, with `maxRetriesPerRequest: null`: its blocking commands wait for as
   * long as Redis is away. BullMQ neither shares our client nor closes what it was given: `close` here does.
   */
  forQueues(): RedisClient;
  readonly about: ServerFacts & {
    /** Host and port, or socket path; never a user or password. */
    readonly where: string;
    readonly cluster: boolean;
    readonly embedded: boolean;
  };
  /** Of the private server: names the life of its data (`EmbeddedRedis.life`). */
  readonly life?: () => Promise<string>;
  /** Waits for replies that are due, ends every connection, then leaves the private server if that is what it is. */
  close(): Promise<void>;
}

export interface ConnectOptions {
  /** Shown by CLIENT LIST. */
  readonly name: string;
  /** Told about connection faults that Redis clients mend by themselves. Without it they are not reported. */
  readonly onError?: (error: Error) => void;
  /** How long to wait for an answer at first; REDIS_CONNECT_MAX when left out. */
  readonly waitMaxMs?: number;
}

/** What is chosen for each of our connections, always in so many words. */
interface ClientOptions {
  readonly connectionName: string;
  readonly retryStrategy: (times: number) => number;
  readonly maxRetriesPerRequest: number | null;
  readonly socketTimeout: number;
}

interface Credentials {
  readonly username?: string;
  readonly password?: string;
  readonly tls?: ConnectionOptions;
}

interface Target {
  readonly where: string;
  readonly cluster: boolean;
  open(options: ClientOptions): RedisClient;
}

const reconnectDelay = (times: number): number => Math.min(times * 100, 2_000);

function credentials(url: string | undefined): Credentials {
  if (url === undefined || url.startsWith('/')) return {};
  const { username, password, protocol } = new URL(url);
  return {
    ...(username !== '' && { username: decodeURIComponent(username) }),
    ...(password !== '' && { password: decodeURIComponent(password) }),
    ...(protocol === 'rediss:' && { tls: {} }),
  };
}

function whereOf(url: string): string {
  if (url.startsWith('/')) return url.replace(/\?.*$/, '');
  const { hostname, port } = new URL(url);
  return `${hostname}:${port === '' ? '6379' : port}`;
}

function targetOf(settings: RedisSettings, embedded: EmbeddedRedis | undefined): Target {
  const { url, clusterNodes } = settings;
  if (clusterNodes !== undefined) {
    const nodes = clusterNodes.map((node) => ({ ...node }));
    return {
      where: nodes.map((node) => `${node.host}:${node.port}`).join(','),
      cluster: true,
      open: (options) =>
        new Cluster(nodes, {
          redisOptions: { ...options, ...credentials(url) },
          clusterRetryStrategy: reconnectDelay,
        }),
    };
  }
  if (embedded !== undefined) {
    const { address, where } = embedded;
    return { where, cluster: false, open: (options) => new Redis({ ...options, ...address }) };
  }
  const plain = url ?? '';
  return { where: whereOf(plain), cluster: false, open: (options) => new Redis(plain, options) };
}

/** Waits until the client is ready. Rejects with its latest fault after `waitMaxMs`, or at once when it is refused. */
function becomesReady(client: RedisClient, waitMaxMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    let latest: unknown;
    const timer = setTimeout(() => reject(latest ?? new Error('no answer')), waitMaxMs);
    const settle = (act: () => void) => {
      clearTimeout(timer);
      client.off('error', onError);
      act();
    };
    const onError = (error: unknown) => {
      latest = causeOf(error);
      if (isRefusal(latest)) settle(() => reject(latest));
    };
    client.on('error', onError);
    client.once('ready', () => settle(resolve));
  });
}

/** A cluster client wraps what its nodes said. */
function causeOf(error: unknown): unknown {
  if (!(error instanceof Error) || !('lastNodeError' in error)) return error;
  return error.lastNodeError ?? error;
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && /^(WRONGPASS|NOAUTH|NOPERM|ERR AUTH)/.test(error.message);
}

function unreachable(where: string, cause: unknown): AppError {
  const said = cause instanceof Error ? cause.message : String(cause);
  if (isRefusal(cause)) {
    const text = `Redis at ${where} refuses the user or password in REDIS_URL: ${said}`;
    return new AppError('settings_invalid', text, { cause });
  }
  const remedy = 'start it, or mend REDIS_URL or REDIS_CLUSTER_NODES';
  return new AppError('redis_unavailable', `Redis at ${where} does not answer (${said}); ${remedy}`, {
    cause,
  });
}

/** INFO of the one server, or of every master of a cluster, checked. Any of them may serve as the example. */
async function examine(client: RedisClient, target: Target): Promise<ServerFacts> {
  const servers = client instanceof Cluster ? client.nodes('master') : [client];
  const facts = await Promise.all(servers.map(async (server) => serverFacts(await server.info())));
  for (const one of facts) checkServer(one, target);
  const [first] = facts;
  if (first === undefined) throw unreachable(target.where, new Error('the cluster has no masters'));
  return first;
}

/**
 * Connects to Redis and makes sure that it is one that keeps what it is told. Throws AppError: `redis_unavailable`
 * when nothing answers in time, `redis_unsuitable` when it is too old, may evict keys or is a replica,
 * `settings_invalid` when it refuses the credentials, `redis_missing` when a private one is needed and none installed.
 */
export async function connectRedis(
  settings: RedisSettings,
  options: ConnectOptions,
): Promise<RedisConnection> {
  const own = settings.url === undefined && settings.clusterNodes === undefined;
  const embedded = own ? await startEmbeddedRedis(settings.embeddedDir) : undefined;
  const target = targetOf(settings, embedded);
  const clients: RedisClient[] = [];
  const open = (kind: Pick<ClientOptions, 'maxRetriesPerRequest' | 'socketTimeout'>) => {
    const client = target.open({ connectionName: options.name, retryStrategy: reconnectDelay, ...kind });
    client.on('error', (error: Error) => options.onError?.(error));
    clients.push(client);
    return client;
  };
  const close = async () => {
    const [first, ...others] = clients;
    if (first?.status === 'ready') await first.quit().catch(() => undefined);
    for (const client of [first, ...others]) client?.disconnect();
    await embedded?.stop();
  };
  try {
    const client = open({ maxRetriesPerRequest: REDIS_RECONNECTS_MAX, socketTimeout: REDIS_SILENCE_MAX });
    await becomesReady(client, options.waitMaxMs ?? REDIS_CONNECT_MAX).catch((cause: unknown) => {
      throw unreachable(target.where, cause);
    });
    const facts = await examine(client, target);
    const forQueues = () => open({ maxRetriesPerRequest: null, socketTimeout: REDIS_SILENCE_BLOCKING_MAX });
    const about = { ...facts, where: target.where, cluster: target.cluster, embedded: own };
    return { client, forQueues, about, ...(embedded && { life: embedded.life }), close };
  } catch (error) {
    await close();
    throw error;
  }
}

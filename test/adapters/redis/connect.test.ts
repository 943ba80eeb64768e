import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queue, Worker } from 'bullmq';
import { Cluster, Redis } from 'ioredis';
import { afterEach, describe, expect, inject, it, vi } from 'vitest';
import {
  connectRedis,
  type RedisConnection,
  type RedisSettings,
} from '../../../src/adapters/redis/connect.ts';
import { checkServer, serverFacts } from '../../../src/adapters/redis/suitable.ts';
import { freePort, startTestRedis } from '../../support/redis-server.ts';
import { freshPrefix } from '../../support/store.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function connect(settings: Partial<RedisSettings>, waitMaxMs = 5_000): Promise<RedisConnection> {
  const all = { url: undefined, clusterNodes: undefined, embeddedDir: '/nonexistent', ...settings };
  const connection = await connectRedis(all, { name: 'test', waitMaxMs });
  closing.push(connection.close);
  return connection;
}

async function serverWith(...extra: string[]) {
  const server = await startTestRedis(extra);
  closing.push(server.stop);
  return server;
}

describe('connectRedis', () => {
  it('gives a client that works and says what it is connected to', async () => {
    const { client, about } = await connect({ url: inject('redisUrl') });
    const key = freshPrefix();
    expect(await client.set(key, '1')).toBe('OK');
    await client.del(key);
    expect(about).toMatchObject({ role: 'master', cluster: false, embedded: false });
    expect(about.where).toMatch(/^127\.0\.0\.1:\d+$/);
  });

  it('gives connections that BullMQ takes, and ends all of them', async () => {
    const connection = await connect({ url: inject('redisUrl') });
    const prefix = freshPrefix();
    const queue = new Queue('q', { connection: connection.forQueues(), prefix });
    const worker = new Worker('q', async (job) => job.name, { connection: connection.forQueues(), prefix });
    const done = once(worker, 'completed');
    await queue.add('hello', {});
    const [job] = await done;
    expect(job.returnvalue).toBe('hello');
    await worker.close();
    await queue.obliterate({ force: true });
    await queue.close();
    const other = new Redis(inject('redisUrl'));
    closing.push(() => other.quit());
    const named = async () => String(await other.client('LIST')).match(/name=test/g)?.length ?? 0;
    expect(await named()).toBeGreaterThan(1);
    await connection.close();
    await vi.waitFor(async () => expect(await named()).toBe(0));
  });

  it('starts the private server when nothing else is named, and stops it', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'rm-connect-'));
    closing.push(() => rm(dir, { recursive: true }));
    const { client, about, close } = await connect({ embeddedDir: dir });
    expect(about).toMatchObject({
      embedded: true,
      where: join(dir, 'redis.sock'),
      maxmemoryPolicy: 'noeviction',
    });
    expect(await client.ping()).toBe('PONG');
    const where = about.where;
    await close();
    const probe = new Redis({ path: where, lazyConnect: true, retryStrategy: () => null });
    probe.on('error', () => {});
    await expect(probe.connect()).rejects.toThrow();
  });

  it('takes a socket path and an ACL user', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'rm-connect-'));
    closing.push(() => rm(dir, { recursive: true, force: true }));
    const socket = join(dir, 'r.sock');
    const server = await serverWith(
      '--unixsocket',
      socket,
      '--user',
      'app',
      'on',
      '>p@ss',
      '~*',
      '&*',
      '+@all',
    );
    expect((await connect({ url: socket })).about.where).toBe(socket);
    const { client } = await connect({ url: `redis://app:p%40ss@127.0.0.1:${server.port}` });
    expect(await (client as Redis).acl('WHOAMI')).toBe('app');
  });

  it('names host, port and remedy, and no password, when nothing answers', async () => {
    const port = await freePort();
    const failure = connect({ url: `redis://app:hush@127.0.0.1:${port}` }, 300);
    await expect(failure).rejects.toMatchObject({
      code: 'redis_unavailable',
      retryable: true,
      message: expect.stringContaining(`127.0.0.1:${port} does not answer`),
    });
    await expect(failure).rejects.not.toThrow(/hush/);
  });

  it('gives up on a server that accepts and stays silent', async () => {
    const server: Server = createServer((socket) => socket.resume());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    closing.push(() => new Promise((done) => server.close(done)));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const failure = connect({ url: `redis://127.0.0.1:${port}` }, 300);
    await expect(failure).rejects.toMatchObject({ code: 'redis_unavailable' });
  });

  it('refuses wrong credentials at once, as settings to mend', async () => {
    const server = await serverWith('--requirepass', 'right');
    const before = Date.now();
    const failure = connect({ url: `redis://:wrong@127.0.0.1:${server.port}` });
    await expect(failure).rejects.toMatchObject({ code: 'settings_invalid', retryable: false });
    expect(Date.now() - before).toBeLessThan(4_000);
  });

  it('refuses a server that may evict, with the command that mends it', async () => {
    const server = await serverWith('--maxmemory-policy', 'allkeys-lru');
    await expect(connect({ url: server.url })).rejects.toMatchObject({
      code: 'redis_unsuitable',
      message: expect.stringContaining('CONFIG SET maxmemory-policy noeviction'),
    });
  });

  it('refuses a replica', async () => {
    const master = await serverWith();
    const replica = await serverWith('--replicaof', '127.0.0.1', String(master.port));
    await expect(connect({ url: replica.url })).rejects.toThrow(/is a slave; point REDIS_URL to its master/);
  });

  it('speaks to a cluster, and refuses one node of it as if it were all', async () => {
    const node = await serverWith('--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1');
    const admin = new Redis(node.url);
    closing.push(() => admin.quit());
    await admin.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    await vi.waitFor(async () => expect(await admin.cluster('INFO')).toContain('cluster_state:ok'), 10_000);
    const { client, about } = await connect({ clusterNodes: [{ host: '127.0.0.1', port: node.port }] });
    expect(client).toBeInstanceOf(Cluster);
    expect(about.cluster).toBe(true);
    expect(await client.set('{a}b', '1')).toBe('OK');
    await expect(connect({ url: node.url })).rejects.toThrow(/REDIS_CLUSTER_NODES/);
  });
});

describe('checkServer', () => {
  const target = { where: 'r:1', cluster: false };
  const info = (version: string) =>
    `${version}\r\nrole:master\r\nredis_mode:standalone\r\nmaxmemory_policy:noeviction\r\n`;

  it.each([
    'redis_version:6.2.0',
    'redis_version:7.4.1',
    'redis_version:10.0.0',
    'redis_version:7.2.4\r\nvalkey_version:8.0.1',
  ])('takes %j', (version) => {
    expect(() => checkServer(serverFacts(info(version)), target)).not.toThrow();
  });

  it.each(['redis_version:6.0.16', 'redis_version:5.0.7', 'nothing:1'])('refuses %j', (version) => {
    expect(() => checkServer(serverFacts(info(version)), target)).toThrow(/use Redis 6.2 or newer/);
  });
});

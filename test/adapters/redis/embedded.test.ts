import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type EmbeddedRedis, startEmbeddedRedis } from '../../../src/adapters/redis/embedded.ts';
import { type BuiltModule, buildModule } from '../../support/built.ts';

let built: BuiltModule;
let dir: string;
const open: EmbeddedRedis[] = [];
const children: ChildProcess[] = [];

beforeAll(async () => {
  built = await buildModule('src/adapters/redis/embedded.ts');
});

afterAll(() => built.remove());

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'rm-embedded-'));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const redis of open.splice(0)) await redis.stop();
  await vi.waitFor(async () => expect(await serverPid(dir)).toBeUndefined(), { timeout: 10_000 });
  await rm(dir, { recursive: true, force: true });
});

async function start(at = dir): Promise<EmbeddedRedis> {
  const redis = await startEmbeddedRedis(at);
  open.push(redis);
  return redis;
}

async function ask<T>(redis: EmbeddedRedis, question: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis({ ...redis.address, retryStrategy: () => null, maxRetriesPerRequest: 0 });
  client.on('error', () => {});
  try {
    return await question(client);
  } finally {
    client.disconnect();
  }
}

async function serverPid(at: string): Promise<number | undefined> {
  const text = await readFile(join(at, 'redis.pid'), 'utf8').catch(() => '');
  const pid = Number(text.trim());
  if (!(pid > 0)) return undefined;
  try {
    process.kill(pid, 0);
    return pid;
  } catch {
    return undefined;
  }
}

/** Another process of the installation, which says "ready" and then stays until it is told to leave or is killed. */
async function otherProcess(): Promise<{ child: ChildProcess; leave: () => Promise<void> }> {
  const source = `
    const { startEmbeddedRedis } = await import(${JSON.stringify(built.url)});
    const redis = await startEmbeddedRedis(${JSON.stringify(dir)});
    process.stdout.write('ready');
    process.stdin.once('data', async () => { await redis.stop(); process.exit(0); });`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  const [word] = await once(child.stdout, 'data');
  expect(String(word)).toBe('ready');
  const leave = async () => {
    child.stdin.write('leave');
    await once(child, 'exit');
  };
  return { child, leave };
}

describe('the private Redis', () => {
  it('keeps its data from one start to the next and is durable and never evicts', async () => {
    const first = await start();
    expect(first.started).toBe(true);
    await ask(first, (client) => client.set('kept', 'yes'));
    const conf = await ask(first, (client) => client.config('GET', 'append*'));
    expect(conf).toEqual(expect.arrayContaining(['appendonly', 'yes', 'appendfsync', 'everysec']));
    expect(await ask(first, (client) => client.config('GET', 'maxmemory-policy'))).toContain('noeviction');
    const life = await first.life();
    await first.stop();
    expect(await serverPid(dir)).toBeUndefined();
    const second = await start();
    expect(second.started).toBe(true);
    expect(await ask(second, (client) => client.get('kept'))).toBe('yes');
    expect(await second.life()).toBe(life);
  });

  it('is shared by all who ask for it, and stays until the last one leaves', async () => {
    const all = await Promise.all([start(), start(), start()]);
    expect(all.filter((redis) => redis.started)).toHaveLength(1);
    expect(new Set(all.map((redis) => redis.where)).size).toBe(1);
    const [first, second, third] = all;
    await first?.stop();
    await second?.stop();
    expect(third && (await ask(third, (client) => client.ping()))).toBe('PONG');
    await third?.stop();
    expect(await serverPid(dir)).toBeUndefined();
  });

  it('outlives the process that started it while another one uses it', async () => {
    const other = await otherProcess();
    const mine = await start();
    expect(mine.started).toBe(false);
    await other.leave();
    expect(await ask(mine, (client) => client.ping())).toBe('PONG');
  });

  it('outlives a starter that is killed, too, and still goes when the last one leaves', async () => {
    const other = await otherProcess();
    const mine = await start();
    other.child.kill('SIGKILL');
    await once(other.child, 'exit');
    expect(await ask(mine, (client) => client.set('a', '1'))).toBe('OK');
    await mine.stop();
    expect(await serverPid(dir)).toBeUndefined();
  });

  it('goes by itself, with its data written, when its only user is killed', async () => {
    const other = await otherProcess();
    const redis = new Redis({ path: join(dir, 'redis.sock') });
    await redis.set('kept', 'yes');
    redis.disconnect();
    const life = await readFile(join(dir, 'life'), 'utf8');
    other.child.kill('SIGKILL');
    await vi.waitFor(async () => expect(await serverPid(dir)).toBeUndefined(), { timeout: 10_000 });
    const mine = await start();
    expect(mine.started).toBe(true);
    expect(await ask(mine, (client) => client.get('kept'))).toBe('yes');
    expect(await mine.life()).toBe(life);
  });

  it('comes up again over the socket and pid file of a server that was killed, and says that its data may not be whole', async () => {
    const first = await start();
    const life = await first.life();
    await ask(first, (client) => client.set('kept', 'yes'));
    const pid = await serverPid(dir);
    process.kill(pid ?? 0, 'SIGKILL');
    await vi.waitFor(async () => expect(await serverPid(dir)).toBeUndefined(), { timeout: 5_000 });
    const second = await start();
    expect(second.started).toBe(true);
    expect(await ask(second, (client) => client.get('kept'))).toBe('yes');
    expect(await second.life()).not.toBe(life);
    // Whoever uses it since before is told, too.
    expect(await first.life()).toBe(await second.life());
  });

  it('breaks the lock of a starter that died', async () => {
    await mkdir(dir, { recursive: true });
    await writeFile(join(dir, 'start.lock'), '999999999 gone');
    expect((await start()).started).toBe(true);
  });

  it('listens on a loopback port with a password where the path is too long for a socket', async () => {
    const long = join(dir, 'x'.repeat(110));
    const first = await start(long);
    const second = await start(long);
    expect(first.where).toMatch(/^127\.0\.0\.1:\d+$/);
    expect([second.where, second.started]).toEqual([first.where, false]);
    expect(await ask(second, (client) => client.ping())).toBe('PONG');
    const stranger = { ...first, address: { ...first.address, password: 'wrong' } };
    await expect(ask(stranger, (client) => client.ping())).rejects.toThrow(/NOAUTH|WRONGPASS|closed/);
    await second.stop();
    await first.stop();
    expect(await serverPid(long)).toBeUndefined();
  });

  it('says how to get a server when there is none', async () => {
    vi.stubEnv('PATH', dir);
    await expect(startEmbeddedRedis(dir)).rejects.toMatchObject({
      code: 'redis_missing',
      message: expect.stringContaining('.ci/setup'),
    });
  });

  it('shows the end of the log when the server does not start', async () => {
    await mkdir(join(dir, 'appendonlydir'), { recursive: true });
    await writeFile(join(dir, 'appendonlydir', 'appendonly.aof.manifest'), 'not a manifest\n');
    await expect(startEmbeddedRedis(dir)).rejects.toMatchObject({
      code: 'redis_unavailable',
      message: expect.stringContaining('manifest'),
    });
  });
});

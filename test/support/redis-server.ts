import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
// Names the module that is augmented below; without it the compiler does not look for it.
import type {} from 'vitest';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The private Redis of this test run: `redis://127.0.0.1:<port>`. Shared by all files; use a fresh prefix each. */
    redisUrl: string;
  }
}

const BINARIES = ['redis-server', 'valkey-server'] as const;
const STARTS_MAX = 5;
const START_DEADLINE_MS = 10_000;

export interface TestRedis {
  readonly url: string;
  readonly port: number;
  readonly process: ChildProcess;
  stop(): Promise<void>;
}

/** A port of the loopback interface that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port was given to a TCP server');
  return address.port;
}

/** True when something on the port answers PING with PONG, or asks for a password first. */
async function answers(port: number): Promise<boolean> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.setTimeout(1_000, () => socket.destroy());
  socket.once('connect', () => socket.write('PING\r\n'));
  return new Promise((resolve) => {
    socket.once('data', (chunk) => {
      socket.destroy();
      resolve(/^(\+PONG|-NOAUTH)/.test(chunk.toString('latin1')));
    });
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
}

/** $1 our process, $2 the server: ends the server when we are gone. A killed test run tidies up nothing itself. */
const WATCHDOG =
  'while kill -0 "$1" 2>/dev/null; do kill -0 "$2" 2>/dev/null || exit; sleep 1; done; kill -9 "$2"';

function watch(child: ChildProcess): ChildProcess {
  const pids = [String(process.pid), String(child.pid)];
  const watchdog = spawn('/bin/sh', ['-c', WATCHDOG, 'test-redis', ...pids], {
    detached: true,
    stdio: 'ignore',
  });
  watchdog.unref();
  return watchdog;
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await exited;
  clearTimeout(late);
}

/**
 * One start of one binary on one port. Undefined when it ended at once (the port was taken meanwhile);
 * throws an error with code ENOENT when there is no such binary.
 */
async function tryStart(
  binary: string,
  dir: string,
  extra: readonly string[],
): Promise<TestRedis | undefined> {
  const port = await freePort();
  const options = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir, '--save', ''];
  const memory = ['--appendonly', 'no', '--maxmemory-policy', 'noeviction', '--loglevel', 'warning'];
  const child = spawn(binary, [...options, ...memory, ...extra], { stdio: 'ignore' });
  await once(child, 'spawn');
  const watchdog = watch(child);
  const stop = async () => {
    await stopChild(child);
    watchdog.kill('SIGKILL');
  };
  const deadline = Date.now() + START_DEADLINE_MS;
  while (Date.now() < deadline && child.exitCode === null) {
    if (await answers(port)) return { url: `redis://127.0.0.1:${port}`, port, process: child, stop };
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await stop();
  return undefined;
}

/**
 * Starts a Redis (or Valkey) of the tests' own: loopback only, nothing on disk, nothing evicted. `extra` are
 * further server arguments, for tests of what we refuse. Rejects with the remedy when there is no binary.
 */
export async function startTestRedis(extra: readonly string[] = []): Promise<TestRedis> {
  const dir = await mkdtemp(join(tmpdir(), 'rm-test-redis-'));
  for (const binary of BINARIES) {
    for (let start = 1; start <= STARTS_MAX; start += 1) {
      try {
        const server = await tryStart(binary, dir, extra);
        if (server === undefined) continue;
        const stop = async () => {
          await server.stop();
          await rm(dir, { recursive: true, force: true });
        };
        return { ...server, stop };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
        break;
      }
    }
  }
  await rm(dir, { recursive: true, force: true });
  throw new Error('the tests need redis-server or valkey-server on PATH: run .ci/setup, then test again');
}

/** Vitest's global set-up: one private Redis for the whole run, stopped by its handle when the run is over. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startTestRedis();
  project.provide('redisUrl', server.url);
  return server.stop;
}

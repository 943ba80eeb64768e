import { execFile, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { access, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Redis, type RedisOptions } from 'ioredis';
import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import { EMBEDDED_LOAD_MAX, EMBEDDED_START_MAX, SOCKET_PATH_BYTES_MAX } from '../../core/limits.ts';
import { isAlive } from './start-lock.ts';

const run = promisify(execFile);
const POLL_MS = 25;

/** Where the private server answers: a socket, or a loopback port with a password where the path is too long for one. */
export type EmbeddedAddress = Pick<RedisOptions, 'path' | 'host' | 'port' | 'password'>;

/** The files of one private server. */
export interface Places {
  readonly dir: string;
  readonly users: string;
  readonly lock: string;
  readonly socket: string;
  readonly portFile: string;
  readonly conf: string;
  readonly pidFile: string;
  /** Names the life of the data: the same for as long as every server before this one wrote out all that it was told. */
  readonly life: string;
  readonly log: string;
  /** There while the watchdog ends the server because nobody uses it. */
  readonly ending: string;
}

export function placesIn(directory: string): Places {
  const dir = resolve(directory);
  const at = (name: string) => join(dir, name);
  return {
    dir,
    users: at('users'),
    lock: at('start.lock'),
    socket: at('redis.sock'),
    portFile: at('port.json'),
    conf: at('redis.conf'),
    pidFile: at('redis.pid'),
    life: at('life'),
    log: at('redis.log'),
    ending: at('ending'),
  };
}

const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** The server binary on PATH, redis-server before valkey-server. Throws AppError `redis_missing` with the remedy. */
async function findBinary(): Promise<string> {
  try {
    const { stdout } = await run('/bin/sh', ['-c', 'command -v redis-server || command -v valkey-server']);
    return stdout.trim();
  } catch (cause) {
    const remedy = 'run .ci/setup to install one, or set REDIS_URL to a Redis that runs already';
    const message = `there is no redis-server and no valkey-server on PATH; ${remedy}`;
    throw new AppError('redis_missing', message, { cause });
  }
}

async function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

const PortFile = z.strictObject({ port: z.int().min(1).max(65_535), password: z.string().min(1) });

/** The address a running server would have: always the same for one directory, whoever asks. */
export async function knownAddress(places: Places): Promise<EmbeddedAddress | undefined> {
  if (Buffer.byteLength(places.socket) <= SOCKET_PATH_BYTES_MAX) return { path: places.socket };
  if (!(await isThere(places.portFile))) return undefined;
  const { port, password } = PortFile.parse(JSON.parse(await readFile(places.portFile, 'utf8')));
  return { host: '127.0.0.1', port, password };
}

async function newAddress(places: Places): Promise<EmbeddedAddress> {
  if (Buffer.byteLength(places.socket) <= SOCKET_PATH_BYTES_MAX) return { path: places.socket };
  const chosen = { port: await freePort(), password: randomBytes(24).toString('hex') };
  await writeFile(places.portFile, JSON.stringify(chosen), { mode: 0o600 });
  return { host: '127.0.0.1', ...chosen };
}

type Answer = 'ready' | 'loading' | 'none';

/** One question to whoever is at the address. A stale socket file, or a stranger on the port, counts as no answer. */
export async function ask(address: EmbeddedAddress): Promise<Answer> {
  const probe = new Redis({
    ...address,
    lazyConnect: true,
    enableReadyCheck: false,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    connectTimeout: 1_000,
    commandTimeout: 1_000,
  });
  probe.on('error', () => {});
  try {
    await probe.connect();
    return (await probe.ping()) === 'PONG' ? 'ready' : 'none';
  } catch (error) {
    return error instanceof Error && error.message.startsWith('LOADING') ? 'loading' : 'none';
  } finally {
    probe.disconnect();
  }
}

/** Waits until the server is ready. False when it does not answer at all, or went away again. */
export async function becomesReady(address: EmbeddedAddress, running: () => boolean): Promise<boolean> {
  const started = Date.now();
  while (running()) {
    const answer = await ask(address);
    if (answer === 'ready') return true;
    const limit = answer === 'loading' ? EMBEDDED_LOAD_MAX : EMBEDDED_START_MAX;
    if (Date.now() - started > limit) return false;
    await pause(POLL_MS);
  }
  return false;
}

/** The configuration is a file, since arguments, and with them the password, are visible to everybody on the machine. */
function serverConf(places: Places, address: EmbeddedAddress): string {
  const quote = (text: string) => `"${text.replace(/[\\"]/g, '\\$&')}"`;
  const listen =
    address.path !== undefined
      ? ['port 0', `unixsocket ${quote(address.path)}`, 'unixsocketperm 700']
      : [`port ${address.port}`, 'bind 127.0.0.1', `requirepass ${address.password}`];
  const durability = ['appendonly yes', 'appendfsync everysec', 'save ""', 'maxmemory-policy noeviction'];
  const files = [
    `dir ${quote(places.dir)}`,
    `pidfile ${quote(places.pidFile)}`,
    `logfile ${quote(places.log)}`,
  ];
  return `${[...listen, ...durability, ...files, 'daemonize no'].join('\n')}\n`;
}

/**
 * $1 server, $2 its configuration, $3 directory of users, $4 the mark that it ends. Looks every second. The mark is
 * made before the last look: whoever comes meanwhile either is seen by that look, or sees the mark and waits.
 */
const WATCHDOG = `
"$1" "$2" & server=$!
used() {
  for user in "$3"/*; do
    pid=\${user##*/}; pid=\${pid%%-*}
    if kill -0 "$pid" 2>/dev/null; then return 0; fi
  done
  return 1
}
while kill -0 "$server" 2>/dev/null; do
  if ! used "$@"; then
    : > "$4"
    if used "$@"; then rm -f "$4"; else kill -TERM "$server"; break; fi
  fi
  sleep 1
done
wait "$server"
rm -f "$4"`;

/** The data goes on as it was where the server before ended in order, and so removed its pid file; else its life is another. */
async function beginLife(places: Places): Promise<void> {
  const isWhole = !(await isThere(places.pidFile));
  if (!isWhole || !(await isThere(places.life))) await writeFile(places.life, randomUUID(), { mode: 0o600 });
}

/** Starts the server and waits until it is ready. Throws AppError `redis_unavailable` with the end of its log. */
export async function startServer(places: Places): Promise<EmbeddedAddress> {
  const binary = await findBinary();
  const address = await newAddress(places);
  await writeFile(places.conf, serverConf(places, address), { mode: 0o600 });
  await rm(places.ending, { force: true });
  await beginLife(places);
  const names = [binary, places.conf, places.users, places.ending];
  const options = { detached: true, stdio: 'ignore', cwd: places.dir } as const;
  const child = spawn('/bin/sh', ['-c', WATCHDOG, 'ringmaster-redis', ...names], options);
  let failure: Error | undefined;
  child.once('error', (error) => {
    failure = error;
  });
  child.unref();
  const running = () => failure === undefined && child.exitCode === null && child.signalCode === null;
  if (await becomesReady(address, running)) return address;
  const lines = await readFile(places.log, 'utf8').catch(() => '');
  const last = lines.trim().split('\n').slice(-3).join(' | ');
  const message = `the private Redis in ${places.dir} did not start: ${last}`;
  throw new AppError('redis_unavailable', message, { cause: failure });
}

/** The process that the pid file names, if one with this id runs. */
export async function serverPid(places: Places): Promise<number | undefined> {
  const text = await readFile(places.pidFile, 'utf8').catch(() => '');
  const pid = Number(text.trim());
  return pid > 0 && isAlive(pid) ? pid : undefined;
}

/** Waits until the server is down: it removes its pid file when everything is written. False when it takes longer. */
export async function becomesDown(places: Places, waitMax: number): Promise<boolean> {
  const deadline = Date.now() + waitMax;
  while ((await serverPid(places)) !== undefined) {
    if (Date.now() > deadline) return false;
    await pause(POLL_MS);
  }
  return true;
}

/** True unless the machine says for certain that the process is something else, which got the id of a server that died. */
export async function mayBeServer(pid: number): Promise<boolean> {
  try {
    const { stdout } = await run('ps', ['-o', 'comm=', '-p', String(pid)]);
    return /redis|valkey/.test(stdout);
  } catch {
    return true;
  }
}

/** Asks the server to write everything and end. Its reply is the end of the connection. */
export async function shutDown(address: EmbeddedAddress): Promise<void> {
  const client = new Redis({
    ...address,
    lazyConnect: true,
    enableReadyCheck: false,
    retryStrategy: () => null,
  });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.call('SHUTDOWN');
  } catch {
    // The connection closes before a reply, which is what was asked for; whether it worked, the pid file says.
  } finally {
    client.disconnect();
  }
}

/** Waits while the watchdog has marked the server as ending: then either it saw a user and goes on, or it is down. */
export async function endingIsDecided(places: Places, waitMax: number): Promise<void> {
  const deadline = Date.now() + waitMax;
  while ((await isThere(places.ending)) && (await serverPid(places)) !== undefined) {
    if (Date.now() > deadline) return;
    await pause(POLL_MS);
  }
}

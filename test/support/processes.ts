import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { z } from 'zod';
import type { BuiltApp } from './built-app.ts';
import { freshPrefix } from './store.ts';

const SECRET_ID = 'AKIDexample';
const SECRET_KEY = 'example-key-of-the-simulator';

/** Ends a test that hangs. No test passes because of it, so it may be long: the machine may be busy. */
const PATIENCE_MS = 60_000;

/**
 * Everything at a pace for tests: calls take some hundred milliseconds, so that the waits between them are as short.
 * A process that is killed loses its jobs and its submissions after two to three seconds.
 */
const SHORT_WAITS = {
  REQUEST_DEADLINE: '1s',
  SUBMISSION_GRACE: '1s',
  QUIET_PERIOD: '2s',
  SWEEP_INTERVAL: '1s',
  TASK_LIST_INTERVAL: '1s',
  FIRST_LOOK: '1s',
  LOOK_INTERVAL_MIN: '200ms',
  LOOK_INTERVAL_MAX: '500ms',
  BATCH_GATHER: '1s',
  RECORD_GATHER: '1s',
};

export interface Ended {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** From the start to the end. */
  readonly ms: number;
}

export interface Child {
  readonly ended: Promise<Ended>;
  readonly isRunning: () => boolean;
  /** What it wrote so far. */
  stdout(): string;
  stderr(): string;
  /** Resolves once `text` was written to either; rejects when the process ends before. */
  says(text: string): Promise<void>;
  /** Sends the signal and waits for the end. */
  end(signal?: NodeJS.Signals): Promise<Ended>;
}

type Environment = Readonly<Record<string, string | undefined>>;

interface StartOptions {
  readonly cwd: string;
  readonly env: Environment;
  /** Given to standard input, which is then closed. */
  readonly input?: string | undefined;
}

function gather(child: ChildProcess, what: string): Child {
  const began = performance.now();
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (chunk: string) => {
      said[name] += chunk;
    });
  }
  let running = true;
  // Nothing of ours may outlive the tests, even when they are ended before their own end.
  const killOnExit = () => child.kill('SIGKILL');
  process.once('exit', killOnExit);
  const ended = once(child, 'close').then(([code, signal]): Ended => {
    running = false;
    process.off('exit', killOnExit);
    return { code, signal, ...said, ms: performance.now() - began };
  });
  return {
    ended,
    isRunning: () => running,
    stdout: () => said.stdout,
    stderr: () => said.stderr,
    says: (text) =>
      until(() => {
        if (said.stdout.includes(text) || said.stderr.includes(text)) return;
        const error = new Error(`${what} did not say ${text}:\n${said.stdout}${said.stderr}`);
        throw running ? error : Object.assign(error, { final: true });
      }),
    end: (signal = 'SIGTERM') => {
      if (running) child.kill(signal);
      return ended;
    },
  };
}

/** Looks every so often until `check` no longer throws. An error that is marked `final` ends the waiting at once. */
export async function until<T>(check: () => T | Promise<T>, everyMs = 10): Promise<T> {
  const look = async () => {
    try {
      return { value: await check() };
    } catch (error) {
      if (error instanceof Error && 'final' in error) return { error };
      throw error;
    }
  };
  const seen = await vi.waitFor(look, { timeout: PATIENCE_MS, interval: everyMs });
  if ('error' in seen) throw seen.error;
  return seen.value;
}

export type Worker = 'all' | 'api' | 'ingest' | 'dispatch' | 'poll' | 'retry' | 'cli' | 'demo' | 'simulator';

export interface Site {
  /** Files of this test: lists, campaign files, spool. */
  readonly dir: string;
  /** Its REDIS_PREFIX. */
  readonly prefix: string;
  /** Starts any worker, with the site's settings unless told otherwise. */
  start(worker: Worker, args?: readonly string[], more?: Partial<StartOptions>): Child;
  /** Starts one and waits for its end. */
  run(worker: Worker, args?: readonly string[], more?: Partial<StartOptions>): Promise<Ended>;
  /** Starts one that takes jobs, and waits until it does. */
  startTaking(
    worker: Exclude<Worker, 'cli' | 'demo' | 'simulator'>,
    args?: readonly string[],
    env?: Environment,
  ): Promise<Child>;
  /** A command that must succeed; gives its standard output. */
  cli(...args: string[]): Promise<string>;
  /** The same with --json, parsed. */
  json<T>(schema: z.ZodType<T>, ...args: string[]): Promise<T>;
  /** Starts the simulator on a free port; from then on the site's workers and commands speak to it. */
  simulate(...args: string[]): Promise<{ readonly child: Child; readonly url: string }>;
  /** Writes a file of the site and gives its path. */
  write(name: string, content: string | object): Promise<string>;
  /** Ends every process that was started here and removes the files, whatever the test came to. */
  end(): Promise<void>;
}

/** An installation with a key prefix, a data directory and settings of its own. Nothing is taken from our environment. */
export async function openSite(app: BuiltApp, redisUrl: string): Promise<Site> {
  const dir = await mkdtemp(join(tmpdir(), 'rm-e2e-'));
  const prefix = freshPrefix();
  const children: Child[] = [];
  const base: Record<string, string> = {
    PATH: process.env.PATH ?? '',
    HOME: dir,
    ...SHORT_WAITS,
    LOG_LEVEL: 'info',
    REDIS_URL: redisUrl,
    REDIS_PREFIX: prefix,
    DATA_DIR: dir,
    HTTP_PORT: '0',
    TCCC_SECRET_ID: SECRET_ID,
    TCCC_SECRET_KEY: SECRET_KEY,
    TCCC_SDK_APP_ID: '1400000000',
    // Nobody listens there: a test that forgets its simulator calls nobody.
    TCCC_ENDPOINT: 'http://127.0.0.1:1',
  };
  const start: Site['start'] = (worker, args = [], more = {}) => {
    const file = join(app.root, 'dist/workers', `${worker}.js`);
    const stdin = more.input === undefined ? 'ignore' : 'pipe';
    const spawned = spawn(process.execPath, [file, ...args], {
      cwd: more.cwd ?? dir,
      // A command logs only for those who ask; what it says must be readable without.
      env: { ...base, ...(worker === 'cli' && { LOG_LEVEL: undefined }), ...more.env },
      stdio: [stdin, 'pipe', 'pipe'],
    });
    // Whoever does not read its input is no fault of the test; what it says and how it ends is looked at.
    spawned.stdin?.on('error', () => {});
    spawned.stdin?.end(more.input);
    const child = gather(spawned, [worker, ...args].join(' '));
    children.push(child);
    return child;
  };
  const run: Site['run'] = async (worker, args, more) => {
    const child = start(worker, args, more);
    await until(() => {
      if (child.isRunning()) throw new Error(`${worker} ${args?.join(' ')} does not end: ${child.stderr()}`);
    });
    return child.ended;
  };
  const cli: Site['cli'] = async (...args) => {
    const ended = await run('cli', args);
    if (ended.code === 0) return ended.stdout;
    throw new Error(`${args.join(' ')} ended with ${ended.code}: ${ended.stdout}${ended.stderr}`);
  };
  return {
    dir,
    prefix,
    start,
    run,
    async startTaking(worker, args = [], env = {}) {
      const child = start(worker, args, { env });
      await child.says('"event":"started"');
      return child;
    },
    cli,
    json: async (schema, ...args) => schema.parse(JSON.parse(await cli(...args, '--json'))),
    async simulate(...args) {
      const who = ['--secret-id', SECRET_ID, '--secret-key', SECRET_KEY];
      const child = start('simulator', ['--port', '0', '--speed', '300', ...who, ...args]);
      await child.says('\n');
      const url = child.stdout().trim();
      base.TCCC_ENDPOINT = url;
      return { child, url };
    },
    async write(name, content) {
      const path = join(dir, name);
      await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
      return path;
    },
    async end() {
      await Promise.all(children.map((child) => child.end('SIGKILL')));
      await rm(dir, { recursive: true, force: true });
    },
  };
}

const Ledger = z.object({ dials: z.number(), numbers: z.number(), duplicateDials: z.number() });
const Requests = z.record(z.string(), z.record(z.string(), z.number()));

/** What the carrier saw. */
export async function ledgerOf(url: string): Promise<z.infer<typeof Ledger>> {
  return Ledger.parse(await (await fetch(`${url}/ledger?summary=1`)).json());
}

/** Requests of one action that reached the simulator, however they were answered. */
export async function requestsOf(url: string, action: string): Promise<number> {
  const all = Requests.parse(await (await fetch(`${url}/requests`)).json());
  return Object.values(all[action] ?? {}).reduce((sum, times) => sum + times, 0);
}

/** Has the simulator play these faults from now on. */
export async function setFaults(url: string, faults: readonly object[]): Promise<void> {
  const reply = await fetch(`${url}/faults`, { method: 'POST', body: JSON.stringify(faults) });
  if (!reply.ok) throw new Error(`the simulator refused the faults: ${await reply.text()}`);
}

export const CampaignJson = z.object({
  state: z.string(),
  reason: z.string(),
  reasonText: z.string(),
  counts: z.record(z.string(), z.number()),
  attempts: z.number(),
  callees: z.number(),
});

export const ImportJson = z.object({
  id: z.string(),
  state: z.string(),
  rows: z.number(),
  accepted: z.number(),
  duplicate: z.number(),
  suppressed: z.number(),
  rejected: z.number(),
});

export const AuditJson = z.object({
  violations: z.array(z.unknown()),
  violationsMore: z.number(),
  callees: z.number(),
});

/** Open day and night, retried within seconds, at most two attempts: a campaign that a test sees to its end. */
export const QUICK_CAMPAIGN = {
  name: 'Quick',
  callers: ['008602150000001', '008602150000002'],
  ivrId: 7,
  windows: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '00:00', to: '24:00' }],
  platformHours: 'off',
  retry: { attemptsMax: 2, rules: [{ on: ['number_not_exist'], stop: true }], otherwise: { after: '1s' } },
  pacing: { batchCalleesMax: 100, leadTime: '1s' },
};

/** A list of `callees` different mobile numbers of China, with `duplicates` of them a second time and `bad` rows that hold none. */
export function quickList(callees: number, duplicates = 0, bad = 0): string {
  const number = (index: number) => `138${String(10_000_000 + index * 7)}`;
  const line = (cell: string, index: number) => `${cell},Name ${index},order-${index}`;
  return [
    'phone,name,order_no',
    ...Array.from({ length: callees }, (_, index) => line(number(index), index)),
    ...Array.from({ length: duplicates }, (_, index) => line(number(index * 3), callees + index)),
    ...Array.from({ length: bad }, (_, index) => line('n/a', callees + duplicates + index)),
    '',
  ].join('\n');
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { probeRedis } from '../../src/adapters/redis/probe.ts';
import type { AccessRole } from '../../src/core/access.ts';
import type { CliIo, Opened } from '../../src/faces/cli/deps.ts';
import type { ApiPatience } from '../../src/faces/cli/remote/patience.ts';
import { runCli } from '../../src/faces/cli/run-cli.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { type HttpSite, openHttpSite } from './http-site.ts';

export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** What a test gives a command beside its words. */
export interface Given {
  readonly stdin?: Readable | string;
  readonly signal?: AbortSignal;
  readonly patience?: Partial<ApiPatience>;
  readonly isTTY?: boolean;
}

export interface Running {
  /** What it wrote so far. */
  readonly text: { out: string; err: string };
  readonly done: Promise<Said>;
}

/** Starts one command line in this process, on whatever it opens. */
export function startCli(args: readonly string[], open: () => Promise<Opened>, given: Given = {}): Running {
  const stdout = Object.assign(new PassThrough(), { isTTY: given.isTTY ?? false });
  const stderr = new PassThrough();
  const text = { out: '', err: '' };
  stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text.out += chunk;
  });
  stderr.setEncoding('utf8').on('data', (chunk: string) => {
    text.err += chunk;
  });
  const { stdin = '' } = given;
  const io: CliIo = {
    stdin: typeof stdin === 'string' ? Readable.from([Buffer.from(stdin)]) : stdin,
    ...{ stdout, stderr, user: 'cli:mei', nodeVersion: 'v20.20.0' },
    signal: given.signal ?? new AbortController().signal,
  };
  return { text, done: runCli(args, io, open).then((code) => ({ code, ...text })) };
}

function words(args: string | readonly string[]): readonly string[] {
  return typeof args === 'string' ? args.split(' ') : args;
}

/** A command against the API under an address. */
export function startRemote(
  args: string | readonly string[],
  api: { readonly url: string; readonly key: string },
  clock: Clock,
  given: Given = {},
): Running {
  return startCli(words(args), async () => ({ api, clock, patience: given.patience }), given);
}

/** One installation and two ways to it: its own parts, and its API on a socket of this machine. */
export interface CliSite extends HttpSite {
  readonly url: string;
  /** For files of the test. */
  readonly dir: string;
  file(name: string, content: string | Uint8Array | object): Promise<string>;
  local(args: string | readonly string[], given?: Given): Promise<Said>;
  remote(args: string | readonly string[], role?: AccessRole, given?: Given): Promise<Said>;
  start(args: string | readonly string[], role?: AccessRole, given?: Given): Running;
}

export async function openCliSite(changes: Parameters<typeof openHttpSite>[0] = {}): Promise<CliSite> {
  const site = await openHttpSite(changes);
  const url = await site.app.listen({ host: '127.0.0.1', port: 0 });
  const dir = await mkdtemp(join(tmpdir(), 'rm-cli-'));
  const queue = Object.assign(site.queue, { queueDepths: async () => ({}) });
  const open = async (): Promise<Opened> => ({
    ...site.deps,
    queue,
    redisFacts: () => probeRedis(site.redis),
    close: async () => {},
  });
  const start: CliSite['start'] = (args, role = 'operator', given = {}) =>
    startRemote(args, { url, key: site.keys[role] }, site.clock, given);
  return {
    ...site,
    ...{ url, dir, start },
    async file(name, content) {
      const path = join(dir, name);
      const isPlain = typeof content === 'string' || content instanceof Uint8Array;
      await writeFile(path, isPlain ? content : JSON.stringify(content));
      return path;
    },
    local: (args, given) => startCli(words(args), open, given).done,
    remote: (args, role, given) => start(args, role, given).done,
    async close() {
      await site.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

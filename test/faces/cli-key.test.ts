import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import type { CliDeps } from '../../src/faces/cli/deps.ts';
import { runCli } from '../../src/faces/cli/run-cli.ts';
import { ManualClock } from '../support/clock.ts';
import { keyParts } from '../support/key-parts.ts';
import { SEEDED_AT } from '../support/seeded-campaign.ts';
import { freshPrefix } from '../support/store.ts';

let connection: Redis;
let dir: string;
let parts: ReturnType<typeof keyParts>;
beforeAll(() => {
  connection = new Redis(inject('redisUrl'));
});
afterAll(() => connection.quit());
let prefix: string;
beforeEach(async () => {
  prefix = freshPrefix();
  dir = await mkdtemp(join(tmpdir(), 'rm-cli-key-'));
  parts = keyParts(connection, prefix, dir);
});
afterEach(async () => {
  const keys = await connection.keys(`*${prefix}*`);
  if (keys.length > 0) await connection.del(...keys);
  await rm(dir, { recursive: true, force: true });
});

/** Of the application, these commands use the keys and the clock, and nothing else. */
function openKeys(): CliDeps {
  const deps = { ...parts, clock: new ManualClock(SEEDED_AT), close: async () => {} };
  return new Proxy(deps as unknown as CliDeps, {
    get(target, name) {
      // A promise resolves to what it is given unless that is a promise itself.
      if (name === 'then') return undefined;
      if (!Reflect.has(target, name)) throw new Error(`keys need no ${String(name)}`);
      return Reflect.get(target, name);
    },
  });
}

async function cli(...args: string[]) {
  const text = { out: '', err: '' };
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  stdout.on('data', (chunk) => {
    text.out += chunk;
  });
  stderr.on('data', (chunk) => {
    text.err += chunk;
  });
  const { signal } = new AbortController();
  const io = { stdin: Readable.from([]), stdout, stderr, user: 'cli:mei', signal, nodeVersion: 'v20.20.0' };
  const code = await runCli(args, io, async () => openKeys());
  return { code, ...text };
}

describe('key create', () => {
  it('prints the key alone on standard output, once, and keeps only its hash', async () => {
    const made = await cli('key', 'create', '--role', 'operator', '--name', 'billing');
    expect(made.code).toBe(0);
    const secret = made.out.trim();
    expect(secret).toMatch(/^rmk_[a-z2-7]{10}_[A-Za-z0-9_-]{43}$/);
    expect(made.err).toContain('not shown again');
    expect(await parts.apiKeys.find(secret)).toMatchObject({ name: 'billing', role: 'operator' });
    expect(await readFile(join(dir, 'api-keys.json'), 'utf8')).not.toContain(secret.split('_')[2]);
    expect((await cli('key', 'list')).out).not.toContain(secret.slice(15));
    const { entries } = await parts.trail.page(undefined, 10);
    expect(entries).toEqual([
      expect.objectContaining({ by: 'cli:mei', role: 'cli', did: 'key.create', text: '"billing", operator' }),
    ]);
  });

  it('prints one document with --json, and refuses no role, an unknown one and a name in use', async () => {
    const made = JSON.parse((await cli('key', 'create', '--role', 'viewer', '--json')).out);
    expect(Object.keys(made).sort()).toEqual(['createdAt', 'id', 'lastUsedAt', 'name', 'role', 'secret']);
    expect(made.name).toBe(`viewer-${made.id}`);
    expect((await cli('key', 'create')).code).toBe(2);
    expect((await cli('key', 'create', '--role', 'god')).code).toBe(2);
    await cli('key', 'create', '--role', 'viewer', '--name', 'ann');
    const again = await cli('key', 'create', '--role', 'admin', '--name', 'ann');
    expect([again.code, again.out]).toEqual([1, '']);
    expect(again.err).toContain('choose another name');
    expect((await cli('key', 'create', '--role', 'viewer', '--name', ' ')).code).toBe(1);
  });
});

describe('key list and key revoke', () => {
  it('show each key with its latest use, and end one by id or name', async () => {
    expect((await cli('key', 'list')).out).toContain('no API keys yet');
    expect((await cli('key', 'list', '--json')).out.trim()).toBe('[]');
    const one = JSON.parse((await cli('key', 'create', '--role', 'viewer', '--name', 'ann', '--json')).out);
    await cli('key', 'create', '--role', 'admin', '--name', 'bob');
    await parts.keyUses.note(one.id, SEEDED_AT + 60_000);
    const list = JSON.parse((await cli('key', 'list', '--json')).out);
    expect(list.map((key: { name: string; lastUsedAt: string }) => [key.name, key.lastUsedAt])).toEqual([
      ['ann', '2026-11-23T02:01:00.000Z'],
      ['bob', null],
    ]);
    expect((await cli('key', 'list')).out).toMatch(/never/);
    expect((await cli('key', 'revoke', 'bob')).out).toContain('"bob"');
    expect((await cli('key', 'revoke', one.id)).code).toBe(0);
    expect((await cli('key', 'revoke', one.id)).err).toContain('there is no key');
    expect(await parts.apiKeys.find(one.secret)).toBeUndefined();
  });
});

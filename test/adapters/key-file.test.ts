import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createKeyFile } from '../../src/adapters/key-file.ts';
import { keyIdOf } from '../../src/core/access.ts';
import { API_KEYS_LOCK_STALE, API_KEYS_RECHECK } from '../../src/core/limits.ts';

let dir: string;
let path: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'rm-keys-'));
  path = join(dir, 'sub', 'api-keys.json');
});
afterEach(async () => {
  vi.useRealTimers();
  await rm(dir, { recursive: true, force: true });
});

describe('the file of API keys', () => {
  it('knows a key by its secret, and keeps neither the secret nor a way to it', async () => {
    const keys = createKeyFile(path);
    expect(await keys.find('rmk_aaaaaaaaaa_x')).toBeUndefined();
    const { key, secret } = await keys.create({ name: 'Ann', role: 'operator' }, 5);
    expect(key).toMatchObject({ name: 'Ann', role: 'operator', createdAt: 5 });
    expect(keyIdOf(secret)).toBe(key.id);
    expect(await keys.find(secret)).toEqual(key);
    expect(await keys.list()).toEqual([key]);
    const text = await readFile(path, 'utf8');
    expect(text).not.toContain(secret.split('_')[2]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(dir, 'sub'))).toEqual(['api-keys.json']);
  });

  it('refuses a secret that differs in one character, and one with the id of another key', async () => {
    const keys = createKeyFile(path);
    const one = await keys.create({ role: 'admin' }, 0);
    const two = await keys.create({ role: 'viewer' }, 0);
    const last = one.secret.at(-1) === 'A' ? 'B' : 'A';
    expect(await keys.find(`${one.secret.slice(0, -1)}${last}`)).toBeUndefined();
    expect(await keys.find(one.secret.replace(one.key.id, two.key.id))).toBeUndefined();
    for (const text of ['', 'rmk_', one.key.id, `${one.secret} `, `x${one.secret}`]) {
      expect(await keys.find(text)).toBeUndefined();
    }
    expect(one.key.name).toBe(`admin-${one.key.id}`);
  });

  it('is shared: what one process makes or revokes, another knows after the recheck at most', async () => {
    const [here, there] = [createKeyFile(path), createKeyFile(path)];
    vi.useFakeTimers({ toFake: ['performance'] });
    const { key, secret } = await here.create({ name: 'Ann', role: 'viewer' }, 0);
    expect(await there.find(secret)).toEqual(key);
    expect(await here.revoke(key.id)).toEqual(key);
    expect(await here.find(secret)).toBeUndefined();
    expect(await here.revoke(key.id)).toBeUndefined();
    vi.advanceTimersByTime(API_KEYS_RECHECK);
    expect(await there.find(secret)).toBeUndefined();
    expect(await there.byId(key.id)).toBeUndefined();
  });

  it('loses no key when many processes write at once, and gives no name twice', async () => {
    const writers = Array.from({ length: 8 }, () => createKeyFile(path));
    await Promise.all(writers.map((keys, n) => keys.create({ name: `key ${n}`, role: 'viewer' }, n)));
    const names = (await createKeyFile(path).list()).map(({ name }) => name);
    expect(names.sort()).toEqual(writers.map((_, n) => `key ${n}`));
    await expect(writers[3]?.create({ name: 'key 0', role: 'admin' }, 0)).rejects.toMatchObject({
      code: 'key_exists',
    });
  });

  it('takes the lock over from a process that died', async () => {
    const keys = createKeyFile(path);
    await keys.create({ name: 'a', role: 'viewer' }, 0);
    const lock = `${path}.lock`;
    await writeFile(lock, '');
    const old = new Date(Date.now() - 2 * API_KEYS_LOCK_STALE);
    await utimes(lock, old, old);
    await keys.create({ name: 'b', role: 'viewer' }, 0);
    expect(await keys.list()).toHaveLength(2);
  });

  it('that is something else stops with its path, instead of letting nobody or everybody in', async () => {
    const keys = createKeyFile(join(dir, 'other.json'));
    await writeFile(join(dir, 'other.json'), '[]');
    await expect(keys.find(`rmk_aaaaaaaaaa_${'a'.repeat(43)}`)).rejects.toMatchObject({
      code: 'settings_invalid',
      message: expect.stringContaining('other.json'),
    });
  });
});

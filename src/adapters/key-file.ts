import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { ACCESS_ROLES, KEY_ID_CHARACTERS, KEY_SECRET_BYTES, keyIdOf, keySecret } from '../core/access.ts';
import { AppError } from '../core/errors.ts';
import {
  API_KEYS_LOCK_STALE,
  API_KEYS_LOCK_WAIT_MAX,
  API_KEYS_MAX,
  API_KEYS_RECHECK,
} from '../core/limits.ts';
import type { ApiKey, ApiKeys } from '../ports/api-keys.ts';

const StoredKey = z.object({
  id: z.string(),
  name: z.string(),
  role: z.enum(ACCESS_ROLES),
  createdAt: z.number(),
  /** SHA-256 of the whole secret, hex: 256 bits of chance need no slower hash. */
  sha256: z.string().length(64),
});
const KeyFile = z.object({ keys: z.array(StoredKey) });
type StoredKey = z.infer<typeof StoredKey>;

function hashOf(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}

/** Compared with where there is no key of the id, so that an unknown id takes as long as a wrong secret. */
const NO_KEY = hashOf('no key');

function shown({ sha256: _, ...key }: StoredKey): ApiKey {
  return key;
}

function newId(): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
  return Array.from(randomBytes(KEY_ID_CHARACTERS), (byte) => alphabet[byte % 32] ?? '').join('');
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** Keys in a file of their own, readable by us alone and replaced whole, which every process of a machine shares. */
class KeyFileKeys implements ApiKeys {
  readonly #path: string;
  #keys: ReadonlyMap<string, StoredKey> = new Map();
  /** What the file looked like when it was read; the next look is cheap where it still does. */
  #mark = '';
  #lookedAt = Number.NEGATIVE_INFINITY;
  #looking: Promise<void> | undefined;

  constructor(path: string) {
    this.#path = resolve(path);
  }

  async create(wanted: { readonly name?: string | undefined; readonly role: ApiKey['role'] }, now: number) {
    const id = newId();
    const name = wanted.name ?? `${wanted.role}-${id}`;
    const secret = keySecret(id, randomBytes(KEY_SECRET_BYTES).toString('base64url'));
    const key = { id, name, role: wanted.role, createdAt: now };
    await this.#change((keys) => {
      if (keys.some((one) => one.name === name)) {
        throw new AppError('key_exists', `an API key is called "${name}" already; choose another name`);
      }
      if (keys.length >= API_KEYS_MAX) {
        const remedy = 'revoke those that nobody uses';
        throw new AppError(
          'input_invalid',
          `there are ${API_KEYS_MAX} API keys, as many as may be; ${remedy}`,
        );
      }
      return [...keys, { ...key, sha256: hashOf(secret).toString('hex') }];
    });
    return { key, secret };
  }

  async list(): Promise<readonly ApiKey[]> {
    await this.#read();
    return [...this.#keys.values()].map(shown);
  }

  async revoke(id: string): Promise<ApiKey | undefined> {
    let revoked: StoredKey | undefined;
    await this.#change((keys) => {
      revoked = keys.find((key) => key.id === id);
      return keys.filter((key) => key.id !== id);
    });
    return revoked === undefined ? undefined : shown(revoked);
  }

  async find(secret: string): Promise<ApiKey | undefined> {
    const id = keyIdOf(secret);
    const key = id === undefined ? undefined : await this.#present(id);
    const expected = key === undefined ? NO_KEY : Buffer.from(key.sha256, 'hex');
    const matches = timingSafeEqual(hashOf(secret), expected);
    return matches && key !== undefined ? shown(key) : undefined;
  }

  async byId(id: string): Promise<ApiKey | undefined> {
    const key = await this.#present(id);
    return key === undefined ? undefined : shown(key);
  }

  async #present(id: string): Promise<StoredKey | undefined> {
    if (performance.now() - this.#lookedAt >= API_KEYS_RECHECK) {
      this.#looking ??= this.#read().finally(() => {
        this.#looking = undefined;
      });
      await this.#looking;
    }
    return this.#keys.get(id);
  }

  /** Reads the file where it is another one than before. No file: no keys. */
  async #read(): Promise<void> {
    try {
      const { mtimeMs, ino, size } = await stat(this.#path);
      const mark = `${mtimeMs} ${ino} ${size}`;
      if (mark !== this.#mark) {
        const { keys } = this.#parse(await readFile(this.#path, 'utf8'));
        this.#keys = new Map(keys.map((key) => [key.id, key]));
        this.#mark = mark;
      }
    } catch (error) {
      if (!isMissing(error)) throw error;
      this.#keys = new Map();
      this.#mark = '';
    }
    this.#lookedAt = performance.now();
  }

  #parse(text: string): z.infer<typeof KeyFile> {
    try {
      return KeyFile.parse(JSON.parse(text));
    } catch (cause) {
      const message = `${this.#path} is not a file of API keys; restore it, or remove it and make new keys`;
      throw new AppError('settings_invalid', message, { cause });
    }
  }

  /** One writer at a time, over all processes: what it decides on is what is there. */
  async #change(decide: (keys: readonly StoredKey[]) => readonly StoredKey[]): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    const lock = `${this.#path}.lock`;
    await takeLock(lock);
    try {
      await this.#read();
      const keys = decide([...this.#keys.values()]);
      const part = `${this.#path}.part`;
      const file = await open(part, 'w', 0o600);
      try {
        await file.writeFile(`${JSON.stringify({ keys }, null, 2)}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(part, this.#path);
      this.#mark = '';
      await this.#read();
    } finally {
      await rm(lock, { force: true });
    }
  }
}

/** Makes the lock file, which only one can. That of a process that died is taken over. */
async function takeLock(lock: string): Promise<void> {
  const until = performance.now() + API_KEYS_LOCK_WAIT_MAX;
  for (;;) {
    try {
      await (await open(lock, 'wx', 0o600)).close();
      return;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      const madeAt = await stat(lock).then(
        ({ mtimeMs }) => mtimeMs,
        () => undefined,
      );
      if (madeAt !== undefined && Date.now() - madeAt > API_KEYS_LOCK_STALE) await rm(lock, { force: true });
      else if (performance.now() > until) {
        throw new AppError('store_conflict', `${lock} is held by another process; try again`, {
          cause: error,
        });
      }
      await pause(20);
    }
  }
}

/**
 * The API keys in the file at `path`, which is made when the first key is. Each process looks once a second whether
 * the file has changed. Machines that share no file system need the same file copied to each.
 */
export function createKeyFile(path: string): ApiKeys {
  return new KeyFileKeys(path);
}

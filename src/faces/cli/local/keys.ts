import { AppError } from '../../../core/errors.ts';
import type { ApiKey } from '../../../ports/api-keys.ts';
import { timeText } from '../../documents.ts';
import type { KeyBackend } from '../backend.ts';
import type { CliDeps } from '../deps.ts';

/** The key file itself: how the first key of an installation is made. */
export function localKeys(deps: CliDeps, user: string): KeyBackend {
  const note = (did: string, key: ApiKey): Promise<void> => {
    const text = `"${key.name}", ${key.role}`;
    return deps.trail.note({ at: deps.clock.now(), by: user, role: 'cli', did, subject: key.id, text });
  };
  return {
    async createKey(wanted) {
      const { key, secret } = await deps.apiKeys.create(wanted, deps.clock.now());
      await note('key.create', key);
      return { ...key, createdAt: timeText(key.createdAt), lastUsedAt: null, secret };
    },
    async keys() {
      const [all, uses] = await Promise.all([deps.apiKeys.list(), deps.keyUses.latest()]);
      return all.map((key) => ({
        ...key,
        createdAt: timeText(key.createdAt),
        lastUsedAt: timeText(uses.get(key.id)),
      }));
    },
    async revokeKey(which) {
      const held = (await deps.apiKeys.list()).find((key) => key.id === which || key.name === which);
      const key = held && (await deps.apiKeys.revoke(held.id));
      if (key === undefined) {
        throw new AppError('key_not_found', `there is no key "${which}"; "key list" names all there are`);
      }
      await note('key.revoke', key);
      return { ...key, createdAt: timeText(key.createdAt) };
    },
  };
}

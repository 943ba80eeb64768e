import { z } from 'zod';
import { AppError } from '../../../core/errors.ts';
import { Key, NewKey } from '../../http/schema/key.ts';
import type { KeyBackend } from '../backend.ts';
import { apiPath } from './address.ts';
import type { ApiClient } from './api-client.ts';

/** Keys over the API, for admins. */
export function remoteKeys(client: ApiClient): KeyBackend {
  const keys = () => client.document(z.array(Key), { path: apiPath('keys') });
  return {
    keys,
    async createKey({ name, role }) {
      const request = { method: 'POST', path: apiPath('keys'), json: { name, role } } as const;
      const { secret, ...key } = await client.document(NewKey, request);
      if (secret !== null) return { ...key, secret };
      // The first answer was lost on its way, and nobody keeps the secret.
      const remedy = `revoke it (key revoke ${key.id}) and make another`;
      throw new AppError(
        'api_unavailable',
        `key "${key.name}" was made, but was lost on its way here; ${remedy}`,
      );
    },
    async revokeKey(which) {
      const held = (await keys()).find(({ id, name }) => id === which || name === which);
      if (held === undefined) {
        throw new AppError('key_not_found', `there is no key "${which}"; "key list" names all there are`);
      }
      await client.reply({ method: 'DELETE', path: apiPath('keys', held.id) });
      const { lastUsedAt: _, ...key } = held;
      return key;
    },
  };
}

import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import type { ApiKey } from '../../ports/api-keys.ts';
import { timeText } from '../documents.ts';
import type { HttpDeps, HttpServer } from './deps.ts';
import { answerOnce, OnceHeaders } from './once.ts';
import { Key, KeyWish, NewKey } from './schema/key.ts';
import { problems } from './schema/problem.ts';

const KeyParams = z.strictObject({ key: z.string().regex(/^[a-z0-9]{1,32}$/, 'this is no id of a key') });

const tags = ['keys'];

function keyDocument(key: ApiKey, lastUsedAt: number | undefined): z.infer<typeof Key> {
  return { ...key, createdAt: timeText(key.createdAt), lastUsedAt: timeText(lastUsedAt) };
}

/** `/v1/keys`: the keys of the installation, for admins. */
export function keyRoutes(app: HttpServer, deps: HttpDeps): void {
  app.route({
    method: 'GET',
    url: '/v1/keys',
    config: { access: 'admin' },
    schema: { tags, summary: 'All keys', response: { 200: z.array(Key), ...problems() } },
    handler: async () => {
      const [keys, uses] = await Promise.all([deps.apiKeys.list(), deps.keyUses.latest()]);
      return keys.map((key) => keyDocument(key, uses.get(key.id)));
    },
  });
  app.route({
    method: 'POST',
    url: '/v1/keys',
    config: { access: 'admin', did: 'key.create' },
    schema: {
      tags,
      summary: 'Make a key; its secret is shown this once',
      headers: OnceHeaders,
      body: KeyWish,
      response: { 201: NewKey, ...problems(409, 415, 422) },
    },
    handler: async (request, reply) => {
      return answerOnce(deps, request, reply, request.body, async () => {
        const { key, secret } = await deps.apiKeys.create(request.body, deps.clock.now());
        request.deed = { subject: key.id, text: `"${key.name}", ${key.role}` };
        const again: z.infer<typeof NewKey> = { ...keyDocument(key, undefined), secret: null };
        return { status: 201, document: { ...again, secret }, again };
      });
    },
  });
  app.route({
    method: 'DELETE',
    url: '/v1/keys/:key',
    config: { access: 'admin', did: 'key.revoke' },
    schema: {
      tags,
      summary: 'Revoke a key, with every session begun with it',
      params: KeyParams,
      response: { 204: z.undefined(), ...problems(404) },
    },
    handler: async (request, reply) => {
      const revoked = await deps.apiKeys.revoke(request.params.key);
      if (revoked === undefined) throw new AppError('key_not_found', 'there is no key with this id');
      request.deed = { subject: revoked.id, text: `"${revoked.name}", ${revoked.role}` };
      return reply.code(204).send();
    },
  });
}

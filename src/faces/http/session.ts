import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import { SESSION_LIFE } from '../../core/limits.ts';
import { SECOND } from '../../core/time.ts';
import { requireVisitor, SESSION_COOKIE } from './authorise.ts';
import type { HttpDeps, HttpServer } from './deps.ts';
import { problems } from './schema/problem.ts';
import { Session } from './schema/session.ts';

const SignIn = z.strictObject({ key: z.string().min(1).max(200) }).meta({ id: 'SignIn' });

const tags = ['session'];

function cookieOptions(isSecure: boolean) {
  return { path: '/', httpOnly: true, sameSite: 'strict', secure: isSecure } as const;
}

/** `/v1/session`: browsers sign in with a key and get a cookie for it. */
export function sessionRoutes(app: HttpServer, deps: HttpDeps): void {
  app.route({
    method: 'POST',
    url: '/v1/session',
    config: { access: 'open', rate: 'sign_in', did: null },
    schema: {
      tags,
      summary: 'Sign a browser in with a key',
      body: SignIn,
      response: { 200: Session, ...problems(415) },
    },
    handler: async (request, reply) => {
      const key = await deps.apiKeys.find(request.body.key);
      if (key === undefined) throw new AppError('unauthenticated', 'there is no such key, or it was revoked');
      const { token, session } = await deps.sessions.begin(key.id, deps.clock.now(), SESSION_LIFE);
      const isSecure = request.protocol === 'https';
      reply.setCookie(SESSION_COOKIE, token, { ...cookieOptions(isSecure), maxAge: SESSION_LIFE / SECOND });
      const { name, role } = key;
      await deps.trail.note({
        ...{ at: deps.clock.now(), by: name, role, did: 'session.begin', subject: key.id, text: '' },
      });
      return { name, role, csrf: session.csrf };
    },
  });
  app.route({
    method: 'GET',
    url: '/v1/session',
    schema: { tags, summary: 'Who asks', response: { 200: Session, ...problems() } },
    handler: async (request) => {
      const { name, role, session } = requireVisitor(request);
      return { name, role, csrf: session?.csrf ?? null };
    },
  });
  app.route({
    method: 'DELETE',
    url: '/v1/session',
    config: { access: 'viewer', did: 'session.end' },
    schema: { tags, summary: 'Sign out', response: { 204: z.undefined(), ...problems() } },
    handler: async (request, reply) => {
      const { session, keyId } = requireVisitor(request);
      if (session !== undefined) await deps.sessions.end(session.token);
      request.deed = { subject: keyId };
      reply.clearCookie(SESSION_COOKIE, cookieOptions(request.protocol === 'https'));
      return reply.code(204).send();
    },
  });
}

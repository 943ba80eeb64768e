/**
 * Who asks, and whether they may. One hook for every route there is: a route that says nothing about who may come is
 * for viewers where it reads and for operators where it writes, so that none is open by mistake.
 */
import type { FastifyRequest } from 'fastify';
import { type AccessRole, mayAct } from '../../core/access.ts';
import { AppError } from '../../core/errors.ts';
import { KEY_USE_NOTE_INTERVAL } from '../../core/limits.ts';
import type { HttpDeps, Visitor } from './deps.ts';
import { isSameText } from './same-text.ts';

export const SESSION_COOKIE = 'ringmaster_session';
export const CSRF_HEADER = 'x-csrf-token';

export function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
}

/** Who may come to the route of this request. What no route takes is open: there is nothing to see. */
export function accessOf(request: FastifyRequest): AccessRole | 'open' {
  if (request.is404) return 'open';
  return request.routeOptions.config.access ?? (isSafe(request.method) ? 'viewer' : 'operator');
}

/** The visitor, or AppError `unauthenticated` on a request that came to an open route with nothing. */
export function requireVisitor(request: FastifyRequest): Visitor {
  if (request.visitor !== null) return request.visitor;
  throw new AppError('unauthenticated', 'send a key: Authorization: Bearer rmk_...');
}

/** A preHandler for routes of libraries that need a higher role than their method says. */
export function authorise(role: AccessRole): (request: FastifyRequest) => Promise<void> {
  return async (request) => requireRole(requireVisitor(request), role);
}

function requireRole(visitor: Visitor, needed: AccessRole): void {
  if (mayAct(visitor.role, needed)) return;
  throw new AppError('forbidden', `this needs the role ${needed}; the key has the role ${visitor.role}`);
}

function bearerOf(request: FastifyRequest): string | undefined {
  const [, secret] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
  return secret;
}

async function bySession(deps: HttpDeps, token: string): Promise<Visitor | undefined> {
  const session = await deps.sessions.find(token);
  const key = session && (await deps.apiKeys.byId(session.keyId));
  // The role is the key's of now: one that was revoked ends what was begun with it.
  if (session === undefined || key === undefined) return undefined;
  return { keyId: key.id, name: key.name, role: key.role, session: { token, csrf: session.csrf } };
}

async function visitorOf(deps: HttpDeps, request: FastifyRequest): Promise<Visitor | undefined> {
  const secret = bearerOf(request);
  if (secret !== undefined) {
    const key = await deps.apiKeys.find(secret);
    return key && { keyId: key.id, name: key.name, role: key.role, session: undefined };
  }
  const token = request.cookies[SESSION_COOKIE];
  return token === undefined ? undefined : bySession(deps, token);
}

/** True where the browser itself says that a page of ours asks: pages cannot set these headers. */
function isOwnOrigin(request: FastifyRequest): boolean {
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (site !== undefined) return site === 'same-origin';
  return origin !== undefined && URL.canParse(origin) && new URL(origin).host === request.host;
}

/** A cookie is sent by the browser whoever asks for the write; a key in a header is not. */
function requireOwnPage(request: FastifyRequest, { session }: Visitor): void {
  if (session === undefined || isSafe(request.method)) return;
  const given = request.headers[CSRF_HEADER];
  if (typeof given === 'string' && isSameText(given, session.csrf)) return;
  if (request.routeOptions.config.csrf === 'origin' && isOwnOrigin(request)) return;
  throw new AppError(
    'csrf_invalid',
    `send the header ${CSRF_HEADER} with the "csrf" that GET /v1/session gives`,
  );
}

/** Whether somebody whose stream is long open may still listen. */
export async function isStillWelcome(deps: HttpDeps, visitor: Visitor): Promise<boolean> {
  if (visitor.session !== undefined) return (await bySession(deps, visitor.session.token)) !== undefined;
  return (await deps.apiKeys.byId(visitor.keyId)) !== undefined;
}

/** What is asked of every request, in two steps: requests are counted in between, for whoever makes them. */
export function doorkeeper(deps: HttpDeps) {
  const notedAt = new Map<string, number>();
  const note = (keyId: string): void => {
    const now = deps.clock.now();
    if (now - (notedAt.get(keyId) ?? Number.NEGATIVE_INFINITY) < KEY_USE_NOTE_INTERVAL) return;
    notedAt.set(keyId, now);
    // Only for people who look at the list of keys: no request fails for it.
    deps.keyUses.note(keyId, now).catch((err: unknown) => {
      deps.log.warn({ event: 'key_use_lost', err }, 'the use of a key could not be noted');
    });
  };
  return {
    /** Finds out who asks; a key that does not hold is nobody. */
    async identify(request: FastifyRequest): Promise<void> {
      if (accessOf(request) === 'open') return;
      request.visitor = (await visitorOf(deps, request)) ?? null;
    },
    /** Throws AppError `unauthenticated`, `forbidden` or `csrf_invalid`. */
    admit(request: FastifyRequest): void {
      const needed = accessOf(request);
      if (needed === 'open') return;
      const visitor = requireVisitor(request);
      requireRole(visitor, needed);
      requireOwnPage(request, visitor);
      note(visitor.keyId);
    },
  };
}

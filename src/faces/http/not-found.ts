import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../core/errors.ts';
import type { HttpDeps, HttpServer } from './deps.ts';
import { BEARER } from './problems.ts';

/** Addresses of programs: what is not there is told, whatever type they accept. */
const PROGRAMS = /^\/(?:v1|docs|queues|push|metrics|healthz|readyz|assets)(?:[/?]|$)/;

function patternOf(url: string): RegExp {
  const parts = url.split('/').map((part) => {
    if (part.startsWith(':')) return '[^/]+';
    return part === '*' ? '.*' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('/')}/?$`);
}

/** Remembers every route that is added from now on, for saying which methods an address takes. */
export function rememberRoutes(app: HttpServer): void {
  app.decorate('served', []);
  app.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) app.served.push({ method: one, url });
  });
}

/** Pages that are not the console's own, and need a key all the same. */
const FOREIGN_PAGES = /^\/(?:queues|docs)(?:[/?]|$)/;

/** A person went there with a browser, by a link or by typing it. */
function isVisit({ method, headers: { accept = '' } }: FastifyRequest): boolean {
  return method === 'GET' && accept.includes('text/html');
}

/** The console's one page; it finds its way by the address. */
function sendConsole(consoleDir: string, reply: FastifyReply): FastifyReply {
  const page = createReadStream(join(consoleDir, 'index.html'));
  return reply.header('cache-control', 'no-cache').type('text/html; charset=utf-8').send(page);
}

/** Who comes with a browser to a page behind the keys and is not signed in gets the page to sign in by, which leads on. */
export function sendSignIn({ settings }: HttpDeps, request: FastifyRequest, reply: FastifyReply): boolean {
  const { consoleDir } = settings;
  const isHere = request.visitor === null && isVisit(request) && FOREIGN_PAGES.test(request.url);
  if (consoleDir === undefined || !isHere || request.is404) return false;
  sendConsole(consoleDir, reply.code(401).header('www-authenticate', BEARER));
  return true;
}

/**
 * What no route takes: the console's own addresses get its page, since it finds its way itself; an address with another
 * method is told which it takes; everything else is not there.
 */
export function answerUnknownRoutes(app: HttpServer, deps: HttpDeps): void {
  app.setNotFoundHandler(async (request: FastifyRequest, reply: FastifyReply) => {
    const { consoleDir } = deps.settings;
    if (consoleDir !== undefined && isVisit(request) && !PROGRAMS.test(request.url)) {
      return sendConsole(consoleDir, reply);
    }
    const [path = ''] = request.url.split('?', 1);
    const allowed = app.served.filter(({ url }) => patternOf(url).test(path)).map(({ method }) => method);
    // A page of the console's own is no reason to call a write there a wrong method.
    const others = [...new Set(allowed)].filter((method) => method !== request.method);
    if (allowed.length > 0 && others.length > 0) {
      reply.header('allow', others.join(', '));
      throw new AppError('method_not_allowed', `this address takes ${others.join(', ')}`);
    }
    throw new AppError('route_not_found', 'there is nothing here; /docs lists what there is');
  });
}

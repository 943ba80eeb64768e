import { randomBytes } from 'node:crypto';
import cookie from '@fastify/cookie';
import Fastify, { type FastifyRequest } from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import { HTTP_BODY_BYTES_MAX, HTTP_BODY_TIME_MAX, HTTP_SILENCE_MAX } from '../../core/limits.ts';
import { actionRoutes } from './actions.ts';
import { uploadRoutes } from './add-import.ts';
import { attentionRoutes } from './attention.ts';
import { doorkeeper } from './authorise.ts';
import { refuseBrokenRequests } from './broken-requests.ts';
import { calleeRoutes } from './callees.ts';
import { campaignRoutes } from './campaigns.ts';
import { serveConsole } from './console-files.ts';
import type { HttpDeps, HttpPart, HttpServer } from './deps.ts';
import { documentRoutes, serveDocument } from './docs.ts';
import { eventRoutes } from './events.ts';
import { healthRoutes } from './health.ts';
import { importRoutes } from './imports.ts';
import { keyRoutes } from './keys.ts';
import { answerUnknownRoutes, rememberRoutes, sendSignIn } from './not-found.ts';
import { sendProblem } from './problems.ts';
import { progressRoutes } from './progress.ts';
import { requestCounter } from './rates.ts';
import { protectBrowsers } from './security-headers.ts';
import { sessionRoutes } from './session.ts';
import { suppressionRoutes } from './suppression.ts';
import { suppressionImportRoutes } from './suppression-import.ts';
import { trailRoutes } from './trail.ts';
import { noteWrites } from './write-trail.ts';

/** Every part of the API, one resource each. A new resource is one row. */
const PARTS: readonly HttpPart[] = [
  healthRoutes,
  sessionRoutes,
  keyRoutes,
  trailRoutes,
  campaignRoutes,
  actionRoutes,
  progressRoutes,
  uploadRoutes,
  importRoutes,
  calleeRoutes,
  attentionRoutes,
  suppressionRoutes,
  suppressionImportRoutes,
  eventRoutes,
  serveConsole,
];

/** A number for each request: this process, and how many it had. */
function requestIds(): () => string {
  const process = randomBytes(4).toString('hex');
  let count = 0;
  return () => {
    count += 1;
    return `${process}-${count}`;
  };
}

/** A write may come with the type of JSON and nothing in it: actions that need nothing. */
function takeEmptyJson(app: HttpServer): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body === '') done(null, undefined);
    else parse(request, body.toString(), done);
  });
}

/** Whoever sends a document byte by byte, known here or not, holds a connection for nothing. Uploads watch themselves. */
function endSlowBodies(app: HttpServer): void {
  app.addHook('onRequest', async ({ raw, headers, routeOptions }) => {
    const hasBody = Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined;
    if (!hasBody || routeOptions.config.takesFiles) return;
    const timer = setTimeout(() => raw.destroy(), HTTP_BODY_TIME_MAX).unref();
    raw.once('end', () => clearTimeout(timer));
  });
}

function logRequests(app: HttpServer, { log }: HttpDeps): void {
  app.addHook('onResponse', async (request, reply) => {
    const { method, visitor, id: requestId } = request;
    // The route, never the address: that may hold a number.
    const route = request.is404 ? 'unknown' : (request.routeOptions.url ?? 'unknown');
    const fields = { method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime), requestId };
    log.debug({ event: 'http_request', ...fields, key: visitor?.name }, 'request answered');
  });
}

/** Hooks that every request passes, in their order. */
function guardRequests(app: HttpServer, deps: HttpDeps): void {
  const door = doorkeeper(deps);
  const count = requestCounter(deps);
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    await door.identify(request);
    await count(request, reply);
    if (sendSignIn(deps, request, reply)) return reply;
    return door.admit(request);
  });
  app.addHook('onSend', async (_request, reply) => {
    // A connection that stays open would be one that the end of the process has to cut.
    if (app.life.draining) reply.header('connection', 'close');
  });
  noteWrites(app, deps);
  logRequests(app, deps);
}

function createServer(deps: HttpDeps): HttpServer {
  const { proxies } = deps.settings;
  return Fastify({
    logger: false,
    genReqId: requestIds(),
    bodyLimit: HTTP_BODY_BYTES_MAX,
    connectionTimeout: HTTP_SILENCE_MAX,
    // An upload may take its time; what matters is that it goes on (HTTP_UPLOAD_SILENCE_MAX).
    requestTimeout: 0,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    exposeHeadRoutes: false,
    trustProxy: proxies === undefined ? false : [...proxies],
    // Whatever is too long for an id is refused by its schema, with a reason, instead of not being found.
    routerOptions: { maxParamLength: Number.MAX_SAFE_INTEGER, ignoreTrailingSlash: true },
    clientErrorHandler: refuseBrokenRequests,
    frameworkErrors: (error, request, reply) => sendProblem(deps.log, error, request, reply),
  }).withTypeProvider<ZodTypeProvider>();
}

/**
 * The whole API without a socket: routes, keys, documents. `listen` and `close` are the caller's; before `close`, set
 * `life.draining` so that readiness says so.
 */
export async function buildServer(deps: HttpDeps): Promise<HttpServer> {
  const app = createServer(deps);
  app.decorate('life', { draining: false });
  app.addHook('preClose', async () => {
    app.life.draining = true;
  });
  app.decorateRequest('visitor', null);
  app.decorateRequest('deed', null);
  app.setValidatorCompiler<z.ZodType>((route) => {
    const validate = validatorCompiler(route);
    // A body that is not there is handed over as null.
    return (data: unknown) => validate(data ?? undefined);
  });
  app.setSerializerCompiler(deps.checkReplies ? serializerCompiler : () => JSON.stringify);
  app.setErrorHandler((error, request: FastifyRequest, reply) =>
    sendProblem(deps.log, error, request, reply),
  );
  takeEmptyJson(app);
  endSlowBodies(app);
  await app.register(cookie);
  await protectBrowsers(app);
  rememberRoutes(app);
  guardRequests(app, deps);
  await serveDocument(app);
  for (const part of [...PARTS, ...(deps.parts ?? []), documentRoutes]) {
    await app.register(async (scope) => part(scope.withTypeProvider<ZodTypeProvider>(), deps));
  }
  answerUnknownRoutes(app, deps);
  await app.ready();
  return app;
}

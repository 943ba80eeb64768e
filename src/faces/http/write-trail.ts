import type { FastifyReply, FastifyRequest } from 'fastify';
import { isSafe } from './authorise.ts';
import type { HttpDeps, HttpServer } from './deps.ts';
import { REPEATED_HEADER } from './once.ts';

function paramsText(params: unknown): string {
  if (typeof params !== 'object' || params === null) return '';
  const [first] = Object.values(params);
  return typeof first === 'string' ? first : '';
}

function isDone(request: FastifyRequest, reply: FastifyReply): boolean {
  return request.visitor !== null && !isSafe(request.method) && reply.statusCode < 400;
}

/**
 * Writes down what was done, and by whom, before the answer leaves: a write that is told as done is in the trail. A
 * route that says nothing about it is there under its method and address.
 */
export function noteWrites(app: HttpServer, deps: HttpDeps): void {
  app.addHook('onSend', async (request, reply) => {
    const { visitor, deed } = request;
    const { did = `${request.method} ${request.routeOptions.url ?? ''}` } = request.routeOptions.config;
    if (visitor === null || did === null || !isDone(request, reply)) return;
    // What was done when the request came first is there already.
    if (reply.hasHeader(REPEATED_HEADER)) return;
    await deps.trail.note({
      at: deps.clock.now(),
      by: visitor.name,
      role: visitor.role,
      did: deed?.did ?? did,
      subject: deed?.subject ?? paramsText(request.params),
      text: deed?.text ?? '',
    });
  });
}

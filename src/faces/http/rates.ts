import rateLimit from '@fastify/rate-limit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../core/errors.ts';
import { HTTP_SIGN_INS_PER_MINUTE, HTTP_STRANGER_REQUESTS_PER_MINUTE } from '../../core/limits.ts';
import { MINUTE } from '../../core/time.ts';
import type { HttpDeps, HttpServer } from './deps.ts';

/**
 * Counts requests, those with a key by key over all processes, others by address. Where Redis cannot count, requests
 * are let through: what needs Redis fails by itself, and health must still be told.
 */
export async function countRequests(
  app: HttpServer,
  deps: HttpDeps,
): Promise<(request: FastifyRequest, reply: FastifyReply) => Promise<void>> {
  const shared = deps.rates && { redis: deps.rates.redis, nameSpace: deps.rates.prefix };
  await app.register(rateLimit, { ...shared, global: false, skipOnError: true, timeWindow: MINUTE });
  const limiter = (max: number, keyGenerator: (request: FastifyRequest) => string) =>
    app.createRateLimit({ max, timeWindow: MINUTE, keyGenerator });
  const byKey = limiter(deps.settings.requestsPerMinute, (request) => `k:${request.visitor?.keyId}`);
  const byAddress = limiter(HTTP_STRANGER_REQUESTS_PER_MINUTE, (request) => `a:${request.ip}`);
  const signIns = limiter(HTTP_SIGN_INS_PER_MINUTE, (request) => `s:${request.ip}`);
  return async (request, reply) => {
    const { rate } = request.routeOptions.config;
    if (rate === 'none') return;
    const known = request.visitor === null ? byAddress : byKey;
    const result = await (rate === 'sign_in' ? signIns : known)(request);
    if (result.isAllowed) return;
    reply.header('x-ratelimit-limit', result.max).header('x-ratelimit-remaining', result.remaining);
    if (!result.isExceeded) return;
    reply.header('retry-after', result.ttlInSeconds);
    const text = `more than ${result.max} requests in a minute; wait ${result.ttlInSeconds} s`;
    throw new AppError('rate_limited', text);
  };
}

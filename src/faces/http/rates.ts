import type { FastifyReply, FastifyRequest } from 'fastify';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { AppError } from '../../core/errors.ts';
import {
  HTTP_RATE_LEASE_SHARE,
  HTTP_RATE_LEASES_MAX,
  HTTP_SIGN_INS_PER_MINUTE,
  HTTP_STRANGER_REQUESTS_PER_MINUTE,
} from '../../core/limits.ts';
import { MINUTE, SECOND } from '../../core/time.ts';
import type { HttpDeps } from './deps.ts';

/** Requests that this process may still let through before it counts again. */
interface Lease {
  left: number;
  /** Of the limit, what nobody has taken yet. */
  readonly remaining: number;
  /** When the minute is over in which it was taken. */
  readonly endsAt: number;
  /** Nothing is left for anybody until then. */
  readonly isRefused: boolean;
}

/**
 * A limit per minute that all processes share. A process takes a hundredth of it at a time and gives that out by itself, so
 * that a request does not wait for Redis to count it: never more than the limit get through, a few less where there are
 * many processes.
 */
class Meter {
  readonly max: number;
  readonly #limiter: RateLimiterRedis | RateLimiterMemory;
  readonly #step: number;
  readonly #leases = new Map<string, Promise<Lease>>();

  constructor(max: number, { rates }: Pick<HttpDeps, 'rates'>) {
    this.max = max;
    this.#step = Math.max(1, Math.floor(max * HTTP_RATE_LEASE_SHARE));
    const limit = { points: max, duration: MINUTE / SECOND };
    this.#limiter =
      rates === undefined
        ? new RateLimiterMemory(limit)
        : new RateLimiterRedis({
            ...limit,
            storeClient: rates.redis,
            keyPrefix: rates.prefix.replace(/:$/, ''),
            rejectIfRedisNotReady: true,
          });
  }

  /** The lease that one more request came out of, or one that is refused. Rejects where nobody can count. */
  async take(key: string): Promise<Lease> {
    for (;;) {
      const taking = this.#leases.get(key) ?? this.#open(key);
      const lease = await taking;
      if (performance.now() < lease.endsAt) {
        if (lease.isRefused) return lease;
        if (lease.left > 0) {
          lease.left -= 1;
          return lease;
        }
      }
      if (this.#leases.get(key) === taking) this.#leases.delete(key);
    }
  }

  #open(key: string): Promise<Lease> {
    // What is forgotten was counted all the same.
    if (this.#leases.size >= HTTP_RATE_LEASES_MAX) this.#leases.clear();
    const taking = this.#consume(key);
    this.#leases.set(key, taking);
    taking.catch(() => this.#leases.delete(key));
    return taking;
  }

  async #consume(key: string): Promise<Lease> {
    const leaseOf = ({ msBeforeNext, remainingPoints: remaining }: RateLimiterRes, left: number): Lease => ({
      ...{ left, remaining, isRefused: left === 0 },
      endsAt: performance.now() + msBeforeNext,
    });
    try {
      return leaseOf(await this.#limiter.consume(key, this.#step), this.#step);
    } catch (reason) {
      // The library rejects with its result when there is not so much left, and with an error when Redis fails.
      if (reason instanceof RateLimiterRes) return leaseOf(reason, 0);
      throw reason;
    }
  }
}

/**
 * Counts requests, those with a key by key over all processes, others by address. Where Redis cannot count, requests
 * are let through: what needs Redis fails by itself, and health must still be told.
 */
export function requestCounter(
  deps: HttpDeps,
): (request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  const byKey = new Meter(deps.settings.requestsPerMinute, deps);
  const byAddress = new Meter(HTTP_STRANGER_REQUESTS_PER_MINUTE, deps);
  const signIns = new Meter(HTTP_SIGN_INS_PER_MINUTE, deps);
  const countOf = (request: FastifyRequest): { readonly meter: Meter; readonly key: string } => {
    if (request.routeOptions.config.rate === 'sign_in') return { meter: signIns, key: `s:${request.ip}` };
    if (request.visitor === null) return { meter: byAddress, key: `a:${request.ip}` };
    return { meter: byKey, key: `k:${request.visitor.keyId}` };
  };
  return async (request, reply) => {
    if (request.routeOptions.config.rate === 'none') return;
    const { meter, key } = countOf(request);
    const lease = await meter.take(key).catch(() => undefined);
    if (lease === undefined) return;
    const { remaining, left, isRefused, endsAt } = lease;
    reply.header('x-ratelimit-limit', meter.max).header('x-ratelimit-remaining', remaining + left);
    if (!isRefused) return;
    const seconds = Math.ceil((endsAt - performance.now()) / SECOND);
    reply.header('retry-after', seconds);
    const text = `more than ${meter.max} requests in a minute; wait ${seconds} s`;
    throw new AppError('rate_limited', text, { facts: { requestsMax: meter.max, waitSeconds: seconds } });
  };
}

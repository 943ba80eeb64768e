/**
 * The account's request quota, shared through Redis by all processes that use it. Grants of one action are
 * spaced evenly instead of counted per second: then no second, wherever it begins, holds more than the quota,
 * also when arrivals at the provider bunch up a little. Ordinary requests are spaced wider than the quota
 * needs; the slots this leaves free are for look-ups of submissions in doubt.
 *
 * `rate-limiter-flexible` asks Redis and reads its answer. Its own script counts whole seconds only, so it is
 * given ours, which keeps both spacings of an action in one key and changes them in one step.
 */
import { createHash } from 'node:crypto';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import { REQUEST_ARRIVAL_JITTER, REQUESTS_RESERVED_FOR_DOUBT } from '../../core/limits.ts';
import { SECOND } from '../../core/time.ts';

/** The part of an ioredis client (or cluster) that the quota uses. */
export interface QuotaRedis {
  readonly status: string;
  eval(script: string, keysTotal: number, ...args: (string | number)[]): Promise<unknown>;
}

export interface QuotaOptions {
  readonly redis: QuotaRedis;
  /** Begins every key, for example `rm:`. */
  readonly prefix: string;
  /** Names the account whose quota it is; only a hash of it is stored. */
  readonly secretId: string;
}

/** `quota_wait`: no slot would come in time. `quota_unavailable`: Redis did not answer. Neither lets a request pass. */
export type QuotaAnswer = 'granted' | 'quota_wait' | 'quota_unavailable';

export interface QuotaRequest {
  readonly action: string;
  readonly requestsPerSecond: number;
  readonly forDoubt: boolean;
  /** The longest it may take, in milliseconds. */
  readonly waitMax: number;
}

export interface Quota {
  /** Waits for a slot, in order of asking, no longer than `waitMax`. Never throws. */
  acquire(request: QuotaRequest): Promise<QuotaAnswer>;
}

/**
 * Time between two grants such that any second, with arrivals late by at most the allowed jitter, holds at
 * most `requests` of them.
 */
export function spacingFor(requests: number): number {
  return Math.ceil((SECOND + REQUEST_ARRIVAL_JITTER + 1) / Math.max(1, requests - 1));
}

/**
 * KEYS[1]  the action's slots: hash of the earliest next grant to anybody, and to ordinary requests
 * ARGV[1]  milliseconds between two grants
 * ARGV[2]  milliseconds between two grants to ordinary requests; 0 when this one looks up a doubt
 * Replies {1, 0} when granted, {2, wait} when not. The time is the one of Redis: the processes' clocks differ.
 * A slot further away than its spacing can only be left from a clock that was set back, so it is free.
 */
const GRANT = `
local spacing, ordinary = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local slots = redis.call('HMGET', KEYS[1], 'any', 'ordinary')
local wait = (tonumber(slots[1]) or 0) - now
if wait > spacing then wait = 0 end
if ordinary > 0 then
  local own = (tonumber(slots[2]) or 0) - now
  if own > wait and own <= ordinary then wait = own end
end
if wait > 0 then return {2, math.ceil(wait)} end
redis.call('HSET', KEYS[1], 'any', string.format('%.3f', now + spacing))
if ordinary > 0 then redis.call('HSET', KEYS[1], 'ordinary', string.format('%.3f', now + ordinary)) end
redis.call('PEXPIRE', KEYS[1], 10000)
return {1, 0}
`;

/** A quota on Redis. Every process of the account must use the same prefix. */
export function createQuota(options: QuotaOptions): Quota {
  const account = createHash('sha256').update(options.secretId).digest('hex').slice(0, 16);
  const lanes = new Map<string, Lane>();
  const laneOf = (request: QuotaRequest): Lane => {
    const key = `${request.action}:${request.forDoubt ? 'doubt' : 'ordinary'}`;
    const known = lanes.get(key);
    if (known !== undefined) return known;
    const lane = new Lane(
      limiterFor(options.redis, `${options.prefix}quota:${account}`, request),
      request.action,
    );
    lanes.set(key, lane);
    return lane;
  };
  return { acquire: (request) => laneOf(request).acquire(request.waitMax) };
}

function limiterFor(redis: QuotaRedis, keyPrefix: string, request: QuotaRequest): RateLimiterRedis {
  const spacing = spacingFor(request.requestsPerSecond);
  const ordinary = request.forDoubt ? 0 : spacingFor(request.requestsPerSecond - REQUESTS_RESERVED_FOR_DOUBT);
  // A client of its own shape keeps our script off the real client, where another limiter may define its own.
  const storeClient = {
    get status() {
      return redis.status;
    },
    rlflxIncr: ([key = '']: string[]) => redis.eval(GRANT, 1, key, spacing, ordinary),
  };
  return new RateLimiterRedis({
    storeClient,
    keyPrefix,
    points: 1,
    duration: 1,
    rejectIfRedisNotReady: true,
  });
}

/** Requests of one action and kind in this process, served in order: only the first asks Redis, the others wait their turn. */
class Lane {
  readonly #limiter: RateLimiterRedis;
  readonly #key: string;
  #last: Promise<unknown> = Promise.resolve();

  constructor(limiter: RateLimiterRedis, key: string) {
    this.#limiter = limiter;
    this.#key = key;
  }

  async acquire(waitMax: number): Promise<QuotaAnswer> {
    const until = performance.now() + waitMax;
    const expiry = startExpiry(waitMax);
    const turn = this.#last.then(() => this.#ask(until, expiry.expired));
    this.#last = turn;
    try {
      return await Promise.race([turn, expiry.expired]);
    } finally {
      expiry.cancel();
    }
  }

  /** Asks until granted or out of time. Ends in time even when Redis does not answer, so that the lane goes on. */
  async #ask(until: number, expired: Promise<QuotaAnswer>): Promise<QuotaAnswer> {
    while (performance.now() < until) {
      const answer = await Promise.race([this.#consume(), expired]);
      if (typeof answer === 'string') return answer;
      if (performance.now() + answer.waitMs >= until) return 'quota_wait';
      await new Promise((resolve) => setTimeout(resolve, answer.waitMs));
    }
    return 'quota_wait';
  }

  async #consume(): Promise<QuotaAnswer | { readonly waitMs: number }> {
    try {
      await this.#limiter.consume(this.#key);
      return 'granted';
    } catch (reason) {
      // The library rejects with its result when there is no slot, and with an error when Redis fails.
      return reason instanceof RateLimiterRes ? { waitMs: reason.msBeforeNext } : 'quota_unavailable';
    }
  }
}

function startExpiry(ms: number): { readonly expired: Promise<QuotaAnswer>; cancel(): void } {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<QuotaAnswer>((resolve) => {
    timer = setTimeout(() => resolve('quota_wait'), ms);
  });
  return { expired, cancel: () => clearTimeout(timer) };
}

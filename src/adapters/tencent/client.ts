/**
 * One request to the provider, by its row in the table of actions: quota, signing and sending by the vendor's
 * SDK core, one deadline over all of it, a check of the reply, and a failure that says what may be done next.
 * A write is sent once, except that one refused for its signature's time is signed and sent a second time.
 */
import { randomUUID } from 'node:crypto';
import { CommonClient } from 'tencentcloud-sdk-nodejs-common';
import type { z } from 'zod';
import {
  PROVIDER_SOCKETS_MAX,
  READ_BACKOFF,
  READ_SENDINGS_MAX,
  REQUEST_BYTES_MAX,
  REQUEST_DEADLINE,
  REQUEST_SEND_TIME_MIN,
} from '../../core/limits.ts';
import type { TelephonyFailure, TelephonyResult } from '../../ports/telephony.ts';
import { type ActionFacts, type ActionName, actionFacts, type ReplyOf, type RequestOf } from './actions.ts';
import { clockFailure, type OwnCode, quotaFailure, sendingFailure } from './failures.ts';
import { createPool, type Pool, TRACE_HEADER } from './pool.ts';
import type { Quota } from './quota.ts';

const API_VERSION = '2020-02-10';
const SIGNATURE_EXPIRED = 'AuthFailure.SignatureExpire';

/** One line per sending. Never a number, a parameter or a secret. */
export interface RequestEvent {
  readonly event: 'provider_request';
  readonly action: ActionName;
  /** `ok`, the provider's error code, or one of ours. */
  readonly code: string;
  readonly kind: 'ok' | TelephonyFailure['kind'];
  readonly requestId?: string;
  readonly durationMs: number;
  readonly sending: number;
}

/** The part of a logger that the client uses. */
export interface RequestLog {
  debug(fields: RequestEvent, message: string): void;
  warn(fields: RequestEvent, message: string): void;
}

export interface ClientOptions {
  /** A URL without a path: https://ccc.tencentcloudapi.com, or http://127.0.0.1:9700 for the simulator. */
  readonly endpoint: string;
  readonly secretId: string;
  readonly secretKey: string;
  /** The session token that comes with temporary credentials. */
  readonly token?: string;
  readonly region?: string;
  readonly quota: Quota;
  readonly log?: RequestLog;
  /** Total time of one request, in milliseconds: quota, connection, reply and, for readings, repeats. */
  readonly deadlineMs?: number;
  readonly socketsMax?: number;
  /** The account's quota per action, where it is not the provider's usual one. */
  readonly requestsPerSecond?: number;
  /** First pause between two sendings of a reading, in milliseconds. */
  readonly readBackoffMs?: number;
  /** A further certificate authority, in PEM. */
  readonly ca?: string;
}

export interface RequestOptions {
  readonly forDoubt?: boolean;
  /** Asked once the request has its slot, right before it leaves: false, or a failure, keeps it here. */
  readonly mayLeave?: () => Promise<boolean>;
}

export interface ProviderClient {
  /** Never throws for what the outside world does. `forDoubt` may use the reserved share of the quota. */
  request<A extends ActionName>(
    action: A,
    params: RequestOf<A>,
    options?: RequestOptions,
  ): Promise<TelephonyResult<ReplyOf<A>>>;
  /** Closes the connections; requests under way end as failures. */
  close(): void;
}

/** A client for one account and endpoint. Throws a TypeError when the endpoint is not such a URL. */
export function createClient(options: ClientOptions): ProviderClient {
  const { protocol, host } = parseEndpoint(options.endpoint);
  const pool = createPool({
    secure: protocol === 'https:',
    socketsMax: options.socketsMax ?? PROVIDER_SOCKETS_MAX,
    ...(options.ca !== undefined && { ca: options.ca }),
  });
  const sdk = new CommonClient(host, API_VERSION, {
    credential: {
      secretId: options.secretId,
      secretKey: options.secretKey,
      // An empty token would be sent as an empty header, which the provider takes for a wrong token.
      ...(options.token && { token: options.token }),
    },
    ...(options.region && { region: options.region }),
    // No time-out of the SDK's own: it would not cover the wait for a connection (reference 5.3); our deadline does.
    profile: {
      language: 'en-US',
      httpProfile: { protocol: `${protocol}//`, agent: pool.agent, reqTimeout: 0 },
    },
  });
  return new Client(options, sdk, pool);
}

function parseEndpoint(endpoint: string): URL {
  const url = new URL(endpoint);
  const plain = url.pathname === '/' && url.search === '' && url.username === '';
  if (!plain || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new TypeError(`"${url.host}": the provider's endpoint is http(s)://host[:port] and nothing more`);
  }
  return url;
}

class Client implements ProviderClient {
  readonly #options: ClientOptions;
  readonly #sdk: CommonClient;
  readonly #pool: Pool;
  readonly #deadlineMs: number;

  constructor(options: ClientOptions, sdk: CommonClient, pool: Pool) {
    this.#options = options;
    this.#sdk = sdk;
    this.#pool = pool;
    this.#deadlineMs = options.deadlineMs ?? REQUEST_DEADLINE;
  }

  close(): void {
    this.#pool.close();
  }

  async request<A extends ActionName>(
    action: A,
    params: RequestOf<A>,
    options: RequestOptions = {},
  ): Promise<TelephonyResult<ReplyOf<A>>> {
    const facts = actionFacts(action);
    const until = performance.now() + this.#deadlineMs;
    const checked = facts.request.safeParse(params);
    if (!checked.success) return failed('invalid', 'bad_request', issuesText(checked.error));
    const bytes = Buffer.byteLength(JSON.stringify(checked.data));
    if (bytes > REQUEST_BYTES_MAX) {
      const message = `the request has ${bytes} bytes, more than the ${REQUEST_BYTES_MAX} that may be sent`;
      return failed('invalid', 'request_too_large', message);
    }
    let signatureExpired = false;
    for (let sending = 1; ; sending += 1) {
      const began = performance.now();
      const result = await this.#sendOnce(action, checked.data, facts, until, options);
      this.#note(action, sending, performance.now() - began, result);
      if (result.ok) return { ok: true, value: result.value };
      const { failure } = result;
      if (failure.code === SIGNATURE_EXPIRED) {
        if (signatureExpired) return { ok: false, failure: clockFailure(failure) };
        signatureExpired = true;
        continue;
      }
      const pauseMs = this.#pauseBeforeNext(facts.effect, failure, sending, until);
      if (pauseMs === undefined) return result;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }

  /** How long to wait until a reading is sent again; undefined when it is not. */
  #pauseBeforeNext(
    effect: 'read' | 'write',
    failure: TelephonyFailure,
    sending: number,
    until: number,
  ): number | undefined {
    const temporary = failure.kind === 'doubt' || failure.kind === 'refused';
    if (effect === 'write' || !temporary || sending >= READ_SENDINGS_MAX) return undefined;
    const backoff = (this.#options.readBackoffMs ?? READ_BACKOFF) * 2 ** (sending - 1);
    const rateLimited = failure.code.startsWith('RequestLimitExceeded');
    const pauseMs = rateLimited ? Math.max(backoff, failure.retryAfterMs ?? 0) : backoff;
    return this.#timeForQuota(until - pauseMs) > 0 ? pauseMs : undefined;
  }

  /** What is left for waiting: a request that gets its slot must still have the time to be answered. */
  #timeForQuota(until: number): number {
    return until - performance.now() - Math.min(REQUEST_SEND_TIME_MIN, this.#deadlineMs / 3);
  }

  async #sendOnce<A extends ActionName>(
    action: A,
    params: unknown,
    facts: ActionFacts<A>,
    until: number,
    { forDoubt = false, mayLeave }: RequestOptions,
  ): Promise<Sending<ReplyOf<A>>> {
    const requestsPerSecond = this.#options.requestsPerSecond ?? facts.requestsPerSecond;
    const waitMax = Math.max(0, this.#timeForQuota(until));
    const answer = await this.#options.quota.acquire({ action, requestsPerSecond, forDoubt, waitMax });
    if (answer !== 'granted') return { ok: false, failure: quotaFailure(answer) };
    // The wait for the slot may have been long enough for the world to change.
    if (mayLeave !== undefined && !(await mayLeave().catch(() => false)))
      return failed('refused', 'not_wanted', 'it was no longer wanted when its turn came; never sent');
    const exchange = await this.#exchange(action, params, until);
    if (!exchange.ok) return exchange;
    const reply = facts.reply.safeParse(exchange.value);
    const requestId = requestIdOf(exchange.value);
    // Only what the service handled has a RequestId (reference 1.3): without one, a write is not proven done.
    const proven = facts.effect === 'read' || requestId !== undefined;
    if (reply.success && proven) return { ok: true, value: reply.data, requestId };
    const message = reply.success ? 'a reply without RequestId' : issuesText(reply.error);
    const failure: TelephonyFailure = { kind: 'doubt', code: 'bad_reply', message };
    return { ok: false, failure: requestId === undefined ? failure : { ...failure, requestId } };
  }

  async #exchange(action: ActionName, params: unknown, until: number): Promise<TelephonyResult<unknown>> {
    const traceId = randomUUID();
    const watch = this.#pool.watch(traceId);
    const abort = new AbortController();
    let timedOut = false;
    let timer: NodeJS.Timeout | undefined;
    // Its own promise, since what the SDK does with the signal is not all that has to end.
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        timedOut = true;
        reject(new Error('deadline'));
      }, until - performance.now());
    });
    const { signal } = abort;
    try {
      const sent = this.#sdk.request(action, params, { headers: { [TRACE_HEADER]: traceId }, signal });
      const value: unknown = await Promise.race([sent, watch.cut, late]);
      return { ok: true, value };
    } catch (error) {
      const { made, mayHaveLeft, replyWhole, faultCode } = watch;
      const facts = { timedOut, made, mayHaveLeft, replyWhole, faultCode };
      return { ok: false, failure: sendingFailure(error, facts) };
    } finally {
      clearTimeout(timer);
      // Also after a failure with an unread body: its connection would stay busy for ever.
      abort.abort();
      watch.end();
    }
  }

  #note(action: ActionName, sending: number, durationMs: number, result: Sending<unknown>): void {
    const requestId = result.ok ? result.requestId : result.failure.requestId;
    const fields: RequestEvent = {
      event: 'provider_request',
      action,
      code: result.ok ? 'ok' : result.failure.code,
      kind: result.ok ? 'ok' : result.failure.kind,
      ...(requestId !== undefined && { requestId }),
      durationMs: Math.round(durationMs),
      sending,
    };
    if (result.ok) this.#options.log?.debug(fields, 'request done');
    else this.#options.log?.warn(fields, 'request failed');
  }
}

type Sending<T> =
  | { readonly ok: true; readonly value: T; readonly requestId: string | undefined }
  | { readonly ok: false; readonly failure: TelephonyFailure };

function failed(
  kind: TelephonyFailure['kind'],
  code: OwnCode,
  message: string,
): { readonly ok: false; readonly failure: TelephonyFailure } {
  return { ok: false, failure: { kind, code, message } };
}

function requestIdOf(reply: unknown): string | undefined {
  if (typeof reply !== 'object' || reply === null || !('RequestId' in reply)) return undefined;
  return typeof reply.RequestId === 'string' && reply.RequestId !== '' ? reply.RequestId : undefined;
}

/** What a schema found, by field; the values themselves stay out, since they may be phone numbers. */
function issuesText(error: z.ZodError): string {
  return error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join('.')}: ${issue.code}`)
    .join('; ');
}

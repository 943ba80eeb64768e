import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { AppError, ERRORS, type ErrorCode } from '../../../core/errors.ts';
import { SECOND } from '../../../core/time.ts';

/** An answer that says no. */
export class Refusal extends Error {
  readonly status: number;
  /** For the operator. */
  readonly error: AppError;
  /** When to come again; undefined where it does not say. */
  readonly retryAfterMs: number | undefined;
  constructor(status: number, error: AppError, retryAfterMs?: number) {
    super(error.message, { cause: error });
    this.status = status;
    this.error = error;
    this.retryAfterMs = retryAfterMs;
  }
}

/** A whole answer. */
export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Of a problem document, what we go by; one of a newer API may have a code that we do not know. */
const ProblemHead = z.looseObject({ status: z.int(), detail: z.string(), code: z.string() });

function isKnownCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code);
}

function wordsFor(code: string, detail: string, base: string): string {
  if (code === 'unauthenticated') {
    const remedy = '"key list" on the server names those that hold, "key create" makes another';
    return `${base} does not take the key in RINGMASTER_KEY: it is wrong, or was revoked; ${remedy}`;
  }
  if (code === 'forbidden') return `${detail}; set RINGMASTER_KEY to a key that has it`;
  if (code === 'route_not_found' || code === 'method_not_allowed') {
    const remedy =
      'RINGMASTER_URL is the address of the console, without /v1; or the API is of another version';
    return `the API at ${base} knows no such address; ${remedy}`;
  }
  return code === 'internal' ? `${base} failed: ${detail}` : detail;
}

function ofProblem(problem: z.infer<typeof ProblemHead>, base: string): AppError {
  const {
    type: _type,
    title: _title,
    status: _status,
    detail,
    code,
    retryable: _retryable,
    ...facts
  } = problem;
  const text = wordsFor(code, detail, base);
  return isKnownCode(code)
    ? new AppError(code, text, { facts })
    : new AppError('api_unexpected', text, { facts });
}

/** What stands between us and the API, or in its place, by the status that it answers with. */
function ofStranger({ status, headers }: Reply, base: string): AppError {
  const { location, 'content-type': type = 'no type' } = headers;
  const what = `${base} answers ${status} with ${type.split(';', 1)[0]}, which is not the API`;
  if (status >= 300 && status < 400) {
    const target = location === undefined ? 'elsewhere' : `to ${originOf(location, base)}`;
    return new AppError(
      'api_unexpected',
      `${base} sends us ${target}; write the address of the API itself into RINGMASTER_URL`,
    );
  }
  if (status === 401 || status === 403 || status === 407) {
    const text = `${what}: a proxy before it lets nobody through; have it let requests with a key pass`;
    return new AppError('api_unexpected', text);
  }
  if (status === 413) {
    const text = `${base} takes no body of this size, and it is a proxy that says so; raise its limit (nginx: client_max_body_size), or split the list`;
    return new AppError('body_too_large', text);
  }
  if (status === 429)
    return new AppError('rate_limited', `${what}: a proxy before it takes no more requests for now`);
  if (status >= 500) {
    const text = `${what}: a proxy before it does not reach it; see whether a process with the role "api" runs there`;
    return new AppError('api_unavailable', text);
  }
  return new AppError(
    'api_unexpected',
    `${what}; correct RINGMASTER_URL, which is the address of the console`,
  );
}

/** Only the origin and path: what is behind "?" may be anything. */
function originOf(location: string, base: string): string {
  if (!URL.canParse(location, base)) return 'elsewhere';
  const { origin, pathname } = new URL(location, base);
  return origin + pathname;
}

function retryAfterOf({ 'retry-after': text }: IncomingHttpHeaders, now: number): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,6}$/.test(text)) return Number(text) * SECOND;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

function parsedProblem({ headers, text }: Reply): z.infer<typeof ProblemHead> | undefined {
  if (headers['content-type']?.startsWith('application/problem+json') !== true) return undefined;
  try {
    return ProblemHead.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** What an answer that is no success means; `base` is where it came from. */
export function refusalOf(reply: Reply, base: string, now: number): Refusal {
  const problem = parsedProblem(reply);
  const error = problem === undefined ? ofStranger(reply, base) : ofProblem(problem, base);
  return new Refusal(reply.status, error, retryAfterOf(reply.headers, now));
}

import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import { IDEMPOTENCY_KEY_CHARACTERS_MAX } from '../../core/limits.ts';
import type { KeptReply } from '../../ports/kept-replies.ts';
import { requireVisitor } from './authorise.ts';
import type { HttpDeps } from './deps.ts';

const HEADER = 'idempotency-key';
export const REPEATED_HEADER = 'idempotency-replayed';

/** Headers of a request that may be repeated under the same key. */
export const OnceHeaders = z.looseObject({
  [HEADER]: z
    .string()
    .max(IDEMPOTENCY_KEY_CHARACTERS_MAX)
    .regex(/^[\x21-\x7e]+$/, 'use visible characters, such as a UUID')
    .optional()
    .describe('Names this request: the same again within a day does nothing and gets the same reply.'),
});

/** What a request is answered with. */
export interface Answer<T> {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly document: T;
  /** What a repeated request gets instead, where not everything may be kept. */
  readonly again?: T;
}

/** A reply that was kept was one of the route that asks for it again: both are part of its scope. */
function trustKept<T>(body: string): T {
  return JSON.parse(body) as T;
}

function told<T>(reply: FastifyReply, { status, headers = {}, document }: Answer<T>): T {
  reply.code(status).headers(headers);
  return document;
}

function repeated<T>(reply: FastifyReply, { status, headers, body }: KeptReply): T {
  reply.header(REPEATED_HEADER, 'true');
  return told<T>(reply, { status, headers, document: trustKept(body) });
}

/** Undefined for a request that does not ask for it. Two people's keys never meet, nor do those of two addresses. */
function scopeOf(request: FastifyRequest): string | undefined {
  const key = request.headers[HEADER];
  if (typeof key !== 'string') return undefined;
  return JSON.stringify([requireVisitor(request).keyId, request.method, request.url, key]);
}

/** What tells a request from another one. */
function fingerprintOf(body: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(body) ?? '')
    .digest('hex');
}

/**
 * The document that answers a request, its status and headers set on the reply. Once per Idempotency-Key: the same
 * request again gets the kept reply, without `work` being run. `body` tells it from another one: what it brings, in
 * whatever form that is at hand.
 * A request that fails is forgotten, so that it may be sent again. Throws AppError `idempotency_key_reused` for
 * another request under the key, `request_in_progress` while the first one runs.
 */
export async function answerOnce<T>(
  deps: Pick<HttpDeps, 'keptReplies'>,
  request: FastifyRequest,
  reply: FastifyReply,
  body: unknown,
  work: () => Promise<Answer<T>>,
): Promise<T> {
  const scope = scopeOf(request);
  if (scope === undefined) return told(reply, await work());
  const fingerprint = fingerprintOf(body);
  const claim = await deps.keptReplies.claim(scope, fingerprint);
  if (claim.state === 'done') return repeated(reply, claim.reply);
  if (claim.state === 'other') {
    throw new AppError('idempotency_key_reused', 'another request was made under this key; use a new one');
  }
  if (claim.state === 'running') {
    throw new AppError('request_in_progress', 'the same request is under way; try again in a moment');
  }
  try {
    const answer = await work();
    const { status, headers = {}, document, again = document } = answer;
    await deps.keptReplies.keep(scope, fingerprint, { status, headers, body: JSON.stringify(again) });
    return told(reply, answer);
  } catch (error) {
    await deps.keptReplies.drop(scope);
    throw error;
  }
}

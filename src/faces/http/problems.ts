/** Every way a request may end badly, as RFC 9457 says it. The one place where our errors meet HTTP's statuses. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { AppError, ERRORS, type ErrorCode, type ErrorKind } from '../../core/errors.ts';
import type { Log } from '../../ports/log.ts';
import type { ProblemDocument } from './schema/problem.ts';

/** How whoever is not known may make themselves known. */
export const BEARER = 'Bearer realm="ringmaster"';

export const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';

const STATUS_OF_KIND: Readonly<Record<ErrorKind, number>> = {
  bad_input: 400,
  denied: 403,
  not_found: 404,
  conflict: 409,
  too_much: 429,
  refused: 502,
  unavailable: 503,
};

/** Codes that HTTP has a closer status for than for their kind. */
const STATUS_OF_CODE: Partial<Record<ErrorCode, number>> = {
  unauthenticated: 401,
  method_not_allowed: 405,
  body_too_large: 413,
  media_type_unsupported: 415,
  idempotency_key_reused: 422,
  internal: 500,
  // Whoever asks cannot mend our environment.
  settings_invalid: 500,
};

export function statusOf(code: ErrorCode): number {
  return STATUS_OF_CODE[code] ?? STATUS_OF_KIND[ERRORS[code].kind];
}

/** The document of an error; `facts` of the error are further members. */
export function problemOf(error: AppError): ProblemDocument {
  const { code, message, facts, retryable } = error;
  return {
    ...facts,
    type: `urn:ringmaster:problem:${code}`,
    title: ERRORS[code].meaning,
    status: statusOf(code),
    detail: message,
    code,
    retryable,
  };
}

const CODE_OF_FAULT: Readonly<Record<string, ErrorCode>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'media_type_unsupported',
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_REQ_FILE_TOO_LARGE: 'body_too_large',
  FST_INVALID_MULTIPART_CONTENT_TYPE: 'media_type_unsupported',
};

interface SchemaIssue {
  readonly instancePath: string;
  readonly message?: string | undefined;
}

function issueOf({ instancePath, message = 'is not understood' }: SchemaIssue) {
  return { path: instancePath.replace(/^\//, '').replaceAll('/', '.'), message };
}

/** Zod's issues of one part of a request (`params`, `body`, `querystring`, `headers`) with their places. */
function schemaProblem(error: FastifyError & { readonly validation: readonly SchemaIssue[] }): AppError {
  const errors = error.validation.map(issueOf);
  const place = error.validationContext ?? 'request';
  const lines = errors.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
  // Only the id of a campaign is called so in addresses.
  const isId = place === 'params' && errors.some(({ path }) => path === 'id');
  const code = isId ? 'campaign_id_invalid' : 'request_invalid';
  return new AppError(code, `${place}: ${lines.join('; ')}`, { facts: { errors } });
}

/** True for what the Redis client says when it has given up: by name, since faces do not know the client. */
function isRedisAway(error: Error): boolean {
  return (
    error.name === 'MaxRetriesPerRequestError' ||
    error.name === 'ClusterAllFailedError' ||
    /^(Connection is closed|Stream isn't writeable|Command timed out|LOADING |MASTERDOWN |CLUSTERDOWN )/.test(
      error.message,
    )
  );
}

function hasStatus(error: Error): error is FastifyError & { readonly statusCode: number } {
  return 'statusCode' in error && typeof error.statusCode === 'number';
}

/** Anything that was thrown, as an error of our table. What is not ours to explain becomes `internal` and says nothing. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (!(error instanceof Error)) return new AppError('internal', 'something went wrong', { cause: error });
  if (hasZodFastifySchemaValidationErrors(error)) return schemaProblem(error as never);
  if (isRedisAway(error)) {
    return new AppError('redis_unavailable', 'the store cannot be reached; try again', { cause: error });
  }
  const known = 'code' in error ? CODE_OF_FAULT[String(error.code)] : undefined;
  if (known !== undefined) return new AppError(known, error.message, { cause: error });
  if (hasStatus(error) && error.statusCode >= 400 && error.statusCode < 500) {
    return new AppError('request_invalid', error.message, { cause: error });
  }
  return new AppError('internal', 'something went wrong here', { cause: error });
}

/** Sends the problem; what is our fault is logged whole and told as its number only. */
export function sendProblem(
  log: Log,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const known = toAppError(error);
  const problem = problemOf(known);
  if (problem.status >= 500) {
    const level = known.kind === 'unavailable' ? 'warn' : 'error';
    const fields = {
      event: 'http_fault',
      err: known.cause ?? known,
      requestId: request.id,
      code: known.code,
    };
    log[level](fields, 'a request ended in a fault');
  }
  const hidden = problem.status === 500;
  const detail = `something went wrong here; the log tells of it under the request id ${request.id}`;
  if (known.code === 'unauthenticated') reply.header('www-authenticate', BEARER);
  if (known.kind === 'unavailable') reply.header('retry-after', '5');
  return reply
    .code(problem.status)
    .type(PROBLEM_TYPE)
    .send(hidden ? { ...problem, detail, requestId: request.id } : problem);
}

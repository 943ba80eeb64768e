import { z } from 'zod';
import { ERRORS, type ErrorCode } from '../../../core/errors.ts';
import { PreflightProblem } from './action.ts';

function errorCodes(): [ErrorCode, ...ErrorCode[]] {
  // The keys of a literal are exactly its own.
  return Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]];
}

/** RFC 9457, with our code and what a program may want to know beside it. */
export const Problem = z
  .looseObject({
    type: z.string().describe('Names the kind of problem, the same as `code`.'),
    title: z.string().describe('What the kind of problem is.'),
    status: z.int(),
    detail: z.string().describe('What is wrong here, and what to do about it.'),
    code: z.enum(errorCodes()),
    retryable: z.boolean().describe('Whether the same request may simply be tried again later.'),
    errors: z
      .array(z.strictObject({ path: z.string(), message: z.string() }))
      .optional()
      .describe('What does not parse, each with its place.'),
    fields: z.array(z.string()).optional().describe('The settings in which two campaigns differ.'),
    problems: z.array(PreflightProblem).optional().describe('What a preflight found.'),
    requestId: z.string().optional().describe('Under which the log tells more.'),
  })
  .meta({
    id: 'Problem',
    examples: [
      {
        type: 'urn:ringmaster:problem:campaign_not_found',
        title: 'no campaign has this id',
        status: 404,
        detail: 'there is no campaign "spring"',
        code: 'campaign_not_found',
        retryable: false,
      },
    ],
  });

export type ProblemDocument = z.infer<typeof Problem>;

const DESCRIPTIONS: Readonly<Record<number, string>> = {
  400: 'The request does not parse; `errors` says where.',
  401: 'No key, or one that does not hold.',
  403: 'The role of the key may not do this, or a write from a browser lacks its proof.',
  404: 'There is no such thing.',
  405: 'The address does not take this method.',
  409: 'It does not fit the present state.',
  413: 'The body is larger than what is taken.',
  415: 'The body is of a type that is not taken here.',
  422: 'The Idempotency-Key was used for another request.',
  429: 'Too many requests; `Retry-After` says when to come again.',
  500: 'Our fault. The log tells more under `requestId`.',
  502: 'The provider refuses until a person mends something.',
  503: 'Something that is needed is away; try again.',
};

/** How a route may end badly, as responses of its schema: those of every route, and these statuses. */
export function problems(...statuses: readonly number[]) {
  const all = [...new Set([400, 401, 403, 429, 500, 503, ...statuses])].sort((a, b) => a - b);
  return Object.fromEntries(
    all.map((status) => [
      status,
      {
        description: DESCRIPTIONS[status] ?? 'A problem.',
        content: { 'application/problem+json': { schema: Problem } },
      },
    ]),
  );
}

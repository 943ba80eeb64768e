import type { z } from 'zod';
import { AppError } from '../../../core/errors.ts';
import type { Reply } from './refusal.ts';

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Takes away members that the schema does not know, in place: a newer API may say more than we ask for. */
function dropUnknown(value: unknown, issues: readonly z.core.$ZodIssue[]): void {
  for (const issue of issues) {
    if (issue.code !== 'unrecognized_keys') continue;
    let holder = value;
    for (const step of issue.path) holder = isRecord(holder) ? holder[String(step)] : undefined;
    if (isRecord(holder)) for (const key of issue.keys) delete holder[key];
  }
}

/** The document as its schema has it, members in its order. Throws AppError `api_unexpected` for any other. */
export function documentOf<S extends z.ZodType>(schema: S, value: unknown, base: string): z.output<S> {
  const first = schema.safeParse(value);
  if (first.success) return first.data;
  dropUnknown(value, first.error.issues);
  const second = schema.safeParse(value);
  if (second.success) return second.data;
  const [issue] = second.error.issues;
  const where = issue === undefined ? '' : ` (${issue.path.join('.') || 'document'}: ${issue.message})`;
  const text = `${base} answers something else than is expected${where}; use the same version of ringmaster on both sides`;
  throw new AppError('api_unexpected', text);
}

/** Throws AppError `api_unexpected` where a successful answer is of another type than the API gives there. */
export function requireType({ headers }: Pick<Reply, 'headers'>, wanted: string, base: string): void {
  const { 'content-type': type = 'no type' } = headers;
  if (type.startsWith(wanted)) return;
  const what = `${base} answers with ${type.split(';', 1)[0]} instead of ${wanted}, so it is not the API`;
  throw new AppError('api_unexpected', `${what}; RINGMASTER_URL is the address of the console`);
}

/** The JSON of a successful answer. Throws AppError `api_unexpected` for anything else, such as a page of a proxy. */
export function jsonOf(reply: Reply, base: string): unknown {
  requireType(reply, 'application/json', base);
  try {
    return JSON.parse(reply.text);
  } catch (error) {
    throw new AppError('api_unexpected', `${base} answers JSON that cannot be read`, { cause: error });
  }
}

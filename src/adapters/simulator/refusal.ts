import type { z } from 'zod';

/** An answer in the envelope that is an error: the provider's code and a sentence for people. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * What the provider would say about a body that does not fit the schema (reference 1.4): UnknownParameter for an
 * undeclared field, MissingParameter for an absent one, InvalidParameterValue for anything else. Names fields, never values.
 */
export function refusalOf(error: z.ZodError, body: unknown): Refusal {
  const issue = error.issues[0];
  if (issue === undefined) return new Refusal('InvalidParameter', 'The request is invalid.');
  const field = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const names = issue.keys.map((key) => (field === '' ? key : `${field}.${key}`)).join(', ');
    return new Refusal('UnknownParameter', `The parameter ${names} is not declared.`);
  }
  if (issue.code === 'invalid_type' && valueAt(body, issue.path) === undefined) {
    return new Refusal('MissingParameter', `The parameter ${field} is missing.`);
  }
  return new Refusal('InvalidParameterValue', `The parameter ${field} is invalid (${issue.code}).`);
}

function valueAt(body: unknown, path: readonly PropertyKey[]): unknown {
  let value = body;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

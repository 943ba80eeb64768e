import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** `retry.rules[0].on`: the place of an issue as people write it. */
function pathText(path: readonly PropertyKey[]): string {
  const text = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
  return text.replace(/^\./, '');
}

function remedy(issue: Issue): string {
  if (issue.code !== 'unrecognized_keys') return issue.message;
  const keys = issue.keys.map((key) => `"${key}"`).join(', ');
  return `unknown ${issue.keys.length === 1 ? 'key' : 'keys'} ${keys}; check the spelling or leave it out`;
}

/** True where a way of writing a value was not meant at all: the value has another type. */
function isOtherType(issue: Issue): boolean {
  return issue.code === 'invalid_type' && issue.path.length === 0;
}

/**
 * Where a value may be written in several ways, what is wrong with the way that was meant: the first that fits
 * its type. Zod gives the paths of the ways from the value on.
 */
function expand(issue: Issue): Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const meant = issue.errors.find((way) => way.length > 0 && !way.some(isOtherType)) ?? issue.errors[0] ?? [];
  if (meant.length === 0) return [issue];
  return meant.flatMap(expand).map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

/** Every problem that a schema found, one line each: its place, what is wrong there and what to do. */
export function issueLines(error: z.ZodError): string[] {
  return error.issues.flatMap(expand).map((issue) => {
    const place = pathText(issue.path);
    return place === '' ? `  ${remedy(issue)}` : `  ${place}: ${remedy(issue)}`;
  });
}

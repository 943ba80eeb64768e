import type { z } from 'zod';
import { similarWord } from './similar.ts';

type Issue = z.core.$ZodIssue;

/** `retry.rules[0].on`: the place of an issue as people write it. */
function pathText(path: readonly PropertyKey[]): string {
  const text = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
  return text.replace(/^\./, '');
}

/** What was checked, so that a misspelt word in it can be answered with the one that was meant. */
export interface Checked {
  readonly input: unknown;
  /** Keys that are known anywhere in it. */
  readonly keys?: Iterable<string>;
}

function keyText(key: string, known: Iterable<string>): string {
  const meant = similarWord(key, known);
  const remedy = meant === undefined ? 'check the spelling or leave it out' : `did you mean "${meant}"?`;
  return `unknown key "${key}"; ${remedy}`;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, step) => (typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined),
    input,
  );
}

function remedies(issue: Issue, { input, keys = [] }: Checked): string[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => keyText(key, keys));
  const value = valueAt(input, issue.path);
  const meant =
    issue.code === 'invalid_value' && typeof value === 'string'
      ? similarWord(value, issue.values.map(String))
      : undefined;
  return [meant === undefined ? issue.message : `"${String(value)}" is unknown; did you mean "${meant}"?`];
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
export function issueLines(error: z.ZodError, checked: Checked): string[] {
  return error.issues.flatMap(expand).flatMap((issue) => {
    const place = pathText(issue.path);
    return remedies(issue, checked).map((text) => (place === '' ? `  ${text}` : `  ${place}: ${text}`));
  });
}

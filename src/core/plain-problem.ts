/** What people read where a schema has no sentence of its own: the value that is there, and what to write instead. */
import type { z } from 'zod';

const SHOWN_CHARACTERS_MAX = 60;

/** A value as a file shows it, short; lists and objects by their kind only. */
export function shownValue(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > SHOWN_CHARACTERS_MAX ? `${text.slice(0, SHOWN_CHARACTERS_MAX)}…` : text;
}

const KINDS: Readonly<Record<string, string>> = {
  string: 'text in quotes',
  number: 'a number without quotes',
  int: 'a whole number without quotes',
  boolean: 'true or false',
  array: 'a list in [ ]',
  object: 'an object in { }',
  record: 'an object in { }',
};

function boundText(
  issue: z.core.$ZodRawIssue<z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig>,
  bound: unknown,
): string {
  const edge = issue.code === 'too_small' ? 'least' : 'most';
  if (Array.isArray(issue.input)) return `has ${issue.input.length} entries; the ${edge} is ${String(bound)}`;
  if (issue.origin === 'string' && String(issue.input).trim() === '') return 'is empty; fill it in';
  const of = issue.origin === 'string' ? ' characters' : '';
  const value = issue.inclusive === false ? `more than ${String(bound)}` : `${String(bound)}${of}`;
  return `${shownValue(issue.input)} is too ${issue.code === 'too_small' ? 'small' : 'big'}; the ${edge} is ${value}`;
}

/** The sentence for a problem, given to a parse as its `error`; undefined leaves it to zod. */
export function plainProblem(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type': {
      const wanted = KINDS[issue.expected] ?? issue.expected;
      if (issue.input === undefined) return `is missing; write ${wanted}`;
      return `${shownValue(issue.input)} is not possible here; write ${wanted}`;
    }
    case 'invalid_value': {
      const choices = issue.values.map(shownValue);
      const given =
        issue.input === undefined ? 'is missing' : `${shownValue(issue.input)} is not possible here`;
      return `${given}; write ${choices.length === 1 ? '' : 'one of '}${choices.join(', ')}`;
    }
    case 'too_small':
      return boundText(issue, issue.minimum);
    case 'too_big':
      return boundText(issue, issue.maximum);
    default:
      return undefined;
  }
}

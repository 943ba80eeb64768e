/** What viewers do not get to see. Each document says in one place which of its fields hold what of a person. */
import { masked } from '../../core/masked.ts';
import type { CalleeDocument, CalleeLine } from '../documents.ts';
import type { Visitor } from './deps.ts';

/** Seven or more digits, as people group them. */
const NUMBERS = /\+?\d(?:[ ().-]{0,2}\d){6,}/g;

/** The text with whatever may be a number in it masked. */
export function maskedText(text: string): string {
  return text.replace(NUMBERS, masked);
}

/** True for whoever may see numbers in full. */
export function seesNumbers(visitor: Visitor): boolean {
  return visitor.role !== 'viewer';
}

function maskedDeep(value: unknown): unknown {
  if (typeof value === 'string') return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) ? value : maskedText(value);
  if (Array.isArray(value)) return value.map(maskedDeep);
  if (typeof value !== 'object' || value === null) return value;
  // Names, too: settings may be named after a caller.
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [maskedText(name), maskedDeep(inner)]),
  );
}

/** A document without ids, every text of it masked for viewers. */
export function maskedFor<T extends Readonly<Record<string, unknown>>>(
  visitor: Visitor,
  document: T,
): Record<string, unknown> {
  if (seesNumbers(visitor)) return document;
  return Object.fromEntries(Object.entries(document).map(([name, value]) => [name, maskedDeep(value)]));
}

/** A callee in a list. */
export function lineFor<T extends CalleeLine>(visitor: Visitor, line: T): T {
  return seesNumbers(visitor) ? line : { ...line, callee: masked(line.callee) };
}

/** Addresses under which a voice can be heard or read. */
const VOICE_FIELDS: readonly string[] = ['recordingUrl', 'transcriptUrl'];

function stepFor(step: CalleeDocument['history'][number]): CalleeDocument['history'][number] {
  const { calls, facts, ...rest } = step;
  const hide = (call: unknown): unknown => {
    if (typeof call !== 'object' || call === null) return call;
    const { sessionId, ...more } = call as Readonly<Record<string, unknown>>;
    const kept = Object.entries(more).filter(([name]) => !VOICE_FIELDS.includes(name));
    return { sessionId, ...Object.fromEntries(kept.map(([name, value]) => [name, maskedDeep(value)])) };
  };
  return {
    ...rest,
    ...(facts !== undefined && { facts: maskedDeep(facts) }),
    ...(Array.isArray(calls) && { calls: calls.map(hide) }),
  };
}

/** A callee with its story: whatever the operator knows about it may hold a number. Nor is anybody heard. */
export function calleeFor<T extends CalleeDocument>(visitor: Visitor, document: T): T {
  if (seesNumbers(visitor)) return document;
  const variables = Object.entries(document.variables).map(([name, value]) => [name, masked(value)]);
  return {
    ...lineFor(visitor, document),
    uui: masked(document.uui),
    variables: Object.fromEntries(variables),
    history: document.history.map(stepFor),
  };
}

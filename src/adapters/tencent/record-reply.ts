/** The reply with call records, tolerant of one more thing than its schema: samples spell the fields of key presses in lower case (reference 4.2). */
import { z } from 'zod';
import { describeTelCdrReply } from './schema/records.ts';

const KEY_FIELDS = { key: 'Key', label: 'Label', timestamp: 'Timestamp' } as const;

export const telCdrReply = z.preprocess(
  (reply) =>
    inLists(reply, ['TelCdrList', 'TelCdrs'], (record) => inLists(record, ['IVRKeyPressedEx'], named)),
  describeTelCdrReply,
);

function named(press: unknown): unknown {
  if (!isObject(press)) return press;
  const renamed: Record<string, unknown> = { ...press };
  for (const [lower, upper] of Object.entries(KEY_FIELDS)) {
    if (lower in press && !(upper in press)) renamed[upper] = press[lower];
  }
  return renamed;
}

/** A copy of `value` with `change` applied to every item of the lists that it has under these names. */
function inLists(value: unknown, lists: readonly string[], change: (item: unknown) => unknown): unknown {
  if (!isObject(value)) return value;
  const changed: Record<string, unknown> = { ...value };
  for (const list of lists) {
    const items = value[list];
    if (Array.isArray(items)) changed[list] = items.map(change);
  }
  return changed;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

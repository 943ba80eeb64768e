/** What a row of an update file does to the callee that has its number. */
import { type CalleeRecord, isCallable, isFinalCallee } from './callee.ts';
import type { CalleeRow, RowPlace } from './page.ts';
import { limitMarks, type RowLimits, rowLimits } from './row-limits.ts';
import type { Instant } from './time.ts';

/** What an update file says of a callee; what it has no column for is left out, and stays as it is. */
export interface RowAttributes {
  readonly uui?: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Index into the campaign's time zones. */
  readonly zone?: number;
  /** Only what the file has columns for: undefined there lifts a limit. */
  readonly limits?: { readonly [Name in keyof RowLimits]: RowLimits[Name] | undefined };
}

export type RowUpdate =
  | { readonly kind: 'unchanged' }
  /** It differs, but the callee is being called, or was to its end: nothing of it changes. */
  | { readonly kind: 'already_called' }
  /** This very row changed it: an import that was cut off and goes on. */
  | { readonly kind: 'updated' }
  | { readonly kind: 'change'; readonly row: CalleeRow; readonly after: CalleeRecord };

/** Why a callee cannot be changed, for the message of the row. */
export function calledText(record: CalleeRecord): string {
  return isFinalCallee(record.state) ? `is over (${record.state})` : `is being called (${record.state})`;
}

/**
 * Compares a row with the callee as it is. Only a callee that waits for a call (initial, or pending_retry: called
 * before, and to be called again) is changed: its next call, if any, is made with the new attributes. When it is due
 * stays, but for what its row's earliest time says; in another time zone it waits for that zone's window. `by` is the
 * row's place.
 */
export function decideRowUpdate(
  row: CalleeRow,
  record: CalleeRecord,
  attributes: RowAttributes,
  by: RowPlace,
): RowUpdate {
  const { uui = row.uui, variables, zone = record.zone } = attributes;
  const limits = attributes.limits && rowLimits({ ...row.limits, ...attributes.limits });
  const same =
    Object.entries(variables).every(([name, value]) => (row.variables[name] ?? '') === value) &&
    (attributes.limits === undefined || sameLimits(limits, row.limits));
  if (same && uui === row.uui && zone === record.zone) {
    const last = row.updatedBy;
    return { kind: last?.importId === by.importId && last.row === by.row ? 'updated' : 'unchanged' };
  }
  if (!isCallable(record.state)) return { kind: 'already_called' };
  const { limits: held, ...unbound } = row;
  const bounds = attributes.limits === undefined ? held : limits;
  const changed = { ...unbound, uui, variables: { ...row.variables, ...variables }, updatedBy: by };
  const { priority: _priority, timed: _timed, ...kept } = record;
  return {
    kind: 'change',
    row: bounds === undefined ? changed : { ...changed, limits: bounds },
    after: {
      ...kept,
      ...limitMarks(bounds),
      zone,
      due: dueAfter(record, held?.notBefore, bounds?.notBefore),
      version: (record.version + 1) % 256,
    },
  };
}

function sameLimits(one: RowLimits | undefined, other: RowLimits | undefined): boolean {
  return (
    one?.notBefore === other?.notBefore &&
    one?.notAfter === other?.notAfter &&
    one?.priority === other?.priority
  );
}

/** A due time that came from the row's earliest time moves with it; any other is only ever put off by it. */
function dueAfter({ due }: CalleeRecord, before: Instant | undefined, now: Instant | undefined): Instant {
  return due === (before ?? 0) ? (now ?? 0) : Math.max(due, now ?? 0);
}

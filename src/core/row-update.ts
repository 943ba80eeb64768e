/** What a row of an update file does to the callee that has its number. */
import { type CalleeRecord, isCallable, isFinalCallee } from './callee.ts';
import type { CalleeRow, RowPlace } from './page.ts';

/** What an update file says of a callee; what it has no column for is left out, and stays as it is. */
export interface RowAttributes {
  readonly uui?: string;
  readonly variables: Readonly<Record<string, string>>;
  /** Index into the campaign's time zones. */
  readonly zone?: number;
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
 * stays; in another time zone it waits for that zone's window. `by` is the row's place.
 */
export function decideRowUpdate(
  row: CalleeRow,
  record: CalleeRecord,
  attributes: RowAttributes,
  by: RowPlace,
): RowUpdate {
  const { uui = row.uui, variables, zone = record.zone } = attributes;
  const same = Object.entries(variables).every(([name, value]) => (row.variables[name] ?? '') === value);
  if (same && uui === row.uui && zone === record.zone) {
    const last = row.updatedBy;
    return { kind: last?.importId === by.importId && last.row === by.row ? 'updated' : 'unchanged' };
  }
  if (!isCallable(record.state)) return { kind: 'already_called' };
  return {
    kind: 'change',
    row: { ...row, uui, variables: { ...row.variables, ...variables }, updatedBy: by },
    after: { ...record, zone, version: (record.version + 1) % 256 },
  };
}

import { stringify } from 'csv-stringify/sync';
import { errorHeader, errorLine } from '../core/error-list.ts';
import { isSettled } from '../core/import.ts';
import { ERROR_LINES_PER_BLOCK } from '../core/limits.ts';
import type { Store } from '../ports/store.ts';

export interface ImportErrorsDeps {
  readonly store: Pick<Store, 'importHeader' | 'rejections'>;
}

/** Excel reads a file as UTF-8 only if it begins with this. */
const BYTE_ORDER_MARK = '\ufeff';

function csv(lines: readonly (readonly string[])[]): string {
  return stringify([...lines], { record_delimiter: 'windows' });
}

/**
 * The rows of an import that were not taken, as CSV text (UTF-8 with a byte order mark, CRLF) that opens in a
 * spreadsheet and, mended, can be imported as it is: the list's own columns, then ours that say why. Some hundreds
 * of lines at a time, however many there are; the header line also where there are none. Rows of an update that
 * changed their callee, or found it as they are, are left out: there is nothing to mend.
 */
export async function* importErrors(deps: ImportErrorsDeps, importId: string): AsyncGenerator<string> {
  const header = (await deps.store.importHeader(importId)) ?? [];
  yield BYTE_ORDER_MARK + csv([errorHeader(header)]);
  let lines: string[][] = [];
  for await (const rejection of deps.store.rejections(importId)) {
    if (isSettled(rejection)) continue;
    lines.push(errorLine(rejection, header));
    if (lines.length < ERROR_LINES_PER_BLOCK) continue;
    yield csv(lines);
    lines = [];
  }
  if (lines.length > 0) yield csv(lines);
}

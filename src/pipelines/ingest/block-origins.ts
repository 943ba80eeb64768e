import type { ErrorListCells } from '../../core/error-list.ts';
import type { ListBlock } from '../../ports/list-reader.ts';
import type { RowOrigin } from '../../ports/store.ts';

/** What is kept of a block until the steps made of its rows are stored: enough to find lines and cells again. */
export interface BlockOrigins {
  /** Row number of the record at index 0; the header has the one before the first row. */
  readonly firstRow: number;
  readonly lastRow: number;
  readonly lines: readonly number[];
  readonly again: () => ListBlock['records'];
  readonly errorCells: ErrorListCells | undefined;
  /** As in ListBlock, and no cell was made anew. */
  readonly plain: boolean;
}

export function blockOrigins(
  block: ListBlock,
  firstRow: number,
  errorCells: ErrorListCells | undefined,
): BlockOrigins {
  const { records, lines } = block;
  const again = block.again ?? (() => records);
  const plain = block.plain === true && errorCells === undefined;
  return { firstRow, lastRow: firstRow + records.length - 1, lines, again, errorCells, plain };
}

/** Lines and cells of those of the rows that the block has. */
export function originsIn(
  { firstRow, lastRow, lines, again, errorCells }: BlockOrigins,
  rows: ReadonlyMap<number, unknown>,
): [number, RowOrigin][] {
  const here = [...rows.keys()].filter((row) => row >= firstRow && row <= lastRow);
  if (here.length === 0) return [];
  const records = again();
  return here.map((row) => {
    const cells = records[row - firstRow] ?? [];
    const line = lines[row - firstRow] ?? 0;
    return [row, { line, cells: errorCells === undefined ? cells : errorCells.restore(cells) }];
  });
}

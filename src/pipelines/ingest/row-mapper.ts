import type { CampaignSettings } from '../../core/campaign.ts';
import type { ResolvedColumns } from '../../core/columns.ts';
import type { ErrorListCells } from '../../core/error-list.ts';
import type { Rejection } from '../../core/import.ts';
import { UUI_BYTES_MAX, UUI_KEY_BYTES_MAX } from '../../core/limits.ts';
import { mapRow, type RowRules } from '../../core/row.ts';
import type { ListBlock } from '../../ports/list-reader.ts';

/** A row that may become a callee. */
export interface Candidate {
  readonly ok: true;
  readonly row: number;
  readonly line: number;
  readonly cells: readonly string[];
  /** E.164 digits without "+". */
  readonly digits: string;
  readonly uui: string;
  readonly values: readonly string[];
  /** Undefined: the campaign's own zone. */
  readonly zone: string | undefined;
}

/** What became of a row by its own cells alone. */
export type MappedRow = Candidate | { readonly ok: false; readonly rejection: Rejection };

/** A block of an error list with its cells as they were in the list before it; what is no record has none. */
export function restored(block: ListBlock, errorCells: ErrorListCells): ListBlock {
  const records = block.records.map((cells, index) =>
    block.faults.has(index) ? cells : errorCells.restore(cells),
  );
  return { ...block, records };
}

/** Maps rows of one list by the rules of its campaign. */
export class RowMapper {
  readonly #columns: ResolvedColumns;
  readonly #rules: RowRules;

  constructor(columns: ResolvedColumns, settings: CampaignSettings) {
    this.#columns = columns;
    this.#rules = {
      region: settings.defaultRegion,
      several: settings.several,
      uuiBytesMax: settings.uuiKey === 'append' ? UUI_BYTES_MAX - UUI_KEY_BYTES_MAX : UUI_BYTES_MAX,
    };
  }

  /** The rows of a block from index `first` on; `row` is the number of the first of them. */
  map(block: ListBlock, first: number, row: number): MappedRow[] {
    const mapped: MappedRow[] = [];
    for (let index = first; index < block.records.length; index += 1) {
      mapped.push(this.#mapOne(block, index, row + index - first));
    }
    return mapped;
  }

  #mapOne(block: ListBlock, index: number, row: number): MappedRow {
    const cells = block.records[index] ?? [];
    const line = block.lines[index] ?? 0;
    const fault = block.faults.get(index);
    const result =
      fault === undefined
        ? mapRow(this.#columns, cells, this.#rules)
        : ({ ok: false, column: '', ...fault } as const);
    if (!result.ok) {
      const { column, code, message } = result;
      return { ok: false, rejection: { kind: 'rejected', row, line, column, code, message, cells } };
    }
    const { digits, uui, values, zone } = result;
    return { ok: true, row, line, cells, digits, uui, values, zone };
  }
}

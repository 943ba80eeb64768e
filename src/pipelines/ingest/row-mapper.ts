import { type CampaignSettings, campaignEnd } from '../../core/campaign.ts';
import type { ResolvedColumns } from '../../core/columns.ts';
import { zonesOfNumbers } from '../../core/country-zone.ts';
import type { ErrorListCells } from '../../core/error-list.ts';
import type { Rejection } from '../../core/import.ts';
import { UUI_BYTES_MAX, UUI_KEY_BYTES_MAX } from '../../core/limits.ts';
import { mapRow, type RowRules } from '../../core/row.ts';
import type { RowTimes } from '../../core/row-limit-cells.ts';
import type { RowLimits } from '../../core/row-limits.ts';
import type { Instant } from '../../core/time.ts';
import type { ListBlock } from '../../ports/list-reader.ts';
import type { CampaignRecord } from '../../ports/store.ts';

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
  /** When it may be called; left out: as the campaign says. */
  readonly limits?: RowLimits;
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

/** What of a campaign bears on the times of rows of a list that was added at `addedAt`: the same however often it is read. */
export function rowTimes(
  { settings, createdAt }: Pick<CampaignRecord, 'settings' | 'createdAt'>,
  addedAt: Instant,
): RowTimes {
  const begin = Math.max(settings.startAt ?? 0, addedAt);
  return { zone: settings.timeZone, begin, end: campaignEnd(settings, createdAt) };
}

/** Maps rows of one list by the rules of its campaign. */
export class RowMapper {
  readonly #columns: ResolvedColumns;
  readonly #rules: RowRules;

  constructor(columns: ResolvedColumns, settings: CampaignSettings, times: RowTimes) {
    this.#columns = columns;
    this.#rules = {
      times,
      region: settings.defaultRegion,
      several: settings.several,
      zoneOfCountry: settings.timeZoneFrom === 'number' ? zonesOfNumbers(settings.timeZone) : undefined,
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
    const { digits, uui, values, zone, limits } = result;
    const candidate: Candidate = { ok: true, row, line, cells, digits, uui, values, zone };
    return limits === undefined ? candidate : { ...candidate, limits };
  }
}

import type { SuppressionEntry, SuppressionList } from '../../core/suppression.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Suppression } from '../../ports/suppression.ts';
import type { MappedRow } from './row-mapper.ts';

const NOBODY: ReadonlyMap<string, SuppressionEntry> = new Map();

/**
 * Who is suppressed among the rows of one import. A number added while the import runs may be taken for all that:
 * callees are looked up again before they are called.
 */
export class SuppressedRows {
  readonly #suppression: Pick<Suppression, 'lists' | 'find'>;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #campaignId: string;
  #lists: Promise<readonly SuppressionList[]> | undefined;

  constructor(
    deps: { readonly suppression: Pick<Suppression, 'lists' | 'find'>; readonly clock: Pick<Clock, 'now'> },
    campaignId: string,
  ) {
    this.#suppression = deps.suppression;
    this.#clock = deps.clock;
    this.#campaignId = campaignId;
  }

  /** Asks which lists there are. Called before rows are mapped, so that the answer is there when they are: where there is no list, looking rows up costs nothing. */
  ask(): void {
    this.#lists = this.#suppression.lists(this.#campaignId);
    // Met where it is awaited; until then it must not count as unhandled.
    this.#lists.catch(() => {});
  }

  /** Entries that hold for the rows, by number. */
  async among(rows: readonly MappedRow[]): Promise<ReadonlyMap<string, SuppressionEntry>> {
    const lists = await (this.#lists ?? this.#suppression.lists(this.#campaignId));
    if (lists.length === 0) return NOBODY;
    const numbers = rows.flatMap((row) => (row.ok ? [row.digits] : []));
    return (await this.#suppression.find(lists, numbers, this.#clock.now())).entries;
  }
}

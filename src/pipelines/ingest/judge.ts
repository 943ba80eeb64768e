import type { CalleeRef } from '../../core/callee.ts';
import { PLACE } from '../../core/import.ts';
import { NUMBERS_PER_LOOK } from '../../core/limits.ts';
import type { Store } from '../../ports/store.ts';
import type { Candidate } from './row-mapper.ts';

/** Why a row whose own cells are in order makes no new callee, although it may change one. */
export interface Repeat {
  readonly code: 'duplicate' | 'updated' | 'unchanged' | 'already_called';
  /** With `of`, PLACE in it stands for the row of that callee. */
  readonly message: string;
  readonly of?: CalleeRef | undefined;
}

/** Those of the rows that make no new callee, by row number. Every other row is one, as far as can be told. */
export interface JudgeRows {
  (rows: readonly Candidate[]): Promise<ReadonlyMap<number, Repeat>>;
  /** Told of rows that an earlier run has done, where they bear on those behind them. */
  readonly pass?: (rows: readonly Candidate[]) => void;
  /** Rows that are best judged together; left out: as they come. */
  readonly rowsTogether?: number;
}

/** The callees that have the numbers of the rows: undefined where the campaign has none. */
export async function knownCallees(
  store: Pick<Store, 'findNumbers'>,
  campaignId: string,
  rows: readonly Candidate[],
): Promise<ReadonlyMap<Candidate, CalleeRef>> {
  const known = new Map<Candidate, CalleeRef>();
  for (let from = 0; from < rows.length; from += NUMBERS_PER_LOOK) {
    const some = rows.slice(from, from + NUMBERS_PER_LOOK);
    const numbers = some.map((row) => row.digits);
    const found = await store.findNumbers(campaignId, numbers);
    for (const [at, row] of some.entries()) {
      const ref = found[at];
      if (ref !== undefined) known.set(row, ref);
    }
  }
  return known;
}

/** A row whose number the campaign has does nothing. */
export function judgeKnown(store: Pick<Store, 'findNumbers'>, campaignId: string): JudgeRows {
  return async (rows) => {
    const repeats = new Map<number, Repeat>();
    for (const [{ row }, of] of await knownCallees(store, campaignId, rows)) {
      repeats.set(row, { code: 'duplicate', message: `the same number as ${PLACE}`, of });
    }
    return repeats;
  };
}

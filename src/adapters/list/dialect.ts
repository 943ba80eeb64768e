import type { Encoding } from '../../core/list-wish.ts';

/** How a list is written down. */
export interface Dialect {
  readonly encoding: Encoding;
  readonly delimiter: string;
  readonly quote: string;
}

export const COMMA_SEPARATED: Dialect = { encoding: 'utf-8', delimiter: ',', quote: '"' };

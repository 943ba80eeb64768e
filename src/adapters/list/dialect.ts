import type { Options } from 'csv-parse/sync';
import type { Encoding } from '../../core/list-wish.ts';

/** How a list is written down. */
export interface Dialect {
  readonly encoding: Encoding;
  readonly delimiter: string;
  readonly quote: string;
}

export const COMMA_SEPARATED: Dialect = { encoding: 'utf-8', delimiter: ',', quote: '"' };

/**
 * How csv-parse takes records that hold a quote apart. Each record comes to it whole and already known to be
 * well quoted, ended by "\n". A quote inside an unquoted field stands for itself, as spreadsheets read it, and
 * a record may have any number of cells: what is missing or too much is for the row's own rules to say.
 */
export function parserOptions(dialect: Dialect): Options {
  return {
    delimiter: dialect.delimiter,
    quote: dialect.quote,
    escape: dialect.quote,
    record_delimiter: '\n',
    relax_quotes: true,
    relax_column_count: true,
    columns: false,
    bom: false,
    trim: false,
    skip_empty_lines: false,
  };
}

import type { ListWish } from '../core/list-wish.ts';

/**
 * A list of callees as it lies on disk, read once from front to back. A reader knows the file's form (bytes,
 * encoding, delimiter, quoting) and nothing of campaigns or numbers.
 */
export interface ListReader {
  /**
   * Opens the file at `path`. Throws AppError `file_unreadable` when it is missing or cannot be read, with the
   * place and the remedy in its message, and `file_invalid` when its bytes are no list; an error of the machine that
   * may pass is thrown as it is. What `wish` does not say is found from the bytes.
   */
  open(path: string, wish?: ListWish): Promise<OpenList>;
}

/** Text of records and cells, the same packed by gzip, or an Excel workbook. */
export type ListFormat = 'text' | 'gzip' | 'xlsx';

export interface OpenList {
  /** Size of the file when it was opened. */
  readonly bytes: number;
  readonly format: ListFormat;
  /** Name of the encoding, for example `utf-8`. */
  readonly encoding: string;
  /** How sure that is, in percent. 100 where the file or the operator says so. */
  readonly encodingSure: number;
  /** Empty for a workbook. */
  readonly delimiter: string;
  /** Name of the sheet of a workbook; empty for text. */
  readonly sheet: string;
  /** Names of the other sheets that a workbook shows. Left out: there are none. */
  readonly otherSheets?: readonly string[];
  /**
   * Its records in file order, some hundreds at a time. Blank lines are no records. The file is closed when the
   * iteration ends, however it ends. Throws AppError `file_invalid` where the file as a whole cannot be read any
   * further, after having given every record before that place.
   */
  blocks(): AsyncIterable<ListBlock>;
}

export interface ListBlock {
  /** Cells of each record. Where `faults` has its index, what could be made out of it, shortened. */
  readonly records: readonly (readonly string[])[];
  /** By index: the line of the file on which the record starts, from 1. */
  readonly lines: readonly number[];
  /** Records, by index, that are none. */
  readonly faults: ReadonlyMap<number, RecordFault>;
  /** Bytes of the file read so far. */
  readonly bytesRead: number;
  /**
   * Makes the records once more from the block's text. Who may need some of them later, but seldom does, keeps this
   * and not the records: thousands of small things that stay cost the collector more than reading them again.
   * Left out: the records themselves are to be kept.
   */
  readonly again?: () => ListBlock['records'];
  /** No cell holds what sets the cells of a stored page apart. Left out: that is not known. */
  readonly plain?: boolean;
}

/** Why a stretch of the file is no record. */
export interface RecordFault {
  readonly code: 'broken_quoting' | 'row_too_big' | 'row_damaged';
  /** A sentence that says what is wrong and what to do. */
  readonly message: string;
}

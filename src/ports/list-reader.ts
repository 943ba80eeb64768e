/**
 * A list of callees as it lies on disk, read once from front to back. A reader knows the file's form (bytes,
 * encoding, delimiter, quoting) and nothing of campaigns or numbers.
 */
export interface ListReader {
  /**
   * Opens the file at `path`. Throws AppError `file_unreadable` when it is missing or cannot be read, with the
   * place and the remedy in its message; an error of the machine that may pass is thrown as it is.
   */
  open(path: string): Promise<OpenList>;
}

export interface OpenList {
  /** Size of the file when it was opened. */
  readonly bytes: number;
  /** Name of the encoding, for example `utf-8`. */
  readonly encoding: string;
  readonly delimiter: string;
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
}

/** Why a stretch of the file is no record. */
export interface RecordFault {
  readonly code: 'broken_quoting' | 'row_too_big';
  /** A sentence that says what is wrong and what to do. */
  readonly message: string;
}

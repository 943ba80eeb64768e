import type { Instant } from '../core/time.ts';

/** A file that lies in the spool under a passing name, whole, with what is known of its bytes. */
export interface SpooledFile {
  readonly path: string;
  /** Of all its bytes, lower-case hex. */
  readonly sha256: string;
  readonly bytes: number;
}

/** A file in the spool, whole or not. */
export interface SpoolEntry {
  readonly name: string;
  /** It has no lasting name yet: it is being written, or whoever wrote it was cut off. */
  readonly passing: boolean;
  readonly writtenAt: Instant;
}

/** Where an uploaded list waits until it is read: every process that ingests must see the same spool. */
export interface Spool {
  /**
   * Writes all of `source` to a new file; nothing is held in memory. Rejects, and leaves nothing behind, when
   * the source or the disk fails.
   */
  put(source: AsyncIterable<Uint8Array>): Promise<SpooledFile>;
  /** Gives the file its lasting name, in one step. One that has the name already is replaced. */
  keep(file: SpooledFile, name: string): Promise<void>;
  /** Forgets a file that was put and not kept. */
  discard(file: SpooledFile): Promise<void>;
  /** Removes a file by its name; nothing where there is none. */
  remove(name: string): Promise<void>;
  /** What lies there, at most `max` files. */
  entries(max: number): Promise<SpoolEntry[]>;
  /** Path of the file kept under a name: `<SPOOL_DIR>/<import id>`. */
  pathOf(name: string): string;
}

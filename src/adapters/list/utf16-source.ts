import { AppError } from '../../core/errors.ts';
import { LIST_READ_BYTES } from '../../core/limits.ts';
import type { ByteSource } from './byte-source.ts';

/** UTF-8 takes at most three bytes for what is two in UTF-16; a character may wait for its second half. */
const PIECE_BYTES = LIST_READ_BYTES / 2;

/**
 * UTF-16 as UTF-8, so that everything behind it knows one way of writing line ends. A byte-order mark is dropped.
 * Reading throws AppError `file_invalid` at bytes that are no UTF-16, after having given what stands before them.
 */
export function utf16Source(inner: ByteSource, encoding: 'utf-16le' | 'utf-16be'): ByteSource {
  const decoder = new TextDecoder(encoding, { fatal: true });
  const piece = Buffer.alloc(PIECE_BYTES);
  let left = Buffer.alloc(0);
  let read = 0;
  let ended = false;
  const fill = async (): Promise<void> => {
    while (left.length === 0 && !ended) {
      const size = await inner.read(piece);
      ended = size === 0;
      try {
        left = Buffer.from(decoder.decode(piece.subarray(0, size), { stream: !ended }));
      } catch (error) {
        const place = ended ? `cut off at byte ${read}` : `not ${encoding.toUpperCase()} behind byte ${read}`;
        throw new AppError(
          'file_invalid',
          `the file is ${place}; save it as "CSV UTF-8", or name its encoding with --encoding, and import it again`,
          { cause: error },
        );
      }
      read += size;
    }
  };
  return {
    async read(into) {
      await fill();
      const size = left.copy(into);
      left = left.subarray(size);
      return size;
    },
    get fileBytesRead() {
      return inner.fileBytesRead;
    },
    close: () => inner.close(),
  };
}

import type { ListReader } from '../../ports/list-reader.ts';
import { fileHead } from './byte-source.ts';
import { openText } from './csv-reader.ts';
import { fileKind } from './file-kind.ts';
import { openWorkbook } from './xlsx-reader.ts';

/** Enough for every mark by which a kind of file is told. */
const HEAD_BYTES = 512;

/**
 * Reads lists from disk as the ListReader port says: text with any usual delimiter, in any usual encoding, with lines
 * ended by LF, CRLF or CR, fields in double quotes with breaks and doubled quotes in them, rows of any number of cells;
 * the same packed by gzip; and Excel workbooks (XLSX). What a file is, its bytes say, never its name.
 */
export function listReader(): ListReader {
  return {
    async open(path, wish = {}) {
      const { size, head } = await fileHead(path, HEAD_BYTES);
      const kind = fileKind(head);
      if (kind === 'zip') return openWorkbook({ path, bytes: size }, wish);
      return openText({ path, bytes: size, packed: kind === 'gzip' }, wish);
    },
  };
}

import { AppError } from '../../core/errors.ts';
import type { OpenList } from '../../ports/list-reader.ts';

type HeadOfList = Pick<OpenList, 'sheet' | 'otherSheets'>;

/** AppError `file_invalid` for a list without a single line. */
export function emptyFault(list: HeadOfList): AppError {
  return headFault('the file is empty; its first line must name the columns', list);
}

/**
 * AppError `file_invalid` for a list of which no row can be taken. Of a workbook it also says which sheet was read and
 * which were not: the list may be on another than the first.
 */
export function headFault(message: string, list: HeadOfList): AppError {
  const { sheet, otherSheets = [] } = list;
  if (otherSheets.length === 0) return new AppError('file_invalid', message);
  const others = otherSheets.map((name) => `"${name}"`).join(', ');
  return new AppError(
    'file_invalid',
    `${message}. This was sheet "${sheet}"; to read another of the workbook, name it with --sheet: ${others}`,
  );
}

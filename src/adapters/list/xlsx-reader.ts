import { AppError } from '../../core/errors.ts';
import type { ListWish } from '../../core/list-wish.ts';
import type { ListBlock, OpenList } from '../../ports/list-reader.ts';
import { SheetRows } from './xlsx-rows.ts';
import { readFormats, readShared, readWorkbook, type Sheet, type Workbook } from './xlsx-workbook.ts';
import { readXml } from './xml-events.ts';
import { openZip, type ZipParts } from './zip-parts.ts';

/** Rows of a block, about: a piece of the file has some dozens. */
const BLOCK_ROWS = 250;

export interface WorkbookFile {
  readonly path: string;
  readonly bytes: number;
}

function folded(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase();
}

/** The sheet that is asked for, else the first that is not hidden. */
function chosenSheet({ sheets }: Workbook, wanted: string | undefined): Sheet {
  const names = sheets.map((sheet) => `"${sheet.name}"`).join(', ');
  const sheet =
    wanted === undefined
      ? (sheets.find((one) => !one.isHidden) ?? sheets[0])
      : sheets.find((one) => folded(one.name) === folded(wanted));
  if (sheet !== undefined) return sheet;
  throw new AppError(
    'file_invalid',
    wanted === undefined
      ? 'the workbook has no sheet with cells; put the list on a sheet'
      : `the workbook has no sheet "${wanted}"; it has ${names === '' ? 'none' : names}`,
  );
}

/**
 * Opens an Excel workbook (XLSX): the sheet that `wish` names, else its first visible one. Rows are read as they
 * come; only the texts that cells share are held. Cells are given as a person would read them off: whole numbers with all
 * their digits, dates as ISO text, formulas as the value that Excel stored. Throws AppError `file_invalid` for
 * what is no workbook, or has no such sheet.
 */
export async function openWorkbook(file: WorkbookFile, wish: ListWish): Promise<OpenList> {
  const zip = await openZip(file.path);
  try {
    const workbook = await readWorkbook(zip);
    const sheet = chosenSheet(workbook, wish.sheet);
    const others = workbook.sheets.filter((one) => one !== sheet && !one.isHidden);
    return {
      bytes: file.bytes,
      format: 'xlsx',
      encoding: 'utf-8',
      encodingSure: 100,
      delimiter: '',
      sheet: sheet.name,
      otherSheets: others.map(({ name }) => name),
      blocks: () => sheetBlocks(file, wish.sheet),
    };
  } finally {
    zip.close();
  }
}

async function* sheetBlocks(file: WorkbookFile, wanted: string | undefined): AsyncGenerator<ListBlock> {
  const zip = await openZip(file.path);
  try {
    yield* rowsOf(zip, file, wanted);
  } finally {
    zip.close();
  }
}

async function* rowsOf(
  zip: ZipParts,
  file: WorkbookFile,
  wanted: string | undefined,
): AsyncGenerator<ListBlock> {
  const workbook = await readWorkbook(zip);
  const { part } = chosenSheet(workbook, wanted);
  const formats = await readFormats(zip, workbook.stylesPart);
  const shared = await readShared(zip, workbook.sharedPart);
  const rows = new SheetRows({ shared, formats, is1904: workbook.is1904 });
  for await (const bytes of readXml(zip.pieces(part), part.name, rows)) {
    if (rows.waiting < BLOCK_ROWS) continue;
    // How far into the packed file that is, nobody knows; the share of the sheet is near enough for a progress bar.
    const bytesRead = Math.min(file.bytes, Math.round((file.bytes * bytes) / Math.max(1, part.bytes)));
    yield { ...rows.take(), bytesRead };
  }
  yield { ...rows.take(), bytesRead: file.bytes };
}

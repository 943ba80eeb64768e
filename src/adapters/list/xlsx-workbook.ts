import { AppError } from '../../core/errors.ts';
import { SHARED_TEXT_CHARACTERS_MAX, SHARED_TEXT_OVERHEAD } from '../../core/limits.ts';
import { type NumberFormat, numberFormat } from './xlsx-formats.ts';
import { readAllXml, type XmlHandler } from './xml-events.ts';
import { requireSmall, type ZipPart, type ZipParts } from './zip-parts.ts';

export interface Sheet {
  readonly name: string;
  readonly part: ZipPart;
}

/** What the cells of a workbook's sheets refer to. */
export interface CellContext {
  readonly shared: readonly string[];
  /** By the style of a cell. */
  readonly formats: readonly NumberFormat[];
  /** Dates are counted from 1904. */
  readonly is1904: boolean;
}

const WORKBOOK = 'xl/workbook.xml';

async function readPart(zip: ZipParts, name: string, handler: XmlHandler): Promise<boolean> {
  const part = zip.part(name);
  if (part === undefined) return false;
  await readAllXml(zip.pieces(requireSmall(part)), name, handler);
  return true;
}

/** A place named in a part of the folder `xl`, from the root of the archive. */
function fromRoot(target: string): string {
  return target.startsWith('/') ? target.slice(1) : `xl/${target}`.replace(/[^/]+\/\.\.\//g, '');
}

/** The parts that the workbook refers to, by relation id and by kind. */
async function readRelations(
  zip: ZipParts,
): Promise<{ byId: Map<string, string>; byKind: Map<string, string> }> {
  const byId = new Map<string, string>();
  const byKind = new Map<string, string>();
  await readPart(zip, 'xl/_rels/workbook.xml.rels', {
    open(name, { Id: id = '', Type: type = '', Target: target = '' }) {
      if (name !== 'Relationship') return;
      const kind = type.slice(type.lastIndexOf('/') + 1);
      if (kind === 'worksheet') byId.set(id, fromRoot(target));
      byKind.set(kind, fromRoot(target));
    },
  });
  return { byId, byKind };
}

/** Attributes by their name without a prefix: the relation id has a different one in every dialect of the format. */
function attribute(attributes: Readonly<Record<string, string>>, name: string): string | undefined {
  const key = Object.keys(attributes).find((one) => one.endsWith(`:${name}`));
  return key === undefined ? undefined : attributes[key];
}

export interface Workbook {
  readonly sheets: readonly (Sheet & { readonly isHidden: boolean })[];
  readonly is1904: boolean;
  readonly sharedPart: ZipPart | undefined;
  readonly stylesPart: ZipPart | undefined;
}

/** Reads what sheets a workbook has. Throws AppError `file_invalid` for an archive that is none, with the remedy. */
export async function readWorkbook(zip: ZipParts): Promise<Workbook> {
  const { byId, byKind } = await readRelations(zip);
  const sheets: (Sheet & { isHidden: boolean })[] = [];
  let is1904 = false;
  const isWorkbook = await readPart(zip, WORKBOOK, {
    open(name, attributes) {
      if (name === 'workbookPr') is1904 = /^(?:1|true)$/.test(attributes.date1904 ?? '');
      if (name !== 'sheet') return;
      const part = zip.part(byId.get(attribute(attributes, 'id') ?? '') ?? '');
      const isHidden = (attributes.state ?? 'visible') !== 'visible';
      if (part !== undefined) sheets.push({ name: attributes.name ?? '', part, isHidden });
    },
  });
  if (!isWorkbook) throw notWorkbook(zip);
  const partOf = (kind: string, usual: string): ZipPart | undefined => zip.part(byKind.get(kind) ?? usual);
  const sharedPart = partOf('sharedStrings', 'xl/sharedStrings.xml');
  return { sheets, is1904, sharedPart, stylesPart: partOf('styles', 'xl/styles.xml') };
}

function notWorkbook(zip: ZipParts): AppError {
  const names = [...zip.names()];
  const remedy = 'open it and save it as XLSX or "CSV UTF-8"';
  if (names.includes('xl/workbook.bin')) {
    return new AppError('file_invalid', `the file is a binary workbook (XLSB); ${remedy}`);
  }
  if (names.includes('content.xml')) {
    return new AppError('file_invalid', `the file is an OpenDocument file (ODS); ${remedy}`);
  }
  if (names.some((name) => name.startsWith('word/') || name.startsWith('ppt/'))) {
    return new AppError(
      'file_invalid',
      'the file is a document, not a workbook; a list is needed, as CSV or XLSX',
    );
  }
  return new AppError('file_invalid', 'the file is a ZIP archive; unpack it and import the list in it');
}

/** The number formats of cells, by style. */
export async function readFormats(zip: ZipParts, part: ZipPart | undefined): Promise<NumberFormat[]> {
  const codes = new Map<number, string>();
  const formats: NumberFormat[] = [];
  let inCells = false;
  if (part === undefined) return formats;
  await readPart(zip, part.name, {
    open(name, attributes) {
      if (name === 'numFmt') codes.set(Number(attributes.numFmtId), attributes.formatCode ?? '');
      if (name === 'cellXfs') inCells = true;
      if (name !== 'xf' || !inCells) return;
      const id = Number(attributes.numFmtId ?? 0);
      formats.push(numberFormat(id, codes.get(id)));
    },
    close(name) {
      if (name === 'cellXfs') inCells = false;
    },
  });
  return formats;
}

/** Characters that XML cannot hold are written as _x000D_. */
export function unescaped(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}

/** A text of its own: one cut out of the file's text would keep all of that in memory. */
function detached(text: string): string {
  return Buffer.from(text).toString();
}

/** The texts that cells point into. Throws AppError `file_invalid` where they are more than can be held. */
export async function readShared(zip: ZipParts, part: ZipPart | undefined): Promise<string[]> {
  const shared: string[] = [];
  if (part === undefined) return shared;
  let text = '';
  let characters = 0;
  let phonetic = false;
  let inText = false;
  await readAllXml(zip.pieces(part), part.name, {
    open(name) {
      if (name === 'si') text = '';
      else if (name === 'rPh') phonetic = true;
      else if (name === 't') inText = !phonetic;
    },
    text(piece) {
      if (inText) text += piece;
      if (inText) characters += piece.length;
      if (characters > SHARED_TEXT_CHARACTERS_MAX) throw tooMuchText();
    },
    close(name) {
      if (name === 't') inText = false;
      else if (name === 'rPh') phonetic = false;
      else if (name === 'si') {
        characters += SHARED_TEXT_OVERHEAD;
        shared.push(detached(unescaped(text)));
      }
    },
  });
  return shared;
}

function tooMuchText(): AppError {
  return new AppError(
    'file_invalid',
    'the workbook holds more text than can be read at once; save the sheet as "CSV UTF-8" and import that',
  );
}

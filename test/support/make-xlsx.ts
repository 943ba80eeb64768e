import { crc32, deflateRawSync } from 'node:zlib';

/** A ZIP archive of the parts, deflated. */
export function makeZip(parts: Readonly<Record<string, string | Buffer>>): Buffer {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(parts)) {
    const plain = Buffer.from(content);
    const packed = deflateRawSync(plain);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(0x0800, 2);
    fields.writeUInt16LE(8, 4);
    fields.writeUInt32LE(0x5a210000, 6);
    fields.writeUInt32LE(crc32(plain), 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(plain.length, 18);
    fields.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, Buffer.from(name), packed]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('PK\x01\x02\x14\x00'), fields, rest, Buffer.from(name));
    bodies.push(local);
    offset += local.length;
  }
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  const count = Object.keys(parts).length;
  end.writeUInt16LE(count, 4);
  end.writeUInt16LE(count, 6);
  end.writeUInt32LE(entries.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...bodies, entries, Buffer.from('PK\x05\x06'), end]);
}

export function xmlText(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/\r/g, '_x000D_');
}

/** A cell: a text, a number, a truth, or the XML of a `c` element as it is. Undefined: no cell at all. */
export type Cell = string | number | boolean | { readonly xml: string } | undefined;

export interface SheetDraft {
  readonly name: string;
  readonly rows: readonly (readonly Cell[])[];
  readonly hidden?: boolean;
}

export interface WorkbookDraft {
  readonly sheets: readonly SheetDraft[];
  /** Put texts into the shared table, as Excel does; else inline, as many programs do. */
  readonly shared?: boolean;
  /** The content of sharedStrings.xml's `si` elements that come first. */
  readonly sharedXml?: readonly string[];
  readonly date1904?: boolean;
  /** Number formats of the styles 1, 2, ...: a built-in id, or a code. */
  readonly formats?: readonly (number | string)[];
}

const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';

export function columnName(index: number): string {
  return index < 26
    ? String.fromCharCode(65 + index)
    : columnName(Math.floor(index / 26) - 1) + columnName(index % 26);
}

function cellXml(cell: Cell, reference: string, share: ((text: string) => number) | undefined): string {
  if (cell === undefined) return '';
  if (typeof cell === 'object') return cell.xml.replace('@', reference);
  if (typeof cell === 'number') return `<c r="${reference}"><v>${cell}</v></c>`;
  if (typeof cell === 'boolean') return `<c r="${reference}" t="b"><v>${cell ? 1 : 0}</v></c>`;
  if (share !== undefined) return `<c r="${reference}" t="s"><v>${share(cell)}</v></c>`;
  return `<c r="${reference}" t="inlineStr"><is><t xml:space="preserve">${xmlText(cell)}</t></is></c>`;
}

function sheetXml(rows: SheetDraft['rows'], share: ((text: string) => number) | undefined): string {
  const lines = rows.map((cells, index) => {
    const text = cells
      .map((cell, column) => cellXml(cell, `${columnName(column)}${index + 1}`, share))
      .join('');
    return `<row r="${index + 1}">${text}</row>`;
  });
  return `${HEAD}<worksheet xmlns="${MAIN}"><sheetData>${lines.join('')}</sheetData></worksheet>`;
}

function stylesXml(formats: readonly (number | string)[]): string {
  const codes = formats.map((format, index) =>
    typeof format === 'number'
      ? ''
      : `<numFmt numFmtId="${200 + index}" formatCode="${xmlText(format).replaceAll('"', '&quot;')}"/>`,
  );
  const styles = formats.map(
    (format, index) =>
      `<xf numFmtId="${typeof format === 'number' ? format : 200 + index}" applyNumberFormat="1"/>`,
  );
  return `${HEAD}<styleSheet xmlns="${MAIN}"><numFmts>${codes.join('')}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/>${styles.join('')}</cellXfs></styleSheet>`;
}

/** An Excel workbook with the parts that Excel itself would ask for. */
export function makeXlsx(draft: WorkbookDraft): Buffer {
  const table: string[] = [...(draft.sharedXml ?? [])];
  const places = new Map<string, number>();
  const share = (text: string): number => {
    const place = places.get(text) ?? table.push(`<t xml:space="preserve">${xmlText(text)}</t>`) - 1;
    places.set(text, place);
    return place;
  };
  const sheets = draft.sheets.map(({ rows }) => sheetXml(rows, draft.shared ? share : undefined));
  const relation = (id: string, type: string, target: string): string =>
    `<Relationship Id="${id}" Type="${RELATIONS}/${type}" Target="${target}"/>`;
  const names = draft.sheets.map(
    ({ name, hidden }, index) =>
      `<sheet name="${xmlText(name)}" sheetId="${index + 1}"${hidden ? ' state="hidden"' : ''} r:id="rId${index + 1}"/>`,
  );
  const kinds = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
  const override = (part: string, kind: string): string =>
    `<Override PartName="/xl/${part}" ContentType="${kinds}.${kind}+xml"/>`;
  return makeZip({
    '[Content_Types].xml': `${HEAD}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${override('workbook.xml', 'sheet.main')}${override('styles.xml', 'styles')}${override('sharedStrings.xml', 'sharedStrings')}${sheets.map((_, index) => override(`worksheets/sheet${index + 1}.xml`, 'worksheet')).join('')}</Types>`,
    '_rels/.rels': `${HEAD}<Relationships xmlns="${PACKAGE}/relationships">${relation('rId1', 'officeDocument', 'xl/workbook.xml')}</Relationships>`,
    'xl/workbook.xml': `${HEAD}<workbook xmlns="${MAIN}" xmlns:r="${RELATIONS}"><workbookPr${draft.date1904 ? ' date1904="1"' : ''}/><sheets>${names.join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `${HEAD}<Relationships xmlns="${PACKAGE}/relationships">${sheets.map((_, index) => relation(`rId${index + 1}`, 'worksheet', `worksheets/sheet${index + 1}.xml`)).join('')}${relation('rIdStyles', 'styles', 'styles.xml')}${relation('rIdShared', 'sharedStrings', 'sharedStrings.xml')}</Relationships>`,
    ...Object.fromEntries(sheets.map((xml, index) => [`xl/worksheets/sheet${index + 1}.xml`, xml])),
    'xl/styles.xml': stylesXml(draft.formats ?? []),
    'xl/sharedStrings.xml': `${HEAD}<sst xmlns="${MAIN}">${table.map((si) => `<si>${si}</si>`).join('')}</sst>`,
  });
}

import { AppError } from '../../core/errors.ts';

export type FileKind = 'text' | 'gzip' | 'zip';

const asText = (text: string): Buffer => Buffer.from(text, 'latin1');
const SAVE = 'open it and save it as "CSV UTF-8" or as XLSX';

/** Files that are no lists, by their first bytes: what people drop by mistake, each with what to do instead. */
const REFUSED: readonly (readonly [at: number, mark: Buffer, what: string])[] = [
  [
    0,
    asText('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'),
    `an old Excel file (XLS) or one with a password; ${SAVE}, without a password`,
  ],
  [0, asText('\x09\x08'), `an old Excel file (XLS); ${SAVE}`],
  [0, asText('%PDF-'), 'a PDF document; export the list as CSV or XLSX where it comes from'],
  [0, asText('Rar!'), 'a RAR archive; unpack it and import the list in it'],
  [0, asText("7z\xbc\xaf'\x1c"), 'a 7-Zip archive; unpack it and import the list in it'],
  [0, asText('\xfd7zXZ\0'), 'an XZ archive; unpack it and import the list in it'],
  [0, asText('BZh91AY&SY'), 'a BZip2 archive; unpack it and import the list in it'],
  [0, asText('\x28\xb5\x2f\xfd'), 'a Zstandard archive; unpack it and import the list in it'],
  [257, asText('ustar'), 'a TAR archive; unpack it and import the list in it'],
  [0, asText('\x89PNG'), 'a picture; a list is needed, as CSV or XLSX'],
  [0, asText('\xff\xd8\xff'), 'a picture; a list is needed, as CSV or XLSX'],
  [0, asText('GIF89a'), 'a picture; a list is needed, as CSV or XLSX'],
  [0, asText('{\\rtf'), `a document in RTF; ${SAVE}`],
  [0, asText('SQLite format 3\0'), 'a database; export the list from it as CSV'],
  [0, asText('PAR1'), 'a Parquet file; export the list as CSV'],
  [0, asText('\xff\xfe\0\0'), 'text in UTF-32; save it as "CSV UTF-8"'],
  [0, asText('\0\0\xfe\xff'), 'text in UTF-32; save it as "CSV UTF-8"'],
];

/** Texts that are no lists, by how they begin. Many programs call a web page XLS. */
const REFUSED_TEXTS: readonly (readonly [beginning: RegExp, what: string])[] = [
  [
    /^<(?:!|\?xml|(?:html|head|meta|title|style|script|body|div|center|table|thead|tbody|tr)\b)/i,
    `a web page or XML under another name; ${SAVE}`,
  ],
  [/^MIME-Version:/i, `a web page saved as one file under another name; ${SAVE}`],
  [/^(?:\[\s*)?\{\s*"/, 'a JSON document; export the list as CSV'],
  [/^BEGIN:VCARD/i, 'an address book (vCard); export the contacts as CSV'],
];

const startsWith = (head: Buffer, mark: Buffer, at = 0): boolean =>
  head.subarray(at, at + mark.length).equals(mark);

function refuse(what: string): never {
  throw new AppError('file_invalid', `the file is ${what}`);
}

/** True where so much of the text is control characters, or zeros, that it is none. */
function isBinary(head: Buffer): boolean {
  let controls = 0;
  for (const byte of head) {
    if (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d && byte !== 0x0c) controls += 1;
  }
  return controls * 10 > head.length;
}

function refuseKnown(head: Buffer): void {
  for (const [at, mark, what] of REFUSED) if (startsWith(head, mark, at)) refuse(what);
}

/** What the first bytes of a file say that it is. Throws AppError `file_invalid`, with the remedy, for what is no list. */
export function fileKind(head: Buffer): FileKind {
  if (startsWith(head, asText('\x1f\x8b'))) return 'gzip';
  if (startsWith(head, asText('PK\x03\x04')) || startsWith(head, asText('PK\x05\x06'))) return 'zip';
  refuseKnown(head);
  return 'text';
}

/** Refuses unpacked bytes that are no text of cells; UTF-16 has been told apart before. */
export function refuseWhatIsNoText(head: Buffer, isUtf16: boolean): void {
  refuseKnown(head);
  if (startsWith(head, asText('PK\x03\x04'))) refuse('a packed workbook or archive; unpack it first');
  if (startsWith(head, asText('\x1f\x8b'))) refuse('packed by gzip twice; unpack it once');
  if (!isUtf16 && isBinary(head)) refuse('no text; export the list as CSV or XLSX and import that');
  const text = head.toString(isUtf16 ? 'utf16le' : 'latin1').replace(/^(?:\ufeff|\xef\xbb\xbf)?\s*/, '');
  for (const [beginning, what] of REFUSED_TEXTS) if (beginning.test(text)) refuse(what);
}

import { StringDecoder } from 'node:string_decoder';
import sax, { type SAXParser } from 'sax';
import { AppError } from '../../core/errors.ts';

export interface XmlHandler {
  /** Names come without their namespace prefix, attributes with it. */
  readonly open?: (name: string, attributes: Readonly<Record<string, string>>) => void;
  readonly close?: (name: string) => void;
  /** May come in several pieces. */
  readonly text?: (text: string) => void;
}

function local(name: string): string {
  const colon = name.indexOf(':');
  return colon < 0 ? name : name.slice(colon + 1);
}

function wire(parser: SAXParser, handler: XmlHandler): void {
  const { open, close, text } = handler;
  if (open !== undefined) {
    // Without namespaces every attribute is a plain text; the type of the library cannot say so.
    parser.onopentag = (tag) => open(local(tag.name), tag.attributes as Readonly<Record<string, string>>);
  }
  if (close !== undefined) parser.onclosetag = (name) => close(local(name));
  if (text !== undefined) {
    parser.ontext = text;
    parser.oncdata = text;
  }
}

/**
 * Reads XML in UTF-8 piece by piece and calls the handler as it comes; yields after each piece, so that what the handler gathered
 * can be passed on. Entities that a document defines itself are not expanded. Throws AppError `file_invalid`
 * where the XML is broken.
 */
export async function* readXml(
  pieces: AsyncIterable<Buffer>,
  what: string,
  handler: XmlHandler,
): AsyncGenerator<number> {
  const parser = sax.parser(true, { position: false });
  const decoder = new StringDecoder('utf8');
  let broken: Error | undefined;
  parser.onerror = (error) => {
    broken ??= error;
  };
  wire(parser, handler);
  let bytes = 0;
  for await (const piece of pieces) {
    parser.write(decoder.write(piece));
    if (broken !== undefined) throw notXml(what, broken);
    bytes += piece.length;
    yield bytes;
  }
  parser.close();
  if (broken !== undefined) throw notXml(what, broken);
}

/** As {@link readXml}, for what is wanted only when all of it is there. */
export async function readAllXml(
  pieces: AsyncIterable<Buffer>,
  what: string,
  handler: XmlHandler,
): Promise<void> {
  for await (const _bytes of readXml(pieces, what, handler));
}

function notXml(what: string, cause: Error): AppError {
  const [reason] = cause.message.split('\n');
  return new AppError(
    'file_invalid',
    `${what} of the workbook is broken (${reason}); open it in Excel, save it anew and import it again`,
  );
}

/** What an operator may say about a list's form, where finding it from the bytes is not wanted, or went wrong. */
import { z } from 'zod';
import { AppError } from './errors.ts';

/** Encodings that lists are read in. */
export const ENCODINGS = [
  'utf-8',
  'utf-16le',
  'utf-16be',
  'gb18030',
  'big5',
  'shift-jis',
  'windows-1252',
] as const;
export type Encoding = (typeof ENCODINGS)[number];

/** The delimiter is one character, the sheet the name of one in a workbook. What is left out is found from the bytes. */
export const ListWish = z.strictObject({
  encoding: z.enum(ENCODINGS).optional(),
  delimiter: z.string().length(1).optional(),
  sheet: z.string().optional(),
});
export type ListWish = z.infer<typeof ListWish>;

/** Other names, without what separates their parts. GB18030 holds GBK and GB2312, Windows-1252 all of Latin-1. */
const OTHER_NAMES: Readonly<Record<string, Encoding>> = {
  ...{ ascii: 'utf-8', usascii: 'utf-8', utf8bom: 'utf-8', utf8sig: 'utf-8' },
  ...{ utf16: 'utf-16le', ucs2: 'utf-16le', unicode: 'utf-16le' },
  ...{ gbk: 'gb18030', gb2312: 'gb18030', cp936: 'gb18030', ms936: 'gb18030', euccn: 'gb18030' },
  ...{ big5hkscs: 'big5', cp950: 'big5', ms950: 'big5' },
  ...{ sjis: 'shift-jis', cp932: 'shift-jis', ms932: 'shift-jis', windows31j: 'shift-jis' },
  ...{ cp1252: 'windows-1252', latin1: 'windows-1252', iso88591: 'windows-1252' },
};

const bare = (name: string): string => name.toLowerCase().replace(/[\s_-]/g, '');

const NAMES: ReadonlyMap<string, Encoding> = new Map([
  ...ENCODINGS.map((name): [string, Encoding] => [bare(name), name]),
  ...Object.entries(OTHER_NAMES),
]);

const DELIMITER_WORDS: Readonly<Record<string, string>> = {
  ...{ tab: '\t', '\\t': '\t', comma: ',', semicolon: ';', pipe: '|' },
};

function encodingOf(text: string): Encoding {
  const name = NAMES.get(bare(text));
  if (name !== undefined) return name;
  throw new AppError('input_invalid', `there is no encoding "${text}"; use one of ${ENCODINGS.join(', ')}`);
}

function delimiterOf(text: string): string {
  const character = DELIMITER_WORDS[text.toLowerCase()] ?? text;
  if (character.length === 1 && !/[\p{L}\p{N}"\r\n\0]/u.test(character)) return character;
  throw new AppError(
    'input_invalid',
    `"${text}" cannot part cells; use one character such as "," ";" or "|", or the word tab`,
  );
}

/**
 * The wish in words of a person: encodings by any of their usual names, a tab as `tab` or `\t`. Undefined when
 * nothing is asked for. Throws AppError `input_invalid` with what would be understood.
 */
export function parseListWish(words: {
  readonly encoding?: string | undefined;
  readonly delimiter?: string | undefined;
  readonly sheet?: string | undefined;
}): ListWish | undefined {
  const { encoding, delimiter, sheet } = words;
  if (encoding === undefined && delimiter === undefined && sheet === undefined) return undefined;
  return {
    ...(encoding !== undefined && { encoding: encodingOf(encoding) }),
    ...(delimiter !== undefined && { delimiter: delimiterOf(delimiter) }),
    ...(sheet !== undefined && { sheet }),
  };
}

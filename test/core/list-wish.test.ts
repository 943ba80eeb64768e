import { describe, expect, test } from 'vitest';
import { parseListWish } from '../../src/core/list-wish.ts';

describe('what an operator says of a file', () => {
  test('is nothing where nothing is said', () => {
    expect(parseListWish({})).toBeUndefined();
  });

  test.each([
    ['GBK', 'gb18030'],
    ['gb2312', 'gb18030'],
    ['GB 18030', 'gb18030'],
    ['UTF8', 'utf-8'],
    ['utf_16', 'utf-16le'],
    ['UTF-16BE', 'utf-16be'],
    ['Big5-HKSCS', 'big5'],
    ['Shift_JIS', 'shift-jis'],
    ['cp932', 'shift-jis'],
    ['ISO-8859-1', 'windows-1252'],
  ])('encoding %s is %s', (encoding, name) => {
    expect(parseListWish({ encoding })).toEqual({ encoding: name });
  });

  test.each([
    ['tab', '\t'],
    ['\\t', '\t'],
    ['\t', '\t'],
    ['semicolon', ';'],
    ['^', '^'],
  ])('delimiter "%s" is understood', (delimiter, character) => {
    expect(parseListWish({ delimiter })).toEqual({ delimiter: character });
  });

  test.each([
    [{ encoding: 'ebcdic' }, /no encoding "ebcdic"; use one of utf-8, /],
    [{ delimiter: ';;' }, /";;" cannot part cells/],
    [{ delimiter: '"' }, /cannot part cells/],
    [{ delimiter: '7' }, /cannot part cells/],
    [{ delimiter: '' }, /cannot part cells/],
  ])('%o is refused with what would be understood', (words, message) => {
    expect(() => parseListWish(words)).toThrow(message);
  });
});

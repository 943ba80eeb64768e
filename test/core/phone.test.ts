import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type PhoneFault, parsePhone } from '../../src/core/phone.ts';

const MOBILE = '8613800138000';

describe('numbers that are understood', () => {
  test.each([
    ['as it should be', '13800138000', MOBILE],
    ['with the country code', '8613800138000', MOBILE],
    ['in international form', '+8613800138000', MOBILE],
    ['with the international prefix', '008613800138000', MOBILE],
    ['with a trunk zero', '013800138000', MOBILE],
    ['spaces and dashes', ' 138-0013 8000 ', MOBILE],
    ['other dashes', '138–0013—8000', MOBILE],
    ['dots and brackets', '(+86)138.0013.8000', MOBILE],
    ['full width', '＋８６　１３８００１３８０００', MOBILE],
    ['full-width brackets', '（86）13800138000', MOBILE],
    ['no-break space', '138\u00a00013\u00a08000', MOBILE],
    ['an apostrophe of Excel', "'13800138000", MOBILE],
    ['a text formula of Excel', '="13800138000"', MOBILE],
    ['direction marks of a chat', '\u202d13800138000\u202c', MOBILE],
    ['a variation selector', '13800138000\ufe0f', MOBILE],
    ['the thousands of a spreadsheet', '13,800,138,000', MOBILE],
    ['the thousands of a spreadsheet, with a fraction', '13,800,138,000.00', MOBILE],
    ['what parted it from other numbers', '/13800138000;', MOBILE],
    ['a comma of China behind it', '13800138000、', MOBILE],
    ['a byte order mark', '\ufeff13800138000', MOBILE],
    ['a fraction made by a program', '13800138000.0', MOBILE],
    ['a tel link', 'tel:+86-138-0013-8000', MOBILE],
    ['a new mobile block', '19912345678', '8619912345678'],
    ['a landline of Beijing', '010-65521000', '861065521000'],
    ['a landline of Shanghai in brackets', '(021) 6888 8888', '862168888888'],
    ['a landline with seven digits', '0998-2345678', '869982345678'],
    ['a landline the metadata may not know', '0379-62345678', '8637962345678'],
    ['a landline with country code', '+86 (0)571 8888 8888', '8657188888888'],
    ['a 400 number', '400-800-1234', '864008001234'],
    ['an 800 number', '800 810 1234', '868008101234'],
    ['a number of Hong Kong', '00852 9123 4567', '85291234567'],
    ['a number of Britain', '+44 (0)20 7946 0958', '442079460958'],
    ['a number of Italy keeps its zero', '+39 06 698 82 401', '390669882401'],
  ])('%s', (_, text, digits) => {
    expect(parsePhone(text, 'CN')).toMatchObject({ ok: true, digits });
  });

  test.each([
    ['US', '(650) 253-0000', '16502530000'],
    ['US', '650.253.0000', '16502530000'],
    ['US', '+8613800138000', MOBILE],
    ['US', '008613800138000', MOBILE],
    ['AU', '0011 86 138 0013 8000', MOBILE],
    ['GB', '020 7946 0958', '442079460958'],
    ['JP', '090-1234-5678', '819012345678'],
  ])('the numbers of region %s: %s', (region, text, digits) => {
    expect(parsePhone(text, region)).toMatchObject({ ok: true, digits });
  });

  test('every mobile number of China is understood in each of its forms', () => {
    const tail = fc.integer({ min: 0, max: 999_999_999 }).map((value) => String(value).padStart(9, '0'));
    const forms = [
      (n: string) => n,
      (n: string) => `86${n}`,
      (n: string) => `+86${n}`,
      (n: string) => `0086${n}`,
      (n: string) => `${n.slice(0, 3)} ${n.slice(3, 7)} ${n.slice(7)}`,
      (n: string) => `'+86-${n.slice(0, 3)}-${n.slice(3)}`,
      (n: string) => [...n].map((digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0)).join(''),
    ];
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 9 }), tail, fc.constantFrom(...forms), (second, rest, form) => {
        const number = `1${second}${rest}`;
        expect(parsePhone(form(number), 'CN')).toMatchObject({ ok: true, digits: `86${number}` });
      }),
      { numRuns: 2_000 },
    );
  });
});

const REFUSED: readonly (readonly [string, PhoneFault])[] = [
  ['', 'number_missing'],
  ['   ', 'number_missing'],
  ["'", 'number_missing'],
  ['1.38E+10', 'number_shortened'],
  ['1.38001E+10', 'number_shortened'],
  ['1,38E+10', 'number_shortened'],
  ['13800138000/13900139000', 'number_several'],
  ['13800138000、13900139000', 'number_several'],
  ['13800138000,13900139000', 'number_several'],
  ['13800138000；13900139000', 'number_several'],
  ['13800138000 13900139000', 'number_several'],
  ['13800138000\n13900139000', 'number_several'],
  ['+8613800138000+8613900139000', 'number_several'],
  ['13800138000或13900139000', 'number_several'],
  ['010-65521000/79', 'number_several'],
  ['010-65521000 ext. 12', 'number_extension'],
  ['010-65521000转8012', 'number_extension'],
  ['01065521000#12', 'number_extension'],
  ['01065521000,123', 'number_extension'],
  ['+1 650 253 0000 x12', 'number_extension'],
  ['010-65521000-801', 'number_extension'],
  ['（0571）88888888－12', 'number_extension'],
  ['13800138000-1', 'number_extension'],
  ['400-800-1234-5678', 'number_extension'],
  ['1380-0138-0001', 'number_invalid'],
  [' / ', 'number_missing'],
  ['张三', 'number_letters'],
  ['1380013800O', 'number_letters'],
  ['n/a', 'number_letters'],
  ['138****8000', 'number_characters'],
  ['-', 'number_characters'],
  ['10086', 'number_too_short'],
  ['+86 138', 'number_too_short'],
  ['1380013800012345', 'number_too_long'],
  [`1,${' '.repeat(100_000)}x`, 'number_too_long'],
  ['138001380001', 'number_invalid'],
  ['12800138000', 'number_invalid'],
  ['85291234567', 'number_invalid'],
  ['+999 12345678', 'number_invalid'],
  ['65521000', 'number_no_area_code'],
];

describe('numbers that are refused', () => {
  test.each(REFUSED)('"%.40s" is %s', (text, code) => {
    const result = parsePhone(text, 'CN');
    expect(result).toMatchObject({ ok: false, code });
    if (result.ok) return;
    expect(result.message).toMatch(/; /);
    expect(result.message.replace('1.38E+10', '')).not.toMatch(/\d{3}/);
  });

  test('a number without country code in no known region asks for it', () => {
    expect(parsePhone('13800138000', 'XX')).toMatchObject({ ok: false, code: 'number_no_country' });
  });

  test('no text whatever makes it throw, and what it takes is E.164 digits', () => {
    const cell = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...'0123456789+-() .,/x转') }),
    );
    fc.assert(
      fc.property(cell, fc.constantFrom('CN', 'US', 'XX'), (text, region) => {
        const result = parsePhone(text, region);
        if (result.ok) expect(result.digits).toMatch(/^[1-9]\d{5,14}$/);
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('the first of several numbers', () => {
  test.each([
    ['13800138000/13900139000', MOBILE],
    ['13800138000、13900139000', MOBILE],
    ['13800138000 13900139000', MOBILE],
    ['138 0013 8000; 139 0013 9000', MOBILE],
    ['+86 13800138000 13900139000', MOBILE],
    ['+8613800138000+8613900139000', MOBILE],
    ['13800138000或13900139000', MOBILE],
    ['/ 13800138000 / 13900139000', MOBILE],
    ['010-65521000/79', '861065521000'],
    ['13800138000', MOBILE],
  ])('is taken where the campaign says so: %s', (text, digits) => {
    expect(parsePhone(text, 'CN', 'first')).toMatchObject({ ok: true, digits });
  });

  test.each([
    ['12/13800138000', 'number_too_short'],
    ['010-65521000转8012/13800138000', 'number_extension'],
    ['1.38E+10', 'number_shortened'],
    ['张三', 'number_letters'],
  ])('is refused as a number alone would be: %s', (text, code) => {
    expect(parsePhone(text, 'CN', 'first')).toMatchObject({ ok: false, code });
  });
});

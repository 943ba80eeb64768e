/**
 * What people write into a number column, turned into E.164 digits or into a reason with a remedy.
 *
 * A mobile number of China, by far the usual cell, is recognised by looking at its characters. Everything else is
 * cleaned of what spreadsheets and people put around a number. Then the shape of a Chinese landline, 400 or 800
 * number is enough where it was plainly meant as one, since metadata ages while China opens number blocks; all
 * other numbers must be valid in libphonenumber's full metadata: its smaller builds call valid what merely starts well.
 */
import {
  type CountryCode,
  isSupportedCountry,
  type PhoneNumber,
  parsePhoneNumberWithError,
} from 'libphonenumber-js/max';
import { withoutInvisible } from './invisible.ts';
import { NUMBER_CHARACTERS_MAX } from './limits.ts';

/** Why a cell is not a number that we can call. */
export type PhoneFault =
  | 'number_missing'
  | 'number_shortened'
  | 'number_several'
  | 'number_extension'
  | 'number_letters'
  | 'number_characters'
  | 'number_no_country'
  | 'number_no_area_code'
  | 'number_too_short'
  | 'number_too_long'
  | 'number_invalid';

export type PhoneResult =
  /** E.164 digits without "+". `country`: two letters; absent for numbers of China, and where a number is of none. */
  | { readonly ok: true; readonly digits: string; readonly country?: string }
  /** `message` is a sentence with the remedy; it never holds the number. */
  | { readonly ok: false; readonly code: PhoneFault; readonly message: string };

const MESSAGES: Readonly<Record<PhoneFault, string>> = {
  number_missing: 'the number is empty; fill it in or remove the row',
  number_shortened:
    'a spreadsheet shortened the number to the form 1.38E+10, so digits are lost; format the column as text and export again',
  number_several:
    'the cell holds several numbers; give each its own row, or set "several": "first" in the campaign file',
  number_extension: 'the number has an extension, which cannot be dialled; leave the extension out',
  number_letters: 'the number holds letters; write digits only',
  number_characters: 'the number holds characters that no number has, such as "*"; write digits only',
  number_no_country:
    'the number has no country code; write it as +<country code><number>, or set defaultRegion in the campaign file',
  number_no_area_code: 'the number is a landline without its area code; put the area code in front',
  number_too_short: 'the number has too few digits; write it in full, with its area or country code',
  number_too_long: 'the number is too long; remove what does not belong to it',
  number_invalid:
    'no such number exists in its numbering plan; correct it, or write +<country code> in front if it is foreign',
};

function refuse(code: PhoneFault): PhoneResult {
  return { ok: false, code, message: MESSAGES[code] };
}

const ZERO = 48;
const NINE = 57;

/** True when the 11 characters from `start` to the end are a mobile number of China: 1, 3 to 9, nine digits. */
function isChinaMobile(text: string, start: number): boolean {
  if (text.length - start !== 11 || text.charCodeAt(start) !== 49) return false;
  const second = text.charCodeAt(start + 1);
  if (second < 51 || second > NINE) return false;
  for (let index = start + 2; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < ZERO || code > NINE) return false;
  }
  return true;
}

/** The digits of a mobile number of China, with or without 86, +86 or 0086; undefined for anything else. */
function chinaMobile(text: string): string | undefined {
  switch (text.length) {
    case 11:
      return isChinaMobile(text, 0) ? `86${text}` : undefined;
    case 13:
      return text.startsWith('86') && isChinaMobile(text, 2) ? text : undefined;
    case 14:
      return text.startsWith('+86') && isChinaMobile(text, 3) ? text.slice(1) : undefined;
    case 15:
      return text.startsWith('0086') && isChinaMobile(text, 4) ? text.slice(2) : undefined;
    default:
      return undefined;
  }
}

const DASHES = /[\u2010-\u2015\u2212\u30fc\uff70_~]/g;
/** How spreadsheets mark a cell as text: a leading apostrophe, or a formula that is only the text. */
const TEXT_FORMULA = /^="(.*)"$/;
const APOSTROPHES = /^['\u2018\u2019`\u00b4]+/;
/** A whole number that a program wrote as a decimal fraction. */
const DECIMAL_ZERO = /^(\+?\d{7,15})\.0{1,2}$/;
/** A number that a spreadsheet parted at its thousands. Groups of three digits are no numbers of their own. */
const THOUSANDS = /^\d{1,3}(?:,\d{3}){3}(?:\.0{1,2})?$/;
/** What is left of a list of numbers that had one only. */
const SEPARATORS_AT_ENDS = /^[\s/;,、|&]+|[\s/;,、|&]+$/g;
const SHORTENED = /^\+?\d+(?:[.,]\d+)?e\+?\d+$/i;
const EXTENSION =
  /\d[\s)]*(?:,+|#|;?\s*ext(?:ension)?[.=:]?|x|转|轉|分机|分機|内线|內線)\s*[-:.(]?\s*\d{1,6}\s*\)?$/i;
const SEVERAL_MARKS = /[/;,、|\n\r&]|\s(?:or|and)\s|[或和]/;

/** How extensions are written in China: 010-65521000-801. It could be part of a number, so only what is none is read so. */
const DASHED_EXTENSION = /^(.*\d)\s*-\s*\d{1,6}$/;

function cleaned(text: string): string {
  return withoutInvisible(text.normalize('NFKC'))
    .trim()
    .replace(TEXT_FORMULA, '$1')
    .replace(APOSTROPHES, '')
    .replace(/^tel:/i, '')
    .replace(DASHES, '-')
    .replace(SEPARATORS_AT_ENDS, '')
    .replace(THOUSANDS, (number) => number.replaceAll(',', ''))
    .replace(DECIMAL_ZERO, '$1')
    .trim();
}

function holdsSeveral(text: string): boolean {
  if (text.split(SEVERAL_MARKS).filter((part) => /\d{2}/.test(part)).length > 1) return true;
  if (/\d.*\+/.test(text)) return true;
  return text.split(/\s+/).filter((part) => part.replace(/\D/g, '').length >= 7).length > 1;
}

/** The first of several numbers in a cell, by the marks that {@link holdsSeveral} knows. */
function firstOf(text: string): string {
  const part = text.split(SEVERAL_MARKS).find((one) => /\d{2}/.test(one)) ?? '';
  const [one = ''] = part.trim().split(/(?<=\d.*)(?=\+)/);
  const words = one.trim().split(/\s+/);
  const whole = words.findIndex((word) => word.replace(/\D/g, '').length >= 7);
  return whole < 0 ? one.trim() : words.slice(0, whole + 1).join(' ');
}

/** What is wrong with the characters, before their meaning is looked at; undefined when nothing is. */
function characterFault(text: string): PhoneFault | undefined {
  if (text === '') return 'number_missing';
  if (SHORTENED.test(text)) return 'number_shortened';
  if (EXTENSION.test(text)) return 'number_extension';
  if (/\d/.test(text) && holdsSeveral(text)) return 'number_several';
  if (/\p{L}/u.test(text)) return 'number_letters';
  return /^[+\d\s().[\]-]*$/.test(text) && /\d/.test(text) ? undefined : 'number_characters';
}

/**
 * Chinese landlines of eight digits with their area code, and 400 and 800 numbers, by shape. The trunk zero or the
 * country code must be there: without them a number of Hong Kong looks like a landline of Guizhou. Landlines of
 * seven digits are left to the metadata: a city that went to eight digits never goes back, so there it is not stale.
 */
const CHINA_LANDLINE =
  /^(?:(?:\+86|0086|86)?0|\+86|0086)((?:10|2\d|[3-9]\d{2})[2-9]\d{7})$|^(?:\+86|0086|86)?([48]00[1-9]\d{6})$/;

/** The digits of a number of China that its shape settles; undefined for anything else. */
function chinaNumber(digits: string): string | undefined {
  const landline = CHINA_LANDLINE.exec(digits);
  if (landline === null) return chinaMobile(digits);
  return `86${landline[1] ?? landline[2] ?? ''}`;
}

function parsed(text: string, region: string): PhoneNumber | string {
  try {
    return parsePhoneNumberWithError(text, {
      extract: false,
      ...(isSupportedCountry(region) && { defaultCountry: region satisfies CountryCode }),
    });
  } catch (error) {
    if (error instanceof Error) return error.message;
    throw error;
  }
}

/** The library's word for a text that it cannot place at all. */
function unplaced(word: string, digits: string): PhoneFault {
  if (word === 'TOO_SHORT') return 'number_too_short';
  if (word === 'TOO_LONG') return 'number_too_long';
  return word === 'INVALID_COUNTRY' && !digits.startsWith('+') ? 'number_no_country' : 'number_invalid';
}

function taken({ number, country }: PhoneNumber): PhoneResult {
  const digits = number.slice(1);
  return country === undefined ? { ok: true, digits } : { ok: true, digits, country };
}

function judge(digits: string, region: string): PhoneResult {
  const number = parsed(digits, region);
  if (typeof number !== 'string' && number.isValid()) return taken(number);
  // 00 is the international prefix nearly everywhere, so it is understood also where the region has another.
  if (digits.startsWith('00')) {
    const foreign = parsed(`+${digits.slice(2)}`, region);
    if (typeof foreign !== 'string' && foreign.isValid()) return taken(foreign);
  }
  if (typeof number === 'string') return refuse(unplaced(number, digits));
  const national = number.nationalNumber.length;
  if (number.countryCallingCode === '86' && (national === 7 || national === 8)) {
    return refuse('number_no_area_code');
  }
  if (number.isPossible()) return refuse('number_invalid');
  return refuse(national < 8 ? 'number_too_short' : 'number_too_long');
}

/** A number that holds nothing but digits and their decoration. */
function numberOf(clean: string, region: string): PhoneResult {
  const digits = clean.replace(/[^+\d]/g, '');
  const ofChina = region === 'CN' || digits.startsWith('+86') ? chinaNumber(digits) : undefined;
  return ofChina === undefined ? judge(digits, region) : { ok: true, digits: ofChina };
}

/**
 * The E.164 digits of a number as a person or a program wrote it. `defaultRegion` is the two-letter country of
 * numbers without a country code. Full-width digits, spaces, dashes, dots, brackets and the marks of spreadsheets
 * are tolerated; extensions, several numbers, shortened and misspelt numbers are refused with a code each. With
 * `several` the first of several numbers is taken, if it is one.
 */
export function parsePhone(text: string, defaultRegion: string, several?: 'first'): PhoneResult {
  const quick = defaultRegion === 'CN' ? chinaMobile(text) : undefined;
  if (quick !== undefined) return { ok: true, digits: quick };
  if (text.length > NUMBER_CHARACTERS_MAX) return refuse('number_too_long');
  let clean = cleaned(text);
  let fault = characterFault(clean);
  if (fault === 'number_several' && several === 'first') {
    clean = firstOf(clean);
    fault = characterFault(clean);
  }
  if (fault !== undefined) return refuse(fault);
  const found = numberOf(clean, defaultRegion);
  if (found.ok) return found;
  const main = DASHED_EXTENSION.exec(clean)?.[1];
  return main !== undefined && numberOf(main, defaultRegion).ok ? refuse('number_extension') : found;
}

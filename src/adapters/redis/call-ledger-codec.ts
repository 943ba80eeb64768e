/**
 * How the ledger writes a dial: nine digits for the number, three for the second of its day, two as a mark of its
 * attempt; the day is in the key. Digits of 64, the lowest first, as text: it passes through scripts and replies as it
 * is. All of this is the stored format.
 */
import { assert } from '../../core/assert.ts';
import { LEDGER_SHARDS } from '../../core/limits.ts';
import { DAY, fromSeconds, type Instant, SECOND } from '../../core/time.ts';
import type { FieldMaker } from './suppression-place.ts';

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** 54 bits: an E.164 number takes 50, and of its digest so many mistake a stranger once in 10^9 look-ups. */
const FIELD_DIGITS = 9;
const HALF_BITS = 27;
const HALF = 2 ** HALF_BITS;
/** Any odd numbers whose bits are well mixed; these are known from hash functions. */
const ROUND_FACTORS = [0x2c1b3c6d, 0x297a2d39, 0x85ebca6b, 0xc2b2ae35];
const TIME_DIGITS = 3;
const MARK_DIGITS = 2;
const TAIL_DIGITS = TIME_DIGITS + MARK_DIGITS;
export const ID_CHARACTERS = 8;

/** What stands for nothing in the arguments of settle-dials.lua. */
export const NONE = '-';

/** The lowest digits of an integer below 2^31. */
function digits(value: number, width: number): string {
  let text = '';
  for (let rest = value, at = 0; at < width; at += 1, rest >>>= 6) text += DIGITS[rest & 63];
  return text;
}

/** The field that stands for a number: all of it, stirred, or with a key some of its digest. */
export function dialField(number: number, fields: FieldMaker): string {
  return fields.plain ? stirred(number) : fields.fieldOf(String(number)).slice(0, FIELD_DIGITS);
}

/** The part that a field lies in, told by its last digit. The first four tell its bucket, so that they are not alike. */
export function shardOf(field: string): number {
  return DIGITS.indexOf(field.charAt(FIELD_DIGITS - 1)) % LEDGER_SHARDS;
}

/**
 * The 54 bits of a number so that each of them sways all digits, and no two numbers become the same: a Feistel network
 * of four rounds. Numbers of a list may have much in common, and must spread over parts and buckets all the same.
 */
function stirred(number: number): string {
  let high = Math.floor(number / HALF);
  let low = number - high * HALF;
  for (const factor of ROUND_FACTORS) {
    const mixed = Math.imul(low ^ (low >>> 13), factor);
    const next = (high ^ mixed ^ (mixed >>> 15)) & (HALF - 1);
    high = low;
    low = next;
  }
  return digits(low, 4) + digits((low >>> 24) | ((high & 7) << 3), 1) + digits(high >>> 3, 4);
}

/** Days since 1970-01-01, UTC. */
export function dayOf(at: Instant): number {
  return Math.floor(at / DAY);
}

/** The days in which a dial between two moments may be found, the newest first. */
export function daysBetween(from: Instant, to: Instant): number[] {
  const newest = dayOf(to);
  return Array.from({ length: newest - dayOf(from) + 1 }, (_, age) => newest - age);
}

/** Tells attempts of one number in one second apart, nearly always (FNV-1a). */
function markOf(attempt: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < attempt.length; at += 1) hash = Math.imul(hash ^ attempt.charCodeAt(at), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}

/** A dial as it stands behind the field of its number. The same attempt in the same second gives the same text. */
export function dialRecord(at: Instant, attempt: string): string {
  const second = Math.floor((at - dayOf(at) * DAY) / SECOND);
  return digits(second, TIME_DIGITS) + digits(markOf(attempt), MARK_DIGITS);
}

/** The times of the dials that a part holds of a number, as reserve-dials.lua tells them. */
export function dialTimes(held: string, days: readonly number[]): Instant[] {
  if (held === '') return [];
  return held.split(',').flatMap((records, index) => {
    const day = (days[index] ?? Number.NaN) * DAY;
    return chunks(records, TAIL_DIGITS).map((record) => day + fromSeconds(secondOf(record)));
  });
}

function secondOf(record: string): number {
  let second = 0;
  for (let at = TIME_DIGITS - 1; at >= 0; at -= 1) second = second * 64 + DIGITS.indexOf(record.charAt(at));
  return second;
}

/** The ids of the reservations that a part holds of a number. */
export function openIds(held: string): string[] {
  return chunks(held, ID_CHARACTERS);
}

function chunks(text: string, width: number): string[] {
  assert(text.length % width === 0, `records of ${width} characters`);
  return Array.from({ length: text.length / width }, (_, at) => text.slice(at * width, (at + 1) * width));
}

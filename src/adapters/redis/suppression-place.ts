import { createHmac } from 'node:crypto';
import { SUPPRESSION_DIGEST_CHARACTERS, SUPPRESSION_SHARDS } from '../../core/limits.ts';

/** Products stay below 2^53, so that a script computes the same with Lua's numbers; the modulus is prime. */
const MULTIPLIER = 65_599;
const MODULUS = 2_147_483_647;

/** Where a field lives: the part, and within it an integer from which the bucket is taken. */
export interface Place {
  readonly shard: number;
  readonly place: number;
}

/** The place of a field. Part of the stored format; add-suppressed.lua computes the same when it splits a bucket. */
export function placeOf(field: string): Place {
  let hash = 0;
  for (let index = 0; index < field.length; index += 1) {
    hash = (hash * MULTIPLIER + field.charCodeAt(index)) % MODULUS;
  }
  return { shard: hash % SUPPRESSION_SHARDS, place: Math.floor(hash / SUPPRESSION_SHARDS) };
}

/** How numbers become fields: as they are, or through a key that only this installation has. */
export interface FieldMaker {
  /** Tells one key from another, and a key from none; tells nothing about the key. */
  readonly fingerprint: string;
  /** True when the number can be read from its field. */
  readonly plain: boolean;
  fieldOf(number: string): string;
}

/** Fields for the E.164 digits of numbers: themselves, or with a key the first characters of their HMAC-SHA256. */
export function fieldMaker(key: string | undefined): FieldMaker {
  if (key === undefined) return { fingerprint: 'plain', plain: true, fieldOf: (number) => number };
  const digest = (text: string): string =>
    createHmac('sha256', key).update(text).digest('base64url').slice(0, SUPPRESSION_DIGEST_CHARACTERS);
  return { fingerprint: digest('the key of the suppression lists'), plain: false, fieldOf: digest };
}

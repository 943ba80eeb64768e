import type { LineEncoding } from './text-decoder.ts';

/** How well bytes fit an encoding: 1 where every character beyond ASCII is a usual one, below 0 where most are none. */
export type Fit = number;

/** What a sequence that is no character costs. One half of a character in a long list is damage, not another encoding. */
const INVALID_COST = 4;

const isBetween = (byte: number, from: number, to: number): boolean => byte >= from && byte <= to;
const isLetter = (byte: number): boolean => isBetween(byte | 0x20, 0x61, 0x7a);

/** Walks from character to character; `step` gives the bytes of the one at `at` and its worth, or undefined for none. */
function walk(
  bytes: Buffer,
  step: (bytes: Buffer, at: number) => readonly [length: number, worth: number] | undefined,
): Fit {
  let characters = 0;
  let worth = 0;
  for (let at = 0; at < bytes.length; ) {
    if ((bytes[at] ?? 0) < 0x80) {
      at += 1;
      continue;
    }
    const found = step(bytes, at);
    characters += 1;
    worth += found === undefined ? -INVALID_COST : found[1];
    at += found?.[0] ?? 1;
  }
  return characters === 0 ? 0 : worth / characters;
}

/** Hanzi of GB2312 level 1 stand at B0 to D7, level 2 at D8 to F7, both with second bytes from A1 on; all else is rare. */
function gb18030(bytes: Buffer, at: number): readonly [number, number] | undefined {
  const lead = bytes[at] ?? 0;
  const trail = bytes[at + 1] ?? 0;
  if (!isBetween(lead, 0x81, 0xfe)) return undefined;
  if (isBetween(trail, 0x30, 0x39)) {
    const whole = isBetween(bytes[at + 2] ?? 0, 0x81, 0xfe) && isBetween(bytes[at + 3] ?? 0, 0x30, 0x39);
    return whole ? [4, 0.1] : undefined;
  }
  if (!isBetween(trail, 0x40, 0xfe) || trail === 0x7f) return undefined;
  if (trail < 0xa1) return [2, 0.05];
  if (isBetween(lead, 0xb0, 0xd7)) return [2, 1];
  if (isBetween(lead, 0xd8, 0xf7)) return [2, 0.5];
  return [2, isBetween(lead, 0xa1, 0xa3) ? 0.8 : 0.1];
}

/** The 5,401 usual characters stand at A4 to C6, punctuation at A1 to A3, rarer ones from C9 on. */
function big5(bytes: Buffer, at: number): readonly [number, number] | undefined {
  const lead = bytes[at] ?? 0;
  const trail = bytes[at + 1] ?? 0;
  if (!isBetween(lead, 0x81, 0xfe)) return undefined;
  if (!isBetween(trail, 0x40, 0x7e) && !isBetween(trail, 0xa1, 0xfe)) return undefined;
  if (isBetween(lead, 0xa4, 0xc6)) return [2, 1];
  if (isBetween(lead, 0xa1, 0xa3)) return [2, 0.8];
  return [2, isBetween(lead, 0xc9, 0xf9) ? 0.3 : 0.1];
}

/** Kana stand at 82 and 83, usual kanji at 88 to 97; half-width kana are single bytes, and come in runs. */
function shiftJis(bytes: Buffer, at: number): readonly [number, number] | undefined {
  const lead = bytes[at] ?? 0;
  const trail = bytes[at + 1] ?? 0;
  if (isBetween(lead, 0xa1, 0xdf)) return [1, 0.5];
  if (!isBetween(lead, 0x81, 0x9f) && !isBetween(lead, 0xe0, 0xfc)) return undefined;
  if (!isBetween(trail, 0x40, 0xfc) || trail === 0x7f) return undefined;
  if (lead === 0x82 || lead === 0x83 || isBetween(lead, 0x88, 0x97)) return [2, 1];
  if (lead === 0x81) return [2, 0.8];
  return [2, isBetween(lead, 0x98, 0x9f) ? 0.5 : 0.2];
}

/** Accented letters stand beside plain ones, mostly in small letters; what stands among others of its kind is no word. */
function windows1252(bytes: Buffer, at: number): readonly [number, number] {
  const byte = bytes[at] ?? 0;
  const before = bytes[at - 1] ?? 0x2c;
  const after = bytes[at + 1] ?? 0x2c;
  if ((before >= 0x80 && after >= 0x80) || [0x81, 0x8d, 0x8f, 0x90, 0x9d].includes(byte)) return [1, 0];
  if (before >= 0x80 || after >= 0x80) return [1, 0.3];
  const letter = byte >= 0xc0 && byte !== 0xd7 && byte !== 0xf7;
  if (letter) return [1, isLetter(before) || isLetter(after) ? 0.95 : 0.4];
  return [1, 0.6];
}

function utf8(bytes: Buffer, at: number): readonly [number, number] | undefined {
  const lead = bytes[at] ?? 0;
  const length = isBetween(lead, 0xc2, 0xdf) ? 2 : isBetween(lead, 0xe0, 0xef) ? 3 : 4;
  if (!isBetween(lead, 0xc2, 0xf4)) return undefined;
  for (let next = 1; next < length; next += 1) {
    if (!isBetween(bytes[at + next] ?? 0, 0x80, 0xbf)) return undefined;
  }
  return [length, 1];
}

/** What bytes may be, in the order of preference between equals: lists come from China most often. */
const WALKS: readonly (readonly [LineEncoding, typeof utf8])[] = [
  ['gb18030', gb18030],
  ['big5', big5],
  ['shift-jis', shiftJis],
  ['windows-1252', windows1252],
];

export interface ScoredEncoding {
  readonly encoding: LineEncoding;
  readonly fit: Fit;
}

/**
 * How well whole lines of bytes fit each encoding that is not UTF-8, best first. What frequent characters of a language
 * have in common is where they stand in its table, so their places are counted, not their meaning.
 */
export function scoreEncodings(bytes: Buffer): ScoredEncoding[] {
  return WALKS.map(([encoding, step]) => ({ encoding, fit: walk(bytes, step) })).sort(
    (a, b) => b.fit - a.fit,
  );
}

/** The share of characters beyond ASCII that are whole in UTF-8: what is nearly all of them is UTF-8, damaged. */
export function shareOfUtf8(bytes: Buffer): number {
  let whole = 0;
  let characters = 0;
  for (let at = 0; at < bytes.length; ) {
    if ((bytes[at] ?? 0) < 0x80) {
      at += 1;
      continue;
    }
    const found = utf8(bytes, at);
    characters += 1;
    if (found !== undefined) whole += 1;
    at += found?.[0] ?? 1;
  }
  return characters === 0 ? 1 : whole / characters;
}

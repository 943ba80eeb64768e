import { isAscii, isUtf8 } from 'node:buffer';
import { AppError } from '../../core/errors.ts';
import { ENCODING_SAMPLE_BYTES } from '../../core/limits.ts';
import type { Encoding } from '../../core/list-wish.ts';
import type { ByteSource } from './byte-source.ts';
import { scoreEncodings, shareOfUtf8 } from './encoding-scores.ts';
import { type LineBlock, lineBlocks } from './line-blocks.ts';

export interface FoundEncoding {
  readonly encoding: Encoding;
  /** In percent. */
  readonly sure: number;
}

/** A fit below this is no reading of the file at all. */
const FIT_MIN = 0.4;

const MARKS: readonly (readonly [Encoding, readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['gb18030', [0x84, 0x31, 0x95, 0x33]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

/**
 * What the first bytes of a file say: a byte-order mark, or, without one, UTF-16, where every second byte of what is
 * ASCII is zero. Undefined where they say nothing.
 */
export function markedEncoding(head: Buffer): FoundEncoding | undefined {
  for (const [encoding, mark] of MARKS) {
    if (head.subarray(0, mark.length).equals(Buffer.from(mark))) return { encoding, sure: 100 };
  }
  const zeros = [0, 0];
  for (let at = 0; at < head.length; at += 1) {
    if (head[at] === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
  }
  const [even = 0, odd = 0] = zeros;
  const pairs = head.length / 2;
  if (odd > pairs / 4 && even * 50 < odd) return { encoding: 'utf-16le', sure: 95 };
  if (even > pairs / 4 && odd * 50 < even) return { encoding: 'utf-16be', sure: 95 };
  return undefined;
}

/**
 * Tells the encoding of a file without a mark from all of its bytes: UTF-8 where every one of them fits, however late
 * the first beyond ASCII comes. Otherwise the lines that are not ASCII, a sample of them, say which encoding they fit
 * best. A file that is UTF-8 but for a few bytes is called UTF-8, so that its damage is named and not read as letters.
 * Throws AppError `file_invalid` where nothing fits.
 */
export async function detectEncoding(source: ByteSource): Promise<FoundEncoding> {
  const sample: Buffer[] = [];
  let sampled = 0;
  let valid = true;
  let plain = true;
  for await (const block of lineBlocks(source)) {
    if (isAscii(block.bytes)) continue;
    plain = false;
    if (!block.cut && !isUtf8(block.bytes)) {
      // What proves that it is not UTF-8 must be in the sample, whatever came before.
      if (valid && sampled >= ENCODING_SAMPLE_BYTES) sampled = ENCODING_SAMPLE_BYTES / 2;
      valid = false;
    }
    if (sampled < ENCODING_SAMPLE_BYTES) {
      const lines = linesBeyondAscii(block, ENCODING_SAMPLE_BYTES - sampled);
      sample.push(lines);
      sampled += lines.length;
    } else if (!valid) break;
  }
  if (valid) return { encoding: 'utf-8', sure: plain ? 100 : 99 };
  return fromSample(Buffer.concat(sample));
}

function fromSample(sample: Buffer): FoundEncoding {
  const share = shareOfUtf8(sample);
  if (share > 0.5) return { encoding: 'utf-8', sure: Math.round(share * 90) };
  const [best, second] = scoreEncodings(sample);
  if (best === undefined || best.fit < FIT_MIN) {
    throw new AppError(
      'file_invalid',
      'the encoding of the file cannot be told; save it as "CSV UTF-8", or name its encoding with --encoding, and import it again',
    );
  }
  const lead = Math.min(1, 2 * (best.fit - Math.max(0, second?.fit ?? 0)));
  return { encoding: best.encoding, sure: Math.round(50 + 49 * lead * Math.min(1, best.fit + 0.1)) };
}

/** The lines of a block that hold a byte beyond ASCII, joined, about `bytesMax` at most. */
function linesBeyondAscii({ bytes }: LineBlock, bytesMax: number): Buffer {
  const lines: Buffer[] = [];
  let taken = 0;
  for (let at = 0; at < bytes.length && taken < bytesMax; ) {
    if ((bytes[at] ?? 0) < 0x80) {
      at += 1;
      continue;
    }
    const start = bytes.lastIndexOf(0x0a, at) + 1;
    const newline = bytes.indexOf(0x0a, at);
    const end = Math.min(newline < 0 ? bytes.length : newline + 1, start + bytesMax);
    lines.push(Buffer.from(bytes.subarray(start, end)));
    taken += end - start;
    at = Math.max(at + 1, end);
  }
  return Buffer.concat(lines);
}

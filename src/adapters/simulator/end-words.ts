/** The provider's words for how a call ends (`ok`, `notAnswer`, ...), or their numbers, as scenarios write them. */
import { z } from 'zod';
import { END_STATUS_WORDS } from '../tencent/schema/end-status.ts';

const CODE_BY_WORD = new Map(Object.entries(END_STATUS_WORDS).map(([code, word]) => [word, Number(code)]));

/** A word of the provider, or any number, also one it does not have. */
export const endWord = z
  .string()
  .refine((word) => CODE_BY_WORD.has(word) || /^\d{1,4}$/.test(word), 'is no end status of the provider');

/** How calls end, each end with a weight. */
export const endWeights = z
  .record(endWord, z.number().min(0))
  .refine((weights) => Object.values(weights).some((weight) => weight > 0), 'needs a weight above 0');

/** The code of a word that passed {@link endWord}. */
export function endCode(word: string): number {
  return CODE_BY_WORD.get(word) ?? Number(word);
}

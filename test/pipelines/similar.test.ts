import { describe, expect, test } from 'vitest';
import { similarWord } from '../../src/pipelines/similar.ts';

const WORDS = ['columns', 'callers', 'retry', 'name', 'no_answer', 'user_reject', 'busy', 'windows'];

describe('the word that was meant', () => {
  test.each([
    ['colums', 'columns'],
    ['retyr', 'retry'],
    ['Name', 'name'],
    ['noAnswer', 'no_answer'],
    ['no answer', 'no_answer'],
    ['bussy', 'busy'],
    ['busy', 'busy'],
  ])('"%s" is "%s"', (word, meant) => {
    expect(similarWord(word, WORDS)).toBe(meant);
  });

  test.each(['phone', 'x', '', 'rejected', 'a'.repeat(100_000)])('"%.20s" is none', (word) => {
    expect(similarWord(word, WORDS)).toBeUndefined();
  });
});

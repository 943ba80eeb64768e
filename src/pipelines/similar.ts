import { distance } from 'fastest-levenshtein';

/** Longer words are not compared: nobody misspells one of ours at that length. */
const WORD_CHARACTERS_MAX = 40;

/** Case and what parts words count for nothing: `no answer` is `no_answer`. */
const bare = (word: string): string => word.toLowerCase().replace(/[\s_-]+/g, '');

/** The known word that a misspelt one was meant to be: the nearest; undefined where none differs in so little. */
export function similarWord(word: string, known: Iterable<string>): string | undefined {
  if (word.length > WORD_CHARACTERS_MAX) return undefined;
  const wanted = bare(word);
  const ranked = [...known].map((one) => ({ one, far: distance(wanted, bare(one)) }));
  const [nearest] = ranked.sort((a, b) => a.far - b.far);
  return nearest !== undefined && nearest.far <= wanted.length / 3 + 0.5 ? nearest.one : undefined;
}

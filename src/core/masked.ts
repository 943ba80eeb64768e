import { oneLine } from './one-line.ts';

/** Characters of a value that are shown: enough to recognise it. */
const SHOWN_MAX = 40;
const HEAD_DIGITS = 3;
const TAIL_DIGITS = 2;
const DIGIT = /\p{Nd}/gu;

/**
 * A value of a list as messages may show it: of its digits the first three and the last two, stars for the others,
 * and not long. Digits of any script and width count, so that no way of writing a number slips through.
 */
export function masked(value: string): string {
  const digits = value.match(DIGIT)?.length ?? 0;
  let at = 0;
  const text = value.replace(DIGIT, (digit) => {
    at += 1;
    return at <= HEAD_DIGITS || at > digits - TAIL_DIGITS ? digit : '*';
  });
  const characters = [...oneLine(text)];
  return characters.length > SHOWN_MAX
    ? `${characters.slice(0, SHOWN_MAX - 1).join('')}…`
    : characters.join('');
}

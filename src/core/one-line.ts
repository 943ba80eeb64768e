/**
 * A text on a single line, without what moves the cursor of a terminal or changes its colours: names of files and cells of
 * lists may hold anything.
 */
export function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, ' ');
}

import { signal } from '@preact/signals';

/** Counts what this page changed in suppression lists, so that what shows them reads them again. */
export const suppressionChanges = signal(0);

export function suppressionChanged(): void {
  suppressionChanges.value += 1;
}

/** Counts what was settled here of what needs attention, so that its number beside the page is asked for again. */
export const attentionChanges = signal(0);

export function attentionChanged(): void {
  attentionChanges.value += 1;
}

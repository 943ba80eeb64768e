import { signal } from '@preact/signals';

/** Counts what this page changed in suppression lists, so that what shows them reads them again. */
export const suppressionChanges = signal(0);

export function suppressionChanged(): void {
  suppressionChanges.value += 1;
}

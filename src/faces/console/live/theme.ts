import { effect, signal } from '@preact/signals';

export type Theme = 'light' | 'dark';
const STORED = 'ringmaster.theme';
const dark = matchMedia('(prefers-color-scheme: dark)');

function stored(): Theme | undefined {
  const value = localStorage.getItem(STORED);
  return value === 'light' || value === 'dark' ? value : undefined;
}

/** The operator's choice, else what the machine prefers, followed while it changes. */
export const theme = signal<Theme>(stored() ?? (dark.matches ? 'dark' : 'light'));

dark.addEventListener('change', () => {
  if (stored() === undefined) theme.value = dark.matches ? 'dark' : 'light';
});

effect(() => {
  document.documentElement.dataset.theme = theme.value;
});

export function switchTheme(): void {
  theme.value = theme.value === 'dark' ? 'light' : 'dark';
  localStorage.setItem(STORED, theme.value);
}

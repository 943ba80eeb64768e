import { effect, signal } from '@preact/signals';
import type { Message } from './message.ts';
import { MESSAGES, type MessageKey } from './messages.ts';

export type Language = 'en' | 'zh';

export type Values = Readonly<Record<string, string | number>>;

const STORED = 'ringmaster.language';

function preferred(): Language {
  const stored = localStorage.getItem(STORED);
  if (stored === 'en' || stored === 'zh') return stored;
  return (navigator.languages ?? [navigator.language]).find((one) => /^(en|zh)/.test(one))?.startsWith('zh')
    ? 'zh'
    : 'en';
}

export const language = signal<Language>(preferred());

effect(() => {
  document.documentElement.lang = language.value === 'zh' ? 'zh-CN' : 'en';
});

export function switchLanguage(): void {
  language.value = language.value === 'en' ? 'zh' : 'en';
  localStorage.setItem(STORED, language.value);
}

/** The tag for the browser's own formats. British English writes the day before the month and 24 hours. */
export function locale(): string {
  return language.value === 'zh' ? 'zh-CN' : 'en-GB';
}

function shown(value: string | number | undefined): string {
  return typeof value === 'number' ? value.toLocaleString(locale()) : (value ?? '');
}

/** The message in the present language. */
export function inLanguage([en, zh]: Message, values: Values = {}): string {
  return (language.value === 'zh' ? zh : en).replace(
    /\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g,
    (_, key: string, one?: string, many?: string) =>
      one === undefined ? shown(values[key]) : values[key] === 1 ? one : (many ?? ''),
  );
}

export function t(key: MessageKey, values?: Values): string {
  return inLanguage(MESSAGES[key], values);
}

import { signal } from '@preact/signals';
import { problemDetail, problemTitle } from '../i18n/problem-words.ts';
import { t } from '../i18n/translate.ts';
import { asProblem } from '../live/use-load.ts';

type ToastTone = 'green' | 'amber' | 'red';

interface ToastItem {
  readonly id: number;
  readonly text: string;
  readonly tone: ToastTone;
}

const SHOWN_MS = 6_000;
const toasts = signal<readonly ToastItem[]>([]);
let lastId = 0;

function drop(id: number): void {
  toasts.value = toasts.value.filter((one) => one.id !== id);
}

function show(text: string, tone: ToastTone): void {
  lastId += 1;
  const id = lastId;
  toasts.value = [...toasts.value.slice(-3), { id, text, tone }];
  // What is not as it should be stays until it is closed: whoever looked away must still learn of it.
  if (tone === 'green') setTimeout(() => drop(id), SHOWN_MS);
}

export function say(text: string): void {
  show(text, 'green');
}

export function sayWarning(text: string): void {
  show(text, 'amber');
}

export function sayFault(error: unknown): void {
  const problem = asProblem(error);
  const detail = problemDetail(problem);
  show(detail === '' ? problemTitle(problem) : `${problemTitle(problem)} ${detail}`, 'red');
}

/** Short messages of what was done, read out as they come. */
export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, text, tone }) => (
        <div key={id} class={`toast tone-${tone}`}>
          <span>{text}</span>
          <button type="button" onClick={() => drop(id)} aria-label={t('dialog.close')}>
            ✕
          </button>
        </div>
      ))}
    </div>
  );
}

import { numberText, shareText } from '../i18n/format.ts';
import type { Tone } from '../i18n/state-words.ts';

export interface Share {
  readonly key: string;
  readonly label: string;
  readonly value: number;
  readonly tone: Tone;
}

/** Parts of a whole side by side. The figures are its label, so that it needs no eyes. */
export function ShareBar(props: {
  readonly parts: readonly Share[];
  readonly total: number;
  readonly label: string;
  readonly isThick?: boolean;
}) {
  const { parts, total } = props;
  const shown = parts.filter(({ value }) => value > 0);
  const words = shown.map(({ label, value }) => `${label} ${shareText(value, total)}`).join(', ');
  return (
    <div
      class={props.isThick ? 'bar thick' : 'bar'}
      role="img"
      aria-label={`${props.label}: ${words || '0%'}`}
    >
      {shown.map(({ key, tone, value }) => (
        <span key={key} class={`fill-${tone}`} style={{ width: `${(value / Math.max(total, 1)) * 100}%` }} />
      ))}
    </div>
  );
}

export function Legend({ parts, total }: { readonly parts: readonly Share[]; readonly total: number }) {
  return (
    <ul class="legend">
      {parts
        .filter(({ value }) => value > 0)
        .map(({ key, label, value, tone }) => (
          <li key={key}>
            <span class={`swatch fill-${tone}`} />
            {label} <strong>{numberText(value)}</strong>
            <span class="muted">{shareText(value, total)}</span>
          </li>
        ))}
    </ul>
  );
}

/** How far one thing has come, as the browser's own progress for those who listen. */
export function ProgressBar(props: {
  readonly value: number;
  readonly total: number;
  readonly label: string;
}) {
  const percent = props.total === 0 ? 0 : Math.min(100, Math.round((props.value / props.total) * 100));
  return (
    <div
      class="bar thick"
      role="progressbar"
      aria-label={props.label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
    >
      <span class="fill-blue" style={{ width: `${percent}%` }} />
    </div>
  );
}

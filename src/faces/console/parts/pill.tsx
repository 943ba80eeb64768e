import { type StateKind, stateWord, type Tone } from '../i18n/state-words.ts';

/** A state in its colour and in words; the colour never says anything alone. */
export function StatePill({ kind, state }: { readonly kind: StateKind; readonly state: string }) {
  const { name, tone, means } = stateWord(kind, state);
  return (
    <span class={`pill tone-${tone}`} title={means} data-state={state}>
      {name}
    </span>
  );
}

export function Pill({ tone, children }: { readonly tone: Tone; readonly children: string }) {
  return <span class={`pill tone-${tone}`}>{children}</span>;
}

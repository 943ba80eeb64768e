import type { CampaignDocument } from '../../documents.ts';
import { CALLEE_ORDER, stateWord } from '../i18n/state-words.ts';
import type { Share } from '../parts/bar.tsx';

const FINAL = ['answered', 'unanswered', 'suppressed', 'expired', 'cancelled'];

type Counted = Pick<CampaignDocument, 'counts'>;

export function countOf({ counts }: Counted, ...states: readonly string[]): number {
  return states.reduce((sum, state) => sum + (counts[state] ?? 0), 0);
}

/** Callees that need no more from anybody. */
export function finalCallees(campaign: Counted): number {
  return countOf(campaign, ...FINAL);
}

/** Callees called to an end: of these the answered share is taken. */
export function reachedCallees(campaign: Counted): number {
  return countOf(campaign, 'answered', 'unanswered');
}

/** When the next callee is called: while the campaign does not run, nobody is, however many are due. */
export function nextDueAt({ state, nextDueAt: at }: CampaignDocument): string | null {
  return state === 'running' ? at : null;
}

/** The callees by state, for a bar: what is done first, what waits last. */
export function stateShares(campaign: Counted): Share[] {
  const order = [...FINAL, ...CALLEE_ORDER.filter((state) => !FINAL.includes(state)).reverse()];
  return order.map((key) => {
    const { name, tone } = stateWord('callee', key);
    return { key, label: name, tone, value: countOf(campaign, key) };
  });
}

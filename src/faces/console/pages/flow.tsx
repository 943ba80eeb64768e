import type { CalleeState } from '../../../core/callee.ts';
import type { CampaignDocument } from '../../documents.ts';
import { numberText } from '../i18n/format.ts';
import { stateWord } from '../i18n/state-words.ts';
import { t } from '../i18n/translate.ts';
import { to } from '../live/route.ts';
import { countOf } from './campaign-figures.ts';

const STAGES = {
  waiting: ['initial', 'pending_retry'],
  calling: ['batched', 'calling', 'missed', 'needs_attention'],
  done: ['answered', 'unanswered', 'suppressed', 'expired', 'cancelled'],
} as const satisfies Readonly<Record<string, readonly CalleeState[]>>;
type Stage = keyof typeof STAGES;

/** One state with its live count, leading to the callees in it. */
function Node({ campaign, state }: { readonly campaign: CampaignDocument; readonly state: CalleeState }) {
  const { name, tone, means } = stateWord('callee', state);
  const count = countOf(campaign, state);
  const width = `${(count / Math.max(campaign.callees, 1)) * 100}%`;
  return (
    <li>
      <a
        class={`flow-node ${count === 0 ? 'zero' : `tone-${tone}`}`}
        href={to(['campaigns', campaign.id, 'callees'], { state })}
        title={means}
      >
        <span>{name}</span>
        <strong data-count={state}>{numberText(count)}</strong>
        <span class={`share fill-${tone}`} style={{ width }} />
      </a>
    </li>
  );
}

function StageList({ campaign, stage }: { readonly campaign: CampaignDocument; readonly stage: Stage }) {
  return (
    <div class="flow-stage">
      <h3>
        <span>{t(`flow.${stage}`)}</span>
        <span>{numberText(countOf(campaign, ...STAGES[stage]))}</span>
      </h3>
      <ul class="flow-stage">
        {STAGES[stage].map((state) => (
          <Node key={state} campaign={campaign} state={state} />
        ))}
      </ul>
    </div>
  );
}

/** Where the callees are, from left to right; whoever is missed goes back to the left or ends on the right. */
export function Flow({ campaign }: { readonly campaign: CampaignDocument }) {
  return (
    <>
      <div class="flow">
        <StageList campaign={campaign} stage="waiting" />
        <span class="flow-arrow" aria-hidden="true">
          ⇄
        </span>
        <StageList campaign={campaign} stage="calling" />
        <span class="flow-arrow" aria-hidden="true">
          →
        </span>
        <StageList campaign={campaign} stage="done" />
      </div>
      <p class="small muted">{t('flow.note')}</p>
    </>
  );
}

import type { AttentionAction } from '../api/documents.ts';
import { campaignAction, type ShownAction } from './action-words.ts';
import type { Message } from './message.ts';
import { plainWord, type Tone } from './state-words.ts';
import { inLanguage, t } from './translate.ts';

const KINDS: Readonly<Record<string, { readonly name: Message; readonly tone: Tone }>> = {
  campaign_blocked: { name: ['Campaign blocked', '活动受阻'], tone: 'red' },
  callees_parked: { name: ['Callees parked', '被叫已搁置'], tone: 'red' },
  batch_uncertain: { name: ['Submission in doubt', '提交待确认'], tone: 'amber' },
  orphan: { name: ['Orphan task', '孤立任务'], tone: 'amber' },
  import_failed: { name: ['Import failed', '导入失败'], tone: 'red' },
};

export interface ShownKind {
  readonly name: string;
  readonly tone: Tone;
}

export function attentionKind(kind: string): ShownKind {
  const row = KINDS[kind];
  return row === undefined
    ? { name: plainWord(kind), tone: 'amber' }
    : { name: inLanguage(row.name), tone: row.tone };
}

/** A suggested step, named like the action on a campaign that it is. */
export function attentionAction({ label, does }: Pick<AttentionAction, 'label' | 'does'>): ShownAction {
  return label === 'errors' ? { name: t('attention.errors'), does } : campaignAction(label, does);
}

import type { BatchState } from '../../../core/batch.ts';
import type { CalleeState } from '../../../core/callee.ts';
import type { CampaignState } from '../../../core/campaign.ts';
import type { ImportState } from '../../../core/import.ts';
import type { Message } from './message.ts';
import { inLanguage } from './translate.ts';

export type Tone = 'grey' | 'blue' | 'green' | 'amber' | 'red' | 'violet';

interface StateWord {
  readonly name: Message;
  readonly tone: Tone;
  /** What it means, for a hint. */
  readonly means: Message;
}

const CALLEE: Readonly<Record<CalleeState, StateWord>> = {
  initial: {
    name: ['Waiting', '待拨打'],
    tone: 'grey',
    means: ['not called yet', '尚未拨打'],
  },
  batched: {
    name: ['In a batch', '已组批'],
    tone: 'blue',
    means: ['chosen for a batch that is being submitted', '已选入批次，正在提交'],
  },
  calling: {
    name: ['Calling', '呼叫中'],
    tone: 'blue',
    means: ['in a task at the provider', '已在服务商的任务中'],
  },
  missed: {
    name: ['Missed', '未接'],
    tone: 'amber',
    means: ['not reached; the next step is being decided', '未接通，正在决定下一步'],
  },
  pending_retry: {
    name: ['Waiting for retry', '待重拨'],
    tone: 'violet',
    means: ['called again at its due time', '到时间后再次拨打'],
  },
  needs_attention: {
    name: ['Needs attention', '需要处理'],
    tone: 'red',
    means: ['parked until an operator decides', '已搁置，等待操作员决定'],
  },
  answered: { name: ['Answered', '已接听'], tone: 'green', means: ['reached', '已接通'] },
  unanswered: {
    name: ['Unanswered', '未接听'],
    tone: 'amber',
    means: ['not reached, and no further attempt', '未接通，不再拨打'],
  },
  suppressed: {
    name: ['Suppressed', '已禁呼'],
    tone: 'grey',
    means: ['on a suppression list', '在禁呼名单中'],
  },
  expired: {
    name: ['Expired', '已过期'],
    tone: 'grey',
    means: ['the campaign ended first', '活动已先结束'],
  },
  cancelled: { name: ['Cancelled', '已取消'], tone: 'grey', means: ['by an operator', '由操作员取消'] },
};

const CAMPAIGN: Readonly<Record<CampaignState, StateWord>> = {
  draft: { name: ['Draft', '草稿'], tone: 'grey', means: ['not started yet', '尚未启动'] },
  running: { name: ['Running', '进行中'], tone: 'blue', means: ['calls are placed', '正在拨打'] },
  paused: {
    name: ['Paused', '已暂停'],
    tone: 'amber',
    means: ['places no calls until resumed', '恢复前不拨打'],
  },
  blocked: {
    name: ['Blocked', '已受阻'],
    tone: 'red',
    means: ['something must be mended first', '须先解决问题'],
  },
  completed: {
    name: ['Completed', '已完成'],
    tone: 'green',
    means: ['every callee is final', '全部被叫已有结果'],
  },
  cancelled: { name: ['Cancelled', '已取消'], tone: 'grey', means: ['stopped for good', '已永久停止'] },
};

const BATCH: Readonly<Record<BatchState, StateWord>> = {
  planned: { name: ['Planned', '已计划'], tone: 'grey', means: ['not submitted yet', '尚未提交'] },
  submitting: { name: ['Submitting', '提交中'], tone: 'blue', means: ['request under way', '请求已发出'] },
  uncertain: {
    name: ['In doubt', '待确认'],
    tone: 'red',
    means: [
      'the reply was lost; the task is looked up, never repeated blindly',
      '回复丢失，正在查询，绝不盲目重发',
    ],
  },
  active: {
    name: ['Active', '进行中'],
    tone: 'blue',
    means: ['the provider has the task', '服务商已接受任务'],
  },
  finished: {
    name: ['Finished', '已完成'],
    tone: 'green',
    means: ['all callees returned', '全部被叫已返回'],
  },
  released: { name: ['Released', '已释放'], tone: 'grey', means: ['given back undialled', '未拨打即退回'] },
};

const IMPORT: Readonly<Record<ImportState, StateWord>> = {
  waiting: { name: ['Waiting', '等待中'], tone: 'grey', means: ['stored, not read yet', '已存储，尚未读取'] },
  reading: { name: ['Reading', '读取中'], tone: 'blue', means: ['rows are being taken', '正在读取各行'] },
  done: { name: ['Done', '已完成'], tone: 'green', means: ['every row is accounted for', '每一行都有结果'] },
  failed: { name: ['Failed', '失败'], tone: 'red', means: ['see the reason', '见原因'] },
};

/** States of a caller number that the callers' table names. */
const CALLER: Readonly<Record<string, StateWord>> = {
  ok: { name: ['In use', '使用中'], tone: 'green', means: ['calls are made from it', '用于拨打'] },
  in_use: { name: ['In use', '使用中'], tone: 'green', means: ['calls are made from it', '用于拨打'] },
  normal: { name: ['In order', '正常'], tone: 'green', means: ['calls are made from it', '用于拨打'] },
  unknown: {
    name: ['Unknown', '未知'],
    tone: 'grey',
    means: ['the provider has not said yet', '服务商尚未告知'],
  },
  absent: { name: ['Not yours', '不属于本应用'], tone: 'red', means: ['left out', '不使用'] },
  overdue: { name: ['Bill not paid', '欠费'], tone: 'red', means: ['left out', '不使用'] },
  disabled_by_admin: { name: ['Disabled', '已停用'], tone: 'red', means: ['left out', '不使用'] },
  disabled_for_violation: {
    name: ['Disabled for a violation', '违规停用'],
    tone: 'red',
    means: ['left out', '不使用'],
  },
  not_normal: { name: ['Not in order', '不正常'], tone: 'red', means: ['left out', '不使用'] },
  cannot_call_out: { name: ['Inbound only', '仅可呼入'], tone: 'red', means: ['left out', '不使用'] },
  refused_too_often: {
    name: ['Refused too often', '被拒过多'],
    tone: 'amber',
    means: ['left out for a while', '暂不使用'],
  },
};

const TABLES = { callee: CALLEE, campaign: CAMPAIGN, batch: BATCH, import: IMPORT, caller: CALLER } as const;
export type StateKind = keyof typeof TABLES;

export interface ShownState {
  readonly name: string;
  readonly tone: Tone;
  readonly means: string;
}

/** A word of the server as a sentence writes it, for one that this page was not built with. */
export function plainWord(word: string): string {
  const text = word.replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** How a state is shown; one that is not in the table is shown as it is called. */
export function stateWord(kind: StateKind, state: string): ShownState {
  const table: Readonly<Record<string, StateWord>> = TABLES[kind];
  const word = table[state];
  if (word === undefined) return { name: plainWord(state), tone: 'grey', means: '' };
  return { name: inLanguage(word.name), tone: word.tone, means: inLanguage(word.means) };
}

/** Callee states in the order in which a callee passes through them. */
export const CALLEE_ORDER: readonly CalleeState[] = [
  'initial',
  'pending_retry',
  'batched',
  'calling',
  'missed',
  'needs_attention',
  'answered',
  'unanswered',
  'suppressed',
  'expired',
  'cancelled',
];

export const CAMPAIGN_STATES = Object.keys(CAMPAIGN) as CampaignState[];

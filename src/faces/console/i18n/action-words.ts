import type { ActionResultDocument } from '../api/documents.ts';
import type { Message } from './message.ts';
import { plainWord, stateWord } from './state-words.ts';
import { inLanguage, language, t } from './translate.ts';

interface ActionWords {
  readonly name: Message;
  readonly does: Message;
}

const CAMPAIGN: Readonly<Record<string, ActionWords>> = {
  start: {
    name: ['Start', '启动'],
    does: ['Calls are placed from now on, inside the calling windows.', '从现在起在拨打时段内拨打。'],
  },
  pause: {
    name: ['Pause', '暂停'],
    does: [
      'No further calls are placed until the campaign is resumed. Calls in progress go on.',
      '恢复之前不再拨打新的电话，正在进行的通话不受影响。',
    ],
  },
  resume: { name: ['Resume', '恢复'], does: ['Calls are placed again.', '继续拨打。'] },
  cancel: {
    name: ['Cancel for good', '永久取消'],
    does: [
      'The campaign stops for good. Callees that were not reached yet are cancelled and never called. This cannot be undone.',
      '活动永久停止。尚未接通的被叫将被取消，不再拨打。此操作无法撤销。',
    ],
  },
  retry_now: {
    name: ['Retry now', '立即重拨'],
    does: [
      'Callees that wait for a retry are due at once. With a disposition, those that ended with it unanswered are called again, too. Calling windows, caps and suppression lists still hold.',
      '等待重拨的被叫立即到期；限定结果时，以该结果未接听结束的被叫也会再次拨打。拨打时段、频次上限和禁呼名单仍然有效。',
    ],
  },
  give_up: {
    name: ['Give up parked callees', '放弃已搁置的被叫'],
    does: [
      'Parked callees end as unanswered and are not called again. With a disposition, those that wait for their next attempt after it end, too.',
      '已搁置的被叫记为未接听，不再拨打；限定结果时，以该结果等待重拨的被叫也一并结束。',
    ],
  },
  resume_parked: {
    name: ['Resume parked callees', '恢复已搁置的被叫'],
    does: ['Parked callees wait for their next attempt again.', '已搁置的被叫重新等待下一次拨打。'],
  },
};

const CALLEE: Readonly<Record<string, ActionWords>> = {
  retry_now: {
    name: ['Retry now', '立即重拨'],
    does: [
      'This callee is due at once. Calling windows, caps and suppression lists still hold.',
      '该被叫立即到期。拨打时段、频次上限和禁呼名单仍然有效。',
    ],
  },
  give_up: {
    name: ['Give up', '放弃'],
    does: ['This callee ends as unanswered and is not called again.', '该被叫记为未接听，不再拨打。'],
  },
  resume: {
    name: ['Put back', '恢复'],
    does: ['This callee waits for its next attempt again.', '该被叫重新等待下一次拨打。'],
  },
};

export interface ShownAction {
  readonly name: string;
  readonly does: string;
}

function shown(table: Readonly<Record<string, ActionWords>>, action: string, does: string): ShownAction {
  const words = table[action];
  return words === undefined
    ? { name: plainWord(action), does }
    : { name: inLanguage(words.name), does: inLanguage(words.does) };
}

/** What an action on a campaign is called and does; one that this page does not know speaks for itself. */
export function campaignAction(action: string, does: string): ShownAction {
  return shown(CAMPAIGN, action, does);
}

/** The same for an action on one callee. */
export function calleeAction(action: string): ShownAction {
  return shown(CALLEE, action, '');
}

/** What came of an action. */
export function actionResult({ text, changed, callees, state }: ActionResultDocument): string {
  if (language.value === 'en') return text;
  if (!changed) return t('action.unchanged');
  return callees === undefined
    ? t('action.nowState', { state: stateWord('campaign', state).name })
    : t('action.moved', { n: callees });
}

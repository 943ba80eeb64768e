import type { Reason } from '../../../core/reasons.ts';
import { stateWord } from './state-words.ts';
import { language } from './translate.ts';

/** The sentences of the reasons in Chinese; the server's own sentences are English. */
const CHINESE: Readonly<Record<Reason, string>> = {
  none: '没有记录原因',
  imported: '来自导入的名单',
  claimed: '已到时间，被选入批次',
  task_accepted: '服务商已接受该批次并建立外呼任务',
  task_adopted: '提交的回复丢失；已按名称找到该任务',
  rules_closed: '选入批次后、提交之前，拨打时段或活动已关闭',
  submission_refused: '服务商明确拒绝了提交；未拨打任何号码',
  campaign_not_running: '提交之前活动已暂停或结束',
  call_answered: '服务商报告已接听',
  call_missed: '服务商报告未接听',
  awaiting_record: '通话已结束；通话记录尚未到达',
  task_ended_undialled: '任务在拨打该被叫之前已结束',
  provider_declined: '服务商拒绝拨打（频次、时段或地区规则）；不计为一次尝试',
  retry_scheduled: '重拨策略允许再次尝试',
  attempts_exhausted: '重拨策略允许的次数已用完',
  stop_rule: '重拨策略规定遇到此结果即停止',
  no_window_left: '活动结束前已没有拨打时段',
  campaign_ended: '下一次拨打该被叫之前活动已结束',
  cancelled_by_operator: '操作员取消了活动',
  given_up_by_operator: '操作员放弃了该被叫',
  resumed_by_operator: '操作员恢复了该被叫',
  task_vanished: '服务商已查不到该任务；无法判断是否拨打过',
  unknown_provider_state: '服务商报告了其文档中没有的状态',
  returned_too_often: '连续多次未拨打即被退回',
  callee_missing_in_task: '服务商的任务中没有该被叫',
  suppressed_by_list: '在禁呼名单中',
  retry_now_by_operator: '操作员要求立即再次拨打',
  orphan_call: '一个迟到的任务在被停止之前已拨打该被叫',
  submission_absent: '存疑的提交已查询两次，服务商处不存在',
  batch_undone: '同批的某个被叫进入禁呼名单，批次已撤销；不计为一次尝试',
  row_time_over: '名单中该行允许拨打的时间已过',
  capped: '该号码在所有活动中的拨打频次已达上限，暂不能拨打',
  caller_left_out: '该批次的主叫号码已不可用，批次已撤销，未消耗拨打次数',
  rules_narrowed: '活动的外呼时段已缩短，任务可能超出时段，已被停止；不计为一次尝试',
};

/** Reasons of campaigns, which the campaign's trail keeps as free words with a sentence beside them. */
const CAMPAIGN_CHINESE: Readonly<Record<string, string>> = {
  created: '已建立',
  start_by_operator: '由操作员启动',
  pause_by_operator: '由操作员暂停',
  resume_by_operator: '由操作员恢复',
  cancel_by_operator: '由操作员取消',
  settings_changed: '设置已更改',
  all_final: '所有被叫都已有结果',
  provider_blocked: '服务商拒绝了请求，须由人工解决',
  submission_in_doubt: '正在查询该提交是否到达服务商，在此期间不会重复拨打',
  orphan_task: '该任务迟到，已停止，其通话将计入',
  retry_now_by_operator: '操作员要求立即重拨',
  give_up_by_operator: '由操作员放弃',
  resume_parked_by_operator: '由操作员恢复已搁置的被叫',
  reopened: '有被叫须再次拨打，重新打开',
  list_appended: '追加名单后重新打开',
  import_failed: '名单无法读完；请修正后以相同文件名重新添加',
  no_usable_caller: '没有可用的主叫号码',
  provider_invalid: '服务商认为请求的内容无效，须由人工修正',
  task_unknown: '服务商查不到该活动的任务，须由人工确认',
  provider_holds_back: '服务商暂不接受任务，将定时重新提交，在此期间不拨打',
  provider_takes_again: '服务商已恢复接受任务',
  breaker_carrier_blocked: '被运营商拦截的呼叫过多，已自动暂停',
};

/** What callees wait for, by the server's sentence. */
const WAITING_CHINESE: Readonly<Record<string, string>> = {
  'its batch is being handed to the provider': '其批次正在提交给服务商',
  'called; its call record has not come yet': '已拨打，通话记录尚未到达',
  'the provider calls it': '服务商正在拨打',
  'missed; the retry policy is asked next': '未接通，接下来由重拨策略决定',
  'due; waits for a place in a batch': '已到期，等待进入批次',
  'no calling window is left before the campaign ends': '活动结束前已没有拨打时段',
};

interface Pattern {
  readonly english: RegExp;
  /** `reason` is that of the callee, in Chinese. */
  readonly chinese: (part: string, reason: string) => string;
}

/** Sentences that the server makes of parts. */
const WAITING_PATTERNS: readonly Pattern[] = [
  {
    english: /the next attempt is not due yet, and then waits for a calling window \((.+)\)$/,
    chinese: (zone, reason) => `${reason}；下次拨打时间未到，之后等待 ${zone} 的拨打时段`,
  },
  { english: /the next attempt is not due yet()$/, chinese: (_, reason) => `${reason}；下次拨打时间未到` },
  { english: /^outside the calling windows of (.+)$/, chinese: (zone) => `不在 ${zone} 的拨打时段内` },
  {
    english: /^the provider takes no task for now, with (\S+):/,
    chinese: (code) => `服务商暂不接受任务（${code}），将定时重新提交，在此期间不拨打`,
  },
  { english: /^a person must decide()/, chinese: (_, reason) => `需由人工决定：${reason}` },
  {
    english: /^the campaign is (\w+)/,
    chinese: (state) => `活动状态为“${stateWord('campaign', state).name}”`,
  },
];

/** Why a callee waits, whose own reason is `reason`; a sentence that this page does not know stays as the server says it. */
export function waitingSentence(english: string, reason: string, reasonText: string): string {
  if (language.value === 'en') return english;
  const whole = WAITING_CHINESE[english];
  if (whole !== undefined) return whole;
  for (const { english: pattern, chinese } of WAITING_PATTERNS) {
    const found = pattern.exec(english);
    if (found !== null) return chinese(found[1] ?? '', reasonSentence(reason, reasonText));
  }
  return english;
}

/** The reason as a sentence in the present language; `english` is the server's. */
export function reasonSentence(reason: string, english: string): string {
  if (language.value === 'en') return english === '' ? reason.replaceAll('_', ' ') : english;
  const table: Readonly<Record<string, string>> = { ...CAMPAIGN_CHINESE, ...CHINESE };
  return table[reason] ?? english;
}

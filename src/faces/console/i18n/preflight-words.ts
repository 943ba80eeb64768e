import type { Limit } from '../../../core/forecast.ts';
import type { ProblemCode, SentenceFacts } from '../../../core/preflight.ts';
import type { Assumption, AssumptionCode } from '../../../pipelines/preflight.ts';
import type { Finding } from '../api/documents.ts';
import { ownZone, timeText } from './format.ts';
import type { Message } from './message.ts';
import { plainWord } from './state-words.ts';
import { inLanguage, language } from './translate.ts';

const LIMITS: Readonly<Record<Limit, Message>> = {
  channels: ['channels of the caller numbers', '主叫号码的并发数'],
  in_flight: ['callees in progress at most', '同时进行的被叫上限'],
  pace: ['the pace that is set', '设定的节奏'],
  quota: ['the provider’s request quota', '服务商的请求配额'],
  windows: ['calling windows', '拨打时段'],
  caps: ['caps per number', '每号码的频次上限'],
  retries: ['waits between retries', '重拨间隔'],
};

const SUBJECTS: Readonly<Record<ProblemCode, Message>> = {
  provider_not_configured: ['No credentials', '未设置凭证'],
  provider_refused: ['The provider refuses', '服务商拒绝'],
  clock_wrong: ['The clock is wrong', '时钟不准'],
  provider_unreachable: ['The provider cannot be reached', '无法连接服务商'],
  purchases_unreadable: ['Purchases cannot be read', '无法读取购买记录'],
  no_usable_caller: ['No usable caller', '没有可用的主叫号码'],
  caller_unusable: ['A caller is left out', '有主叫号码不可用'],
  caller_state_unknown: ['A caller’s state is unknown', '有主叫号码状态未知'],
  caller_ends: ['A caller number ends', '有主叫号码将到期'],
  campaign_over: ['The campaign’s time is over', '活动时间已过'],
  no_window: ['No calling window is left', '没有拨打时段'],
  zone_without_window: ['A time zone has no window', '有时区没有拨打时段'],
  no_callees: ['No callees', '没有被叫'],
  package_used_up: ['The package is used up', '套餐已用完'],
  package_short: ['The package will not last', '套餐不足'],
  package_ends: ['The package ends', '套餐将到期'],
  audio_missing: ['A sound file is missing', '缺少音频文件'],
  audio_not_approved: ['A sound file is not approved', '音频未通过审核'],
  audio_unchecked: ['Sound files were not checked', '音频未检查'],
  not_all_reached: ['Not everybody will be reached', '无法全部拨打到'],
};

interface Words {
  readonly text: string;
  readonly remedy: string;
}

const MEND_CALLER = '在服务商控制台中处理，或换用其他主叫号码';
const CALLER_LEFT_OUT: Words = { text: '主叫号码 {caller} {state}，不使用该号码', remedy: MEND_CALLER };
const CHECK_WINDOWS =
  '检查 "windows"、"holidays"、"blackouts"、"platformHours"、"endAt" 和 "pacing.leadTime"';
const BUY_PACKAGE = '购买或续费外呼套餐';

/** What was found and what to do about it, in Chinese; in English the server says it itself. */
const CHINESE: Readonly<Record<ProblemCode, Words>> = {
  provider_not_configured: {
    text: '此处未设置凭证，因此未查询主叫号码、套餐和音频文件',
    remedy: '设置 TCCC_SECRET_ID、TCCC_SECRET_KEY 和 TCCC_SDK_APP_ID',
  },
  provider_refused: {
    text: '{error}',
    remedy: '检查 TCCC_SECRET_ID、TCCC_SECRET_KEY、TCCC_TOKEN、TCCC_SDK_APP_ID 以及密钥的权限',
  },
  clock_wrong: { text: '{error}', remedy: '在本机运行时间同步服务' },
  provider_unreachable: { text: '{error}', remedy: '主叫号码和套餐未检查；请稍后再次检查' },
  purchases_unreadable: {
    text: '无法读取购买记录，因此未检查套餐和 {callers} 个主叫号码的呼叫类型：{error}',
    remedy: '为该凭证开放 DescribeCCCBuyInfoList，或在服务商控制台中查看',
  },
  no_usable_caller: {
    text: '没有可用的主叫号码：{callers}（{states}）',
    remedy: MEND_CALLER,
  },
  caller_unusable: CALLER_LEFT_OUT,
  caller_state_unknown: CALLER_LEFT_OUT,
  caller_ends: {
    text: '主叫号码 {caller} 将于 {endsAt} 到期，而拨打可能持续到 {until}',
    remedy: '续费该号码',
  },
  campaign_over: { text: '活动已于 {endAt} 结束', remedy: '将 "endAt" 改晚后重新提交' },
  no_window: {
    text: '到 {endAt} 为止没有任何拨打时段：{zones}',
    remedy: CHECK_WINDOWS,
  },
  zone_without_window: {
    text: '到 {endAt} 为止，以下时区没有拨打时段，其中的被叫将过期：{zones}',
    remedy: CHECK_WINDOWS,
  },
  no_callees: { text: '没有等待拨打的被叫', remedy: '上传名单' },
  package_used_up: { text: '所有外呼套餐都已用完或到期', remedy: BUY_PACKAGE },
  package_short: {
    text: '外呼套餐剩余 {left} 次，而预计约需 {attempts} 次拨打',
    remedy: BUY_PACKAGE,
  },
  package_ends: {
    text: '套餐 {package} 将于 {endsAt} 到期，早于预计的拨打结束时间',
    remedy: BUY_PACKAGE,
  },
  audio_missing: { text: '账户中没有音频文件“{audio}”', remedy: '上传该文件，或更正 "ivrAudios"' },
  audio_not_approved: { text: '音频文件“{audio}”{review}', remedy: '等待审核，或更换文件' },
  audio_unchecked: { text: '无法读取音频文件：{error}', remedy: '请稍后再次检查' },
  not_all_reached: {
    text: '{callees} 个被叫中约有 {notReached} 个在活动结束前轮不到拨打',
    remedy: '增加主叫号码或并发数，放宽拨打时段，或将 "endAt" 改晚',
  },
};

const ASSUMPTIONS: Readonly<Record<AssumptionCode, string>> = {
  outcomes_learnt: '结果分布取自本活动已有的 {attempts} 次拨打',
  outcomes_assumed: '假定 {answered} 的拨打会接听，{dead} 的号码不存在（见设置）',
  call_time_learnt: '通话时长取自最近 {calls} 次呼叫',
  call_time_assumed: '假定接听的呼叫用时 {answeredTime}，其他 {missedTime}（见设置）',
  channels_known: '同时 {channels} 路呼叫',
  channels_assumed:
    '同时 {channels} 路呼叫，其中 {callers} 个主叫号码的并发数为假定值（可在活动文件中写明 "channels"）',
  others_not_counted: '未计入使用相同主叫号码或拨打相同号码的其他活动',
};

/** Facts that are words of ours, in Chinese. */
const FACT_WORDS: Readonly<Record<string, string>> = {
  overdue: '已欠费',
  disabled_by_admin: '已被管理员停用',
  disabled_for_violation: '因违规被停用',
  absent: '不是本应用的号码',
  inbound_only: '只购买了呼入',
  unknown: '状态不在服务商文档中',
  unreviewed: '尚未审核',
  rejected: '未通过审核',
};
const WORDED = ['state', 'states', 'review'];

/** Facts as people read them: times in the zone, words of ours in Chinese. */
function factsInChinese(facts: SentenceFacts, zone: string): SentenceFacts {
  const shown = ([name, value]: [string, string | number]): [string, string | number] => {
    if (typeof value === 'number') return [name, value];
    if (/^\d{4}-\d\d-\d\dT/.test(value)) return [name, timeText(value, zone)];
    if (!WORDED.includes(name)) return [name, value];
    return [
      name,
      value
        .split(', ')
        .map((word) => FACT_WORDS[word] ?? word)
        .join('、'),
    ];
  };
  return Object.fromEntries(Object.entries(facts).map(shown));
}

/** A sentence of the server in the present language; what this page does not know stays as the server says it. */
function said(english: string, chinese: string | undefined, facts: SentenceFacts, zone: string): string {
  if (language.value === 'en' || chinese === undefined) return english;
  return inLanguage([english, chinese], factsInChinese(facts, zone));
}

/** What a preflight found, and what to do about it. */
export function problemWords({ code, text, remedy, facts }: Finding, zone = ownZone): Words {
  const table: Readonly<Record<string, Words>> = CHINESE;
  const words = table[code];
  return { text: said(text, words?.text, facts, zone), remedy: said(remedy, words?.remedy, facts, zone) };
}

/** A warning in one sentence: what it is about, and what was found. */
export function warningText(finding: Finding): string {
  return `${problemSubject(finding.code)}: ${problemWords(finding).text}`;
}

/** One thing that a forecast goes by. */
export function assumptionText({ code, text, facts }: Assumption): string {
  return said(text, ASSUMPTIONS[code], facts, ownZone);
}

/** What a preflight problem is about, in a few words. */
export function problemSubject(code: string): string {
  const table: Readonly<Record<string, Message>> = SUBJECTS;
  const message = table[code];
  return message === undefined ? plainWord(code) : inLanguage(message);
}

/** What holds a campaign back most. */
export function limitText(limit: Limit): string {
  return inLanguage(LIMITS[limit]);
}

import type { Limit } from '../../../core/forecast.ts';
import type { ProblemCode } from '../../../core/preflight.ts';
import type { Message } from './message.ts';
import { plainWord } from './state-words.ts';
import { inLanguage } from './translate.ts';

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

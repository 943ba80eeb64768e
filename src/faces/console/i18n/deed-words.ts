import type { Message } from './message.ts';
import { plainWord } from './state-words.ts';
import { inLanguage, language, t } from './translate.ts';

const DEEDS: Readonly<Record<string, Message>> = {
  'campaign.put': ['Stored a campaign', '保存活动'],
  'campaign.start': ['Started a campaign', '启动活动'],
  'campaign.pause': ['Paused a campaign', '暂停活动'],
  'campaign.resume': ['Resumed a campaign', '恢复活动'],
  'campaign.cancel': ['Cancelled a campaign', '取消活动'],
  'campaign.retry_now': ['Retried callees now', '立即重拨被叫'],
  'campaign.give_up': ['Gave up callees', '放弃被叫'],
  'campaign.resume_parked': ['Resumed parked callees', '恢复已搁置的被叫'],
  'callee.retry_now': ['Retried a callee now', '立即重拨一个被叫'],
  'callee.give_up': ['Gave up a callee', '放弃一个被叫'],
  'callee.resume': ['Put a callee back', '恢复一个被叫'],
  'import.add': ['Imported a list', '导入名单'],
  'key.create': ['Created a key', '新建密钥'],
  'key.revoke': ['Revoked a key', '吊销密钥'],
  'session.begin': ['Signed in', '登录'],
  'session.end': ['Signed out', '退出'],
  'suppression.add': ['Suppressed a number', '添加禁呼号码'],
  'suppression.remove': ['Took a number off', '移除禁呼号码'],
  'suppression.import': ['Suppressed a list', '导入禁呼名单'],
  'suppression.clear': ['Emptied a suppression list', '清空禁呼名单'],
  'webhook.add': ['Added a webhook', '添加回调'],
  'webhook.remove': ['Removed a webhook', '移除回调'],
  'webhook.resume': ['Tried a webhook again', '重试回调'],
};

const LIST_DEEDS: Readonly<Record<string, Message>> = {
  add: ['Added', '添加'],
  remove: ['Removed', '移除'],
  import: ['Imported', '导入'],
  clear: ['Emptied', '清空'],
};

/** What the trail says besides, in Chinese. */
const DETAILS: readonly (readonly [english: RegExp, chinese: string])[] = [
  [/^stored as a draft$/, '已存为草稿'],
  [/^waits to be read$/, '等待读取'],
  [/^tried, nothing was stored$/, '仅试算，未保存'],
  [/^a number was added$/, '已添加一个号码'],
  [/^it was there already$/, '号码已在名单中'],
  [/^a number was taken off$/, '已移除一个号码'],
  [/^(\d+) numbers were taken off$/, '已移除 $1 个号码'],
  [/^campaign "[^"]+" is now draft$/, '活动现为草稿'],
  [/^campaign "[^"]+" is now running$/, '活动进行中'],
  [/^campaign "[^"]+" is now paused$/, '活动已暂停'],
  [/^campaign "[^"]+" is now cancelled$/, '活动已取消'],
];

/** What the trail says of a deed besides; a sentence that this page does not know stays as the server says it. */
export function deedDetail(english: string): string {
  if (language.value === 'en') return english;
  const known = DETAILS.find(([pattern]) => pattern.test(english));
  return known === undefined ? english : english.replace(known[0], known[1]);
}

/** Where an entry of a suppression list came from: a file's name, or that it was added by itself. */
export function listSource(source: string): string {
  return source === 'single' ? t('suppression.single') : source || '–';
}

/** What somebody did, in words; undefined where this page has none for it. */
export function deedText(did: string): string | undefined {
  const message = DEEDS[did];
  return message && inLanguage(message);
}

/** What somebody did to a suppression list. */
export function listDeedText(did: string): string {
  const message = LIST_DEEDS[did];
  return message === undefined ? plainWord(did) : inLanguage(message);
}

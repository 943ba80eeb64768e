import type { PhoneFault } from '../../../core/phone.ts';
import type { Message } from './message.ts';
import { plainWord } from './state-words.ts';
import { inLanguage, language } from './translate.ts';

interface RowWords {
  readonly name: Message;
  /** What is wrong and what to do; in English the server says it, with what stands in the row. */
  readonly chinese: string;
}

const NUMBERS: Readonly<Record<PhoneFault, RowWords>> = {
  number_missing: { name: ['No number', '没有号码'], chinese: '号码为空，请填写或删除该行' },
  number_shortened: {
    name: ['Number shortened', '号码被缩写'],
    chinese: '电子表格把号码改成了 1.38E+10 的形式，数字已丢失；请将该列设为文本后重新导出',
  },
  number_several: {
    name: ['Several numbers', '多个号码'],
    chinese: '单元格中有多个号码；请每个号码一行，或在活动文件中设置 "several": "first"',
  },
  number_extension: { name: ['Extension', '含分机号'], chinese: '号码含分机号，无法拨打；请去掉分机号' },
  number_letters: { name: ['Letters', '含字母'], chinese: '号码含字母，请只写数字' },
  number_characters: { name: ['Odd characters', '含特殊字符'], chinese: '号码含不应有的字符，请只写数字' },
  number_no_country: {
    name: ['No country code', '缺少国家代码'],
    chinese: '号码没有国家代码；请写成 +国家代码加号码，或在活动文件中设置 defaultRegion',
  },
  number_no_area_code: { name: ['No area code', '缺少区号'], chinese: '固定电话缺少区号，请在前面加上区号' },
  number_too_short: { name: ['Too short', '号码过短'], chinese: '号码位数不足，请写完整，含区号或国家代码' },
  number_too_long: { name: ['Too long', '号码过长'], chinese: '号码过长，请去掉多余部分' },
  number_invalid: {
    name: ['No such number', '号码不存在'],
    chinese: '号码不符合编号规则；请更正，若为境外号码请在前面加 +国家代码',
  },
};

const ROWS: Readonly<Record<string, RowWords>> = {
  ...NUMBERS,
  row_empty: { name: ['Empty row', '空行'], chinese: '该行为空，请删除' },
  row_too_short: { name: ['Too few cells', '列数不足'], chinese: '该行的单元格少于表头' },
  row_too_long: { name: ['Too many cells', '列数过多'], chinese: '该行的单元格多于表头' },
  row_too_big: { name: ['Row too big', '行过大'], chinese: '该行内容过多' },
  row_damaged: { name: ['Damaged row', '行已损坏'], chinese: '该行无法读取' },
  uui_too_long: { name: ['User data too long', '随路数据过长'], chinese: '随路数据超过允许的长度' },
  time_zone_unknown: { name: ['Unknown time zone', '未知时区'], chinese: '没有这个时区' },
  not_before_unclear: { name: ['Time unclear', '时间不明'], chinese: '最早拨打时间无法理解' },
  not_before_too_late: { name: ['Time too late', '时间过晚'], chinese: '最早拨打时间晚于活动结束' },
  not_after_unclear: { name: ['Time unclear', '时间不明'], chinese: '最晚拨打时间无法理解' },
  not_after_too_early: { name: ['Time too early', '时间过早'], chinese: '最晚拨打时间已过，或早于最早时间' },
  priority_unclear: { name: ['Priority unclear', '优先级不明'], chinese: '优先级无法理解' },
  duplicate: { name: ['Duplicate', '重复'], chinese: '与前面某行的号码相同' },
  already_called: { name: ['Already called', '已拨打'], chinese: '该被叫已在拨打或已有结果，保持不变' },
  suppressed: { name: ['Suppressed', '已禁呼'], chinese: '号码在禁呼名单中' },
  expiry_unclear: { name: ['Expiry unclear', '截止时间不明'], chinese: '截止时间无法理解' },
  expiry_over: { name: ['Expiry over', '截止时间已过'], chinese: '截止时间已过' },
  reason_too_long: { name: ['Reason too long', '原因过长'], chinese: '原因超过允许的长度' },
};

/** Why a row was not taken, in a few words. */
export function rowFaultName(code: string): string {
  const words = ROWS[code];
  return words === undefined ? plainWord(code) : inLanguage(words.name);
}

/** The same as a sentence with what to do; `english` is the server's. */
export function rowFaultText(code: string, english: string): string {
  const row = /^the same number as row (\d+)$/.exec(english)?.[1];
  if (language.value === 'zh' && row !== undefined) return `与第 ${row} 行的号码相同`;
  return language.value === 'zh' ? (ROWS[code]?.chinese ?? english) : english;
}

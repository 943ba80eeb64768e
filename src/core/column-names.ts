/** The usual names of columns, in English and Chinese, and how headers are compared. */
import { withoutInvisible } from './invisible.ts';

/** What a column of a list may hold, beside variables. */
export const COLUMN_ROLES = ['callee', 'uui', 'timeZone', 'notBefore', 'notAfter', 'priority'] as const;
export type ColumnRole = (typeof COLUMN_ROLES)[number];

const CALLEE = [
  ...['phone', 'phone number', 'phone no', 'mobile', 'mobile number', 'mobile phone', 'mobile no'],
  ...['mobile phone number', 'cell number', 'cell phone number', 'contact phone', 'customer mobile'],
  ...['cell', 'cell phone', 'cellphone', 'tel', 'tel no', 'telephone', 'telephone number', 'number'],
  ...['callee', 'callee number', 'msisdn', 'contact number', 'customer phone'],
  ...[
    '手机号',
    '手机号码',
    '手机',
    '移动电话',
    '电话',
    '电话号码',
    '被叫',
    '被叫号码',
    '联系电话',
    '联系方式',
  ],
  ...['联系手机', '客户手机', '客户手机号', '客户电话', '客户号码', '号码', '手機', '手機號碼', '電話'],
  ...['電話號碼', '行動電話', '聯絡電話', '客戶電話', '客戶手機', '被叫號碼', '號碼'],
  ...['電話番号', '携帯電話', '携帯番号', '客户手机号码', '客户电话号码', '客户联系电话', '联系电话号码'],
  ...['手机电话', '电话手机', '外呼号码', '联系号码', '联系人电话', '用户手机号'],
];

const ALIASES: Readonly<Record<ColumnRole, readonly string[]>> = {
  callee: CALLEE,
  uui: ['uui', 'user data', '随路数据', '用户数据'],
  timeZone: ['time zone', 'tz', '时区', '時區'],
  notBefore: [
    ...['not before', 'call after', 'call from', 'earliest call', 'call not before'],
    ...['最早呼叫时间', '最早外呼时间', '最早拨打时间', '呼叫开始时间', '外呼开始时间', '拨打开始时间'],
    ...['最早呼叫時間', '最早撥打時間', '呼叫開始時間', '撥打開始時間'],
  ],
  notAfter: [
    ...['not after', 'call before', 'call until', 'call by', 'latest call', 'call not after'],
    ...['最晚呼叫时间', '最晚外呼时间', '最晚拨打时间', '呼叫截止时间', '外呼截止时间', '拨打截止时间'],
    ...['最晚呼叫時間', '最晚撥打時間', '呼叫截止時間', '撥打截止時間'],
  ],
  priority: ['priority', 'call priority', '优先级', '呼叫优先级', '外呼优先级', '優先級', '優先順序'],
};

/** A role as messages call it. */
export const ROLE_WORDS: Readonly<Record<ColumnRole, string>> = {
  callee: 'the number to call',
  uui: 'the UUI',
  timeZone: 'the time zone',
  notBefore: 'the earliest time of a call',
  notAfter: 'the latest time of a call',
  priority: 'the priority',
};

/** A header as people see it: without invisible marks and outer blanks. */
export function shownHeader(cell: string): string {
  return withoutInvisible(cell).trim();
}

/** A header as it is compared: width and case folded, inner blanks single. */
export function foldedHeader(cell: string): string {
  return shownHeader(cell).normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim();
}

/** As {@link foldedHeader}, and without what separates words, so that `Phone_Number` is `phone number`. */
export function bareHeader(cell: string): string {
  return foldedHeader(cell).replace(/[\s_.:*-]+/g, '');
}

const ROLES: ReadonlyMap<string, ColumnRole> = new Map(
  COLUMN_ROLES.flatMap((role) =>
    ALIASES[role].map((alias): [string, ColumnRole] => [bareHeader(alias), role]),
  ),
);

/** Notes in brackets before or behind a name, as forms have them: `手机号（必填）`, `Phone (11 digits)`. */
const NOTES = /^(?:\([^()]*\)|\[[^[\]]*\]|【[^【】]*】)|(?:\([^()]*\)|\[[^[\]]*\]|【[^【】]*】)$/g;

/** The role that a column has by its header alone; undefined for any other column. */
export function roleOfHeader(cell: string): ColumnRole | undefined {
  return ROLES.get(bareHeader(cell));
}

/** The role of a header that is a usual name but for notes in brackets. It gives way to a name without any. */
export function roleBesideNotes(cell: string): ColumnRole | undefined {
  return ROLES.get(bareHeader(foldedHeader(cell).replace(NOTES, '')));
}

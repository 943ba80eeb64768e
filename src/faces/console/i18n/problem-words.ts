import type { ErrorCode } from '../../../core/errors.ts';
import type { Problem } from '../api/request.ts';
import { bytesText } from './format.ts';
import type { Message } from './message.ts';
import { stateWord } from './state-words.ts';
import { inLanguage, language, t } from './translate.ts';

/** Codes of errors in Chinese; what they mean in English the server says itself. */
const CHINESE: Readonly<Record<ErrorCode, string>> = {
  settings_invalid: '设置无效',
  campaign_invalid: '活动文件无效',
  campaign_id_invalid: '活动编号不允许',
  campaign_not_found: '没有该编号的活动',
  campaign_differs: '该编号已被设置不同的活动占用',
  campaign_unchangeable: '已有被叫依赖这些设置，不能更改',
  action_not_allowed: '当前状态下不能执行此操作',
  input_invalid: '输入无效',
  file_unreadable: '文件不存在或无法读取',
  file_invalid: '该文件整体无法接受',
  import_not_found: '没有该编号的导入',
  callee_not_found: '没有该号码或编号的被叫',
  redis_unavailable: '无法连接 Redis',
  redis_unsuitable: 'Redis 的设置会丢失数据',
  redis_missing: '未安装 redis-server 或 valkey-server',
  store_conflict: '其他进程先修改了同一记录，请重试',
  provider_unavailable: '无法连接服务商',
  provider_refused: '服务商拒绝了请求',
  request_invalid: '请求无效',
  route_not_found: '没有这个地址',
  method_not_allowed: '该地址不接受此方法',
  media_type_unsupported: '该地址不接受此类型的内容',
  unauthenticated: '密钥无效',
  forbidden: '您的密钥无权执行此操作',
  csrf_invalid: '无法确认请求来自本页面，请重新登录',
  key_not_found: '没有该编号的密钥',
  key_exists: '已有同名密钥',
  idempotency_key_reused: '该请求标识已用于其他请求',
  request_in_progress: '相同的请求正在处理',
  body_too_large: '内容超过允许的大小',
  rate_limited: '请求过于频繁',
  not_ready: '服务器暂不接受此请求',
  api_unavailable: '无法连接 API，或其没有响应',
  api_unexpected: '响应者不是 Ringmaster 的 API，或版本不同',
  internal: '服务器内部出错',
  number_not_listed: '该号码不在名单中',
  preflight_failed: '启动前检查未通过',
  webhook_not_found: '没有该编号的回调',
};

const BY_STATUS: Readonly<Record<number, Message>> = {
  0: ['The server does not answer. It is tried again by itself.', '服务器没有响应，将自动重试。'],
  401: ['Sign in again.', '请重新登录。'],
  403: [
    'Your key may not do this. Ask an administrator for a key with a higher role.',
    '您的密钥无权执行此操作，请向管理员申请更高权限的密钥。',
  ],
  404: ['There is no such thing, or no longer.', '不存在，或已不存在。'],
  413: ['The file is larger than this server takes.', '文件超过服务器允许的大小。'],
  429: ['Too many requests. Wait a moment and try again.', '请求过于频繁，请稍后重试。'],
  503: [
    'Something that the server needs is away. Try again in a moment.',
    '服务器所需的组件暂不可用，请稍后重试。',
  ],
};

/** What went wrong, in one line. */
export function problemTitle(problem: Problem): string {
  if (problem.code === 'cancelled') return t('upload.cancelled');
  const codes: Readonly<Record<string, string>> = CHINESE;
  const chinese = codes[problem.code];
  if (language.value === 'zh' && chinese !== undefined) return chinese;
  const status = BY_STATUS[problem.status];
  const isPlain = problem.detail === '' || problem.status === 0 || problem.status === 403;
  if (status !== undefined && (isPlain || language.value === 'zh')) return inLanguage(status);
  return language.value === 'zh' ? t('problem.other') : problem.message;
}

/** Codes whose Chinese says all that the server's sentence does. */
const SAY_ALL: readonly string[] = [
  'campaign_not_found',
  'import_not_found',
  'callee_not_found',
  'key_not_found',
  'webhook_not_found',
  'number_not_listed',
  'unauthenticated',
  'csrf_invalid',
  'request_in_progress',
  'store_conflict',
  'redis_unavailable',
  'campaign_differs',
  'key_exists',
  'idempotency_key_reused',
  'forbidden',
  'not_ready',
  'route_not_found',
  'method_not_allowed',
  'media_type_unsupported',
] satisfies ErrorCode[];

type Facts = Problem['facts'];

/** The server's sentence in Chinese where it is made of facts; undefined where they are not there. */
const CHINESE_DETAILS: Partial<Readonly<Record<ErrorCode, (facts: Facts) => string | undefined>>> = {
  action_not_allowed: ({ of, state, allowed, endAt, lifetime }) => {
    if (endAt !== undefined)
      return `活动已于 ${String(endAt)} 结束，不能再呼叫；请先在设置中改为更晚的 endAt`;
    if (lifetime !== undefined)
      return `该被叫已达到 caps.lifetime 规定的 ${String(lifetime)} 次呼叫；请先在设置中调高`;
    if (!Array.isArray(allowed)) return undefined;
    const word = (one: unknown): string =>
      stateWord(of === 'callee' ? 'callee' : 'campaign', String(one)).name;
    return `当前状态为“${word(state)}”，只在以下状态下可以执行：${allowed.map(word).join('、')}`;
  },
  rate_limited: ({ requestsMax, waitSeconds }) =>
    waitSeconds === undefined
      ? undefined
      : `每分钟最多 ${Number(requestsMax)} 次请求，请等待 ${Number(waitSeconds)} 秒`,
  body_too_large: ({ bytesMax }) =>
    bytesMax === undefined
      ? undefined
      : `最大 ${bytesText(Number(bytesMax))}；请拆分文件，或调高 HTTP_UPLOAD_BYTES_MAX`,
  internal: ({ requestId }) => (requestId === undefined ? undefined : `详见日志，请求编号 ${requestId}`),
};

function chineseDetail({ code, facts }: Problem): string | undefined {
  if (SAY_ALL.includes(code)) return '';
  const table: Readonly<Record<string, ((facts: Facts) => string | undefined) | undefined>> = CHINESE_DETAILS;
  return table[code]?.(facts);
}

/** What the server says about it, where that is more than what is shown anyway: the title, places, findings. */
export function problemDetail(problem: Problem): string {
  if (problem.places.length > 0 || problem.findings.length > 0) return '';
  const chinese = language.value === 'zh' ? chineseDetail(problem) : undefined;
  return chinese ?? (problem.detail === problemTitle(problem) ? '' : problem.detail);
}

import type { Disposition } from '../../../core/disposition.ts';
import type { Message } from './message.ts';
import { plainWord } from './state-words.ts';
import { inLanguage } from './translate.ts';

const DISPOSITION: Readonly<Record<Disposition, Message>> = {
  answered: ['Answered', '已接听'],
  error: ['Error', '错误'],
  unconnected: ['Not connected', '未接通'],
  restricted_callee: ['Callee restricted by the provider', '被叫受服务商限制'],
  too_many_request: ['Called too often (provider rule)', '呼叫过于频繁（服务商规则）'],
  restricted_area: ['Area restricted by the provider', '地区受服务商限制'],
  restricted_time: ['Outside the provider’s hours', '不在服务商允许的时段'],
  unknown: ['Unknown', '未知'],
  no_answer: ['No answer', '无人接听'],
  user_reject: ['Rejected by the callee', '被叫拒接'],
  power_off: ['Switched off', '已关机'],
  number_not_exist: ['Number does not exist', '空号'],
  busy: ['Busy', '占线'],
  out_of_credit: ['Out of credit', '欠费停机'],
  operator_error: ['Carrier error', '运营商异常'],
  caller_cancel: ['Cancelled by the caller', '主叫取消'],
  not_in_service: ['Not in service', '不在服务区'],
  client_error: ['Client error', '客户端错误'],
  carrier_blocked: ['Blocked by the carrier', '运营商拦截'],
  call_reminder: ['Call reminder', '来电提醒'],
  number_invalid: ['Invalid number', '号码无效'],
  call_restricted: ['Call restricted', '呼叫受限'],
  callee_restricted: ['Callee restricted', '被叫受限'],
  area_restricted: ['Area restricted', '地区受限'],
  prompt_call_forwarding: ['Call forwarded', '呼叫转移'],
  caller_cancel_while_ring: ['Ended while ringing', '振铃中取消'],
  caller_cancel_without_ring: ['Ended before ringing', '振铃前取消'],
  voice_mail_reached: ['Voice mail', '语音信箱'],
  asr_error: ['Answered; speech recognition failed', '已接听；语音识别失败'],
  llm_error: ['Answered; language model failed', '已接听；语言模型失败'],
  tts_error: ['Answered; speech output failed', '已接听；语音合成失败'],
  function_call_hangup: ['Answered; ended by the agent’s function', '已接听；由函数挂断'],
  max_call_duration_reached: ['Answered; longest duration reached', '已接听；达到最长时长'],
  user_inactivity: ['Answered; callee silent', '已接听；被叫无响应'],
  call_terminated_by_api: ['Answered; ended by request', '已接听；由接口结束'],
  user_hangup_during_ai_call: ['Answered; callee hung up', '已接听；被叫挂断'],
  ai_agent_end_call: ['Answered; ended by the agent', '已接听；智能体结束'],
  not_outbound: ['Not an outbound call', '非外呼通话'],
  record_missing: ['Call record missing', '缺少通话记录'],
};

/** Who hung up, in the provider's words. */
const SIDES: Readonly<Record<string, Message>> = {
  user: ['The callee', '被叫'],
  seat: ['The agent', '坐席'],
  system: ['The system', '系统'],
};

export function hungUpText(side: string): string {
  const message = SIDES[side];
  return message === undefined ? plainWord(side) : inLanguage(message);
}

/** How an attempt ended, in words. */
export function dispositionText(disposition: string): string {
  const table: Readonly<Record<string, Message>> = DISPOSITION;
  const message = table[disposition];
  return message === undefined ? plainWord(disposition) : inLanguage(message);
}

export const DISPOSITION_WORDS = Object.keys(DISPOSITION) as Disposition[];

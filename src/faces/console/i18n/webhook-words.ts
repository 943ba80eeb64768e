import type { WebhookEvent } from '../../../core/webhook.ts';
import type { Message } from './message.ts';
import { plainWord } from './state-words.ts';
import { inLanguage } from './translate.ts';

const EVENTS: Readonly<Record<WebhookEvent, Message>> = {
  'campaign.moved': ['A campaign moved', '活动状态变化'],
  'callee.answered': ['A callee answered', '被叫已接听'],
  'callee.unanswered': ['A callee ended unanswered', '被叫最终未接听'],
  'callee.missed': ['An attempt was missed', '一次拨打未接通'],
  'callee.suppressed': ['A callee was suppressed', '被叫被禁呼'],
  'callee.expired': ['A callee expired', '被叫已过期'],
  'callee.cancelled': ['A callee was cancelled', '被叫已取消'],
  'callee.needs_attention': ['A callee needs attention', '被叫需要处理'],
};

export const WEBHOOK_EVENT_NAMES = Object.keys(EVENTS) as WebhookEvent[];

/** What a webhook is told of, in words. */
export function webhookEventText(event: string): string {
  const table: Readonly<Record<string, Message>> = EVENTS;
  const message = table[event];
  return message === undefined ? plainWord(event) : inLanguage(message);
}

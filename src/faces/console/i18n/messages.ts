import { CAMPAIGN_MESSAGES } from './campaign-messages.ts';
import { FORM_MESSAGES } from './form-messages.ts';
import { LIST_MESSAGES } from './list-messages.ts';
import { SHELL_MESSAGES } from './shell-messages.ts';
import { WEBHOOK_MESSAGES } from './webhook-messages.ts';

/** Every text of the console, English and Chinese side by side: a text in one language only does not compile. */
export const MESSAGES = {
  ...SHELL_MESSAGES,
  ...CAMPAIGN_MESSAGES,
  ...LIST_MESSAGES,
  ...FORM_MESSAGES,
  ...WEBHOOK_MESSAGES,
} as const;

export type MessageKey = keyof typeof MESSAGES;

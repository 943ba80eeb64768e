/** From what went wrong with one sending to the kind of failure it is. What is not proven unsent is a doubt. */
import { z } from 'zod';
import { RATE_LIMITED_PAUSE, UNREACHABLE_PAUSE } from '../../core/limits.ts';
import type { TelephonyFailure } from '../../ports/telephony.ts';
import { failureKind } from './codes.ts';
import type { QuotaAnswer } from './quota.ts';

/** Codes of our own, for what the provider did not say. */
export type OwnCode =
  | 'network'
  | 'deadline'
  | 'bad_reply'
  | 'bad_request'
  | 'request_too_large'
  | 'request_not_made'
  | 'quota_wait'
  | 'quota_unavailable'
  | 'not_wanted';

/** What the connection knows about a sending that failed. */
export interface SendingFacts {
  readonly timedOut: boolean;
  readonly made: boolean;
  readonly mayHaveLeft: boolean;
  readonly replyWhole: boolean;
  readonly faultCode: string | undefined;
}

/** The SDK's error for a refusal in the reply. Its errors for everything else have no code (reference 5.3). */
const sdkRefusal = z.object({
  code: z.string().min(1),
  message: z.string(),
  requestId: z.string(),
  traceId: z.string(),
});
const sdkStatus = z.object({ httpCode: z.number() });

const MESSAGE_CHARACTERS_MAX = 300;

/** Text fit for logs: digits that may be a phone number are masked, and it is not long. */
export function plainMessage(text: string): string {
  return text
    .replace(/\d{7,}/g, (digits) => `${digits.slice(0, 3)}***${digits.slice(-2)}`)
    .slice(0, MESSAGE_CHARACTERS_MAX);
}

/** The failure that a sending ended with, from the SDK's error and what the connection saw. */
export function sendingFailure(error: unknown, facts: SendingFacts): TelephonyFailure {
  const refusal = sdkRefusal.safeParse(error);
  if (refusal.success) {
    const { code, message, requestId } = refusal.data;
    return providerFailure(code, message, requestId);
  }
  if (facts.timedOut) return lost('deadline', 'no whole reply before the deadline', facts);
  const status = sdkStatus.safeParse(error);
  if (status.success) {
    const { httpCode } = status.data;
    return {
      kind: 'doubt',
      code: `http_${httpCode}`,
      message: `HTTP ${httpCode} from something before the service`,
    };
  }
  const text = plainMessage(error instanceof Error ? error.message : String(error));
  if (facts.replyWhole) return { kind: 'doubt', code: 'bad_reply', message: text };
  // Nothing was even handed to the connection, so this would fail the same way again.
  if (!facts.made) return { kind: 'blocked', code: 'request_not_made', message: text };
  return lost('network', facts.faultCode === undefined ? text : `${facts.faultCode}: ${text}`, facts);
}

function lost(code: OwnCode, message: string, facts: SendingFacts): TelephonyFailure {
  if (facts.mayHaveLeft) return { kind: 'doubt', code, message };
  return { kind: 'refused', code, message: `${message}; never sent`, retryAfterMs: UNREACHABLE_PAUSE };
}

/** Which of our settings a refusal is about, by the end of its code. */
const HINTS = [
  ['.InstanceNotExist', ' (the application TCCC_SDK_APP_ID is not known to this account)'],
  ['AuthFailure.TokenFailure', ' (TCCC_TOKEN is wrong or over; set new temporary credentials)'],
] as const;

/** A refusal that the provider itself gave. */
export function providerFailure(code: string, message: string, requestId: string): TelephonyFailure {
  const kind = failureKind(code);
  const hint = HINTS.find(([end]) => code.endsWith(end))?.[1] ?? '';
  return {
    kind,
    code,
    message: plainMessage(message) + hint,
    ...(requestId !== '' && { requestId }),
    ...(kind === 'refused' && { retryAfterMs: RATE_LIMITED_PAUSE }),
  };
}

/** A refusal of the signature's time that came twice, although it was signed anew: our clock is wrong. */
export function clockFailure(refused: TelephonyFailure): TelephonyFailure {
  const message = `this machine's clock differs from the provider's by more than 5 minutes: ${refused.message}`;
  const { retryAfterMs: _, ...rest } = refused;
  return { ...rest, kind: 'blocked', message };
}

/** A request that got no slot of the quota. It certainly was not sent. */
export function quotaFailure(answer: Exclude<QuotaAnswer, 'granted'>): TelephonyFailure {
  const message =
    answer === 'quota_wait'
      ? 'no slot of the request quota came free in time; never sent'
      : 'Redis, which shares the request quota, did not answer; never sent';
  return { kind: 'refused', code: answer, message, retryAfterMs: UNREACHABLE_PAUSE };
}

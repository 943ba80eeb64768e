/** What the provider pushes to us (reference 4.2 to 4.4), read as tolerantly as its replies. */
import { z } from 'zod';
import type { Push } from '../../ports/push-inbox.ts';
import { numberFromEcho } from './numbers.ts';
import { replyText } from './schema/scalars.ts';

const KINDS = ['cdr', 'record', 'voicemail'] as const;

/** `EndpointUser` is a bare number in the sample of a voicemail, and text elsewhere (reference 4.4). */
const pushedText = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((value) => (value === null || value === undefined ? '' : String(value)));

/** The older copy of the reference spells the user data `Uui`; both are taken (reference 4.2). */
const pushBody = z.object({
  SessionId: z.string().min(1),
  Callee: pushedText,
  UUI: replyText,
  Uui: replyText,
});

/**
 * Reads one push. `region` is that of numbers without a country code, as in readings of tasks. Gives a problem, as a sentence, for what is no
 * push of this kind; never throws.
 */
export function readPush(kind: string, body: unknown, region = 'CN'): Push | { readonly problem: string } {
  const known = KINDS.find((one) => one === kind);
  if (known === undefined)
    return { problem: `"action" must be one of ${KINDS.join(', ')}: it names the kind of push` };
  const parsed = pushBody.safeParse(body);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { problem: `${issue?.path.join('.') ?? 'body'}: ${issue?.message ?? 'does not parse'}` };
  }
  const { SessionId: sessionId, Callee, UUI, Uui } = parsed.data;
  const callee = Callee === '' ? Number.NaN : numberFromEcho(Callee, region);
  return { kind: known, call: { sessionId, callee, uui: UUI === '' ? Uui : UUI } };
}

/** What is told to other systems of the operator's, and how it is written down. */
import { z } from 'zod';
import type { CalleeStory } from './callee.ts';
import { CampaignId } from './campaign.ts';
import { WEBHOOK_URL_CHARACTERS_MAX } from './limits.ts';
import { DAY, HOUR, type Instant, MINUTE, SECOND } from './time.ts';

/** A callee event is told when a callee comes into the state of its name; `campaign.moved` when a campaign moves. */
export const WEBHOOK_EVENTS = [
  'campaign.moved',
  'callee.answered',
  'callee.unanswered',
  'callee.missed',
  'callee.suppressed',
  'callee.expired',
  'callee.cancelled',
  'callee.needs_attention',
] as const;
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

/** What everybody wants to know who does not say: how each callee ended, and what the campaign does. */
const USUAL_EVENTS: readonly WebhookEvent[] = WEBHOOK_EVENTS.filter((name) => name !== 'callee.missed');

export const WebhookWish = z.strictObject({
  url: z
    .url({ protocol: /^https?$/, error: 'write the address as "https://host/path"' })
    .max(WEBHOOK_URL_CHARACTERS_MAX),
  events: z
    .array(z.enum(WEBHOOK_EVENTS))
    .min(1)
    .default([...USUAL_EVENTS]),
  /** Only of this campaign; left out: of all. */
  campaign: CampaignId.optional(),
  /** Whether callee events hold the number. Left out they do not: user data and row tell whom they are about. */
  numbers: z.boolean().default(false),
});
export type WebhookWish = z.infer<typeof WebhookWish>;

/** The event of a line of a callee's story; undefined where that is nothing to tell. */
export function calleeEvent(story: Pick<CalleeStory, 'from' | 'to'>): WebhookEvent | undefined {
  // A note beside a callee that stays where it is (an orphan's call) is no news about it.
  if (story.from === story.to) return undefined;
  return WEBHOOK_EVENTS.find((name) => name === `callee.${story.to}`);
}

const PAUSES = [5 * SECOND, 30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE];
const PAUSE_MAX = HOUR;
/** After so long without one success nobody is there any more. */
const GIVE_UP_AFTER = 3 * DAY;

export interface WebhookFailure {
  /** Failures in a row, this one included. */
  readonly failures: number;
  readonly since: Instant;
  readonly now: Instant;
  /** The receiver said that it is gone for good (410). */
  readonly gone: boolean;
}

/** When to try again after a failure; undefined: no more, until somebody asks for it. */
export function nextTry({ failures, since, now, gone }: WebhookFailure): Instant | undefined {
  if (gone || now - since >= GIVE_UP_AFTER) return undefined;
  return now + (PAUSES[failures - 1] ?? PAUSE_MAX);
}

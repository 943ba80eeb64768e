import { z } from 'zod';
import {
  CAMPAIGN_AUDIOS_MAX,
  CAMPAIGN_DAYS_DEFAULT,
  RING_TIMEOUT_MAX,
  RING_TIMEOUT_MIN,
  UUI_BYTES_MAX,
} from '../limits.ts';
import { DAY, type Instant } from '../time.ts';
import { Caps } from './caps.ts';
import { Breaker, Callers, callersApart, Pacing } from './pacing.ts';
import { Retry } from './retry.ts';
import { windowKeys } from './windows.ts';
import { Duration, InstantText, Region, TimeZone } from './words.ts';

const column = (what: string) => z.string().min(1).optional().describe(`Header of the column with ${what}.`);

const Columns = z
  .strictObject({
    callee: column('the number to call'),
    uui: column(
      `what goes with the call unchanged (UUI), for the IVR and for agents: ${UUI_BYTES_MAX} bytes at most`,
    ),
    variables: z
      .record(z.string().min(1), z.string().min(1))
      .optional()
      .describe('Variables of the call, each with the header of its column. Left out: all other columns.'),
    timeZone: column("the callee's time zone, an IANA name"),
    notBefore: column('the time before which the callee is not called'),
    notAfter: column('the time after which the callee is not called'),
    priority: column('the order within the campaign: 1 first, 5 last'),
  })
  .prefault({})
  .describe('What is in which column of a list. Left out: the usual English and Chinese headers are known.');

const RingTimeout = Duration.refine((ms) => ms >= RING_TIMEOUT_MIN && ms <= RING_TIMEOUT_MAX, {
  error: 'a telephone rings for "1s" to "5m"',
});

const CampaignFile = z.strictObject({
  name: z.string().trim().min(1).max(200).describe('What operators call the campaign.'),
  callers: Callers,
  ivrId: z.int().positive().optional().describe("The provider's IVR flow that answers the callee."),
  aiAgentId: z.int().positive().optional().describe('An AI agent that answers, instead of an IVR flow.'),
  columns: Columns,
  uuiKey: z
    .literal('append')
    .optional()
    .describe(
      '"append": our own key of the callee goes behind its UUI, as a second proof in call records. Left out: only where it has none.',
    ),
  several: z
    .literal('first')
    .optional()
    .describe('"first": of several numbers in one cell, the first. Left out: such a row is refused.'),
  ivrAudios: z
    .array(z.string().trim().min(1).max(200))
    .max(CAMPAIGN_AUDIOS_MAX)
    .optional()
    .describe(
      'Sound files that the IVR plays, by the name they have at the provider; preflight sees to it that they are approved.',
    ),
  defaultRegion: Region.default('CN').describe(
    'Country of numbers that are written without their country code.',
  ),
  timeZone: TimeZone.default('Asia/Shanghai').describe(
    'Time zone of the campaign, an IANA name: whatever has no other goes by it, and its times are shown in it.',
  ),
  startAt: InstantText.optional().describe('Nobody is called before.'),
  endAt: InstantText.optional().describe(
    `Nobody is called from then on. Left out: ${CAMPAIGN_DAYS_DEFAULT} days after the campaign was stored or, if that is later, its "startAt".`,
  ),
  ...windowKeys,
  retry: Retry,
  caps: Caps,
  pacing: Pacing,
  breaker: Breaker,
  ringTimeout: RingTimeout.optional().describe(
    'How long it rings at most, "1s" to "5m". The provider heeds it for own numbers only.',
  ),
  priority: z
    .int()
    .min(1)
    .max(5)
    .default(3)
    .describe('Between campaigns that share callers or capacity: 1 gets five times the share of 5.'),
});

/** What is asked of several keys is asked also where one of them has a problem, so that all are told at once. */
const isObject = ({ value }: { readonly value: unknown }): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
/** False for what was not understood, and so is text still. */
const isTime = (value: Instant | undefined): value is Instant => typeof value === 'number';

/**
 * The words of a campaign file. Unknown keys are refused, since a misspelt rule that is ignored is a call
 * that should not have been made. Durations become milliseconds, instants epoch milliseconds.
 */
export const CampaignSettings = CampaignFile.refine(
  (file) => (file.ivrId === undefined) !== (file.aiAgentId === undefined),
  {
    path: ['ivrId'],
    error: 'name either "ivrId" or "aiAgentId": what answers the callee',
    when: isObject,
  },
)
  .refine(({ startAt, endAt }) => !isTime(startAt) || !isTime(endAt) || startAt < endAt, {
    path: ['endAt'],
    error: '"endAt" must be later than "startAt"',
    when: isObject,
  })
  .transform((file) => ({ ...file, ...callersApart(file.callers) }));

export type CampaignSettings = z.infer<typeof CampaignSettings>;

/** JSON Schema of the campaign file as people write it, for editors. */
export function campaignJsonSchema(): unknown {
  return z.toJSONSchema(CampaignSettings, { io: 'input', unrepresentable: 'any' });
}

/** The end of a campaign, also of one that names none. */
export function campaignEnd(settings: CampaignSettings, createdAt: Instant): Instant {
  return settings.endAt ?? Math.max(createdAt, settings.startAt ?? 0) + CAMPAIGN_DAYS_DEFAULT * DAY;
}

import { z } from 'zod';
import { CAMPAIGN_AUDIOS_MAX, RING_TIMEOUT_MAX, RING_TIMEOUT_MIN } from '../limits.ts';
import { DAY, type Instant } from '../time.ts';
import { Caps } from './caps.ts';
import { Breaker, Callers, callersApart, Pacing } from './pacing.ts';
import { Retry } from './retry.ts';
import { windowKeys } from './windows.ts';
import { Duration, InstantText, Region, TimeZone } from './words.ts';

const Columns = z
  .strictObject({
    callee: z.string().min(1).optional(),
    uui: z.string().min(1).optional(),
    variables: z.record(z.string().min(1), z.string().min(1)).optional(),
    timeZone: z.string().min(1).optional(),
    notBefore: z.string().min(1).optional(),
    notAfter: z.string().min(1).optional(),
    priority: z.string().min(1).optional(),
  })
  .default({});

const RingTimeout = Duration.refine((ms) => ms >= RING_TIMEOUT_MIN && ms <= RING_TIMEOUT_MAX, {
  error: 'a telephone rings for "1s" to "5m"',
});

const CampaignFile = z.strictObject({
  name: z.string().trim().min(1).max(200),
  callers: Callers,
  ivrId: z.int().positive().optional(),
  aiAgentId: z.int().positive().optional(),
  columns: Columns,
  uuiKey: z.literal('append').optional(),
  several: z.literal('first').optional(),
  ivrAudios: z
    .array(z.string().trim().min(1).max(200))
    .max(CAMPAIGN_AUDIOS_MAX)
    .optional()
    .describe(
      'Sound files that the IVR plays, by the name they have at the provider; preflight sees to it that they are approved.',
    ),
  defaultRegion: Region.default('CN'),
  timeZone: TimeZone.default('Asia/Shanghai'),
  startAt: InstantText.optional(),
  endAt: InstantText.optional(),
  ...windowKeys,
  retry: Retry,
  caps: Caps,
  pacing: Pacing,
  breaker: Breaker,
  ringTimeout: RingTimeout.optional(),
  priority: z.int().min(1).max(5).default(3),
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

/** The end of a campaign that names none: far enough not to matter, near enough for the provider's record limits. */
export function campaignEnd(settings: CampaignSettings, createdAt: Instant): Instant {
  return settings.endAt ?? Math.max(createdAt, settings.startAt ?? 0) + 60 * DAY;
}

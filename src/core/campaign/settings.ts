import { z } from 'zod';
import { CAMPAIGN_AUDIOS_MAX, CAMPAIGN_CALLERS_MAX } from '../limits.ts';
import { DAY, type Instant } from '../time.ts';
import { Caps } from './caps.ts';
import { Breaker, CallerEntry, callersApart, Pacing } from './pacing.ts';
import { Retry } from './retry.ts';
import { windowKeys } from './windows.ts';
import { Duration, InstantText, TimeZone } from './words.ts';

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

const CampaignFile = z.strictObject({
  name: z.string().trim().min(1).max(200),
  callers: z.array(CallerEntry).min(1, 'name at least one caller number').max(CAMPAIGN_CALLERS_MAX),
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
  defaultRegion: z
    .string()
    .regex(/^[A-Z]{2}$/, 'use a two-letter country code such as "CN"')
    .default('CN'),
  timeZone: TimeZone.default('Asia/Shanghai'),
  startAt: InstantText.optional(),
  endAt: InstantText.optional(),
  ...windowKeys,
  retry: Retry,
  caps: Caps,
  pacing: Pacing,
  breaker: Breaker,
  ringTimeout: Duration.optional(),
  priority: z.int().min(1).max(5).default(3),
});

/**
 * The words of a campaign file. Unknown keys are refused, since a misspelt rule that is ignored is a call
 * that should not have been made. Durations become milliseconds, instants epoch milliseconds.
 */
export const CampaignSettings = CampaignFile.refine(
  (file) => (file.ivrId === undefined) !== (file.aiAgentId === undefined),
  {
    path: ['ivrId'],
    error: 'name either "ivrId" or "aiAgentId": what answers the callee',
  },
)
  .refine((file) => file.startAt === undefined || file.endAt === undefined || file.startAt < file.endAt, {
    path: ['endAt'],
    error: '"endAt" must be later than "startAt"',
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

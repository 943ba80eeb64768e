import { z } from 'zod';
import { DISPOSITION_NAMES, type Disposition } from './disposition.ts';
import { parseDuration } from './duration.ts';
import { CAMPAIGN_BATCH_CALLEES_DEFAULT, CAMPAIGN_BATCH_CALLEES_MAX } from './limits.ts';
import type { StateTable } from './machine.ts';
import { DAY, type Instant } from './time.ts';

export type CampaignState = 'draft' | 'running' | 'paused' | 'blocked' | 'completed' | 'cancelled';
export type CampaignEvent = 'start' | 'pause' | 'resume' | 'block' | 'cancel' | 'complete' | 'reopen';

/**
 * `blocked` is a running campaign that a person must mend first; the reason beside it says what. Only a running
 * campaign completes: one that an operator paused stays theirs, even when nothing is left to call.
 */
export const campaignStates: StateTable<CampaignState, CampaignEvent> = {
  draft: { owner: 'operator', mayLast: 'no bound', moves: { start: ['running'], cancel: ['cancelled'] } },
  running: {
    owner: 'dispatch',
    mayLast: 'until endAt',
    moves: { pause: ['paused'], block: ['blocked'], cancel: ['cancelled'], complete: ['completed'] },
  },
  paused: {
    owner: 'operator',
    mayLast: 'until endAt',
    moves: { resume: ['running'], start: ['running'], cancel: ['cancelled'] },
  },
  blocked: {
    owner: 'operator',
    mayLast: 'until endAt',
    moves: {
      start: ['running'],
      resume: ['running'],
      pause: ['paused'],
      cancel: ['cancelled'],
    },
  },
  completed: { owner: null, mayLast: 'until a list is appended', moves: { reopen: ['running'] } },
  cancelled: { owner: null, mayLast: 'for ever', moves: {} },
};

/** Campaign ids go into key names, task names and file paths, so they are short, plain and free of dots. */
export const CampaignId = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_-]{0,47}$/,
    'use 1 to 48 lower-case letters, digits, "-" or "_", not starting with "-" or "_"',
  );

/** True when this runtime knows the IANA time zone. What it does not know is refused, never guessed. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return /^[A-Za-z]/.test(name);
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

const TimeZone = z.string().refine(isTimeZone, {
  error: (issue) => `unknown time zone "${String(issue.input)}"; use an IANA name such as "Asia/Shanghai"`,
});

const Duration = z.string().transform((text, context): number => {
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  context.addIssue(`"${text}" is not a duration; write for example "90s", "10m", "2h" or "1d"`);
  return z.NEVER;
});

const InstantText = z.iso
  .datetime({
    offset: true,
    error: 'write a date and time with its offset, such as "2026-11-23T09:00:00+08:00"',
  })
  .transform((text): Instant => Date.parse(text));

const ClockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'write a time of day as "09:00"');
const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

/** From and to may be equal for a whole day only as 00:00 to 24:00; a `to` before `from` crosses midnight. */
const Window = z
  .strictObject({ days: z.array(z.enum(DAYS)).min(1), from: ClockTime, to: ClockTime })
  .refine((window) => window.from !== window.to, {
    error: 'a window needs an end other than its start; the whole day is "00:00" to "24:00"',
  });

const DispositionName = z.enum(DISPOSITION_NAMES as [Disposition, ...Disposition[]]);
const Delays = z.union([Duration.transform((one) => [one]), z.array(Duration).min(1)]);

const RetryRule = z
  .strictObject({
    on: z.array(DispositionName).min(1),
    after: Delays.optional(),
    stop: z.literal(true).optional(),
  })
  .refine((rule) => (rule.after === undefined) !== (rule.stop === undefined), {
    error: 'a rule has either "after" (one delay or a list) or "stop": true',
  });

const Caller = z
  .string()
  .regex(/^\+?\d{3,20}$/, 'a caller number is digits, as the provider lists it (0086...)');

const CampaignFile = z.strictObject({
  name: z.string().trim().min(1).max(200),
  callers: z.array(Caller).min(1, 'name at least one caller number').max(100),
  ivrId: z.int().positive().optional(),
  aiAgentId: z.int().positive().optional(),
  columns: z
    .strictObject({
      callee: z.string().min(1).optional(),
      uui: z.string().min(1).optional(),
      variables: z.record(z.string().min(1), z.string().min(1)).optional(),
      timeZone: z.string().min(1).optional(),
    })
    .default({}),
  uuiKey: z.literal('append').optional(),
  several: z.literal('first').optional(),
  defaultRegion: z
    .string()
    .regex(/^[A-Z]{2}$/, 'use a two-letter country code such as "CN"')
    .default('CN'),
  timeZone: TimeZone.default('Asia/Shanghai'),
  startAt: InstantText.optional(),
  endAt: InstantText.optional(),
  windows: z.array(Window).min(1).optional(),
  holidays: z.array(z.iso.date()).default([]),
  retry: z
    .strictObject({
      attemptsMax: z.int().min(1).max(20).default(3),
      rules: z.array(RetryRule).default([]),
      otherwise: z.strictObject({ after: Delays }).default({ after: [4 * 3_600_000] }),
    })
    .default({ attemptsMax: 3, rules: [], otherwise: { after: [4 * 3_600_000] } }),
  pacing: z
    .strictObject({
      calleesInFlightMax: z.int().min(1).max(1_000_000).default(2_000),
      batchCalleesMax: z.int().min(1).max(CAMPAIGN_BATCH_CALLEES_MAX).default(CAMPAIGN_BATCH_CALLEES_DEFAULT),
      leadTime: Duration.default(10_000),
    })
    .default({
      calleesInFlightMax: 2_000,
      batchCalleesMax: CAMPAIGN_BATCH_CALLEES_DEFAULT,
      leadTime: 10_000,
    }),
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
).refine((file) => file.startAt === undefined || file.endAt === undefined || file.startAt < file.endAt, {
  path: ['endAt'],
  error: '"endAt" must be later than "startAt"',
});

export type CampaignSettings = z.infer<typeof CampaignSettings>;
export type CallingWindow = z.infer<typeof Window>;
export type RetrySettings = CampaignSettings['retry'];

/** JSON Schema of the campaign file as people write it, for editors. */
export function campaignJsonSchema(): unknown {
  return z.toJSONSchema(CampaignSettings, { io: 'input', unrepresentable: 'any' });
}

/** The end of a campaign that names none: far enough not to matter, near enough for the provider's record limits. */
export function campaignEnd(settings: CampaignSettings, createdAt: Instant): Instant {
  return settings.endAt ?? Math.max(createdAt, settings.startAt ?? 0) + 60 * DAY;
}

import { z } from 'zod';
import { PreflightProblem } from './action.ts';
import { Counts, SentenceFacts, Time, TimeOrNull } from './words.ts';

export const Statistics = z
  .strictObject({
    hours: z
      .array(z.strictObject({ at: TimeOrNull, attempts: z.int(), answered: z.int() }))
      .describe('By the hour in which calls began, oldest first; hours without a call are left out.'),
    byAttempt: z
      .array(z.strictObject({ attempt: z.int(), dispositions: Counts.readonly() }))
      .readonly()
      .describe('Callees by how their first, second ... attempt ended; 0: those that cost no attempt.'),
    callers: z.array(
      z.strictObject({
        caller: z.string().describe('Masked for viewers.'),
        attempts: z.int(),
        answered: z.int(),
        refused: z.int(),
        answeredShare: z.number().nullable(),
        state: z
          .string()
          .describe(
            'normal; what the provider says of it; or why it is left out: not_normal, cannot_call_out, refused_too_often.',
          ),
        channels: z.int().nullable().describe('Calls that it makes at a time; null where nothing is known.'),
      }),
    ),
  })
  .meta({
    id: 'Statistics',
    examples: [
      {
        hours: [{ at: '2026-11-23T02:00:00.000Z', attempts: 40, answered: 22 }],
        byAttempt: [{ attempt: 1, dispositions: { answered: 22, busy: 18 } }],
        callers: [
          {
            ...{ caller: '008602150000001', attempts: 40, answered: 22, refused: 0, answeredShare: 0.55 },
            ...{ state: 'normal', channels: 30 },
          },
        ],
      },
    ],
  });

export const DueCallees = z
  .strictObject({ at: TimeOrNull.describe('Null: at once.'), callees: z.int() })
  .meta({ id: 'DueCallees' });

export const Batch = z
  .strictObject({
    id: z.int(),
    state: z.string().describe('planned, submitting, uncertain or active.'),
    zone: z.string(),
    caller: z.string().nullable().describe('Masked for viewers; null: all callers of the campaign.'),
    taskId: z.int().nullable().describe("The provider's id of its task; null while unknown."),
    submissions: z.int(),
    callees: z.int(),
    open: z.int().describe('Callees that are still batched or calling.'),
    createdAt: TimeOrNull,
    submittedAt: TimeOrNull,
    notBefore: TimeOrNull,
    notAfter: TimeOrNull,
    nextLookAt: TimeOrNull,
  })
  .meta({ id: 'Batch' });

const Count = z.number().describe('A number of callees or attempts, as a forecast has it.');

export const Preflight = z
  .strictObject({
    campaign: z.string(),
    ok: z.boolean().describe('True where no error was found.'),
    errors: z.array(PreflightProblem).readonly().describe('These keep the campaign from being started.'),
    warnings: z.array(PreflightProblem).readonly(),
    forecast: z.strictObject({
      callees: Count,
      attempts: z.strictObject({ from: Count, to: Count, expected: Count }).readonly(),
      finishAt: z.strictObject({ from: Time, to: Time, expected: Time }).readonly(),
      limitedBy: z.string().describe('What it waits for most.'),
      neverFit: Count.describe('Callees for whom no window is left.'),
      notReached: Count.describe('Callees for whom an attempt will not come in time.'),
      assumptions: z
        .array(z.strictObject({ code: z.string(), text: z.string(), facts: SentenceFacts }))
        .readonly()
        .describe('What it goes by.'),
    }),
  })
  .meta({ id: 'Preflight' });

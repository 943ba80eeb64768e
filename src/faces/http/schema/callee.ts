import { z } from 'zod';
import { TimeOrNull } from './words.ts';

const line = {
  id: z.string(),
  callee: z.string().describe('E.164 with "+"; masked for viewers.'),
  row: z.int().describe('In its list; the first row after the header is 1.'),
  state: z.string(),
  reason: z.string(),
  disposition: z.string().nullable().describe('How its latest attempt ended; null before the first.'),
  attempts: z.int(),
  nextAttemptAt: TimeOrNull.describe('When it is due; null where it does not wait, or is due at once.'),
};
const LINE = {
  ...{
    id: 'spring-c42',
    callee: '+8613800138000',
    row: 43,
    state: 'pending_retry',
    reason: 'retry_scheduled',
  },
  ...{ disposition: 'busy', attempts: 1, nextAttemptAt: '2026-11-23T02:10:00.000Z' },
};

export const Callee = z.strictObject(line).meta({ id: 'CalleeLine', examples: [LINE] });

const Step = z
  .record(z.string(), z.unknown())
  .describe(
    '`at`, `from`, `to`, `reason`, `reasonText`, `attempts`, and what else is known of it: `disposition`, `batch`, `nextAttemptAt`, `calls`, `facts`.',
  );

export const CalleeStory = z
  .strictObject({
    ...line,
    reasonText: z.string(),
    import: z.string(),
    updatedBy: z
      .strictObject({ importId: z.string(), row: z.int() })
      .readonly()
      .nullable()
      .describe('The row that changed its attributes last.'),
    limits: z
      .strictObject({ notBefore: TimeOrNull, notAfter: TimeOrNull, priority: z.int() })
      .readonly()
      .describe('What its row says: not called before, never called after, and 1 (first) to 5 among others.'),
    uui: z.string(),
    variables: z.record(z.string(), z.string()).readonly(),
    history: z.array(Step).readonly().describe('Everything that happened to it, oldest first.'),
    waiting: z
      .strictObject({ why: z.string(), until: TimeOrNull })
      .nullable()
      .describe('What it waits for; `until` is null where nobody can tell. Null once it is over.'),
  })
  .meta({ id: 'Callee' });

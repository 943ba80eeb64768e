import { z } from 'zod';
import { TimeOrNull } from './words.ts';

const rows = {
  rows: z.int(),
  accepted: z.int(),
  duplicate: z.int(),
  suppressed: z.int(),
  rejected: z.int(),
};

export const Import = z
  .strictObject({
    id: z.string(),
    campaign: z.string(),
    state: z.string().describe('waiting, reading, done or failed.'),
    reason: z.string().describe('Why it failed, or empty.'),
    fileName: z.string(),
    bytes: z.int(),
    ...rows,
    encoding: z.string(),
    encodingSure: z.number().nullable().describe('How sure that is, in percent; null: not read yet.'),
    delimiter: z.string(),
    format: z.string().nullable().describe('text, gzip or xlsx; null: not read yet.'),
    sheet: z.string(),
    mode: z.string(),
    updated: z.int().describe('Of the duplicates, those that changed a callee.'),
    createdAt: TimeOrNull,
    closedAt: TimeOrNull,
  })
  .meta({
    id: 'Import',
    description: '`rows` = `accepted` + `duplicate` + `suppressed` + `rejected`, at every moment.',
    examples: [
      {
        ...{
          id: 'spring-i0123456789ab',
          campaign: 'spring',
          state: 'done',
          reason: '',
          fileName: 'list.csv',
        },
        ...{ bytes: 4_096, rows: 100, accepted: 97, duplicate: 2, suppressed: 0, rejected: 1 },
        ...{ encoding: 'utf-8', encodingSure: 100, delimiter: ',', format: 'text', sheet: '', mode: 'add' },
        ...{ updated: 0, createdAt: '2026-11-23T02:00:00.000Z', closedAt: '2026-11-23T02:00:01.000Z' },
      },
    ],
  });

/** A row that made no callee. */
export const Rejection = z.strictObject({
  kind: z.string().describe('rejected, duplicate or suppressed.'),
  row: z.int().describe('The first row after the header is 1.'),
  line: z.int().describe('On which it starts, from 1; 0 where the list has no lines.'),
  column: z.string().describe('Header of the column at fault; empty where it is the row as a whole.'),
  code: z.string(),
  message: z.string(),
  value: z.string().describe('What stands in that column, masked.'),
  cells: z.array(z.string()).readonly().describe('As they were in the list.'),
});

function rejectionSchema(): Record<string, unknown> {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(Rejection);
  return schema;
}

/** An array of them that is streamed, an entry a line: for the document only, since it is text already. */
export const Rejections = z.unknown().meta({ type: 'array', items: rejectionSchema() });

/** What an import of the file would do now. */
export const DryRun = z
  .strictObject({
    campaign: z.string(),
    fileName: z.string(),
    mode: z.string(),
    rows: z.int(),
    added: z.int(),
    unchanged: z.int(),
    changed: z.int(),
    alreadyCalled: z.int(),
    duplicate: z.int(),
    suppressed: z.int(),
    rejected: z.int(),
    encoding: z.string(),
    delimiter: z.string(),
    fault: z.string().describe('Why no row behind these would be taken; empty where there is nothing.'),
    alreadyImported: z.string().nullable().describe('The import of the very same bytes.'),
    reasons: z
      .array(
        z.strictObject({
          row: z.int(),
          line: z.int(),
          kind: z.string(),
          column: z.string(),
          code: z.string(),
          message: z.string(),
          value: z.string().describe('Masked.'),
        }),
      )
      .readonly()
      .describe('The first rows that would not be taken.'),
  })
  .meta({ id: 'DryRun' });

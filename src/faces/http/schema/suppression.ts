import { z } from 'zod';
import { TimeOrNull } from './words.ts';

export const Suppression = z
  .strictObject({
    list: z.string().describe('As addresses name it: `global`, or the id of a campaign.'),
    campaign: z.string().nullable(),
    entries: z.int(),
    keyed: z.boolean().describe('Whether numbers are kept as digests only.'),
  })
  .meta({ id: 'SuppressionList' });

export const SuppressionEntry = z
  .strictObject({
    number: z.string().nullable().describe('Null where numbers are kept as digests only.'),
    digest: z.string().nullable(),
    reason: z.string(),
    by: z.string(),
    source: z.string().describe('The name of a file, or `single`.'),
    addedAt: TimeOrNull,
    expiresAt: TimeOrNull.describe('Null: for good.'),
  })
  .meta({ id: 'SuppressionEntry' });

export const SuppressionWish = z
  .strictObject({
    number: z
      .string()
      .min(1)
      .max(100)
      .describe('As people write it; without a country code, one of the region.'),
    reason: z.string().max(1_000).optional(),
    expiresAt: z
      .string()
      .max(40)
      .optional()
      .describe('`2027-01-01` (when that day begins), or with time and offset. Left out: for good.'),
  })
  .meta({
    id: 'SuppressionWish',
    examples: [{ number: '+8613800138000', reason: 'asked by mail', expiresAt: '2027-01-01' }],
  });

export const SuppressedNumber = z
  .strictObject({
    list: z.string(),
    added: z.boolean().describe('False: it was on the list already.'),
    expiresAt: TimeOrNull,
    suppressed: z.int().describe('Callees that waited and are ended now.'),
    calling: z.int().describe('Callees in a task, which is looked at next.'),
  })
  .meta({ id: 'SuppressedNumber' });

export const ListCleared = z
  .strictObject({ list: z.string(), removed: z.int() })
  .meta({ id: 'SuppressionCleared' });

export const ListAction = z
  .strictObject({
    at: TimeOrNull,
    by: z.string(),
    did: z.enum(['add', 'remove', 'import', 'clear']),
    entries: z.int().describe('Entries that came or went.'),
    reason: z.string(),
    source: z.string(),
  })
  .meta({ id: 'SuppressionAction' });

export const ListImport = z
  .strictObject({
    list: z.string(),
    rows: z.int(),
    added: z.int(),
    known: z.int(),
    rejected: z.int(),
    ownReasons: z.int().describe('Rows with a reason of their own.'),
    ownExpiries: z.int().describe('Rows with an expiry of their own.'),
    reasonsLeftOut: z.int().describe('Rows listed for the reason of the file, since it names too many.'),
    suppressed: z.int(),
    calling: z.int(),
    fault: z.string().describe('Why no row behind these was taken; empty where there is nothing.'),
    rejections: z
      .array(
        z.strictObject({
          ...{ row: z.int(), line: z.int(), column: z.string(), code: z.string(), message: z.string() },
        }),
      )
      .describe('The first rows that put nobody on the list.'),
  })
  .meta({ id: 'SuppressionImport', description: '`rows` = `added` + `known` + `rejected`.' });

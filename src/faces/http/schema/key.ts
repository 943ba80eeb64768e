import { z } from 'zod';
import { ACCESS_ROLES } from '../../../core/access.ts';
import { TimeOrNull } from './words.ts';

const shape = {
  id: z.string(),
  name: z.string(),
  role: z.enum(ACCESS_ROLES),
  createdAt: TimeOrNull,
  lastUsedAt: TimeOrNull.describe('To the minute; null for a key that was never used.'),
};
const EXAMPLE = {
  ...{ id: 'k3v5mx2abq', name: 'billing', role: 'operator' },
  ...{ createdAt: '2026-11-23T02:00:00.000Z', lastUsedAt: null },
};

export const Key = z.strictObject(shape).meta({ id: 'Key', examples: [EXAMPLE] });

export const NewKey = z
  .strictObject({
    ...shape,
    secret: z
      .string()
      .nullable()
      .describe(
        'The key itself, shown this once. Null where a repeated Idempotency-Key gave the reply again.',
      ),
  })
  .meta({ id: 'NewKey' });

export const KeyWish = z
  .strictObject({
    name: z
      .string()
      .trim()
      .min(1)
      .max(100)
      .optional()
      .describe('What people call it; stands beside what is done with it.'),
    role: z.enum(ACCESS_ROLES),
  })
  .meta({ id: 'KeyWish', examples: [{ name: 'billing', role: 'operator' }] });

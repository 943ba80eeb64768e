import { z } from 'zod';
import { ACCESS_ROLES } from '../../../core/access.ts';

export const Session = z
  .strictObject({
    name: z.string().describe('The name of the key.'),
    role: z.enum(ACCESS_ROLES),
    csrf: z
      .string()
      .nullable()
      .describe('For the header `x-csrf-token` of writes; null for a key, which needs none.'),
  })
  .meta({ id: 'Session', examples: [{ name: 'Ann', role: 'operator', csrf: 'x0Jz...' }] });

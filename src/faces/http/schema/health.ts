import { z } from 'zod';

export const Alive = z.strictObject({ ok: z.literal(true) }).meta({ id: 'Alive' });

export const Readiness = z
  .strictObject({
    ready: z.boolean(),
    checks: z.array(z.strictObject({ check: z.string(), ok: z.boolean(), detail: z.string() })),
  })
  .meta({ id: 'Readiness' });

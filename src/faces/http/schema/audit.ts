import { z } from 'zod';

export const Audit = z
  .strictObject({
    violations: z.array(z.record(z.string(), z.unknown())).readonly(),
    violationsMore: z.int().describe('Violations found beyond those listed.'),
    callees: z.int(),
    pages: z.int(),
    settled: z
      .boolean()
      .describe('False: a campaign moved while it was read, so some rules were not judged.'),
    campaigns: z
      .array(
        z.strictObject({ campaign: z.string(), callees: z.int(), violations: z.int(), settled: z.boolean() }),
      )
      .readonly(),
  })
  .meta({ id: 'Audit' });

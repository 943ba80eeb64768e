import { z } from 'zod';
import { DISPOSITION_NAMES, type Disposition } from '../../../core/disposition.ts';
import { SentenceFacts } from './words.ts';

export const DispositionName = z.enum(DISPOSITION_NAMES as [Disposition, ...Disposition[]]);

/** Something that stands, or may come to stand, in the way of a campaign. */
export const PreflightProblem = z
  .strictObject({ code: z.string(), text: z.string(), remedy: z.string(), facts: SentenceFacts })
  .meta({ id: 'PreflightProblem' });

export const ActionResult = z
  .strictObject({
    action: z.string(),
    campaignId: z.string(),
    state: z.string().describe('Of the campaign, afterwards.'),
    changed: z.boolean().describe('False: it was so already, and nothing was recorded.'),
    callees: z.int().optional().describe('How many callees it moved; left out where it moves the campaign.'),
    warnings: z
      .array(PreflightProblem)
      .readonly()
      .optional()
      .describe('What a preflight found that does not keep it from calling.'),
    text: z.string().describe('A sentence for people.'),
  })
  .meta({
    id: 'ActionResult',
    examples: [
      {
        ...{ action: 'start', campaignId: 'spring', state: 'running', changed: true },
        text: 'campaign "spring" is now running',
      },
    ],
  });

export const PossibleAction = z
  .strictObject({
    action: z.string(),
    does: z.string(),
    allowed: z.boolean().describe('Whether the present state of the campaign allows it.'),
    allowedStates: z.array(z.string()).readonly(),
    needs: z.enum(['nothing', 'disposition']).describe('What it may be narrowed down by.'),
    callees: z.int().describe('How many callees it would touch now.'),
  })
  .meta({ id: 'PossibleAction' });

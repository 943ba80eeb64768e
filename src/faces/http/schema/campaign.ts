import { z } from 'zod';
import { campaignJsonSchema } from '../../../core/campaign.ts';
import { Counts, TimeOrNull } from './words.ts';

/** The words of a campaign file as people write them: for the document only, since `putCampaign` judges them. */
function fileSchema(): Record<string, unknown> {
  const { $schema: _dialect, ...schema } = z.record(z.string(), z.unknown()).parse(campaignJsonSchema());
  return schema;
}

const FILE = {
  name: 'Spring reminder',
  callers: ['008602150000001'],
  ivrId: 7,
  timeZone: 'Asia/Shanghai',
  windows: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '12:00' }],
  retry: { attemptsMax: 3, rules: [{ on: ['busy'], after: '10m' }] },
};

/** A body that is handed on as it came. */
export const CampaignFile = z.unknown().meta({ id: 'CampaignFile', ...fileSchema(), examples: [FILE] });

export const Campaign = z
  .strictObject({
    id: z.string(),
    name: z.string(),
    state: z.string().describe('draft, running, paused, blocked, completed or cancelled.'),
    reason: z.string(),
    reasonText: z.string().describe('The reason as a sentence.'),
    counts: Counts.describe('Callees by state; every state is named.'),
    dispositions: Counts.describe('Callees by how their latest attempt ended.'),
    callees: z.int(),
    attempts: z.int(),
    timeZone: z.string().describe('The campaign’s own, an IANA name.'),
    nextDueAt: TimeOrNull.describe(
      'When the next callee may be called; null where none waits or none may be.',
    ),
  })
  .meta({
    id: 'Campaign',
    examples: [
      {
        ...{ id: 'spring', name: 'Spring reminder', state: 'running', reason: 'start_by_operator' },
        ...{ reasonText: '"start" was asked for by Ann', counts: { initial: 312, answered: 40 } },
        ...{ dispositions: { answered: 40 }, callees: 352, attempts: 40 },
        ...{ timeZone: 'Asia/Shanghai', nextDueAt: '2026-11-23T02:00:00.000Z' },
      },
    ],
  });

export const CampaignSettingsDocument = z.record(z.string(), z.unknown()).meta({
  id: 'CampaignSettings',
  description: 'All settings, defaults included. Durations in milliseconds.',
});

export const CampaignTrailEntry = z
  .strictObject({
    at: TimeOrNull,
    by: z.string(),
    from: z.string().nullable(),
    to: z.string(),
    reason: z.string(),
    text: z.string(),
  })
  .meta({ id: 'CampaignTrailEntry' });

/** Small parts of requests and documents. */
import { z } from 'zod';
import { CampaignId } from '../../../core/campaign.ts';

/** A time of a document: ISO 8601 in UTC. */
export const Time = z.string();
export const TimeOrNull = z.string().nullable();

export const CampaignParams = z.strictObject({ id: CampaignId.describe('The campaign id.') });

/** What a sentence says beside its words, so that another language can say the same. */
export const SentenceFacts = z
  .record(z.string(), z.union([z.string(), z.number()]))
  .readonly()
  .describe('What the text tells: names, amounts, times.');

/** How many of each. */
export const Counts = z.record(z.string(), z.int());

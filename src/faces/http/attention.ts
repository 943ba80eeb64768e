import { z } from 'zod';
import { CampaignId } from '../../core/campaign.ts';
import { ACTIONS } from '../../pipelines/actions.ts';
import { type AttentionItem, attentionItems } from '../../pipelines/attention.ts';
import { runAudit } from '../../pipelines/audit.ts';
import { timeText } from '../documents.ts';
import type { HttpDeps, HttpServer } from './deps.ts';
import { Audit } from './schema/audit.ts';
import { problems } from './schema/problem.ts';
import { TimeOrNull } from './schema/words.ts';

const tags = ['attention'];

const NextStep = z.strictObject({
  label: z.string().describe('The name of the action.'),
  does: z.string(),
  method: z.enum(['POST', 'GET']),
  href: z.string(),
  body: z.record(z.string(), z.unknown()).optional(),
});

const Attention = z
  .strictObject({
    kind: z.enum(['campaign_blocked', 'callees_parked', 'batch_uncertain', 'orphan', 'import_failed']),
    campaign: z.string(),
    subject: z.string().describe('The campaign, batch, task or import.'),
    reason: z.string(),
    text: z.string(),
    since: TimeOrNull,
    callees: z.int(),
    actions: z.array(NextStep).describe('The next steps; none where it settles itself.'),
  })
  .meta({ id: 'Attention' });

function nextSteps({ kind, campaign, subject, actions }: AttentionItem): z.infer<typeof NextStep>[] {
  if (kind === 'import_failed') {
    const href = `/v1/imports/${subject}/errors.csv`;
    return [{ label: 'errors', does: 'the rows that were not taken', method: 'GET', href }];
  }
  return actions.map((action) => ({
    label: action,
    does: ACTIONS[action].does,
    method: 'POST' as const,
    href: `/v1/campaigns/${campaign}/actions/${action}`,
    body: {},
  }));
}

/** `/v1/attention`: all that a person must look at, with the next step. `/v1/audit`: whether the store adds up. */
export function attentionRoutes(app: HttpServer, deps: HttpDeps): void {
  app.route({
    method: 'GET',
    url: '/v1/attention',
    schema: {
      tags,
      summary: 'Everything parked, uncertain, orphaned, failed or blocked, with the next step',
      response: { 200: z.array(Attention), ...problems() },
    },
    handler: async () => {
      const items = await attentionItems(deps);
      return items.map((item) => ({ ...item, since: timeText(item.since), actions: nextSteps(item) }));
    },
  });
  app.route({
    method: 'GET',
    url: '/v1/audit',
    schema: {
      tags,
      summary: 'Reads a campaign, or all, and compares everything that must agree',
      querystring: z.strictObject({ campaign: CampaignId.optional() }),
      response: { 200: Audit, ...problems(404) },
    },
    handler: async ({ query }) => {
      const { violations, ...rest } = await runAudit(deps, query.campaign);
      return { ...rest, violations: violations.map((violation) => ({ ...violation })) };
    },
  });
}

import { z } from 'zod';
import { AppError } from '../../core/errors.ts';
import {
  ACTION_NAMES,
  ACTIONS,
  CALLEE_ACTION_NAMES,
  CALLEE_ACTIONS,
  type OperatorAction,
  requireCampaign,
} from '../../pipelines/actions.ts';
import { findCallee } from '../../pipelines/find-callee.ts';
import { requireVisitor } from './authorise.ts';
import { CalleeParams } from './callees.ts';
import type { HttpDeps, HttpServer } from './deps.ts';
import { answerOnce, OnceHeaders } from './once.ts';
import { ActionResult, DispositionName, PossibleAction } from './schema/action.ts';
import { problems } from './schema/problem.ts';
import { CampaignParams } from './schema/words.ts';

const tags = ['campaigns'];

const ActionInput = z
  .strictObject({
    disposition: DispositionName.optional().describe('Only callees whose latest attempt ended so.'),
  })
  .optional()
  .meta({ id: 'ActionInput', examples: [{}, { disposition: 'busy' }] });
const Narrowing = z.strictObject({ disposition: DispositionName.optional() });

function needsOf({ needs }: OperatorAction): 'nothing' | 'disposition' {
  return needs === 'disposition' ? 'disposition' : 'nothing';
}

function addPossible(app: HttpServer, deps: HttpDeps): void {
  app.route({
    method: 'GET',
    url: '/v1/campaigns/:id/actions',
    schema: {
      tags,
      summary: 'What can be done with the campaign, and how many callees it would touch now',
      params: CampaignParams,
      querystring: Narrowing,
      response: { 200: z.array(PossibleAction), ...problems(404) },
    },
    handler: async ({ params, query }) => {
      const { id, state } = await requireCampaign(deps.store, params.id);
      const by = 'preview';
      return Promise.all(
        ACTION_NAMES.map(async (action) => {
          const row: OperatorAction = ACTIONS[action];
          const narrowed = needsOf(row) === 'disposition' ? query : {};
          return {
            action,
            does: row.does,
            allowed: row.allowed.includes(state),
            allowedStates: row.allowed,
            needs: needsOf(row),
            callees: await row.preview(deps, { campaignId: id, by, ...narrowed }),
          };
        }),
      );
    },
  });
}

function addCampaignActions(app: HttpServer, deps: HttpDeps): void {
  app.route({
    method: 'POST',
    url: '/v1/campaigns/:id/actions/:action',
    config: { did: 'campaign.action' },
    schema: {
      tags,
      summary: 'Do something with the campaign, or with those of its callees that a disposition selects',
      description: ACTION_NAMES.map((name) => `\`${name}\`: ${ACTIONS[name].does}.`).join(' '),
      params: CampaignParams.extend({ action: z.enum(ACTION_NAMES) }),
      headers: OnceHeaders,
      body: ActionInput,
      response: { 200: ActionResult, ...problems(404, 409, 415, 422) },
    },
    handler: async (request, reply) => {
      const { id, action } = request.params;
      const { name: by } = requireVisitor(request);
      const row: OperatorAction = ACTIONS[action];
      return answerOnce(deps, request, reply, request.body, async () => {
        if (needsOf(row) === 'nothing' && request.body?.disposition !== undefined) {
          throw new AppError('input_invalid', `"${action}" takes no disposition`);
        }
        const document = await row.run(deps, { campaignId: id, by, ...request.body });
        request.deed = { did: `campaign.${action}`, subject: id, text: document.text };
        return { status: 200, document };
      });
    },
  });
}

function addCalleeActions(app: HttpServer, deps: HttpDeps): void {
  app.route({
    method: 'POST',
    url: '/v1/campaigns/:id/callees/:callee/actions/:action',
    config: { did: 'callee.action' },
    schema: {
      tags: ['callees'],
      summary: 'Do something with one callee',
      description: CALLEE_ACTION_NAMES.map((name) => `\`${name}\`: ${CALLEE_ACTIONS[name].does}.`).join(' '),
      params: CalleeParams.extend({ action: z.enum(CALLEE_ACTION_NAMES) }),
      headers: OnceHeaders,
      body: z.strictObject({}).optional(),
      response: { 200: ActionResult, ...problems(404, 409, 415, 422) },
    },
    handler: async (request, reply) => {
      const { id, action, callee: text } = request.params;
      const { name: by } = requireVisitor(request);
      return answerOnce(deps, request, reply, '', async () => {
        const campaign = await requireCampaign(deps.store, id);
        const callee = await findCallee(deps, campaign, text);
        const document = await CALLEE_ACTIONS[action].run(deps, { campaignId: id, by, callee });
        request.deed = { did: `callee.${action}`, subject: `${id}-c${callee}`, text: document.text };
        return { status: 200, document };
      });
    },
  });
}

/** What operators do: one address per row of the tables of actions. */
export function actionRoutes(app: HttpServer, deps: HttpDeps): void {
  addPossible(app, deps);
  addCampaignActions(app, deps);
  addCalleeActions(app, deps);
}

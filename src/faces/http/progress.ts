import { z } from 'zod';
import { masked } from '../../core/masked.ts';
import { statisticsOf } from '../../core/statistics.ts';
import { requireCampaign } from '../../pipelines/actions.ts';
import { viewCallers } from '../../pipelines/callers.ts';
import { preflight } from '../../pipelines/preflight.ts';
import type { CampaignRecord } from '../../ports/store.ts';
import { timeText } from '../documents.ts';
import { requireVisitor } from './authorise.ts';
import type { HttpDeps, HttpServer, Visitor } from './deps.ts';
import { seesNumbers } from './masking.ts';
import { problems } from './schema/problem.ts';
import { Batch, DueCallees, Preflight, Statistics } from './schema/progress.ts';
import { CampaignParams } from './schema/words.ts';

const tags = ['campaigns'];

function callerText(visitor: Visitor, number: string | undefined): string | null {
  if (number === undefined) return null;
  return seesNumbers(visitor) ? number : masked(number);
}

async function statisticsDocument(deps: HttpDeps, visitor: Visitor, campaign: CampaignRecord) {
  const tally = await deps.store.tally(campaign.id);
  const { hours, byAttempt, callers } = statisticsOf(tally);
  const { views } = await viewCallers(deps, campaign, tally);
  const sums = new Map(callers.map((one) => [one.caller, one]));
  return {
    hours: hours.map(({ at, ...rest }) => ({ at: timeText(at), ...rest })),
    byAttempt,
    callers: views.map(({ caller, number, leftOut, facts, channels }) => {
      const { attempts = 0, answered = 0, refused = 0 } = sums.get(caller) ?? {};
      return {
        caller: callerText(visitor, number) ?? '',
        ...{ attempts, answered, refused },
        answeredShare: attempts === 0 ? null : answered / attempts,
        state: leftOut ?? facts?.state ?? 'unknown',
        channels: channels ?? null,
      };
    }),
  };
}

function addStatistics(app: HttpServer, deps: HttpDeps): void {
  app.route({
    method: 'GET',
    url: '/v1/campaigns/:id/statistics',
    schema: {
      tags,
      summary: 'Attempts and answers by hour, dispositions by attempt, and how the callers do',
      params: CampaignParams,
      response: { 200: Statistics, ...problems(404) },
    },
    handler: async (request) => {
      const campaign = await requireCampaign(deps.store, request.params.id);
      return statisticsDocument(deps, requireVisitor(request), campaign);
    },
  });
}

function addDue(app: HttpServer, deps: HttpDeps): void {
  app.route({
    method: 'GET',
    url: '/v1/campaigns/:id/due',
    schema: {
      tags,
      summary: 'How many callees are due when, earliest first',
      params: CampaignParams,
      response: { 200: z.array(DueCallees), ...problems(404) },
    },
    handler: async ({ params }) => {
      const { id } = await requireCampaign(deps.store, params.id);
      const [buckets, { states }] = await Promise.all([deps.store.dueBuckets(id), deps.store.counts(id)]);
      const later = buckets.map(({ bucket, callees }) => ({ at: timeText(bucket), callees }));
      // The store names the buckets behind "at once": whoever may be called and is in none of them is due at once.
      const inBuckets = later.reduce((sum, { callees }) => sum + callees, 0);
      const now = states.initial + states.pending_retry - inBuckets;
      return now > 0 ? [{ at: null, callees: now }, ...later] : later;
    },
  });
}

function addBatches(app: HttpServer, deps: HttpDeps): void {
  app.route({
    method: 'GET',
    url: '/v1/campaigns/:id/batches',
    schema: {
      tags,
      summary: 'Batches that are not over, with their tasks at the provider',
      params: CampaignParams,
      response: { 200: z.array(Batch), ...problems(404) },
    },
    handler: async (request) => {
      const { id, zones, settings } = await requireCampaign(deps.store, request.params.id);
      const visitor = requireVisitor(request);
      const batches = await deps.store.openBatches(id);
      return batches.map((batch) => ({
        id: batch.id,
        state: batch.state,
        zone: zones[batch.zone] ?? '',
        caller: callerText(
          visitor,
          batch.caller === undefined ? undefined : settings.callers[batch.caller - 1],
        ),
        taskId: batch.taskId === 0 ? null : batch.taskId,
        submissions: batch.submissions,
        callees: batch.calleesTotal,
        open: batch.calleesOpen,
        createdAt: timeText(batch.createdAt),
        submittedAt: timeText(batch.submittedAt),
        notBefore: timeText(batch.notBefore),
        notAfter: timeText(batch.notAfter),
        nextLookAt: timeText(batch.nextLookAt),
      }));
    },
  });
}

function addPreflight(app: HttpServer, deps: HttpDeps): void {
  app.route({
    method: 'GET',
    url: '/v1/campaigns/:id/preflight',
    schema: {
      tags,
      summary: 'What stands in the way of the campaign, and what it will come to',
      description: 'Asks the provider about the callers, packages and sound files of the campaign.',
      params: CampaignParams,
      response: { 200: Preflight, ...problems(404) },
    },
    handler: async ({ params }) => preflight(deps, params.id),
  });
}

/** How a campaign goes: what its calls came to, what is due, what is under way. */
export function progressRoutes(app: HttpServer, deps: HttpDeps): void {
  addStatistics(app, deps);
  addDue(app, deps);
  addBatches(app, deps);
  addPreflight(app, deps);
}

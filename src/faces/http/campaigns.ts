import { z } from 'zod';
import { campaignStates } from '../../core/campaign.ts';
import { statesOf } from '../../core/machine.ts';
import { requireCampaign } from '../../pipelines/actions.ts';
import { putCampaign } from '../../pipelines/campaigns.ts';
import { type ChangeCampaignResult, changeCampaign } from '../../pipelines/change-campaign.ts';
import type { CampaignRecord } from '../../ports/store.ts';
import { campaignDocument, timeText } from '../documents.ts';
import { requireVisitor } from './authorise.ts';
import type { HttpDeps, HttpServer } from './deps.ts';
import { maskedFor } from './masking.ts';
import { linkNext, PageQuery } from './paging.ts';
import { Campaign, CampaignFile, CampaignSettingsDocument, CampaignTrailEntry } from './schema/campaign.ts';
import { problems } from './schema/problem.ts';
import { CampaignParams } from './schema/words.ts';

const tags = ['campaigns'];

const ListQuery = PageQuery.extend({
  search: z.string().max(200).optional().describe('Part of the id or the name, in any case.'),
  state: z.enum(statesOf(campaignStates)).optional(),
});

/** Names the settings that a campaign file changed. */
const CHANGED_HEADER = 'x-changed-settings';

const PutQuery = z.strictObject({
  update: z
    .enum(['true', 'false', ''])
    .optional()
    .describe('`true`: give a campaign that exists the settings of the file, also while it runs.'),
});

function putText({ outcome, fields }: Pick<ChangeCampaignResult, 'outcome' | 'fields'>): string {
  if (outcome === 'changed') return `changed: ${fields.join(', ')}`;
  return outcome === 'created' ? 'stored as a draft' : 'the same as before';
}

type Wanted = z.infer<typeof ListQuery>;

function isWanted({ id, settings, state }: CampaignRecord, wanted: Wanted): boolean {
  if (wanted.state !== undefined && state !== wanted.state) return false;
  const text = wanted.search?.trim().toLowerCase() ?? '';
  return id.includes(text) || settings.name.toLowerCase().includes(text);
}

/** Campaigns behind the cursor that are wanted, some more than asked for where there are any. */
async function findCampaigns(deps: HttpDeps, wanted: Wanted): Promise<CampaignRecord[]> {
  const { limit, cursor = '' } = wanted;
  const rest = (await deps.store.campaignIds()).filter((id) => id > cursor);
  const found: CampaignRecord[] = [];
  while (rest.length > 0 && found.length <= limit) {
    const campaigns = await Promise.all(rest.splice(0, limit + 1).map((id) => deps.store.campaign(id)));
    for (const campaign of campaigns) {
      if (campaign !== undefined && isWanted(campaign, wanted)) found.push(campaign);
    }
  }
  return found;
}

type BlackoutTime = CampaignRecord['settings']['blackouts'][number];

/** A time without calls in the words of a campaign file: dates, local times, or times in UTC. */
function blackoutWords({ kind, from, to }: BlackoutTime): { readonly from: string; readonly to: string } {
  const iso = (at: number): string => new Date(at).toISOString();
  if (kind === 'instants') return { from: iso(from), to: iso(to) };
  if (kind === 'wall') return { from: iso(from).slice(0, 19), to: iso(to).slice(0, 19) };
  return { from: iso(from).slice(0, 10), to: iso(to - 1).slice(0, 10) };
}

function settingsDocument({ settings }: CampaignRecord): Record<string, unknown> {
  const { startAt, endAt, blackouts, ...rest } = settings;
  return {
    ...rest,
    blackouts: blackouts.map(blackoutWords),
    ...(startAt !== undefined && { startAt: timeText(startAt) }),
    ...(endAt !== undefined && { endAt: timeText(endAt) }),
  };
}

function addList(app: HttpServer, deps: HttpDeps): void {
  app.route({
    method: 'GET',
    url: '/v1/campaigns',
    schema: {
      tags,
      summary: 'Campaigns by id',
      querystring: ListQuery,
      response: { 200: z.array(Campaign), ...problems() },
    },
    handler: async (request, reply) => {
      const { limit } = request.query;
      const found = await findCampaigns(deps, request.query);
      const shown = found.slice(0, limit);
      linkNext(request, reply, found.length > limit ? shown.at(-1)?.id : undefined);
      const now = deps.clock.now();
      return Promise.all(shown.map((campaign) => campaignDocument(deps.store, campaign, now)));
    },
  });
}

function addPut(app: HttpServer, deps: HttpDeps): void {
  app.route({
    method: 'PUT',
    url: '/v1/campaigns/:id',
    config: { did: 'campaign.put' },
    schema: {
      tags,
      summary: 'Store a campaign file as a draft; the same file again changes nothing',
      params: CampaignParams,
      querystring: PutQuery,
      body: CampaignFile,
      response: { 200: Campaign, 201: Campaign, ...problems(409, 413, 415) },
    },
    handler: async (request, reply) => {
      const { id } = request.params;
      const isUpdate = request.query.update === 'true';
      const put = isUpdate
        ? await changeCampaign(deps, id, request.body, requireVisitor(request).name)
        : { ...(await putCampaign(deps, id, request.body)), fields: [] };
      const { outcome } = put;
      request.deed = { subject: id, text: putText(put) };
      const campaign = await requireCampaign(deps.store, id);
      const document = await campaignDocument(deps.store, campaign, deps.clock.now());
      if (outcome === 'changed') reply.header(CHANGED_HEADER, put.fields.join(', '));
      if (outcome === 'created') reply.code(201).header('location', `/v1/campaigns/${id}`);
      return reply.send(document);
    },
  });
}

function addReads(app: HttpServer, deps: HttpDeps): void {
  app.route({
    method: 'GET',
    url: '/v1/campaigns/:id',
    schema: {
      tags,
      summary: 'State, callees by state and disposition, attempts, next due time',
      params: CampaignParams,
      response: { 200: Campaign, ...problems(404) },
    },
    handler: async ({ params }) => {
      const campaign = await requireCampaign(deps.store, params.id);
      return campaignDocument(deps.store, campaign, deps.clock.now());
    },
  });
  app.route({
    method: 'GET',
    url: '/v1/campaigns/:id/settings',
    schema: {
      tags,
      summary: 'All settings, defaults included',
      params: CampaignParams,
      response: { 200: CampaignSettingsDocument, ...problems(404) },
    },
    handler: async (request) => {
      const campaign = await requireCampaign(deps.store, request.params.id);
      return maskedFor(requireVisitor(request), settingsDocument(campaign));
    },
  });
  app.route({
    method: 'GET',
    url: '/v1/campaigns/:id/file',
    config: { access: 'operator' },
    schema: {
      tags,
      summary: 'The campaign file as it was put, to be changed and put again',
      params: CampaignParams,
      response: { 200: CampaignFile, ...problems(404) },
    },
    handler: async ({ params }) => {
      await requireCampaign(deps.store, params.id);
      return deps.store.campaignFile(params.id);
    },
  });
  app.route({
    method: 'GET',
    url: '/v1/campaigns/:id/trail',
    schema: {
      tags,
      summary: 'Who moved the campaign, when and why, oldest first',
      params: CampaignParams,
      response: { 200: z.array(CampaignTrailEntry), ...problems(404) },
    },
    handler: async ({ params }) => {
      await requireCampaign(deps.store, params.id);
      const entries = await deps.store.trail(params.id);
      return entries.map(({ at, by, from, to, reason, text }) => ({
        ...{ at: timeText(at), by, from: from ?? null, to, reason, text: text ?? '' },
      }));
    },
  });
}

/** `/v1/campaigns`: what there is, what it is set to, and storing another. */
export function campaignRoutes(app: HttpServer, deps: HttpDeps): void {
  addList(app, deps);
  addPut(app, deps);
  addReads(app, deps);
}

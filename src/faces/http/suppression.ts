import { z } from 'zod';
import { CampaignId } from '../../core/campaign.ts';
import { AppError } from '../../core/errors.ts';
import type { SuppressionList } from '../../core/suppression.ts';
import { requireCampaign } from '../../pipelines/actions.ts';
import { allowNumber, clearList, suppressNumber } from '../../pipelines/suppress-numbers.ts';
import type { ListedNumber } from '../../ports/suppression.ts';
import { timeText } from '../documents.ts';
import { requireVisitor } from './authorise.ts';
import type { HttpDeps, HttpServer } from './deps.ts';
import { answerOnce, OnceHeaders } from './once.ts';
import { linkNext, PageQuery } from './paging.ts';
import { problems } from './schema/problem.ts';
import {
  ListAction,
  ListCleared,
  SuppressedNumber,
  Suppression,
  SuppressionEntry,
  SuppressionWish,
} from './schema/suppression.ts';

const tags = ['suppression'];

/** Before the id of a campaign; needed only for one that is called global. No id has a dot. */
const PREFIX = 'campaign.';
const ListName = z
  .string()
  .regex(/^(?:campaign\.)?[a-z0-9][a-z0-9_-]{0,47}$/, 'write "global", or the id of a campaign')
  .describe('`global`, or the id of a campaign; for a campaign of that name `campaign.global`.');
export const ListParams = z.strictObject({ list: ListName });

function nameOf(list: SuppressionList): string {
  if (list === 'global') return list;
  return list.campaignId === 'global' ? `${PREFIX}global` : list.campaignId;
}

/** The campaign whose list it is, as the pipelines take it; nothing for the list of all. */
export function campaignInput(name: string): { readonly campaignId?: string } {
  if (name === 'global') return {};
  return { campaignId: CampaignId.parse(name.startsWith(PREFIX) ? name.slice(PREFIX.length) : name) };
}

async function requireList(deps: HttpDeps, name: string): Promise<SuppressionList> {
  const { campaignId } = campaignInput(name);
  if (campaignId === undefined) return 'global';
  await requireCampaign(deps.store, campaignId);
  return { campaignId };
}

function entryDocument({ number, digest, entry }: ListedNumber): z.infer<typeof SuppressionEntry> {
  const { reason, by, source, addedAt, expiresAt } = entry;
  return {
    number: number === undefined ? null : `+${number}`,
    digest: digest ?? null,
    ...{ reason, by, source, addedAt: timeText(addedAt), expiresAt: timeText(expiresAt) },
  };
}

interface FoundEntries {
  readonly entries: readonly ListedNumber[];
  readonly cursor: string | undefined;
}

/** Entries behind a cursor: a place of the list, and how many of those there were given already. */
async function findEntries(
  deps: HttpDeps,
  list: SuppressionList,
  cursor: string,
  limit: number,
): Promise<FoundEntries> {
  const [start = 0, given = 0] = cursor.split('.').map(Number);
  let [place, skip]: [number | undefined, number] = [start, given];
  const entries: ListedNumber[] = [];
  while (place !== undefined) {
    const some = await deps.suppression.someEntries(list, place);
    const end = skip + limit - entries.length;
    entries.push(...some.entries.slice(skip, end));
    if (end < some.entries.length) return { entries, cursor: `${place}.${end}` };
    [place, skip] = [some.next, 0];
    if (entries.length === limit) return { entries, cursor: place === undefined ? undefined : `${place}.0` };
  }
  return { entries, cursor: undefined };
}

function addReads(app: HttpServer, deps: HttpDeps): void {
  app.route({
    method: 'GET',
    url: '/v1/suppression',
    schema: {
      tags,
      summary: 'The list of all campaigns, and those of campaigns that have any',
      response: { 200: z.array(Suppression), ...problems() },
    },
    handler: async () => {
      const ids = await deps.store.campaignIds();
      const held = await Promise.all(ids.map((id) => deps.suppression.lists(id)));
      const own = held.flat().filter((list) => list !== 'global');
      const { suppressionKeyed: keyed } = deps.settings;
      return Promise.all(
        ['global' as const, ...own].map(async (list) => ({
          list: nameOf(list),
          campaign: list === 'global' ? null : list.campaignId,
          entries: await deps.suppression.size(list),
          keyed,
        })),
      );
    },
  });
  app.route({
    method: 'GET',
    url: '/v1/suppression/:list',
    config: { access: 'operator' },
    schema: {
      tags,
      summary: 'Entries of a list, in no order that means anything',
      params: ListParams,
      querystring: PageQuery.extend({
        cursor: z
          .string()
          .regex(/^\d{1,15}\.\d{1,7}$/, 'take the cursor from the header Link')
          .optional(),
      }),
      response: { 200: z.array(SuppressionEntry), ...problems(404) },
    },
    handler: async (request, reply) => {
      const { limit, cursor = '0.0' } = request.query;
      const list = await requireList(deps, request.params.list);
      const found = await findEntries(deps, list, cursor, limit);
      linkNext(request, reply, found.cursor);
      return found.entries.map(entryDocument);
    },
  });
}

function addTrail(app: HttpServer, deps: HttpDeps): void {
  app.route({
    method: 'GET',
    url: '/v1/suppression/:list/trail',
    config: { access: 'operator' },
    schema: {
      tags,
      summary: 'Who did what to the list, newest first',
      params: ListParams,
      querystring: PageQuery.extend({
        cursor: z
          .string()
          .regex(/^\d{1,9}$/, 'take the cursor from the header Link')
          .optional(),
      }),
      response: { 200: z.array(ListAction), ...problems(404) },
    },
    handler: async (request, reply) => {
      const { limit, cursor } = request.query;
      const actions = await deps.suppression.actions(await requireList(deps, request.params.list));
      // Counted from the oldest, so that one that is done meanwhile moves none of the others.
      const end = Math.min(cursor === undefined ? actions.length : Number(cursor), actions.length);
      const start = Math.max(0, end - limit);
      linkNext(request, reply, start === 0 ? undefined : String(start));
      return actions
        .slice(start, end)
        .reverse()
        .map((action) => ({ ...action, at: timeText(action.at) }));
    },
  });
}

function addWrites(app: HttpServer, deps: HttpDeps): void {
  app.route({
    method: 'POST',
    url: '/v1/suppression/:list',
    config: { did: 'suppression.add' },
    schema: {
      tags,
      summary: 'Never call this number (again); callees that wait under it are ended',
      params: ListParams,
      headers: OnceHeaders,
      body: SuppressionWish,
      response: { 200: SuppressedNumber, 201: SuppressedNumber, ...problems(404, 415, 422) },
    },
    handler: async (request, reply) => {
      const { list } = request.params;
      const { expiresAt: expires, ...wish } = request.body;
      const by = requireVisitor(request).name;
      return answerOnce(deps, request, reply, request.body, async () => {
        const input = { ...wish, ...campaignInput(list), ...(expires !== undefined && { expires }), by };
        const { list: _, ...result } = await suppressNumber(deps, input);
        request.deed = { subject: list, text: result.added ? 'a number was added' : 'it was there already' };
        const document = { list, ...result, expiresAt: timeText(result.expiresAt) };
        return { status: result.added ? 201 : 200, document };
      });
    },
  });
  app.route({
    method: 'POST',
    url: '/v1/suppression/:list/remove',
    config: { did: 'suppression.remove' },
    schema: {
      tags,
      summary: 'Take a number off; callees that it ended stay ended',
      params: ListParams,
      headers: OnceHeaders,
      body: SuppressionWish.pick({ number: true }),
      response: { 200: ListCleared, ...problems(404, 415, 422) },
    },
    handler: async (request, reply) => {
      const { list } = request.params;
      const { number } = request.body;
      const by = requireVisitor(request).name;
      return answerOnce(deps, request, reply, request.body, async () => {
        const { removed } = await allowNumber(deps, { ...campaignInput(list), number, by });
        if (!removed) throw new AppError('number_not_listed', `the number is not on the list "${list}"`);
        request.deed = { subject: list, text: 'a number was taken off' };
        return { status: 200, document: { list, removed: 1 } };
      });
    },
  });
  app.route({
    method: 'DELETE',
    url: '/v1/suppression/:list',
    config: { did: 'suppression.clear' },
    schema: {
      tags,
      summary: 'Take every number off',
      params: ListParams,
      querystring: z.strictObject({ all: z.literal('true').describe('Yes, all of them.') }),
      response: { 200: ListCleared, ...problems(404) },
    },
    handler: async (request) => {
      const { list } = request.params;
      const { removed } = await clearList(deps, { ...campaignInput(list), by: requireVisitor(request).name });
      request.deed = { subject: list, text: `${removed} numbers were taken off` };
      return { list, removed };
    },
  });
}

/** `/v1/suppression`: numbers that are not called. */
export function suppressionRoutes(app: HttpServer, deps: HttpDeps): void {
  addReads(app, deps);
  addTrail(app, deps);
  addWrites(app, deps);
}

import { PassThrough } from 'node:stream';
import { z } from 'zod';
import { present } from '../../core/assert.ts';
import { CALLEE_STATES, type CalleeRef } from '../../core/callee.ts';
import { DISPOSITION_NAMES, type Disposition } from '../../core/disposition.ts';
import { HTTP_PAGES_READ_MAX, PAGE_SLOTS } from '../../core/limits.ts';
import { requireCampaign } from '../../pipelines/actions.ts';
import { findCallee, readCallee } from '../../pipelines/find-callee.ts';
import { writeReport } from '../../pipelines/report.ts';
import type { DueCallee } from '../../ports/store.ts';
import { calleeDocument, calleeLine, waitingCallee } from '../documents.ts';
import { requireVisitor } from './authorise.ts';
import type { HttpDeps, HttpServer, Visitor } from './deps.ts';
import { CsvReply, csvHeaders } from './imports.ts';
import { calleeFor, lineFor } from './masking.ts';
import { linkNext, PageQuery } from './paging.ts';
import { Callee, CalleeStory } from './schema/callee.ts';
import { problems } from './schema/problem.ts';
import { CampaignParams } from './schema/words.ts';

const tags = ['callees'];

const ListQuery = PageQuery.extend({
  cursor: z
    .string()
    .regex(/^\d{1,15}$/, 'take the cursor from the header Link')
    .optional(),
  state: z.enum(CALLEE_STATES).optional(),
  disposition: z
    .enum(DISPOSITION_NAMES as [Disposition, ...Disposition[]])
    .optional()
    .describe('How the latest attempt ended.'),
});
type ListQuery = z.infer<typeof ListQuery>;

const CalleeName = z.string().min(1).max(100).describe('An id (`c42`), a row (`row:12`) or a number.');
export const CalleeParams = CampaignParams.extend({ callee: CalleeName });

interface FoundCallees {
  readonly callees: readonly DueCallee[];
  /** The place to go on from. */
  readonly next: CalleeRef | undefined;
}

/**
 * Callees from a place on, a page of the store at a time. What is wanted may be rare among very many: after so many
 * pages, what was found is given, and where to go on.
 */
async function findCallees(deps: HttpDeps, id: string, query: ListQuery): Promise<FoundCallees> {
  const { limit, state, disposition } = query;
  const first = Number(query.cursor ?? 0);
  const states = state === undefined ? CALLEE_STATES : [state];
  const callees: DueCallee[] = [];
  let page: number | undefined = Math.floor(first / PAGE_SLOTS);
  for (let looks = 0; page !== undefined && looks < HTTP_PAGES_READ_MAX; looks += 1) {
    const found = await deps.store.calleesIn(id, states, page, 1);
    for (const callee of found.callees) {
      if (callee.ref < first) continue;
      if (disposition !== undefined && callee.record.disposition !== disposition) continue;
      if (callees.length === limit) return { callees, next: callee.ref };
      callees.push(callee);
    }
    page = found.next;
  }
  return { callees, next: page === undefined ? undefined : page * PAGE_SLOTS };
}

function addList(app: HttpServer, deps: HttpDeps): void {
  app.route({
    method: 'GET',
    url: '/v1/campaigns/:id/callees',
    schema: {
      tags,
      summary: 'Callees in row order',
      description: 'A reply may hold fewer than `limit`, even none, and still have a next page.',
      params: CampaignParams,
      querystring: ListQuery,
      response: { 200: z.array(Callee), ...problems(404) },
    },
    handler: async (request, reply) => {
      const { id } = await requireCampaign(deps.store, request.params.id);
      const { callees, next } = await findCallees(deps, id, request.query);
      const rows = await deps.store.rows(
        id,
        callees.map(({ ref }) => ref),
      );
      linkNext(request, reply, next === undefined ? undefined : String(next));
      const visitor = requireVisitor(request);
      return callees.map(({ ref, record }, at) =>
        lineFor(visitor, calleeLine(id, ref, record, present(rows[at], `row of callee c${ref}`))),
      );
    },
  });
}

/** The callee that a text names, as this visitor may see it. */
async function found(deps: HttpDeps, visitor: Visitor, id: string, text: string) {
  const campaign = await requireCampaign(deps.store, id);
  const ref = await findCallee(deps, campaign, text);
  const { record, row, stories } = await readCallee(deps, campaign, ref);
  const document = calleeDocument(calleeLine(id, ref, record, row), record, row, stories);
  return calleeFor(visitor, waitingCallee(document, campaign, record, deps.clock.now()));
}

function addOne(app: HttpServer, deps: HttpDeps): void {
  app.route({
    method: 'GET',
    url: '/v1/campaigns/:id/callees/:callee',
    schema: {
      tags,
      summary: 'One callee, with everything that happened to it and why',
      description:
        'Whoever knows it by its number only asks by `POST .../callees/find`: logs keep addresses.',
      params: CalleeParams,
      response: { 200: CalleeStory, ...problems(404) },
    },
    handler: async (request) => {
      const { id, callee } = request.params;
      return found(deps, requireVisitor(request), id, callee);
    },
  });
  app.route({
    method: 'POST',
    url: '/v1/campaigns/:id/callees/find',
    config: { access: 'viewer', did: null },
    schema: {
      tags,
      summary: 'The same callee, named in the body, so that its number stands in no address',
      params: CampaignParams,
      body: z.strictObject({ callee: CalleeName }).meta({ id: 'CalleeWish' }),
      response: { 200: CalleeStory, ...problems(404, 415) },
    },
    handler: async (request) => found(deps, requireVisitor(request), request.params.id, request.body.callee),
  });
}

function addReport(app: HttpServer, deps: HttpDeps): void {
  app.route({
    method: 'GET',
    url: '/v1/campaigns/:id/report.csv',
    config: { access: 'operator' },
    schema: {
      tags,
      summary: 'One CSV line per callee, streamed',
      params: CampaignParams,
      response: { 200: CsvReply, ...problems(404) },
    },
    handler: async (request, reply) => {
      const { id } = await requireCampaign(deps.store, request.params.id);
      const out = new PassThrough();
      // It is written no faster than it is read, and ends when the reader is gone.
      writeReport(deps, id, out).catch((err: unknown) => {
        const isReaderGone = request.raw.destroyed || reply.raw.destroyed;
        const level = isReaderGone ? 'debug' : 'error';
        deps.log[level](
          { event: 'report_ended', campaignId: id, err },
          'a report was not written to its end',
        );
        out.destroy(err instanceof Error ? err : undefined);
      });
      return reply.headers(csvHeaders(`${id}.report.csv`)).send(out);
    },
  });
}

/** The callees of a campaign: in lists, one by one, and as a report. */
export function calleeRoutes(app: HttpServer, deps: HttpDeps): void {
  addList(app, deps);
  addOne(app, deps);
  addReport(app, deps);
}

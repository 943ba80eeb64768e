import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { moveCallee } from '../../../src/core/callee.ts';
import { ACTION_NAMES, ACTIONS, CALLEE_ACTION_NAMES } from '../../../src/pipelines/actions.ts';
import { CAMPAIGN_FILE, type HttpSite, openHttpSite, putCampaign } from '../../support/http-site.ts';
import { draftWithImport, newBatch, newImport, setState } from '../../support/redis-store.ts';
import { callSeeded, SEEDED_AT, seedCampaign } from '../../support/seeded-campaign.ts';

let site: HttpSite;
beforeAll(async () => {
  site = await openHttpSite();
});
afterAll(() => site.close());

const act = (id: string, action: string, payload?: object, headers = {}) =>
  site.ask('operator', {
    method: 'POST',
    url: `/v1/campaigns/${id}/actions/${action}`,
    headers,
    ...(payload !== undefined && { payload }),
  });

describe('an action on a campaign', () => {
  it('is done with nothing in its body, an empty one, or an empty document, and is in both trails', async () => {
    await putCampaign(site, 'one');
    const started = await act('one', 'start');
    expect(started.statusCode).toBe(200);
    expect(started.json()).toMatchObject({ action: 'start', state: 'running', changed: true });
    expect(
      (await act('one', 'pause', undefined, { 'content-type': 'application/json' })).json(),
    ).toMatchObject({
      state: 'paused',
    });
    expect((await act('one', 'resume', {})).json().state).toBe('running');
    expect((await act('one', 'resume', {})).json().changed).toBe(false);
    const trail = (await site.ask('viewer', { url: '/v1/campaigns/one/trail' })).json();
    expect(trail.slice(-3)).toEqual([
      expect.objectContaining({ from: 'draft', to: 'running', by: 'the operator' }),
      expect.objectContaining({ to: 'paused' }),
      expect.objectContaining({ to: 'running' }),
    ]);
    const [latest] = (await site.ask('operator', { url: '/v1/trail?limit=1' })).json();
    expect(latest).toMatchObject({ did: 'campaign.resume', subject: 'one', by: 'the operator' });
  });

  it('that the state does not allow is a conflict that says when it would be', async () => {
    await putCampaign(site, 'over');
    await act('over', 'cancel');
    const reply = await act('over', 'start');
    expect(reply.statusCode).toBe(409);
    expect(reply.json()).toMatchObject({
      code: 'action_not_allowed',
      detail: expect.stringContaining('draft'),
    });
  });

  it('that is none, or takes nothing of what it is given, is refused', async () => {
    await putCampaign(site, 'strict');
    expect((await act('strict', 'explode')).statusCode).toBe(400);
    expect((await act('strict', 'start', { colour: 'red' })).statusCode).toBe(400);
    expect((await act('strict', 'start', { disposition: 'busy' })).json().code).toBe('input_invalid');
    expect((await act('strict', 'retry_now', { disposition: 'happy' })).statusCode).toBe(400);
    expect((await act('nobody', 'start')).statusCode).toBe(404);
    const text = await site.ask('operator', {
      method: 'POST',
      url: '/v1/campaigns/strict/actions/start',
      payload: 'start',
      headers: { 'content-type': 'text/plain' },
    });
    expect(text.statusCode).toBe(415);
    expect(text.json().code).toBe('media_type_unsupported');
  });

  it('under an Idempotency-Key is done once, also where the state changed since', async () => {
    await putCampaign(site, 'once');
    const key = { 'idempotency-key': 'start-it' };
    const first = await act('once', 'start', {}, key);
    await act('once', 'pause');
    const again = await act('once', 'start', {}, key);
    expect(again.json()).toEqual(first.json());
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect((await site.ask('viewer', { url: '/v1/campaigns/once' })).json().state).toBe('paused');
    expect((await act('once', 'start', { disposition: 'busy' }, key)).statusCode).toBe(422);
    const refused = { 'idempotency-key': 'a-refused-one' };
    await act('once', 'cancel');
    expect((await act('once', 'start', {}, refused)).statusCode).toBe(409);
    expect((await act('once', 'start', {}, refused)).statusCode).toBe(409);
    expect((await act('once', 'start', {}, { 'idempotency-key': 'x y' })).statusCode).toBe(400);
  });

  it('under an Idempotency-Key that is used by two requests at once is done by one of them', async () => {
    await putCampaign(site, 'race');
    const key = { 'idempotency-key': 'race' };
    const replies = await Promise.all([act('race', 'start', {}, key), act('race', 'start', {}, key)]);
    const statuses = replies.map(({ statusCode }) => statusCode).sort();
    expect([
      [200, 200],
      [200, 409],
    ]).toContainEqual(statuses);
    const moves = (await site.store.trail('race')).filter(({ to }) => to === 'running');
    expect(moves).toHaveLength(1);
  });

  it('is offered with what it does and whom it would touch, one for each row of the table', async () => {
    await seedCampaign(site.store, 'offer', 20);
    await callSeeded(site.store, 'offer', 8, 4);
    await setState(site.store, 'offer', 'running');
    const offered = (await site.ask('viewer', { url: '/v1/campaigns/offer/actions' })).json();
    expect(offered.map(({ action }: { action: string }) => action)).toEqual(ACTION_NAMES);
    for (const one of offered) expect(one.does).toBe(ACTIONS[one.action as 'start'].does);
    const cancel = offered.find(({ action }: { action: string }) => action === 'cancel');
    expect(cancel).toMatchObject({ allowed: true, needs: 'nothing', callees: 14 });
  });
});

describe('a parked callee', () => {
  it('needs attention with its reason and the next step, and is put back or given up one by one', async () => {
    await seedCampaign(site.store, 'parked', 3);
    await setState(site.store, 'parked', 'running');
    const refs = [0, 1, 2];
    const records = await site.store.records('parked', refs);
    const now = SEEDED_AT;
    const claimed = refs.map((ref) =>
      moveCallee(ref, records[ref]!, 'claim', { now, reason: 'claimed', change: { batch: 1 } }),
    );
    const batch = newBatch(1, 3);
    const list = { refs, numbers: [1, 2, 3] };
    await site.store.apply('parked', {
      ...{ name: 'claim', now, moves: claimed },
      batch: { before: undefined, after: batch, callees: list },
    });
    const parked = claimed.map(({ ref, after }) =>
      moveCallee(ref, after, 'park', { now, reason: 'returned_too_often' }),
    );
    const released = { ...batch, state: 'released' as const, calleesOpen: 0, version: 2 };
    await site.store.apply('parked', {
      ...{ name: 'park', now, moves: parked, batch: { before: batch, after: released } },
    });
    const items = (await site.ask('viewer', { url: '/v1/attention' })).json();
    const item = items.find(({ campaign }: { campaign: string }) => campaign === 'parked');
    expect(item).toMatchObject({ kind: 'callees_parked', reason: 'returned_too_often', callees: 3 });
    expect(item.actions.map(({ href }: { href: string }) => href)).toEqual([
      '/v1/campaigns/parked/actions/resume_parked',
      '/v1/campaigns/parked/actions/give_up',
    ]);
    const one = (callee: string, action: string) =>
      site.ask('operator', {
        method: 'POST',
        url: `/v1/campaigns/parked/callees/${callee}/actions/${action}`,
      });
    expect((await one('c0', 'resume')).json()).toMatchObject({ changed: true, callees: 1 });
    expect((await one('row:2', 'give_up')).json()).toMatchObject({ changed: true });
    expect((await one('c1', 'resume')).statusCode).toBe(409);
    expect((await one('c99', 'resume')).statusCode).toBe(404);
    expect((await one('c0', 'explode')).statusCode).toBe(400);
    expect(CALLEE_ACTION_NAMES).toEqual(['retry_now', 'give_up', 'resume']);
    const story = (await site.ask('viewer', { url: '/v1/campaigns/parked/callees/c2' })).json();
    expect(story.waiting.why).toContain('a person must decide');
    const { href } = item.actions[0];
    const all = await site.ask('operator', { method: 'POST', url: href, payload: item.actions[0].body });
    expect(all.json()).toMatchObject({ changed: true, callees: 1 });
    const [latest] = (await site.ask('operator', { url: '/v1/trail?limit=1' })).json();
    expect(latest.did).toBe('campaign.resume_parked');
  });
});

describe('what else needs attention', () => {
  it('is told with its kind, the worst first: blocked campaigns, failed imports, doubtful batches, orphans; not what is cancelled, or mended by now', async () => {
    const own = await openHttpSite();
    try {
      await draftWithImport(own.store, 'failed');
      await own.store.closeImport('failed-i000000000001', { state: 'failed', reason: 'no header', now: 5 });
      await putCampaign(own, 'blocked', CAMPAIGN_FILE);
      await setState(own.store, 'blocked', 'running');
      await setState(own.store, 'blocked', 'blocked');
      await seedCampaign(own.store, 'a-late', 2);
      await own.store.noteOrphan('a-late', { taskId: 77, name: 'a-late.1.2', at: 9, settled: false });
      await own.store.noteOrphan('a-late', { taskId: 78, name: 'a-late.1.3', at: 9, settled: true });
      await putCampaign(own, 'gone');
      await own.store.noteOrphan('gone', { taskId: 79, name: 'gone.1.3', at: 9, settled: false });
      await setState(own.store, 'gone', 'cancelled');
      const items = (await own.ask('viewer', { url: '/v1/attention' })).json();
      expect(
        items.map(({ kind, subject }: { kind: string; subject: string }) => `${kind} ${subject}`),
      ).toEqual(['campaign_blocked blocked', 'import_failed failed-i000000000001', 'orphan 77']);
      expect(items[0].actions.map(({ label }: { label: string }) => label)).toEqual(['start', 'cancel']);
      expect(items[1].actions[0].href).toBe('/v1/imports/failed-i000000000001/errors.csv');
      const take = async (n: number, fileName: string): Promise<string[]> => {
        const { id } = newImport('failed', n);
        await own.store.openImport({ ...newImport('failed', n), fileName });
        await own.store.closeImport(id, { state: 'done', reason: '', now: 10 + n });
        const left = (await own.ask('viewer', { url: '/v1/attention' })).json();
        return left.map(({ kind }: { kind: string }) => kind);
      };
      expect(await take(2, 'another.csv')).toContain('import_failed');
      expect(await take(3, 'list.csv')).toEqual(['campaign_blocked', 'orphan']);
    } finally {
      await own.close();
    }
  });
});

describe('the progress of a campaign', () => {
  it('is told as statistics, due callees and batches', async () => {
    await seedCampaign(site.store, 'busy', 20);
    await callSeeded(site.store, 'busy', 8, 4);
    const ask = async (tail: string, role: 'viewer' | 'operator' = 'operator') =>
      (await site.ask(role, { url: `/v1/campaigns/busy/${tail}` })).json();
    const statistics = await ask('statistics');
    expect(statistics.callers).toEqual([
      expect.objectContaining({ caller: '008602150000001', attempts: expect.any(Number) }),
    ]);
    expect((await ask('statistics', 'viewer')).callers[0].caller).toBe('008**********01');
    expect(await ask('due')).toEqual([{ at: null, callees: 12 }]);
    expect(await ask('batches')).toEqual([]);
    await setState(site.store, 'busy', 'running');
    const due = await site.store.dueCallees('busy', 0, SEEDED_AT, 2);
    const moves = due.map(({ ref, record }) =>
      moveCallee(ref, record, 'claim', { now: SEEDED_AT, reason: 'claimed', change: { batch: 2 } }),
    );
    const callees = { refs: due.map(({ ref }) => ref), numbers: [1, 2] };
    const batch = { before: undefined, after: newBatch(2, 2), callees };
    await site.store.apply('busy', { name: 'claim', now: SEEDED_AT, moves, batch });
    expect(await ask('batches')).toEqual([
      expect.objectContaining({
        id: 2,
        state: 'planned',
        zone: 'Asia/Shanghai',
        callees: 2,
        open: 2,
        taskId: null,
      }),
    ]);
    const audit = await site.ask('viewer', { url: '/v1/audit?campaign=busy' });
    expect(audit.json()).toMatchObject({ callees: 20, violationsMore: 0 });
    expect((await site.ask('viewer', { url: '/v1/audit?campaign=nobody' })).statusCode).toBe(404);
  });
});

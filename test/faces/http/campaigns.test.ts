import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CAMPAIGN_FILE, type HttpSite, openHttpSite, putCampaign } from '../../support/http-site.ts';

let site: HttpSite;
beforeAll(async () => {
  site = await openHttpSite();
});
afterAll(() => site.close());

const put = (id: string, payload: unknown) =>
  site.ask('operator', {
    method: 'PUT',
    url: `/v1/campaigns/${id}`,
    payload: JSON.stringify(payload),
    headers: { 'content-type': 'application/json' },
  });

describe('a campaign', () => {
  it('is stored once: new, the same again, and refused with the settings that differ', async () => {
    const first = await put('once', CAMPAIGN_FILE);
    expect(first.statusCode).toBe(201);
    expect(first.headers.location).toBe('/v1/campaigns/once');
    expect(first.json()).toMatchObject({ id: 'once', state: 'draft', callees: 0, nextDueAt: null });
    const again = await put('once', { ...CAMPAIGN_FILE, priority: 3 });
    expect(again.statusCode).toBe(200);
    expect(again.json()).toEqual(first.json());
    const other = await put('once', { ...CAMPAIGN_FILE, priority: 1, name: 'Other' });
    expect(other.statusCode).toBe(409);
    expect(other.headers['content-type']).toContain('application/problem+json');
    expect(other.json()).toMatchObject({ code: 'campaign_differs', retryable: false });
    expect(other.json().fields.sort()).toEqual(['name', 'priority']);
  });

  it('is given other settings where that is asked for, and keeps those that its callees were made with', async () => {
    await put('other', CAMPAIGN_FILE);
    const changed = await put('other?update=true', { ...CAMPAIGN_FILE, priority: 1, name: 'Other' });
    expect(changed.statusCode).toBe(200);
    expect(changed.json()).toMatchObject({ id: 'other', name: 'Other' });
    expect((await put('other', { ...CAMPAIGN_FILE, priority: 1, name: 'Other' })).statusCode).toBe(200);
    expect((await put('fresh?update=true', CAMPAIGN_FILE)).statusCode).toBe(201);
    const url = '/v1/campaigns/other/file';
    const file = await site.ask('operator', { method: 'GET', url });
    expect(file.json()).toEqual({ ...CAMPAIGN_FILE, priority: 1, name: 'Other' });
    expect((await site.ask('viewer', { method: 'GET', url })).statusCode).toBe(403);
    const trail = await site.ask('viewer', { method: 'GET', url: '/v1/campaigns/other/trail' });
    expect(trail.json().at(-1)).toMatchObject({
      reason: 'settings_changed',
      text: expect.stringContaining('name'),
    });
    await site.ask('operator', { method: 'POST', url: '/v1/campaigns/other/actions/cancel' });
    const late = await put('other?update=true', CAMPAIGN_FILE);
    expect(late.statusCode).toBe(409);
    expect(late.json().code).toBe('action_not_allowed');
  });

  it('is refused with every problem of its file, each with its place', async () => {
    const reply = await put('broken', { name: '', callers: [], windws: [] });
    expect(reply.statusCode).toBe(400);
    const problem = reply.json();
    expect(problem.code).toBe('campaign_invalid');
    for (const place of ['name', 'callers', 'windws']) expect(problem.detail).toContain(place);
    expect((await put('broken', 7)).json().code).toBe('campaign_invalid');
    const text = await site.ask('operator', {
      method: 'PUT',
      url: '/v1/campaigns/broken',
      payload: '{"name": ',
      headers: { 'content-type': 'application/json' },
    });
    expect(text.statusCode).toBe(400);
    expect(text.json().code).toBe('request_invalid');
  });

  it.each([
    ['a way up', '..%2F..%2Fetc'],
    ['line ends', 'a%0d%0aset-cookie:%20x'],
    ['a picture', encodeURIComponent('😀')],
    ['a blank', '%20'],
    ['nothing but a percent sign', '%25'],
    ['capitals', 'Spring'],
    ['ten megabytes', 'a'.repeat(10 * 1024 * 1024)],
  ])('with %s in its id is refused cleanly', async (_what, id) => {
    for (const method of ['GET', 'PUT'] as const) {
      const reply = await site.ask('operator', {
        method,
        url: `/v1/campaigns/${id}`,
        ...(method === 'PUT' && { payload: CAMPAIGN_FILE }),
      });
      expect(reply.statusCode).toBe(400);
      expect(reply.json()).toMatchObject({ code: 'campaign_id_invalid', status: 400 });
      expect(reply.body.length).toBeLessThan(1_000);
      expect(reply.headers['set-cookie']).toBeUndefined();
    }
  });

  it('with a broken percent sign in its address is refused cleanly', async () => {
    const reply = await site.ask('operator', { method: 'GET', url: '/v1/campaigns/%E0%A4%A' });
    expect(reply.statusCode).toBe(400);
    expect(reply.headers['content-type']).toContain('application/problem+json');
  });

  it('shows its settings with defaults, durations in ms and instants as ISO, numbers masked for viewers', async () => {
    const blackouts = [
      { from: '2026-12-24', to: '2026-12-26' },
      { from: '2026-12-30T18:00', to: '2026-12-30T19:00' },
      { from: '2026-12-31T18:00:00+08:00', to: '2026-12-31T19:00:00+08:00' },
    ];
    const file = { ...CAMPAIGN_FILE, blackouts, startAt: '2026-11-23T09:00:00+08:00' };
    await putCampaign(site, 'settings', file);
    const ask = async (role: 'viewer' | 'operator') =>
      (await site.ask(role, { url: '/v1/campaigns/settings/settings' })).json();
    expect(await ask('operator')).toMatchObject({
      startAt: '2026-11-23T01:00:00.000Z',
      callers: ['008602150000001'],
      pacing: { leadTime: 10_000 },
      blackouts: [
        { from: '2026-12-24', to: '2026-12-26' },
        { from: '2026-12-30T18:00:00', to: '2026-12-30T19:00:00' },
        { from: '2026-12-31T10:00:00.000Z', to: '2026-12-31T11:00:00.000Z' },
      ],
    });
    expect((await ask('viewer')).callers).toEqual(['008**********01']);
  });

  it('that does not exist is not found, in every address below it', async () => {
    for (const tail of ['', '/settings', '/trail']) {
      const reply = await site.ask('viewer', { url: `/v1/campaigns/nobody${tail}` });
      expect(reply.statusCode).toBe(404);
      expect(reply.json().code).toBe('campaign_not_found');
    }
  });
});

describe('the list of campaigns', () => {
  it('comes page by page, each campaign once, filtered by search and state', async () => {
    const list = await openHttpSite();
    try {
      for (let n = 0; n < 7; n += 1) {
        await putCampaign(list, `c${n}`, { ...CAMPAIGN_FILE, name: n % 2 === 0 ? 'Even' : 'Odd' });
      }
      const walk = async (query: string): Promise<string[][]> => {
        const pages: string[][] = [];
        for (let url: string | undefined = `/v1/campaigns?${query}`; url !== undefined; ) {
          const reply = await list.ask('viewer', { url });
          expect(reply.statusCode).toBe(200);
          pages.push(reply.json().map(({ id }: { id: string }) => id));
          url = /<([^>]+)>; rel="next"/.exec(String(reply.headers.link ?? ''))?.[1];
        }
        return pages;
      };
      expect(await walk('limit=3')).toEqual([['c0', 'c1', 'c2'], ['c3', 'c4', 'c5'], ['c6']]);
      expect(await walk('limit=2&search=EVEN')).toEqual([
        ['c0', 'c2'],
        ['c4', 'c6'],
      ]);
      expect(await walk('search=c3')).toEqual([['c3']]);
      expect(await walk('state=running')).toEqual([[]]);
      expect((await list.ask('viewer', { url: '/v1/campaigns?limit=0' })).statusCode).toBe(400);
      expect((await list.ask('viewer', { url: '/v1/campaigns?colour=red' })).statusCode).toBe(400);
    } finally {
      await list.close();
    }
  });
});

import { once } from 'node:events';
import { get } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { type HttpSite, openHttpSite } from '../../support/http-site.ts';
import { callSeeded, seedCampaign, seededNumber } from '../../support/seeded-campaign.ts';

const CALLEES = 2_500;

let site: HttpSite;
beforeAll(async () => {
  site = await openHttpSite();
  await seedCampaign(site.store, 'spring', CALLEES);
  await callSeeded(site.store, 'spring', 100, 4);
});
afterAll(() => site.close());

const ask = async (url: string, role: 'viewer' | 'operator' = 'operator') => {
  const reply = await site.ask(role, { url: `/v1/campaigns/spring${url}` });
  return { status: reply.statusCode, body: reply.body, json: () => reply.json(), headers: reply.headers };
};

const find = (callee: string) =>
  site.ask('operator', { method: 'POST', url: '/v1/campaigns/spring/callees/find', payload: { callee } });

async function walk(query: string): Promise<{ ids: string[]; pages: number }> {
  const ids: string[] = [];
  let pages = 0;
  for (let url: string | undefined = `/v1/campaigns/spring/callees?${query}`; url !== undefined; pages += 1) {
    const reply = await site.ask('viewer', { url });
    expect(reply.statusCode).toBe(200);
    for (const { id } of reply.json()) ids.push(id);
    url = /<([^>]+)>; rel="next"/.exec(String(reply.headers.link ?? ''))?.[1];
  }
  return { ids, pages };
}

describe('the list of callees', () => {
  it('comes in row order, each once, over pages of any size', async () => {
    const all = await walk('limit=500');
    expect(all.ids).toEqual(Array.from({ length: CALLEES }, (_, at) => `spring-c${at}`));
    expect(all.pages).toBe(5);
    expect((await walk('limit=333')).ids).toEqual(all.ids);
  });

  it('is filtered by state and disposition', async () => {
    expect((await walk('state=missed')).ids).toHaveLength(25);
    expect((await walk('disposition=busy&limit=10')).ids).toHaveLength(25);
    expect((await walk('state=answered&disposition=busy')).ids).toEqual([]);
    expect((await walk('state=answered')).ids).toHaveLength(75);
    expect((await ask('/callees?state=happy')).status).toBe(400);
    expect((await ask('/callees?cursor=x')).status).toBe(400);
  });
});

describe('a callee', () => {
  it('is found by id, short id, row and number, with its whole story', async () => {
    const byId = await ask('/callees/spring-c3');
    expect(byId.json()).toMatchObject({
      ...{ id: 'spring-c3', callee: `+${seededNumber(4)}`, row: 4, state: 'missed', disposition: 'busy' },
      ...{ uui: 'order-4', variables: { name: 'Name 4' }, updatedBy: null },
      waiting: { why: expect.stringContaining('retry policy'), until: null },
    });
    expect(byId.json().history.map(({ to }: { to: string }) => to)).toEqual(['batched', 'calling', 'missed']);
    for (const way of ['c3', 'row:4', `+${seededNumber(4)}`, seededNumber(4).slice(2)]) {
      expect((await ask(`/callees/${encodeURIComponent(way)}`)).json()).toEqual(byId.json());
      expect((await find(way)).json()).toEqual(byId.json());
    }
    expect((await ask('/callees/row:2400')).json().id).toBe('spring-c2399');
    expect((await ask('/callees/c0')).json().waiting).toBeNull();
    expect((await ask('/callees/c200')).json().waiting).toMatchObject({
      why: expect.stringContaining('draft'),
    });
  });

  it('that is not there is not found, and a number is never repeated', async () => {
    for (const way of ['c2500', 'c999999999', 'row:9999', '13900000000', 'zzz', 'other-c1']) {
      const reply = await ask(`/callees/${way}`);
      expect(reply.status, way).toBe(404);
      expect(reply.json().code).toBe('callee_not_found');
      expect((await find(way)).json()).toEqual(reply.json());
      expect(reply.body).not.toContain('13900000000');
    }
    expect(site.logged.join('\n')).not.toMatch(/13900000000|8613800000004/);
  });

  it('is masked for viewers wherever its number may stand', async () => {
    const number = seededNumber(4);
    for (const url of ['/callees', '/callees/c3', `/callees/${number}`]) {
      const { body } = await ask(url, 'viewer');
      expect(body).not.toContain(number);
      expect(body).toContain('+861********04');
    }
  });
});

describe('the report', () => {
  it('is streamed with one line per callee, for operators', async () => {
    const reply = await ask('/report.csv');
    expect(reply.headers['content-type']).toContain('text/csv');
    expect(reply.headers['content-disposition']).toContain('spring.report.csv');
    const lines = reply.body.split('\r\n');
    expect(lines[0]).toBe(
      '\ufeffrow,callee,state,reason,disposition,attempts,last_attempt_at,next_attempt_at,session_ids,duration_s,keys_pressed,recording_url,uui,name',
    );
    expect(lines).toHaveLength(CALLEES + 2);
    expect((await ask('/report.csv', 'viewer')).status).toBe(403);
    expect((await site.ask('operator', { url: '/v1/campaigns/nobody/report.csv' })).statusCode).toBe(404);
  });

  it('waits for a reader that is slow, and stops for one that leaves', async () => {
    const pages: number[] = [];
    const own = await openHttpSite();
    try {
      await seedCampaign(own.store, 'long', 30_000);
      const counting = {
        ...own.store,
        async *pages(id: string) {
          for await (const page of own.store.pages(id)) {
            pages.push(page.page);
            yield page;
          }
        },
      };
      const server = await own.another({ store: counting });
      const address = await server.listen({ port: 0, host: '127.0.0.1' });
      const headers = { authorization: `Bearer ${own.keys.operator}` };
      const request = get(`${address}/v1/campaigns/long/report.csv`, { headers, highWaterMark: 1 } as object);
      const [reply] = await once(request, 'response');
      reply.pause();
      await eventually(() => expect(pages.length).toBeGreaterThan(0));
      // Two further requests take longer than what the buffers on the way hold.
      for (let n = 0; n < 20; n += 1) await own.ask('viewer', { url: '/v1/campaigns/long' });
      const held = pages.length;
      expect(held).toBeLessThan(30);
      reply.destroy();
      await eventually(() => expect(own.logged.join('\n')).toContain('report_ended'));
      expect(pages.length).toBeLessThan(30);
    } finally {
      await own.close();
    }
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { type HttpSite, openHttpSite, putCampaign } from '../../support/http-site.ts';
import { mobile } from '../../support/import-site.ts';
import { setState } from '../../support/redis-store.ts';
import { seedCampaign, seededNumber } from '../../support/seeded-campaign.ts';

let site: HttpSite;
beforeAll(async () => {
  site = await openHttpSite();
  await putCampaign(site, 'global');
  await seedCampaign(site.store, 'spring', 10);
  await setState(site.store, 'spring', 'running');
});
afterAll(() => site.close());
beforeEach(async () => {
  for (const list of ['global', 'spring', 'campaign.global']) {
    await site.ask('operator', { method: 'DELETE', url: `/v1/suppression/${list}?all=true` });
  }
});

const add = (list: string, payload: object, headers = {}) =>
  site.ask('operator', { method: 'POST', url: `/v1/suppression/${list}`, payload, headers });

async function entriesOf(list: string, limit = 500): Promise<{ number: string }[]> {
  const found: { number: string }[] = [];
  for (let url: string | undefined = `/v1/suppression/${list}?limit=${limit}`; url !== undefined; ) {
    const reply = await site.ask('operator', { url });
    expect(reply.statusCode).toBe(200);
    found.push(...reply.json());
    url = /<([^>]+)>; rel="next"/.exec(String(reply.headers.link ?? ''))?.[1];
  }
  return found;
}

describe('a number', () => {
  it('is put on a list once, ends the callees that wait under it, and is taken off again', async () => {
    const number = `+${seededNumber(3)}`;
    const first = await add('spring', { number, reason: 'asked by mail', expiresAt: '2027-01-01' });
    expect(first.statusCode).toBe(201);
    expect(first.json()).toEqual({
      ...{ list: 'spring', added: true, suppressed: 1, calling: 0, expiresAt: '2026-12-31T16:00:00.000Z' },
    });
    const again = await add('spring', { number, expiresAt: '2026-12-01' });
    expect(again.statusCode).toBe(200);
    expect(again.json()).toMatchObject({ added: false });
    expect(await entriesOf('spring')).toEqual([
      expect.objectContaining({ number, by: 'the operator', reason: 'asked by mail', source: 'single' }),
    ]);
    const callee = (await site.ask('operator', { url: '/v1/campaigns/spring/callees/row:3' })).json();
    expect(callee.state).toBe('suppressed');
    const remove = () =>
      site.ask('operator', { method: 'POST', url: '/v1/suppression/spring/remove', payload: { number } });
    expect((await remove()).json()).toEqual({ list: 'spring', removed: 1 });
    const gone = await remove();
    expect(gone.statusCode).toBe(404);
    expect(gone.json().code).toBe('number_not_listed');
    const trail = (await site.ask('operator', { url: '/v1/suppression/spring/trail?limit=2' })).json();
    expect(trail.map(({ did }: { did: string }) => did)).toEqual(['remove', 'add']);
    const writes = (await site.ask('operator', { url: '/v1/trail?limit=500' })).body;
    expect(writes).toContain('suppression.remove');
    expect(writes).not.toContain(seededNumber(3));
  });

  it('that is none, or whose end is over, is refused', async () => {
    for (const payload of [
      { number: '12' },
      { number: mobile(1), expiresAt: '2020-01-01' },
      { number: mobile(1), expiresAt: 'soon' },
      { number: mobile(1), colour: 'red' },
      {},
    ]) {
      const reply = await add('global', payload);
      expect(reply.statusCode).toBe(400);
    }
    expect((await add('nobody', { number: mobile(1) })).statusCode).toBe(404);
    expect((await add('..%2fx', { number: mobile(1) })).statusCode).toBe(400);
  });

  it('sent again under one Idempotency-Key is answered as at first', async () => {
    const key = { 'idempotency-key': 'one' };
    const first = await add('global', { number: mobile(7) }, key);
    const again = await add('global', { number: mobile(7) }, key);
    expect([first.statusCode, again.statusCode]).toEqual([201, 201]);
    expect(again.json()).toEqual(first.json());
    expect((await add('global', { number: mobile(8) }, key)).statusCode).toBe(422);
    expect((await add('spring', { number: mobile(8) }, key)).statusCode).toBe(201);
  });
});

describe('a list', () => {
  it('comes page by page, each number once, and shows none to viewers', async () => {
    const numbers = Array.from({ length: 300 }, (_, n) => `${mobile(n)}\n`).join('');
    const reply = await site.ask('operator', {
      method: 'POST',
      url: '/v1/suppression/global/imports?reason=list%20of%20May',
      payload: `phone\n${numbers}12\n`,
      headers: { 'content-type': 'text/csv' },
    });
    expect(reply.statusCode, `${reply.body} ${site.logged.at(-1)}`).toBe(200);
    expect(reply.json()).toMatchObject({
      list: 'global',
      rows: 301,
      added: 300,
      known: 0,
      rejected: 1,
      fault: '',
    });
    expect(reply.json().rejections).toEqual([
      expect.objectContaining({ row: 301, code: 'number_too_short' }),
    ]);
    for (const limit of [7, 100, 300, 500]) {
      const found = (await entriesOf('global', limit)).map(({ number }) => number);
      expect(new Set(found).size).toBe(300);
      expect(found).toHaveLength(300);
    }
    expect((await site.ask('viewer', { url: '/v1/suppression/global' })).statusCode).toBe(403);
    await eventually(async () => expect(await site.spooled()).toEqual([]));
  });

  it('is told from one of a campaign that is called the same', async () => {
    await add('global', { number: mobile(1) });
    await add('campaign.global', { number: mobile(2) });
    await add('spring', { number: mobile(3) });
    expect(await entriesOf('global')).toEqual([expect.objectContaining({ number: `+86${mobile(1)}` })]);
    expect(await entriesOf('campaign.global')).toEqual([
      expect.objectContaining({ number: `+86${mobile(2)}` }),
    ]);
    const lists = (await site.ask('viewer', { url: '/v1/suppression' })).json();
    expect(lists).toEqual([
      { list: 'global', campaign: null, entries: 1, keyed: false },
      { list: 'campaign.global', campaign: 'global', entries: 1, keyed: false },
      { list: 'spring', campaign: 'spring', entries: 1, keyed: false },
    ]);
  });

  it('is cleared only when all of it is meant', async () => {
    await add('global', { number: mobile(1) });
    expect((await site.ask('operator', { method: 'DELETE', url: '/v1/suppression/global' })).statusCode).toBe(
      400,
    );
    const reply = await site.ask('operator', { method: 'DELETE', url: '/v1/suppression/global?all=true' });
    expect(reply.json()).toEqual({ list: 'global', removed: 1 });
  });
});

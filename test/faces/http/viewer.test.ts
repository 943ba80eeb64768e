import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routesOf } from '../../support/http-routes.ts';
import { type HttpSite, openHttpSite } from '../../support/http-site.ts';
import { newImport, setState, stepOf } from '../../support/redis-store.ts';
import { callSeeded, SEEDED_AT } from '../../support/seeded-campaign.ts';

/** A number that stands wherever one may stand. */
const NUMBER = '8613912345678';
const LOCAL = '13912345678';
const CALLER = '008602150009876';

let site: HttpSite;
beforeAll(async () => {
  site = await openHttpSite();
  const { store } = site;
  const file = { name: 'Spring', callers: [{ number: CALLER, channels: 30 }], ivrId: 7 };
  await store.createCampaign('spring', file, SEEDED_AT);
  const record = { ...newImport('spring'), fileName: `list of ${LOCAL}.csv` };
  await store.openImport(record);
  const step = stepOf(record.id, 0, [NUMBER]);
  const text = (step.page?.text ?? '').replace('u0', `call ${LOCAL}`).replace('Name 1', `+86 139 1234 5678`);
  await store.storeImportStep(record.id, { ...step, page: { ...step.page!, text } });
  await store.closeImport(record.id, { state: 'done', reason: '', now: SEEDED_AT });
  await callSeeded(store, 'spring', 1, 1);
  await setState(store, 'spring', 'running');
  await site.ask('operator', { method: 'POST', url: '/v1/suppression/spring', payload: { number: NUMBER } });
});
afterAll(() => site.close());

describe('a viewer', () => {
  it('is shown no number in full by any address that a viewer may read', async () => {
    const values: Record<string, string> = {
      id: 'spring',
      callee: 'c0',
      import: newImport('spring').id,
      list: 'spring',
    };
    let read = 0;
    for (const { method, url } of routesOf(site.app)) {
      if (method !== 'GET' || url === '/v1/events' || url.startsWith('/docs')) continue;
      const path = url.replace(/:(\w+)/g, (_, name) => values[name] ?? 'x');
      const reply = await site.ask('viewer', { url: path });
      if (reply.statusCode === 403) continue;
      expect(reply.statusCode, path).toBe(200);
      read += 1;
      for (const number of [NUMBER, LOCAL, CALLER, '139 1234 5678', '1234 5678']) {
        expect(reply.body, path).not.toContain(number);
      }
    }
    expect(read).toBeGreaterThan(15);
  });

  it('sees the same callee as an operator otherwise', async () => {
    const ask = async (role: 'viewer' | 'operator') =>
      (await site.ask(role, { url: '/v1/campaigns/spring/callees/c0' })).json();
    const find = {
      method: 'POST',
      url: '/v1/campaigns/spring/callees/find',
      payload: { callee: LOCAL },
    } as const;
    const [masked, full] = [await ask('viewer'), await ask('operator')];
    expect((await site.ask('viewer', find)).json()).toEqual(masked);
    expect((await site.ask('operator', find)).json()).toEqual(full);
    expect(full.callee).toBe(`+${NUMBER}`);
    expect(full.uui).toBe(`call ${LOCAL}`);
    expect(masked.callee).toBe('+861********78');
    expect(masked.uui).toBe('call 139******78');
    expect(masked).toMatchObject({ state: full.state, row: full.row, attempts: full.attempts });
    expect(masked.history.map(({ at }: { at: string }) => at)).toEqual(
      full.history.map(({ at }: { at: string }) => at),
    );
    expect(masked.history.at(-1).calls[0].sessionId).toBe(full.history.at(-1).calls[0].sessionId);
  });
});

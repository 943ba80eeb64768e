import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { eventually } from '../support/eventually.ts';
import { ImportJson, QUICK_CAMPAIGN, quickList, type Site } from '../support/processes.ts';
import { siteForEach } from '../support/site-for-each.ts';

let site: Site;
siteForEach((fresh) => {
  site = fresh;
});

const Listening = z.object({ event: z.literal('listening'), url: z.string() });

/** Where an API process says that it listens. */
function addressIn(log: string): string {
  const line = log.split('\n').find((text) => text.includes('"event":"listening"')) ?? '';
  return Listening.parse(JSON.parse(line)).url;
}

describe('the API as a process', () => {
  it('takes a key made by the command line, a campaign and a list that another process reads, and drains', async () => {
    const api = await site.startTaking('api');
    await site.startTaking('ingest');
    const url = addressIn(api.stderr());
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    expect((await fetch(`${url}/v1/campaigns`)).status).toBe(401);
    const key = (await site.cli('key', 'create', '--role', 'operator', '--name', 'e2e')).trim();
    const ask = (path: string, init: { method?: string; body?: string; type?: string } = {}) =>
      fetch(`${url}${path}`, {
        ...(init.method !== undefined && { method: init.method }),
        ...(init.body !== undefined && { body: init.body }),
        headers: { authorization: `Bearer ${key}`, 'content-type': init.type ?? 'application/json' },
      });
    // A key that was made elsewhere is known within a second.
    await eventually(async () => expect((await ask('/v1/session')).status).toBe(200));
    const put = await ask('/v1/campaigns/spring', { method: 'PUT', body: JSON.stringify(QUICK_CAMPAIGN) });
    expect(put.status).toBe(201);
    const list = { method: 'POST', body: quickList(300, 10, 5), type: 'text/csv' };
    const added = await ask('/v1/campaigns/spring/imports', list);
    expect(added.status).toBe(202);
    const address = added.headers.get('location') ?? '';
    await eventually(async () => {
      const read = ImportJson.parse(await (await ask(address)).json());
      expect(read).toMatchObject({ state: 'done', rows: 315, accepted: 300, duplicate: 10, rejected: 5 });
    });
    const { code } = await api.end();
    expect(code).toBe(0);
    expect(api.stderr()).toContain('"event":"stopped"');
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  });

  it('that cannot listen says where, and what to set', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    try {
      await eventually(() => expect(blocker.listening).toBe(true));
      const address = blocker.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      const ended = await site.run('api', [], { env: { HTTP_PORT: String(port) } as Record<string, string> });
      expect(ended.code).not.toBe(0);
      expect(ended.stderr).toContain(`cannot listen on 127.0.0.1:${port}`);
      expect(ended.stderr).toContain('HTTP_PORT');
    } finally {
      blocker.close();
    }
  });
});
